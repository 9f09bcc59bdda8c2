//! The oldest lines go, a slice at a time.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{
    columns::{number, unsigned},
    deleting::{Line, SLICE_LINES},
};
use crate::{
    core::log::storage::Retain,
    domain::model::{Hlc, Timestamp},
};

/// A line that is dated further ahead than this pushes no others out: its author's clock is wrong, or worse.
const MAX_AHEAD: Duration = Duration::from_hours(24);

/// How far a request to forget has come.
#[derive(Debug)]
pub(super) struct Retaining {
    retain: Retain,
    /// What is left to do; none before the first slice.
    spans: Option<Vec<Span>>,
}

/// Lines that go: those of a place with a clock from one reading on and before another.
#[derive(Debug, Clone, Copy)]
struct Span {
    place: i64,
    from: i64,
    to: i64,
}

impl Retaining {
    pub(super) fn new(retain: Retain) -> Self {
        Self { retain, spans: None }
    }

    /// The lines that go next, and whether there may be more after them.
    pub(super) fn next(&mut self, connection: &Connection) -> Result<(Vec<Line>, bool)> {
        let spans = match &mut self.spans {
            Some(spans) => spans,
            none => none.insert(spans(connection, self.retain)?),
        };
        let Some(&span) = spans.last() else { return Ok((Vec::new(), false)) };
        let lines = oldest(connection, span)?;
        if lines.len() < SLICE_LINES {
            spans.pop();
        }
        Ok((lines, !spans.is_empty()))
    }
}

/// A clock never goes back within a log, so that what is before a reading is the begin of every log.
fn spans(connection: &Connection, retain: Retain) -> Result<Vec<Span>> {
    let mut places = connection.prepare_cached("SELECT key FROM places")?;
    let places = places.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    let by_age = retain.before.map_or(0, |before| number(Hlc::at(before).0));
    let ahead = i64::try_from(MAX_AHEAD.as_millis()).unwrap_or(i64::MAX);
    let ahead = Timestamp::from_millis(retain.now.as_millis().saturating_add(ahead));
    let ahead = number(Hlc::at(ahead).0);
    let mut spans = Vec::with_capacity(places.len());
    for place in places {
        let mut to = by_age;
        if let Some(keep) = retain.keep {
            let kept: u64 = connection
                .prepare_cached("SELECT count(*) FROM lines WHERE place = ? AND hlc < ?")?
                .query_row(params![place, ahead], |row| row.get(0).map(unsigned))?;
            to = to.max(oldest_kept(connection, place, 0, ahead, keep)?.unwrap_or(ahead).min(ahead));
            let from = ahead.max(to);
            let rest = oldest_kept(connection, place, from, i64::MAX, keep.saturating_sub(kept))?;
            spans.push(Span { place, from: 0, to });
            // Taken from the end: these are the first to go.
            spans.push(Span { place, from, to: rest.unwrap_or(i64::MAX) });
        } else {
            spans.push(Span { place, from: 0, to: by_age });
        }
    }
    Ok(spans)
}

/// The clock of the oldest line between two readings, if only so many of them are kept; `None` if none is kept. All are
/// kept where there are fewer.
fn oldest_kept(connection: &Connection, place: i64, from: i64, to: i64, keep: u64) -> Result<Option<i64>> {
    let Some(before) = keep.checked_sub(1) else { return Ok(None) };
    let mut oldest = connection.prepare_cached(
        "SELECT hlc FROM lines WHERE place = ? AND hlc >= ? AND hlc < ? ORDER BY hlc DESC LIMIT 1 OFFSET ?",
    )?;
    let oldest = oldest.query_row(params![place, from, to, number(before)], |row| row.get(0)).optional()?;
    Ok(Some(oldest.unwrap_or(from)))
}

fn oldest(connection: &Connection, span: Span) -> Result<Vec<Line>> {
    let sql =
        format!("SELECT {} FROM lines WHERE place = ? AND hlc >= ? AND hlc < ? ORDER BY hlc LIMIT ?", Line::columns());
    let mut oldest = connection.prepare_cached(&sql)?;
    let oldest = oldest.query_map(params![span.place, span.from, span.to, number(SLICE_LINES as u64)], Line::read)?;
    oldest.collect()
}
