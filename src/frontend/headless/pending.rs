//! The commands whose answers have not all come.
//!
//! The node marks what it says at once. What waits for the disk is recognized by what it says: lines and topics by
//! their room and text, in the order of their commands.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
};

use super::request::Reference;
use crate::domain::{
    bus::{Command, Failure, RequestId, StorageFailure, Update},
    model::{Room, StoreTask, Text},
};

/// How many commands are remembered: more than the node holds back for the disk. If an answer never comes, which only
/// a fault can cause, its command is forgotten in the end.
const MOST: usize = 8_192;

/// All such commands, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Pending {
    list: VecDeque<Request>,
    /// The number of the newest command.
    newest: u64,
    hasher: RandomState,
}

#[derive(Debug)]
struct Request {
    id: RequestId,
    reference: Option<Reference>,
    about: About,
}

/// What an answer is about.
#[derive(Debug, PartialEq, Eq)]
enum About {
    /// A line or a topic, by the hash of its text. The room is none if it is for one person: the node knows whom.
    Line { room: Option<Room>, text: u64 },
    /// The result of a search.
    Search { room: Option<Room>, query: String },
    /// An erasure.
    Erase(Room),
    /// Everything else is answered at once.
    AtOnce,
}

/// What an update says about the commands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// How the program called the command that it answers.
    pub(super) reference: Option<Reference>,
    /// Whether a line was refused, or lost because its room was left.
    pub(super) refused: bool,
}

impl Pending {
    /// The node is about to be given a command. Returns its number.
    pub(super) fn add(&mut self, reference: Option<Reference>, command: &Command) -> RequestId {
        self.newest += 1;
        let id = RequestId(self.newest);
        let about = match command {
            Command::Say { room, text, .. } => About::Line { room: Some(room.clone()), text: self.hash(text) },
            Command::SetTopic { room, topic, .. } => {
                About::Line { room: Some(room.clone()), text: self.hash(topic.as_text()) }
            }
            Command::Tell { text, .. } => About::Line { room: None, text: self.hash(text) },
            Command::Search { room, query, .. } => About::Search { room: room.clone(), query: query.clone() },
            Command::Erase { room, .. } => About::Erase(room.clone()),
            _ => About::AtOnce,
        };
        if about != About::AtOnce || reference.is_some() {
            if self.list.len() >= MOST {
                self.list.pop_front();
            }
            self.list.push_back(Request { id, reference, about });
        }
        id
    }

    /// Whether a line or a query has not been answered.
    pub(super) fn waits(&self) -> bool {
        self.list.iter().any(|request| request.about != About::AtOnce)
    }

    /// What the update says about the commands. Those that it answers for good are forgotten.
    pub(super) fn settle(&mut self, update: &Update) -> Settled {
        match update {
            Update::Answer { id, update } => self.answered(*id, update),
            Update::Message(message) if message.is_own() && !message.history => {
                self.line(&message.room, &message.text).map_or_else(Settled::default, Settled::done)
            }
            Update::Returned { room, text, shown: false, .. } => {
                self.line(room, text).map_or_else(Settled::default, Settled::refused)
            }
            Update::Found { room, query, .. } => self.done(|about| match about {
                About::Search { room: asked_in, query: asked } => asked_in == room && asked == query,
                _ => false,
            }),
            Update::Erased { room, .. } => self.done(|about| matches!(about, About::Erase(erased) if erased == room)),
            // Searches are carried out in turn, and so are erasures.
            Update::Failed(Failure::Storage(StorageFailure::Request(failure))) => self.done(|about| match about {
                About::Search { .. } => failure.task == StoreTask::Search,
                About::Erase(_) => failure.task == StoreTask::Erase,
                _ => false,
            }),
            Update::RoomLeft { room, .. } => self.left(room, None),
            _ => Settled::default(),
        }
    }

    /// The node says something at once, because of the command `id`. So it has carried out all commands before that.
    fn answered(&mut self, id: RequestId, update: &Update) -> Settled {
        self.list.retain(|request| request.id >= id || request.about != About::AtOnce);
        let mut settled = match update {
            Update::RoomLeft { room, .. } => self.left(room, Some(id)),
            _ => Settled::default(),
        };
        let Some(at) = self.list.iter().position(|request| request.id == id) else { return settled };
        let is_failure = matches!(update, Update::Failed(_));
        if let Some(request) = self.list.get(at) {
            settled.reference.clone_from(&request.reference);
            settled.refused |= is_failure && matches!(request.about, About::Line { .. });
        }
        if is_failure {
            self.list.remove(at);
        }
        settled
    }

    /// What was said in a room that was left is not shown any more: before the command `by`, or all of it.
    fn left(&mut self, room: &Room, by: Option<RequestId>) -> Settled {
        let before = self.list.len();
        self.list.retain(|request| {
            let is_there = matches!(&request.about, About::Line { room: Some(said_in), .. } if said_in == room);
            !is_there || by.is_some_and(|by| request.id > by)
        });
        Settled { reference: None, refused: self.list.len() < before }
    }

    fn line(&mut self, room: &Room, said: &Text) -> Option<Request> {
        let hash = self.hash(said);
        let is_direct = matches!(room, Room::Direct(_));
        self.take(|about| match about {
            About::Line { room: asked, text } => {
                *text == hash && asked.as_ref().map_or(is_direct, |asked| asked == room)
            }
            _ => false,
        })
    }

    fn done(&mut self, answers: impl Fn(&About) -> bool) -> Settled {
        self.take(answers).map_or_else(Settled::default, Settled::done)
    }

