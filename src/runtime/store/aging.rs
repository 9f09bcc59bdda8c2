//! Which lines are too old.
//!
//! A line is deleted when it arrived too long ago. It is also deleted when it is dated too long ago, but only after it
//! has been here for [`NOTICED_AFTER`]: if an author's clock is slow, lines that were said just now must not be
//! forgotten. What is deleted is always the beginning of a log.

use std::time::Duration;

use rusqlite::{Connection, Result, params};

use super::{
    columns::{number, unsigned},
    deleting::{Line, SLICE_LINES},
};
use crate::{
    core::log::storage::Retain,
    domain::model::{Hlc, Timestamp},
};

/// The minimum time a line is kept, regardless of its date: long enough for everyone to have seen it.
const NOTICED_AFTER: Duration = Duration::from_hours(7 * 24);

/// How many logs are checked in one slice. This takes a few milliseconds if none of them loses lines.
const SLICE_LOGS: usize = 256;

/// The lines of events that are too old, of logs with keys greater than `after`, as many as fit into one slice. Also
/// returns after which log to go on, if there may be more.
pub(super) fn events(
    connection: &Connection,
    place: i64,
    mut after: i64,
    retain: &Retain,
) -> Result<(Vec<Line>, Option<i64>)> {
    let Some(before) = retain.before else { return Ok((Vec::new(), None)) };
    let noticed = i64::try_from(NOTICED_AFTER.as_millis()).unwrap_or(i64::MAX);
    let noticed = Timestamp::from_millis(retain.now.as_millis().saturating_sub(noticed));
    let mut logs = connection
        .prepare_cached("SELECT key FROM logs WHERE place = ? AND key > ? AND lines > 0 ORDER BY key LIMIT ?")?;
    let logs = logs.query_map(params![place, after, number(SLICE_LOGS as u64)], |row| row.get(0))?;
    let logs = logs.collect::<Result<Vec<i64>>>()?;
    let columns = Line::columns();
    let sql = format!("SELECT {columns}, arrived, ifnull(dated, hlc) FROM lines WHERE log = ? ORDER BY seq LIMIT ?");
    let mut oldest = connection.prepare_cached(&sql)?;
    let mut chosen = Vec::new();
    for log in &logs {
        let mut rows = oldest.query(params![log, number((SLICE_LINES - chosen.len()) as u64)])?;
        while let Some(row) = rows.next()? {
            let arrived = Timestamp::from_millis(row.get(4)?);
            let dated = Hlc(unsigned(row.get(5)?)).wall();
            if arrived >= before && (dated >= before || arrived >= noticed) {
                break;
            }
            chosen.push(Line::read(row)?);
        }
        if chosen.len() >= SLICE_LINES {
            // The rest of this log is next.
            return Ok((chosen, Some(after)));
        }
        after = *log;
    }
    Ok((chosen, (logs.len() == SLICE_LOGS).then_some(after)))
}

/// The lines of guests that are too old, as many as fit into one slice. They are dated when they arrived.
pub(super) fn guests(connection: &Connection, place: i64, retain: &Retain) -> Result<Vec<Line>> {
    let Some(before) = retain.before else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {} FROM lines INDEXED BY guests_in_order WHERE place = ? AND log IS NULL AND hlc < ? ORDER BY hlc LIMIT ?",
        Line::columns()
    );
    let mut lines = connection.prepare_cached(&sql)?;
    let values = params![place, number(Hlc::at(before).0), number(SLICE_LINES as u64)];
    lines.query_map(values, Line::read)?.collect()
}
