//! The number below which nothing of a log may be held. It keeps what was erased or forgotten from coming back with a
//! write that was on its way meanwhile.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::columns::{epoch, number, unsigned};
use crate::{
    core::log::storage::{LogState, Older},
    domain::model::LogId,
};

/// The floor of a log; 1 if there is no such log.
pub(super) fn of(connection: &Connection, log: &LogId) -> Result<u64> {
    let mut find = connection.prepare_cached("SELECT floor FROM logs WHERE room = ? AND author = ? AND epoch = ?")?;
    let found = find.query_row(params![log.room.0, log.author.as_bytes(), epoch(log.epoch)], |row| row.get(0));
    Ok(found.optional()?.map_or(1, unsigned))
}

/// Raises a log's floor, and with it the ranges that the log is said to hold. Returns its main base, if that has
/// changed.
pub(super) fn raise(connection: &Connection, log: i64, floor: u64) -> Result<Option<u64>> {
    let mut select = connection.prepare_cached("SELECT base FROM logs WHERE key = ?")?;
    let before: i64 = select.query_row([log], |row| row.get(0))?;
    // The right-hand sides are the old values.
    let mut raise = connection.prepare_cached(
        "UPDATE logs SET floor = max(floor, ?2), base = max(base, ?2),
             older_base = iif(older_head >= ?2, max(older_base, ?2), NULL),
             older_id = iif(older_head >= ?2, older_id, NULL),
             older_head = iif(older_head >= ?2, older_head, NULL)
         WHERE key = ?1",
    )?;
    raise.execute(params![log, number(floor)])?;
    let after: i64 = select.query_row([log], |row| row.get(0))?;
    Ok((after > before).then_some(unsigned(after)))
}

/// The part of a log's state above its floor and above `floor`, which is the one known here.
pub(super) fn above(state: &LogState, floor: u64) -> LogState {
    let floor = floor.max(state.floor);
    let older = state.older.filter(|older| older.head >= floor);
    let older = older.map(|older| Older { base: older.base.max(floor), ..older });
    LogState { floor, base: state.base.max(floor), older, ..state.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::store::tests::people::Author;

    #[test]
    fn no_part_of_a_state_is_below_the_floor() {
        let bob = Author::new(2, 5);
        let state = |floor, base, older: Option<(u64, u64)>| LogState {
            floor,
            older: older.map(|(base, head)| Older { base, head, head_id: None }),
            head: 20,
            ..bob.state(base)
        };
        let given = state(2, 10, Some((3, 6)));
        for (floor, left) in [
            (1, given.clone()),
            (5, state(5, 10, Some((5, 6)))),
            (7, state(7, 10, None)),
            (15, state(15, 15, None)),
            (30, state(30, 30, None)),
        ] {
            assert_eq!(above(&given, floor), left, "{floor}");
        }
        assert_eq!(above(&LogState { floor: 7, ..given }, 1), state(7, 10, None));
    }
}
