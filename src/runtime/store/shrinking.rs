//! Shortens logs to a number of bytes: their oldest lines go.

use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{
    columns::{number, unsigned},
    deleting::{Line, SLICE_BYTES, SLICE_LINES},
    writing::find,
};
use crate::domain::model::LogId;

/// How many logs are checked in one slice. This takes a few milliseconds if none of them loses lines.
const SLICE_LOGS: usize = 256;

/// The progress of a request to shrink.
#[derive(Debug)]
pub(super) struct Shrinking {
    /// The logs, and how many bytes of each may stay.
    logs: VecDeque<(LogId, u64)>,
}

impl Shrinking {
    pub(super) fn new(logs: Vec<(LogId, u64)>) -> Self {
        Self { logs: logs.into() }
    }

    /// The lines that go next, and whether there may be more after them.
    pub(super) fn next(&mut self, connection: &Connection) -> Result<(Vec<Line>, bool)> {
        let (mut lines, mut left) = (Vec::new(), SLICE_BYTES);
        for _ in 0..SLICE_LOGS {
            let Some(&(log, keep)) = self.logs.front() else { break };
            // A log may be dropped between two slices, and its key given to another.
            if let Some((key, _)) = find(connection, &log)?
                && !oldest(connection, key, keep, &mut left, &mut lines)?
            {
                return Ok((lines, true));
            }
            self.logs.pop_front();
        }
        Ok((lines, !self.logs.is_empty()))
    }
}

/// Adds the oldest lines of a log to the slice until at most `keep` bytes are left. Returns whether it came that far.
fn oldest(connection: &Connection, log: i64, keep: u64, left: &mut u64, lines: &mut Vec<Line>) -> Result<bool> {
    let mut bytes = connection.prepare_cached("SELECT bytes FROM logs WHERE key = ?")?;
    let bytes: Option<i64> = bytes.query_row([log], |row| row.get(0)).optional()?;
    let mut beyond = bytes.map_or(0, unsigned).saturating_sub(keep);
    if beyond == 0 {
        return Ok(true);
    }
    let sql = format!("SELECT {} FROM lines WHERE log = ? ORDER BY seq LIMIT ?", Line::columns());
    let mut rows = connection.prepare_cached(&sql)?;
    let mut rows = rows.query(params![log, number(SLICE_LINES.saturating_sub(lines.len()) as u64)])?;
    while let Some(row) = rows.next()? {
        let line = Line::read(row)?;
        lines.push(line);
        beyond = beyond.saturating_sub(line.bytes());
        *left = left.saturating_sub(line.bytes());
        if beyond == 0 {
            return Ok(true);
        }
        if *left == 0 {
            break;
        }
    }
    // If there is no line, the log is done, even if its count of bytes is wrong.
    Ok(lines.is_empty())
}
