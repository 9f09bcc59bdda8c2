//! The room that lines are said in.

use crate::domain::{bus::RoomFailure, model::Room};

/// The room of `--room`, as far as the node has answered. The input says lines in it, and the output leaves it out
/// where it is understood: both see the same updates, so they agree.
#[derive(Debug)]
pub(super) struct Spoken {
    room: Room,
    /// Whether the node was asked to join it, and has not answered.
    is_asked: bool,
}

impl Spoken {
    /// Lines are said in `room`, which the node is asked to join at the start.
    pub(super) fn new(room: Room) -> Self {
        Self { is_asked: !room.is_lobby(), room }
    }

    /// The room.
    pub(super) const fn room(&self) -> &Room {
        &self.room
    }

    /// The user is in `joined`, because they have just `asked` for it or since an earlier run.
    ///
    /// The answer to `--room plan` may be the private room of that name that the user was invited to. After the
    /// answer, nothing that the user joins changes the room.
    pub(super) fn joined(&mut self, joined: &Room, asked: bool) {
        if !asked || !self.is_asked {
            return;
        }
        if matches!((&self.room, joined), (Room::Open(name), Room::Private(private)) if *name == private.name) {
            self.room = joined.clone();
        }
        self.is_asked = *joined != self.room;
    }

    /// Whether the failure is no news: the room was joined in an earlier run, and that is the answer.
    pub(super) fn expects(&mut self, failure: &RoomFailure) -> bool {
        let is_expected = self.is_asked && matches!(failure, RoomFailure::Joined(room) if *room == self.room);
        self.is_asked &= !is_expected;
        is_expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{PrivateRoom, RoomId};

    fn open() -> Room {
        Room::named("plan").unwrap()
    }

    fn private() -> Room {
        let Room::Open(name) = open() else { unreachable!("a room of the network") };
        Room::Private(PrivateRoom { id: RoomId([7; 32]), name })
    }

    #[test]
    fn a_private_room_of_the_name_answers_the_start() {
        let mut spoken = Spoken::new(open());
        spoken.joined(&private(), true);
        assert_eq!(*spoken.room(), private());
    }

    #[test]
    fn a_room_that_is_joined_later_changes_nothing() {
        let mut spoken = Spoken::new(open());
        spoken.joined(&open(), true);
        spoken.joined(&private(), true);
        assert_eq!(*spoken.room(), open());
    }

    #[test]
    fn a_room_of_an_earlier_run_answers_the_start_once() {
        let (dev, ops) = (Room::named("dev").unwrap(), Room::named("ops").unwrap());
        let mut spoken = Spoken::new(dev.clone());
        spoken.joined(&ops, true);
        spoken.joined(&dev, false);
        assert!(!spoken.expects(&RoomFailure::Joined(ops)));
        assert!(spoken.expects(&RoomFailure::Joined(dev.clone())));
        assert!(!spoken.expects(&RoomFailure::Joined(dev)), "the user asked for it again");
    }
}