    fn take(&mut self, answers: impl Fn(&About) -> bool) -> Option<Request> {
        let at = self.list.iter().position(|request| answers(&request.about))?;
        self.list.remove(at)
    }

    fn hash(&self, text: &Text) -> u64 {
        self.hasher.hash_one(text)
    }
}

impl Settled {
    fn done(request: Request) -> Self {
        Self { reference: request.reference, refused: false }
    }

    fn refused(request: Request) -> Self {
        Self { reference: request.reference, refused: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        bus::{LeftBecause, RoomFailure},
        model::{DiskTrouble, NodeId, Presence, StoreFailure, StoreFault, Who},
    };

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    fn dev() -> Room {
        Room::named("dev").unwrap()
    }

    fn reference(name: &str) -> Reference {
        Reference::new(name)
    }

    fn say(room: &Room, said: &str) -> Command {
        Command::Say { room: room.clone(), text: text(said), action: false, network: None }
    }

    fn tell(said: &str) -> Command {
        Command::Tell { who: Who::new("bob").unwrap(), text: text(said) }
    }

    fn returned(room: &Room, said: &str) -> Update {
        let (room, text, trouble) = (room.clone(), text(said), DiskTrouble::Full);
        Update::Returned { room, text, action: false, topic: false, trouble, shown: false }
    }

    fn failed() -> Update {
        Update::Failed(Failure::Room(RoomFailure::NotJoined(dev())))
    }

    fn left() -> Update {
        Update::RoomLeft { room: dev(), because: LeftBecause::Asked }
    }

    fn refused(name: Option<&str>) -> Settled {
        Settled { reference: name.map(Reference::new), refused: true }
    }

    #[test]
    fn lines_are_recognized_by_room_and_text_in_order() {
        let mut pending = Pending::default();
        let bob = Room::Direct(NodeId::new([7; 32]));
        pending.add(Some(reference("1")), &say(&dev(), "hi"));
        pending.add(None, &say(&Room::Lobby, "hi"));
        pending.add(Some(reference("3")), &tell("hi"));
        pending.add(Some(reference("4")), &say(&dev(), "hi"));
        for (room, said, settled) in [
            (&dev(), "ho", Settled::default()),
            (&bob, "hi", refused(Some("3"))),
            (&bob, "hi", Settled::default()),
            (&dev(), "hi", refused(Some("1"))),
            (&Room::Lobby, "hi", refused(None)),
            (&dev(), "hi", refused(Some("4"))),
        ] {
            assert_eq!(pending.settle(&returned(room, said)), settled);
        }
        assert!(!pending.waits());
    }

    #[test]
    fn a_marked_failure_ends_one_line_even_with_equal_references() {
        let mut pending = Pending::default();
        let first = pending.add(Some(reference("1")), &tell("hi"));
        let second = pending.add(Some(reference("1")), &say(&Room::Lobby, "hi"));
        assert!(first < second);
        assert_eq!(pending.settle(&failed().answering(Some(second))), refused(Some("1")));
        assert!(pending.waits(), "the first one");
        assert_eq!(pending.settle(&failed().answering(Some(first))), refused(Some("1")));
        assert!(!pending.waits());
    }

    #[test]
    fn what_is_answered_at_once_is_soon_forgotten() {
        let mut pending = Pending::default();
        let back = Command::SetPresence(Presence::Here);
        let [first, second] = ["1", "2"].map(|name| pending.add(Some(reference(name)), &back));
        assert!(!pending.waits());
        for (id, name) in [(first, "1"), (first, "1"), (second, "2")] {
            let answer = Update::PresenceSet(Presence::Here).answering(Some(id));
            assert_eq!(pending.settle(&answer), Settled { reference: Some(reference(name)), refused: false });
        }
        assert_eq!(pending.list.len(), 1);
    }

    #[test]
    fn lines_are_lost_with_the_room_that_is_left() {
        let mut pending = Pending::default();
        pending.add(None, &say(&dev(), "before"));
        pending.add(None, &say(&Room::Lobby, "elsewhere"));
        let part = pending.add(Some(reference("part")), &Command::Part(dev()));
        pending.add(None, &say(&dev(), "after"));
        assert_eq!(pending.settle(&left().answering(Some(part))), refused(Some("part")));
        assert_eq!(pending.settle(&returned(&dev(), "before")), Settled::default());
        assert_eq!(pending.settle(&returned(&dev(), "after")), refused(None));
        assert_eq!(pending.settle(&left()), Settled::default());
    }

    #[test]
    fn a_query_that_fails_on_disk_is_answered() {
        let mut pending = Pending::default();
        pending.add(Some(reference("7")), &Command::Search { room: None, query: "key".into(), before: None, max: 1 });
        pending.add(Some(reference("8")), &Command::Erase { room: Room::Lobby, network: None });
        let failed = |task| {
            let (fault, trouble) = (StoreFault::Silent, DiskTrouble::Failing);
            Update::Failed(Failure::Storage(StorageFailure::Request(StoreFailure { task, fault, trouble })))
        };
        assert_eq!(pending.settle(&failed(StoreTask::Index)).reference, None);
        assert_eq!(pending.settle(&failed(StoreTask::Erase)).reference, Some(reference("8")));
        assert!(pending.waits());
        assert_eq!(pending.settle(&failed(StoreTask::Search)).reference, Some(reference("7")));
        assert!(!pending.waits());
    }

    #[test]
    fn the_list_is_bounded() {
        let mut pending = Pending::default();
        for _ in 0..MOST + 10 {
            pending.add(None, &Command::Erase { room: Room::Lobby, network: None });
        }
        assert_eq!(pending.list.len(), MOST);
    }
}
