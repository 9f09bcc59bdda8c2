//! The topic of a room, found without reading its history.

use rusqlite::{Result, params};

use super::{
    Database,
    columns::number,
    hidden::{Hidden, condition},
    lines::{COLUMNS, DESCENDING, FROM, line},
};
use crate::{
    core::log::storage::{StoredLine, TopicRequest},
    protocol::codec::event::{Content, KIND_TOPIC},
};

/// How many events are tried to find a topic that can be shown. Only a faulty program writes others.
const MAX_TRIED: u64 = 64;

/// Selects the events that set a topic, the newest first. An index has no others, so the kind is written out.
pub(super) fn newest() -> String {
    format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE lines.place = ?1 AND lines.kind = {KIND_TOPIC} AND {} ORDER BY {DESCENDING} LIMIT ?2",
        condition(3, 4)
    )
}

impl Database {
    pub(super) fn topic(&self, request: &TopicRequest) -> Result<Option<StoredLine>> {
        let Some(place) = self.place_key(request.room)? else { return Ok(None) };
        let hidden = Hidden::of(&self.connection, &[request.room], &request.ignored)?;
        let mut select = self.connection.prepare_cached(&newest())?;
        let mut rows = select.query(params![place, number(MAX_TRIED), hidden.logs, hidden.guests])?;
        while let Some(row) = rows.next()? {
            let line = line(row)?;
            if matches!(line.content, Content::Topic { .. }) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}
