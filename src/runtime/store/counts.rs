//! How much of each log is held. The numbers change in the transaction that changes the lines.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result, params};

/// The size of an event, as [`crate::protocol::codec::event::Signed::bytes`] counts it. NULL for a guest's line.
pub(super) const SIZE: &str = "length(lines.body) + length(lines.sig) + length(ifnull(lines.sealed, lines.content))";

/// Changes to the counts of some logs, by the keys of the logs.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<i64, Change>);

#[derive(Debug, Default, Clone, Copy)]
struct Change {
    lines: i64,
    bytes: i64,
}

impl Counts {
    /// Adds an event of `bytes` bytes to its log's count.
    pub(super) fn add(&mut self, log: i64, bytes: i64) {
        self.change(log, 1, bytes);
    }

    /// Takes an event of `bytes` bytes from its log's count.
    pub(super) fn take(&mut self, log: i64, bytes: i64) {
        self.change(log, -1, -bytes);
    }

    /// Writes them: one row per log, however many events it has.
    pub(super) fn store(self, connection: &Connection) -> Result<()> {
        let mut update =
            connection.prepare_cached("UPDATE logs SET lines = lines + ?, bytes = bytes + ? WHERE key = ?")?;
        for (log, Change { lines, bytes }) in self.0 {
            update.execute(params![lines, bytes, log])?;
        }
        Ok(())
    }

    fn change(&mut self, log: i64, lines: i64, bytes: i64) {
        let change = self.0.entry(log).or_default();
        change.lines = change.lines.saturating_add(lines);
        change.bytes = change.bytes.saturating_add(bytes);
    }
}

/// Counts all lines of a file that has no numbers yet. Reads each once, in the order of the file.
pub(super) fn count_all(connection: &Connection) -> Result<()> {
    let mut counts = Counts::default();
    {
        // Nothing was sealed in a file of that version.
        let mut lines = connection.prepare(
            "SELECT log, length(body) + length(sig) + length(content) FROM lines NOT INDEXED WHERE log IS NOT NULL",
        )?;
        let mut lines = lines.query([])?;
        while let Some(line) = lines.next()? {
            counts.add(line.get(0)?, line.get(1)?);
        }
    }
    counts.store(connection)
}
