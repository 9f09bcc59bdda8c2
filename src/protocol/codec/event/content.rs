//! What an event says.

use bytes::Bytes;
use prost::Message as _;

use super::{KIND_SAID, KIND_TOPIC, SALT_BYTES};
use crate::{
    domain::model::{EventId, MessageKind, Nick, Text, Topic},
    protocol::wire::mesh,
};

/// What an event says, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Something for everyone in the room.
    Said {
        /// The author's name at that time; none if it was not valid.
        nick: Option<Nick>,
        /// What was said.
        text: Text,
        /// Whether it is an action.
        action: bool,
        /// The event of the same author that this one repeats: the first one, if there are several.
        again: Option<EventId>,
    },
    /// What the room is about from now on.
    Topic {
        /// The author's name at that time; none if it was not valid.
        nick: Option<Nick>,
        /// The topic.
        topic: Topic,
        /// The event of the same author that this one repeats, as in [`Self::Said`].
        again: Option<EventId>,
    },
    /// A kind that a later version knows, or one that we know, with nothing visible in it.
    Unknown,
}

impl Content {
    /// Reads an event's content, salt included.
    pub fn read(kind: u32, content: &[u8]) -> Self {
        let payload = content.get(SALT_BYTES..).filter(|_| matches!(kind, KIND_SAID | KIND_TOPIC));
        let Some(said) = payload.and_then(|payload| mesh::Said::decode(payload).ok()) else { return Self::Unknown };
        let (nick, again) = (Nick::clean(&said.nick), said.again.try_into().ok().map(EventId));
        let read = if kind == KIND_TOPIC {
            Topic::cut(&said.text).map(|topic| Self::Topic { nick, topic, again })
        } else {
            Text::cut(&said.text).map(|text| Self::Said { nick, text, action: said.action, again })
        };
        read.unwrap_or(Self::Unknown)
    }

    /// What a message with this content shows if the event is of this kind: the name of its author if it has one, the
    /// text, and what it is.
    pub fn shown(&self, kind: u32) -> (Option<&Nick>, Text, MessageKind) {
        match self {
            Self::Said { nick, text, .. } => (nick.as_ref(), text.clone(), MessageKind::Said),
            Self::Topic { nick, topic, .. } => (nick.as_ref(), topic.as_text().clone(), MessageKind::Topic),
            Self::Unknown => (None, Text::unknown_kind(kind), MessageKind::Unknown(kind)),
        }
    }

    /// Whether it is an action.
    pub const fn is_action(&self) -> bool {
        matches!(self, Self::Said { action: true, .. })
    }

    /// The event that an event with this content repeats, if it repeats one.
    pub const fn again(&self) -> Option<EventId> {
        match *self {
            Self::Said { again, .. } | Self::Topic { again, .. } => again,
            Self::Unknown => None,
        }
    }

    /// The content of an event that says something.
    pub fn said(salt: [u8; SALT_BYTES], nick: &Nick, text: &Text, action: bool) -> Bytes {
        Self::encode(salt, nick, text, action, Vec::new())
    }

    /// The content of an event that repeats what an earlier one of the same author says. `again` is the first such
    /// event.
    pub fn said_again(salt: [u8; SALT_BYTES], nick: &Nick, text: &Text, action: bool, again: EventId) -> Bytes {
        Self::encode(salt, nick, text, action, again.0.to_vec())
    }

    /// The content of an event that sets the topic. `again` is the first event of the same author that it repeats, if
    /// it repeats one.
    pub fn topic(salt: [u8; SALT_BYTES], nick: &Nick, topic: &Topic, again: Option<EventId>) -> Bytes {
        let again = again.map(|EventId(id)| id.to_vec()).unwrap_or_default();
        Self::encode(salt, nick, topic.as_text(), false, again)
    }

    fn encode(salt: [u8; SALT_BYTES], nick: &Nick, text: &Text, action: bool, again: Vec<u8>) -> Bytes {
        let said = mesh::Said { nick: nick.to_string(), text: text.as_str().to_owned(), action, again };
        let mut content = Vec::with_capacity(SALT_BYTES + said.encoded_len());
        content.extend(salt);
        content.extend(said.encode_to_vec());
        content.into()
    }
}
