//! The search index. It is filled after the commits, so that it never delays a line that was just typed.
//!
//! A commit only notes in `unindexed` which lines are new, so search loses none of them, no matter when the program
//! ends. Index work is done in slices, when nothing else waits. FTS5 would merge its index within some commits, which
//! would then take hundreds of milliseconds. That is turned off, and merging is done here, in slices as well.
//!
//! The vocabulary and the names of authors are filled along with the index. Lines that an earlier version has indexed
//! get into them later, the newest first; until then they are found by the beginnings of their words only.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Result, TransactionBehavior, params};

use super::{Database, columns::number, lines, said_by, vocabulary, words};
use crate::{domain::model::StoreTask, protocol::codec::event::Content};

/// How many lines are indexed in one slice: about 2 ms for usual ones.
const SLICE_LINES: usize = 256;

/// Bytes of text after which a slice ends. 64 KiB of new words take 4 to 10 ms, and the last line of a slice may add as
/// much.
const SLICE_BYTES: usize = 64 * 1024;

/// Different words for the vocabulary after which a slice ends: they take about as long as that text.
const SLICE_WORDS: usize = 1_024;

/// How many pages of the index are merged in one slice. It takes 1 ms, or a few if a word is in very many lines.
const SLICE_PAGES: usize = 16;

/// Bytes of text that fill a page of the index.
const PAGE_BYTES: usize = 4_096;

/// How often a page of the index is rewritten until it is in its final place: FTS5 merges four parts of equal size into
/// one.
const MERGES: usize = 6;

/// How many pages may be left to merge before more lines are indexed. A flood of lines thus delays the index, but does
/// not slow down searches.
const MAX_DEBT: usize = 256;

/// Work on the index that is left to do.
#[derive(Debug)]
pub(super) struct Indexing {
    /// Whether there may be lines that cannot be found yet.
    lines: bool,
    /// What is left to do for the vocabulary.
    vocabulary: Listing,
    /// Whether there may be parts to merge.
    merges: bool,
    /// Pages to merge before the next lines.
    debt: usize,
}

/// Work on the vocabulary that is left to do.
#[derive(Debug, Clone, Copy)]
struct Listing {
    /// Whether there may be lines of an earlier version whose words are not in it yet.
    earlier: bool,
    /// Whether it may have words that are in no line any more.
    doubts: bool,
}

impl Indexing {
    /// The state after the start: an earlier run may have left work of any kind.
    pub(super) const fn new() -> Self {
        Self { lines: true, vocabulary: Listing { earlier: true, doubts: true }, merges: true, debt: 0 }
    }

    /// Notes that lines were written.
    pub(super) const fn written(&mut self) {
        self.lines = true;
    }

    /// Notes that lines were deleted.
    pub(super) const fn deleted(&mut self) {
        self.vocabulary.doubts = true;
    }

    /// Whether there may be something to do.
    pub(super) const fn is_due(&self) -> bool {
        self.lines || self.vocabulary.earlier || self.vocabulary.doubts || self.merges
    }

    /// Whether there may be lines that cannot be found yet.
    pub(super) const fn is_behind(&self) -> bool {
        self.lines
    }

    /// Nothing is left to do, or can be done now.
    const fn rest(&mut self) {
        (self.lines, self.merges) = (false, false);
        self.vocabulary = Listing { earlier: false, doubts: false };
    }
}

/// What else is noted of lines that are indexed.
#[derive(Debug, Default)]
struct Noted {
    words: BTreeSet<String>,
    names: BTreeSet<(i64, String)>,
}

impl Noted {
    /// Takes in a line. Returns its text for the index, if it is found by any.
    fn line(&mut self, place: i64, log: Option<i64>, content: &Content) -> Option<String> {
        self.names.extend(log.and_then(|log| Some((log, said_by::nick(content)?))));
        let line = words::of_line(place, content)?;
        self.words.extend(line.words);
        Some(line.text)
    }

    fn store(&self, connection: &Connection) -> Result<()> {
        vocabulary::note(connection, &self.words)?;
        said_by::note(connection, &self.names)
    }
}

impl Database {
    /// Does a slice of the work that is left. If it fails, it is tried again after the next write.
    pub(super) fn index_slice(&mut self, indexing: &mut Indexing) {
        if self.read_only.is_some() {
            indexing.rest();
        } else if let Err(error) = self.try_index_slice(indexing) {
            indexing.rest();
            let failure = self.fail(StoreTask::Index, &error);
            tracing::warn!(%failure, "not indexed");
        }
    }

