//! Commands of a program whose answers come later, because the disk comes first. They are recognized by what they say.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::domain::{
    bus::{Command, Tag, Update},
    model::{Room, Text},
};

/// How many commands are remembered: more than the node holds back for the disk. If an answer never comes, which only
/// a fault can cause, its command is forgotten in the end.
const MOST: usize = 8_192;

/// The input notes the commands that it sends, and the output recognizes the answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Awaited(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    waiting: VecDeque<(Tag, Late)>,
    hasher: RandomState,
}

/// What a late answer is about.
#[derive(Debug, PartialEq, Eq)]
enum Late {
    /// A line or a topic, by the hash of its text. The room is none if it is for one person: the node knows whom.
    Said { room: Option<Room>, text: u64 },
    /// The result of a search.
    Found { room: Option<Room>, query: String },
    /// An erasure.
    Erased(Room),
}

impl Awaited {
    /// The node is about to be given this command.
    pub(super) fn note(&self, tag: &Tag, command: &Command) {
        let mut list = self.list();
        let late = match command {
            Command::Say { room, text, .. } => Late::Said { room: Some(room.clone()), text: list.hash(text) },
            Command::SetTopic { room, topic, .. } => {
                Late::Said { room: Some(room.clone()), text: list.hash(topic.as_text()) }
            }
            Command::Tell { text, .. } => Late::Said { room: None, text: list.hash(text) },
            Command::Search { room, query, .. } => Late::Found { room: room.clone(), query: query.clone() },
            Command::Erase { room, .. } => Late::Erased(room.clone()),
            _ => return,
        };
        if list.waiting.len() >= MOST {
            list.waiting.pop_front();
        }
        list.waiting.push_back((tag.clone(), late));
    }

    /// The command under this tag has failed, so nothing more comes. Returns whether it was a line for one person.
    pub(super) fn failed(&self, tag: &Tag) -> bool {
        let mut list = self.list();
        let Some(at) = list.waiting.iter().position(|(waiting, _)| waiting == tag) else { return false };
        list.waiting.remove(at).is_some_and(|(_, late)| matches!(late, Late::Said { room: None, .. }))
    }

    /// The command that an update answers without saying so. Answers come in the order of their commands.
    pub(super) fn answered_by(&self, update: &Update) -> Option<Tag> {
        let mut list = self.list();
        match update {
            Update::Message(message) if message.is_own() && !message.history => list.said(&message.room, &message.text),
            Update::Returned { room, text, shown: false, .. } => list.said(room, text),
            Update::Found { room, query, .. } => list.take(|late| match late {
                Late::Found { room: asked_in, query: asked } => asked_in == room && asked == query,
                _ => false,
            }),
            Update::Erased { room, .. } => list.take(|late| *late == Late::Erased(room.clone())),
            _ => None,
        }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        // What is in it is right, even if another thread panicked while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    fn hash(&self, text: &Text) -> u64 {
        self.hasher.hash_one(text)
    }

    fn said(&mut self, room: &Room, said: &Text) -> Option<Tag> {
        let hash = self.hash(said);
        let is_direct = matches!(room, Room::Direct(_));
        self.take(|late| match late {
            Late::Said { room: asked, text } => {
                *text == hash && asked.as_ref().map_or(is_direct, |asked| asked == room)
            }
            _ => false,
        })
    }

    fn take(&mut self, answers: impl Fn(&Late) -> bool) -> Option<Tag> {
        let at = self.waiting.iter().position(|(_, late)| answers(late))?;
        self.waiting.remove(at).map(|(tag, _)| tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{DiskTrouble, NodeId, Who};

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    fn say(room: &Room, said: &str) -> Command {
        Command::Say { room: room.clone(), text: text(said), action: false, network: None }
    }

    fn returned(room: &Room, said: &str) -> Update {
        let (room, text, trouble) = (room.clone(), text(said), DiskTrouble::Full);
        Update::Returned { room, text, action: false, topic: false, trouble, shown: false }
    }

    fn answered(awaited: &Awaited, update: &Update) -> Option<String> {
        awaited.answered_by(update).map(|tag| tag.to_string())
    }

    #[test]
    fn answers_are_recognized_by_room_and_text_in_order() {
        let (awaited, dev) = (Awaited::default(), Room::named("dev").unwrap());
        let bob = Room::Direct(NodeId::new([7; 32]));
        let tell = Command::Tell { who: Who::new("bob").unwrap(), text: text("hi") };
        for (tag, command) in
            [("1", say(&dev, "hi")), ("2", say(&Room::Lobby, "hi")), ("3", tell), ("4", say(&dev, "hi"))]
        {
            awaited.note(&Tag::new(tag), &command);
        }
        for (room, said, tag) in [
            (&dev, "ho", None),
            (&bob, "hi", Some("3")),
            (&bob, "hi", None),
            (&dev, "hi", Some("1")),
            (&dev, "hi", Some("4")),
        ] {
            assert_eq!(answered(&awaited, &returned(room, said)).as_deref(), tag);
        }
    }

    #[test]
    fn a_failure_ends_the_wait() {
        let (awaited, tag) = (Awaited::default(), Tag::new("1"));
        awaited.note(&tag, &say(&Room::Lobby, "hi"));
        assert!(!awaited.failed(&tag));
        assert_eq!(awaited.answered_by(&returned(&Room::Lobby, "hi")), None);
        awaited.note(&tag, &Command::Tell { who: Who::new("bob").unwrap(), text: text("hi") });
        assert!(awaited.failed(&tag) && !awaited.failed(&tag));
    }

    #[test]
    fn the_list_is_bounded() {
        let awaited = Awaited::default();
        for n in 0..MOST + 10 {
            awaited.note(&Tag::new(&n.to_string()), &Command::Erase { room: Room::Lobby, network: None });
        }
        assert_eq!(awaited.list().waiting.len(), MOST);
    }
}
