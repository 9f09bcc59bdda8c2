//! Finds the room that a program or a user means.

use super::current_rooms::CurrentRooms;
use crate::{
    domain::{
        bus::{Failure, RoomFailure},
        model::{Room, RoomId},
        naming::HANDLE_DIGITS,
    },
    frontend::{
        slash::{self, ActionError, TypedRoom},
        told,
        words::pipe_answers,
    },
};

/// Why it is not clear which room is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear {
    /// The `code` of the contract.
    pub(super) code: &'static str,
    pub(super) text: String,
}

impl From<ActionError> for Unclear {
    fn from(error: ActionError) -> Self {
        Self { code: error.code(), text: error.text() }
    }
}

/// The room that `typed` means: `@` and a whole key, the whole id of a private room, or a name with or without the first
/// digits of an id. A name may mean a room that the user is not in: the node knows why that is of no use.
///
/// # Errors
/// If no room can be called that, if none has these digits, or if several may be meant.
pub(super) fn find(typed: &str, rooms: &CurrentRooms) -> Result<Room, Unclear> {
    if let Ok(room @ Room::Direct(_)) = slash::room_of(typed) {
        return Ok(room);
    }
    if let Some(room) = RoomId::from_hex(typed.trim()).and_then(|id| rooms.with_id(&id)) {
        return Ok(room);
    }
    let room = TypedRoom::parse(typed).map_err(ActionError::from)?;
    let meant = rooms.meant(&room);
    match (meant.as_slice(), &room.id) {
        ([one], _) => Ok(one.clone()),
        ([], None) => Ok(room.room),
        ([], Some(_)) => Err(not_possible(pipe_answers::NO_SUCH_ROOM.to_owned())),
        (several, _) => {
            let open = several.iter().find(|one| **one == room.room);
            open.cloned().ok_or_else(|| not_possible(ambiguous(several)))
        }
    }
}

const fn not_possible(text: String) -> Unclear {
    Unclear { code: "not_possible", text }
}

/// Several private rooms of one name.
fn ambiguous(rooms: &[Room]) -> String {
    let private = |room: &Room| if let Room::Private(private) = room { Some(private.clone()) } else { None };
    let rooms: Vec<_> = rooms.iter().filter_map(private).collect();
    let ids = rooms.iter().map(|room| format!("{:.HANDLE_DIGITS$}", room.id)).collect();
    let name = rooms.into_iter().next().map(|room| room.name);
    name.map(|name| told::failure(&Failure::Room(RoomFailure::Ambiguous { name, ids }))).unwrap_or_default()
}