    /// Does all of it at once, for callers that have the time. After that, every stored line can be found.
    pub fn index_all(&mut self) {
        let mut indexing = Indexing::new();
        while indexing.is_due() {
            self.index_slice(&mut indexing);
        }
    }

    fn try_index_slice(&mut self, indexing: &mut Indexing) -> Result<()> {
        // SQLite accepts this only between transactions.
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if indexing.lines && indexing.debt <= MAX_DEBT {
            let Slice { lines, bytes, more } = index(&transaction)?;
            indexing.lines = more;
            indexing.merges |= lines > 0;
            indexing.debt += (bytes / PAGE_BYTES) * MERGES;
        } else if indexing.vocabulary.earlier && !indexing.lines {
            indexing.vocabulary.earlier = index_earlier(&transaction)?;
        } else if indexing.vocabulary.doubts && !indexing.lines {
            indexing.vocabulary.doubts = vocabulary::check(&transaction)?;
        } else if merge(&transaction)? {
            indexing.debt = indexing.debt.saturating_sub(SLICE_PAGES);
        } else {
            (indexing.debt, indexing.merges) = (0, false);
        }
        transaction.commit()
    }
}

/// What was indexed in one slice.
struct Slice {
    lines: usize,
    bytes: usize,
    /// Whether there may be more lines.
    more: bool,
}

/// Indexes own lines first, and then the newest.
fn index(connection: &Connection) -> Result<Slice> {
    let mut newest =
        connection.prepare_cached("SELECT own, spot FROM unindexed ORDER BY own DESC, spot DESC LIMIT ?")?;
    let newest = newest.query_map([number(SLICE_LINES as u64)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let newest = newest.collect::<Result<Vec<(i64, i64)>>>()?;
    let mut more = newest.len() == SLICE_LINES;
    let mut done = connection.prepare_cached("DELETE FROM unindexed WHERE own = ? AND spot = ?")?;
    let mut select = connection.prepare_cached("SELECT place, kind, content, log FROM lines WHERE spot = ?")?;
    let mut noted = Noted::default();
    let mut insert = connection.prepare_cached(words::INSERT)?;
    let (mut lines, mut bytes) = (0, 0);
    for (own, spot) in newest {
        let text = select.query_row([spot], |row| {
            let content = lines::content(row.get(1)?, row.get_ref(2)?.as_blob()?);
            Ok(noted.line(row.get(0)?, row.get(3)?, &content))
        })?;
        if let Some(text) = text {
            bytes += text.len();
            insert.execute(params![spot, text])?;
        }
        done.execute([own, spot])?;
        lines += 1;
        if bytes >= SLICE_BYTES || noted.words.len() >= SLICE_WORDS {
            more = true;
            break;
        }
    }
    noted.store(connection)?;
    Ok(Slice { lines, bytes, more })
}

/// Notes words and names of some lines that an earlier version has indexed. Returns whether there may be more.
pub(super) fn index_earlier(connection: &Connection) -> Result<bool> {
    let mut next = connection.prepare_cached("SELECT spot FROM unlisted")?;
    let Some(last) = next.query_row([], |row| row.get::<_, i64>(0)).optional()? else { return Ok(false) };
    let mut select = connection.prepare_cached(
        "SELECT spot, log, kind, content FROM lines WHERE spot BETWEEN 0 AND ? ORDER BY spot DESC LIMIT ?",
    )?;
    let mut rows = select.query([last, number(SLICE_LINES as u64)])?;
    let (mut noted, mut oldest, mut bytes) = (Noted::default(), None, 0);
    while bytes < SLICE_BYTES
        && noted.words.len() < SLICE_WORDS
        && let Some(row) = rows.next()?
    {
        let content = row.get_ref(3)?.as_blob()?;
        noted.line(0, row.get(1)?, &lines::content(row.get(2)?, content));
        (oldest, bytes) = (Some(row.get::<_, i64>(0)?), bytes + content.len());
    }
    noted.store(connection)?;
    connection.execute("DELETE FROM unlisted", [])?;
    if let Some(oldest) = oldest {
        connection.execute("INSERT INTO unlisted (spot) VALUES (?)", [oldest - 1])?;
    }
    Ok(oldest.is_some())
}

/// Merges parts of the index. Returns whether there was anything to merge.
fn merge(connection: &Connection) -> Result<bool> {
    let before = connection.total_changes();
    let mut merge = connection.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?)")?;
    merge.execute([number(SLICE_PAGES as u64)])?;
    // If there was, more has changed than the row of the command itself.
    Ok(connection.total_changes() - before >= 2)
}
