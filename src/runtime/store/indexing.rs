//! The search index. It is filled after the commits, so that it never delays a line that was just typed.
//!
//! A commit only notes in `unindexed` which lines are new, so search loses none of them, no matter when the program
//! ends. Index work is done in slices, when nothing else waits. FTS5 would merge its index within some commits, which
//! would then take hundreds of milliseconds. That is turned off, and merging is done here, in slices as well.

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::{Database, columns::number, lines, words};
use crate::domain::model::StoreTask;

/// How many lines are indexed in one slice: about 2 ms for usual ones.
const SLICE_LINES: usize = 256;

/// Bytes of text after which a slice ends. 64 KiB of new words take 4 to 10 ms, and the last line of a slice may add as
/// much.
const SLICE_BYTES: usize = 64 * 1024;

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
    /// Whether there may be parts to merge.
    merges: bool,
    /// Pages to merge before the next lines.
    debt: usize,
}

impl Indexing {
    /// The state after the start: an earlier run may have left work of any kind.
    pub(super) const fn new() -> Self {
        Self { lines: true, merges: true, debt: 0 }
    }

    /// Notes that lines were written.
    pub(super) const fn written(&mut self) {
        self.lines = true;
    }

    /// Whether there may be something to do.
    pub(super) const fn is_due(&self) -> bool {
        self.lines || self.merges
    }

    /// Whether there may be lines that cannot be found yet.
    pub(super) const fn is_behind(&self) -> bool {
        self.lines
    }
}

impl Database {
    /// Does a slice of the work that is left. If it fails, it is tried again after the next write.
    pub(super) fn index_slice(&mut self, indexing: &mut Indexing) {
        if self.read_only.is_some() {
            (indexing.lines, indexing.merges) = (false, false);
        } else if let Err(error) = self.try_index_slice(indexing) {
            (indexing.lines, indexing.merges) = (false, false);
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
            let (lines, bytes) = index(&transaction)?;
            indexing.lines = lines == SLICE_LINES || bytes >= SLICE_BYTES;
            indexing.merges |= lines > 0;
            indexing.debt += (bytes / PAGE_BYTES) * MERGES;
        } else if merge(&transaction)? {
            indexing.debt = indexing.debt.saturating_sub(SLICE_PAGES);
        } else {
            (indexing.debt, indexing.merges) = (0, false);
        }
        transaction.commit()
    }
}

/// Indexes own lines first, and then the newest. Returns how many, and the bytes of their text.
fn index(connection: &Connection) -> Result<(usize, usize)> {
    let mut newest =
        connection.prepare_cached("SELECT own, spot FROM unindexed ORDER BY own DESC, spot DESC LIMIT ?")?;
    let newest = newest.query_map([number(SLICE_LINES as u64)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let newest = newest.collect::<Result<Vec<(i64, i64)>>>()?;
    let mut done = connection.prepare_cached("DELETE FROM unindexed WHERE own = ? AND spot = ?")?;
    let mut select = connection.prepare_cached("SELECT place, kind, content FROM lines WHERE spot = ?")?;
    let mut insert = connection.prepare_cached(words::INSERT)?;
    let (mut lines, mut bytes) = (0, 0);
    for (own, spot) in newest {
        let text = select.query_row([spot], |row| {
            let content = lines::content(row.get(1)?, row.get_ref(2)?.as_blob()?);
            Ok(words::of_line(row.get(0)?, &content))
        })?;
        if let Some(text) = text {
            bytes += text.len();
            insert.execute(params![spot, text])?;
        }
        done.execute([own, spot])?;
        lines += 1;
        if bytes >= SLICE_BYTES {
            break;
        }
    }
    Ok((lines, bytes))
}

/// Merges parts of the index. Returns whether there was anything to merge.
fn merge(connection: &Connection) -> Result<bool> {
    let before = connection.total_changes();
    let mut merge = connection.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?)")?;
    merge.execute([number(SLICE_PAGES as u64)])?;
    // If there was, more has changed than the row of the command itself.
    Ok(connection.total_changes() - before >= 2)
}
