//! Deletes lines with everything that belongs to them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use super::{
    columns::{log_id, number, unsigned},
    counts::{Counts, SIZE},
    lines, oldest_kept, unindexed, vocabulary,
};
use crate::{
    core::log::storage::Reply,
    domain::model::{LogId, StoreFailure},
};

/// How many lines are deleted in one commit. It takes a few milliseconds, and a line that was just typed may have to
/// wait for it.
pub(super) const SLICE_LINES: usize = 256;

/// Bytes of events after which a commit deletes no more, for the same reason. Long texts fill pages of their own.
pub(super) const SLICE_BYTES: u64 = 1024 * 1024;

/// A line to delete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    spot: i64,
    /// Its log, its number there and its size; `None` for a guest's line.
    event: Option<(i64, i64, i64)>,
}

impl Line {
    /// The columns of [`Self::read`].
    pub(super) fn columns() -> String {
        format!("spot, log, seq, {SIZE}")
    }

    /// Reads a line from the first four columns.
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        let event = match (row.get(1)?, row.get(2)?, row.get(3)?) {
            (Some(log), Some(seq), Some(bytes)) => Some((log, seq, bytes)),
            _ => None,
        };
        Ok(Self { spot: row.get(0)?, event })
    }

    /// Its size in bytes, as counted for its log.
    pub(super) fn bytes(&self) -> u64 {
        self.event.map_or(0, |(_, _, bytes)| unsigned(bytes))
    }
}

/// What has been deleted.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    lines: u64,
    bases: BTreeMap<LogId, u64>,
    freed: BTreeMap<LogId, u64>,
}

impl Forgotten {
    /// Adds what else has been deleted.
    pub(super) fn add(&mut self, more: Self) {
        self.lines += more.lines;
        self.bases.extend(more.bases);
        for (log, bytes) in more.freed {
            *self.freed.entry(log).or_default() += bytes;
        }
    }

    /// The answer. What is done stays done, so it is reported even if the rest has failed.
    pub(super) fn end(self, ended: std::result::Result<(), StoreFailure>) -> std::result::Result<Reply, StoreFailure> {
        let Self { lines, bases, freed } = self;
        match ended {
            Err(failure) if lines == 0 => Err(failure),
            _ => Ok(Reply::Raised { lines, bases: bases.into_iter().collect(), freed: freed.into_iter().collect() }),
        }
    }
}

/// Deletes the lines of a log that come after a number, within a transaction. Returns the size of each.
pub(super) fn delete_after(transaction: &Connection, log: i64, seq: u64) -> Result<Vec<i64>> {
    let sql = format!("SELECT {} FROM lines WHERE log = ? AND seq > ?", Line::columns());
    let mut lines = transaction.prepare_cached(&sql)?;
    let lines = lines.query_map(params![log, number(seq)], Line::read)?.collect::<Result<Vec<_>>>()?;
    for line in &lines {
        delete_line(transaction, line)?;
    }
    Ok(lines.iter().filter_map(|line| line.event.map(|(.., bytes)| bytes)).collect())
}

fn delete_line(transaction: &Connection, line: &Line) -> Result<()> {
    unindexed::forget(transaction, line.spot)?;
    let mut delete = transaction.prepare_cached("DELETE FROM lines WHERE spot = ? RETURNING kind, content")?;
    let content = delete.query_row([line.spot], |row| Ok(lines::content(row.get(0)?, row.get_ref(1)?.as_blob()?)));
    content.optional()?.map_or(Ok(()), |content| vocabulary::doubt(transaction, &content))
}

/// Deletes lines within a transaction. They must be the oldest lines of their logs, which begin after them from then
/// on.
pub(super) fn delete(transaction: &Connection, lines: &[Line]) -> Result<Forgotten> {
    let mut counts = Counts::default();
    let mut logs: BTreeMap<i64, (i64, u64)> = BTreeMap::new();
    for line in lines {
        delete_line(transaction, line)?;
        if let Some((log, seq, bytes)) = line.event {
            counts.take(log, bytes);
            let (newest, freed) = logs.entry(log).or_insert((seq, 0));
            *newest = seq.max(*newest);
            *freed += unsigned(bytes);
        }
    }
    counts.store(transaction)?;
    let mut gone = Forgotten { lines: lines.len() as u64, ..Forgotten::default() };
    for (log, (seq, freed)) in logs {
        transaction.prepare_cached("DELETE FROM forks WHERE log = ?1 AND seq <= ?2")?.execute(params![log, seq])?;
        let mut id = transaction.prepare_cached("SELECT room, author, epoch FROM logs WHERE key = ?")?;
        let id = id.query_row([log], |row| log_id(row, 0))?;
        gone.freed.insert(id, freed);
        if let Some(base) = oldest_kept::raise(transaction, log, unsigned(seq).saturating_add(1))? {
            gone.bases.insert(id, base);
        }
    }
    Ok(gone)
}
