//! The hash that shows whether two machines hold the same events.
//!
//! It covers the ids of the events, in the order of the clocks that their authors signed. A line that is placed by its
//! arrival may be placed elsewhere on another machine, so here it counts where its signed clock puts it.

use std::iter::Peekable;

use sha2::{Digest, Sha256};

use super::{Error, pages::each_line};
use crate::{
    core::log::storage::StoredLine,
    domain::model::{Position, RoomId},
    runtime::store::Database,
};

/// The hash of a room. The lines that are placed by their arrival are few and kept in memory, 80 bytes each.
///
/// # Errors
/// Those of the store.
pub(super) fn of(database: &mut Database, room: RoomId) -> Result<Sha256, Error> {
    let mut moved = Vec::new();
    each_line(database, room, |line| {
        if line.dating.is_by_arrival() {
            moved.push(signed(line));
        }
        Ok(())
    })?;
    moved.sort_unstable();
    let (mut hash, mut moved) = (Sha256::new(), moved.into_iter().peekable());
    each_line(database, room, |line| {
        // Guests' lines are in no log: every machine has different ones.
        if line.guest.is_none() && !line.dating.is_by_arrival() {
            before(&mut moved, &line.position, &mut hash);
            hash.update(line.position.id.0);
        }
        Ok(())
    })?;
    moved.for_each(|position| hash.update(position.id.0));
    Ok(hash)
}

/// Adds the moved lines that come before `next`.
fn before(moved: &mut Peekable<impl Iterator<Item = Position>>, next: &Position, hash: &mut Sha256) {
    while let Some(position) = moved.next_if(|position| position < next) {
        hash.update(position.id.0);
    }
}

/// The position by its author's clock.
fn signed(line: &StoredLine) -> Position {
    Position { hlc: line.dated, ..line.position }
}
