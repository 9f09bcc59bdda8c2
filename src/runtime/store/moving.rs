//! Moves lines to another place in the order, also those in files of versions that placed every line by its author's
//! clock.

use rusqlite::{Connection, Result, params};

use super::{
    columns::{dating_number, number},
    lines, unindexed,
};
use crate::{
    core::log::storage::Dating,
    domain::model::{Hlc, Timestamp},
};

/// How far a line's clock may be ahead of its arrival, and how far its two times may be apart. Never change it: it is
/// part of a step of the schema.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far ahead of its arrival a shown time may be. Part of the same step.
const SHOWN_AHEAD_MS: i64 = 10 * 60 * 1_000;

/// A line that is moved.
pub(super) struct Line {
    spot: i64,
    place: i64,
    /// Whether its author is our user.
    own: bool,
}

/// Moves lines that are dated more than a day after they arrived to the time of their arrival, and hides impossible
/// times.
pub(super) fn place_stored(connection: &Connection) -> Result<()> {
    let sql = "SELECT spot, place, 0, arrived FROM lines
               WHERE log IS NOT NULL AND (hlc >> 16) > arrived + ?1 ORDER BY place, hlc, log, seq";
    let far = connection.prepare(sql)?.query_map([DAY_MS], read_with_time)?.collect::<Result<Vec<_>>>()?;
    for (line, arrived) in far {
        let arrived = Timestamp::from_millis(arrived);
        put(connection, &line, Hlc::at(arrived), Some(arrived))?;
    }
    connection.execute(
        "UPDATE lines SET shown = arrived, dating = ?1 WHERE log IS NOT NULL AND dating = 0
         AND (abs(wall - (hlc >> 16)) > ?2 OR wall > arrived + ?3)",
        params![dating_number(Dating::OtherTime), DAY_MS, SHOWN_AHEAD_MS],
    )?;
    // A log whose lines are gone must not move any clock if it is dated after everything that is there.
    connection.execute(
        "UPDATE logs SET head_place = ifnull(
             (SELECT hlc FROM lines WHERE lines.log = logs.key AND lines.seq = logs.head),
             min(head_hlc, ifnull((SELECT max(hlc) FROM lines WHERE lines.place = logs.place), 0)))",
        [],
    )?;
    connection.execute("UPDATE logs SET head_place = NULL WHERE head_place = head_hlc", [])?;
    Ok(())
}

/// Reads a line from three columns: its spot, its place, and whether it is our user's own.
pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<Line> {
    Ok(Line { spot: row.get(0)?, place: row.get(1)?, own: row.get(2)? })
}

fn read_with_time(row: &rusqlite::Row<'_>) -> Result<(Line, i64)> {
    Ok((read(row)?, row.get(3)?))
}

/// Moves one line, and marks it.
pub(super) fn put(connection: &Connection, line: &Line, hlc: Hlc, shown: Option<Timestamp>) -> Result<()> {
    let spot = lines::free_spot(connection, hlc)?;
    unindexed::forget(connection, line.spot)?;
    let mut update = connection.prepare_cached(
        "UPDATE lines SET spot = ?1, dated = ifnull(dated, hlc), hlc = ?2, dating = ?3, shown = ifnull(?4, shown)
         WHERE spot = ?5",
    )?;
    let shown = shown.map(Timestamp::as_millis);
    update.execute(params![spot, number(hlc.0), dating_number(Dating::Ahead), shown, line.spot])?;
    unindexed::note(connection, spot, line.place, line.own)
}
