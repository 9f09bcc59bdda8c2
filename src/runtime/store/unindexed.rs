//! Which lines are in the search index, and which wait for it.

use rusqlite::{Connection, Result, params};

use super::columns::unsigned;

/// Notes a line that cannot be found yet. Own ones are indexed first.
pub(super) fn note(connection: &Connection, spot: i64, place: i64, own: bool) -> Result<()> {
    // Search finds nothing below zero: see `lines::free_spot`.
    if spot >= 0 {
        let mut insert = connection.prepare_cached("INSERT INTO unindexed (own, spot, place) VALUES (?, ?, ?)")?;
        insert.execute(params![own, spot, place])?;
    }
    Ok(())
}

/// Removes a line from the index, or from the lines that wait for it.
pub(super) fn forget(connection: &Connection, spot: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM unindexed WHERE own IN (0, 1) AND spot = ?")?.execute([spot])?;
    connection.prepare_cached("DELETE FROM words WHERE rowid = ?")?.execute([spot])?;
    Ok(())
}

/// How many lines of a place cannot be found yet.
pub(super) fn behind(connection: &Connection, place: i64) -> Result<u64> {
    let mut count = connection.prepare_cached("SELECT count(*) FROM unindexed WHERE place = ?")?;
    count.query_row([place], |row| row.get(0).map(unsigned))
}
