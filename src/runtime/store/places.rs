//! Rooms of networks, and their keys.

use rusqlite::{Connection, OptionalExtension as _, Result};

use crate::domain::model::RoomId;

/// The key of a room of a network, if anything was said there.
pub(super) fn find(connection: &Connection, room: RoomId, network: &str) -> Result<Option<i64>> {
    let mut find = connection.prepare_cached("SELECT key FROM places WHERE room = ? AND network = ?")?;
    find.query_row((room.0, network), |row| row.get(0)).optional()
}

/// The key of a room of a network. Makes one if there is none.
pub(super) fn put(connection: &Connection, room: RoomId, network: &str) -> Result<i64> {
    match find(connection, room, network)? {
        Some(key) => Ok(key),
        None => {
            connection.prepare_cached("INSERT INTO places (room, network) VALUES (?, ?)")?.insert((room.0, network))
        }
    }
}
