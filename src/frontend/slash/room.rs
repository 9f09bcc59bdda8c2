//! Rooms as the user types them.

use std::sync::Arc;

use crate::domain::model::{Room, RoomNameError};

/// The most digits of a private room's id: all of them.
const ID_DIGITS: usize = 64;

/// A room as it was typed: its name, and the first digits of its id if several have that name: `#plan#31af`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedRoom {
    /// The lobby, or the room that has this name.
    pub room: Room,
    /// The digits, in lower case.
    pub id: Option<Arc<str>>,
}

impl TypedRoom {
    /// Reads `#plan`, `plan` or `#plan#31af`. The sign of a private room may stand before it.
    ///
    /// # Errors
    /// If no room can be called that, with a text for the person who typed it.
    pub fn parse(typed: &str) -> Result<Self, RoomNameError> {
        let typed = typed.trim();
        let typed = typed.strip_prefix('*').unwrap_or(typed);
        let begin = usize::from(typed.starts_with('#'));
        let digits = typed.get(begin..).and_then(|rest| rest.split_once('#')).filter(|(_, digits)| is_id(digits));
        match digits {
            Some((name, digits)) => Ok(Self { room: Room::named(name)?, id: Some(digits.to_ascii_lowercase().into()) }),
            None => Ok(Self { room: Room::named(typed)?, id: None }),
        }
    }

    /// Whether it may mean `room`, whose id has the digits `id` if it is private. Without digits, any room of the name
    /// is meant.
    pub fn means(&self, room: &Room) -> bool {
        match (&self.room, room, &self.id) {
            (Room::Open(name), Room::Private(private), id) => {
                *name == private.name && id.as_ref().is_none_or(|digits| private.id.begins_with(digits))
            }
            (typed, room, None) => typed == room,
            (_, _, Some(_)) => false,
        }
    }
}

fn is_id(digits: &str) -> bool {
    (1..=ID_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{PrivateRoom, RoomId, RoomName};

    fn typed(text: &str) -> (String, Option<Arc<str>>) {
        let TypedRoom { room, id } = TypedRoom::parse(text).unwrap();
        (room.to_string(), id)
    }

    #[test]
    fn digits_of_an_id_may_follow_the_name() {
        for text in ["plan", "#plan", " #Plan ", "*#plan"] {
            assert_eq!(typed(text), ("#plan".to_owned(), None), "{text}");
        }
        for text in ["plan#31af", "#plan#31AF", "*#plan#31af"] {
            assert_eq!(typed(text), ("#plan".to_owned(), Some("31af".into())), "{text}");
        }
        for text in ["", "#", "#plan#", "#plan#xyz", "##31af", "plan#31#af", &format!("plan#{}", "a".repeat(65))] {
            assert!(TypedRoom::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_means_private_rooms_only() {
        let name = RoomName::new("plan").unwrap();
        let private = Room::Private(PrivateRoom { id: RoomId([0x31; 32]), name });
        let means = |text: &str, room: &Room| TypedRoom::parse(text).unwrap().means(room);
        assert!(means("plan", &private) && means("plan#313", &private) && !means("plan#32", &private));
        let open = Room::named("plan").unwrap();
        assert!(means("plan", &open) && !means("plan#31", &open) && !means("plans", &open));
    }
}
