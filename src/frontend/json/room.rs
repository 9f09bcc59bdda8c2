//! A room as JSON. Keys may be added, never renamed.

use serde::Serialize;

use super::is_false;
use crate::domain::model::Room;

/// The keys of a room, which are part of an event.
#[derive(Debug, Clone, Serialize)]
pub struct InRoom {
    room: String,
    #[serde(skip_serializing_if = "is_false")]
    private: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<String>,
}

impl InRoom {
    /// `room`, if no other room has its name.
    pub fn new(room: &Room) -> Self {
        Self::called(room, room.to_string())
    }

    /// `room`, called `name`, which has digits of its id if another room has the same name.
    pub fn called(room: &Room, name: String) -> Self {
        let room_id = if let Room::Private(private) = room { Some(private.id.to_string()) } else { None };
        Self { room: name, private: room_id.is_some(), room_id }
    }

    /// Whether only its members know it.
    pub const fn is_private(&self) -> bool {
        self.private
    }

    /// What it is called, for text.
    pub fn name(&self) -> &str {
        &self.room
    }
}
