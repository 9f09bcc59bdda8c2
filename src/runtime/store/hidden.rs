//! Lines that are not shown: those of ignored people, and those that were said again. They are left out when lines are
//! selected, so that pages are full without them.

use rusqlite::{Connection, Result, params};
use serde_json::Value;

use crate::{
    core::log::storage::Ignored,
    domain::model::{NodeId, RoomId},
};

/// What [`condition`] compares with.
#[derive(Debug)]
pub(super) struct Hidden {
    /// Keys of logs, as a list in JSON.
    pub(super) logs: String,
    /// Addresses of guests, as a list in JSON.
    pub(super) guests: String,
}

impl Hidden {
    /// The logs of these people in some rooms, and the addresses of these guests.
    pub(super) fn of(connection: &Connection, rooms: &[RoomId], ignored: &Ignored) -> Result<Self> {
        let mut select = connection.prepare_cached("SELECT key FROM logs WHERE room = ? AND author = ?")?;
        let mut of = |room: &RoomId, node: &NodeId| -> Result<Vec<i64>> {
            select.query_map(params![room.0, node.as_bytes()], |row| row.get(0))?.collect()
        };
        let mut logs: Vec<i64> = Vec::new();
        for room in rooms {
            for node in &ignored.nodes {
                logs.append(&mut of(room, node)?);
            }
        }
        let guests: Vec<String> = ignored.guests.iter().map(ToString::to_string).collect();
        Ok(Self { logs: Value::from(logs).to_string(), guests: Value::from(guests).to_string() })
    }
}

/// The SQL condition that a line is shown. `logs` and `guests` are the numbers of its two parameters. The index of the
/// order contains the log, so lines that are left out are not even read.
pub(super) fn condition(logs: usize, guests: usize) -> String {
    format!(
        "(lines.log IS NULL OR lines.log NOT IN (SELECT value FROM json_each(?{logs})))
         AND (lines.log IS NOT NULL OR lines.guest NOT IN (SELECT value FROM json_each(?{guests})))
         AND {NOT_SAID_AGAIN}"
    )
}

/// The condition that no line of the same place repeats a line of `lines`, whose log is in `logs`. Of several
/// repetitions the last one is shown. Only the same author can repeat a line.
pub(super) const NOT_SAID_AGAIN: &str = "NOT EXISTS (
    SELECT 1 FROM lines AS later JOIN logs AS by ON by.key = later.log
    WHERE later.again = ifnull(lines.again, lines.id) AND by.author = logs.author AND later.place = lines.place
    AND (lines.again IS NULL OR (later.hlc, later.id) > (lines.hlc, lines.id)))";
