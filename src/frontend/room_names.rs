//! What private rooms are called, so that two of one name can be told apart.

use crate::domain::{
    model::{PrivateRoom, Room, RoomId, RoomName},
    naming::TAG_DIGITS,
};

/// The name of a room, and its id if it is private.
pub(crate) type Named<'a> = (&'a RoomName, Option<RoomId>);

/// The name of `room`; `None` for the lobby and for a direct conversation.
pub(crate) const fn named(room: &Room) -> Option<Named<'_>> {
    match room {
        Room::Open(name) => Some((name, None)),
        Room::Private(private) => Some(named_private(private)),
        Room::Lobby | Room::Direct(_) => None,
    }
}

/// The name and the id of a private room.
pub(crate) const fn named_private(room: &PrivateRoom) -> Named<'_> {
    (&room.name, Some(room.id))
}

/// What the user knows a private room by: `#plan`, or `#plan#31af` if one of the `known` rooms has the same name. There
/// are as many digits as tell it from all of them, and no fewer than people have. An open room keeps its name, because
/// it has no other.
pub(crate) fn called<'a>(room: &PrivateRoom, known: impl IntoIterator<Item = Named<'a>>) -> String {
    let id = room.id.to_string();
    let rivals = known.into_iter().filter(|(name, other)| **name == room.name && *other != Some(room.id));
    let digits = rivals.map(|(_, other)| match other {
        Some(other) => (common(&id, &other.to_string()) + 1).max(TAG_DIGITS),
        None => TAG_DIGITS,
    });
    match digits.max() {
        None => format!("#{}", room.name),
        Some(digits) => format!("#{}#{id:.digits$}", room.name),
    }
}

/// How many digits at the start are the same.
fn common(id: &str, other: &str) -> usize {
    id.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::hex;

    fn private(name: &str, id: &str) -> PrivateRoom {
        let id = hex::decode(&format!("{id:0<64}")).unwrap().try_into().unwrap();
        PrivateRoom { id: RoomId(id), name: RoomName::new(name).unwrap() }
    }

    #[test]
    fn only_rooms_of_one_name_have_digits() {
        let (plan, other, garden) = (private("plan", "31af"), private("plan", "77aa"), private("garden", "31af"));
        let known = || [named_private(&plan), named_private(&garden)];
        assert_eq!(called(&plan, known()), "#plan", "it is no rival of itself");
        let known = || [named_private(&plan), named_private(&other), named_private(&garden)];
        assert_eq!([&plan, &other, &garden].map(|room| called(room, known())), ["#plan#31af", "#plan#77aa", "#garden"]);
        let open = Room::named("plan").unwrap();
        assert_eq!(called(&plan, named(&open)), "#plan#31af");
    }

    #[test]
    fn there_are_as_many_digits_as_needed() {
        let (plan, other) = (private("plan", "31af00"), private("plan", "31af01"));
        assert_eq!(called(&plan, [named_private(&other)]), "#plan#31af00");
    }
}
