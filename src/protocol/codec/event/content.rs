//! What an event says.

use bytes::Bytes;
use prost::Message as _;

use super::{KIND_SAID, SALT_BYTES};
use crate::{
    domain::model::{EventId, Nick, Text},
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
    /// A kind that a later version knows, or one that we know, with nothing visible in it.
    Unknown,
}

impl Content {
    /// Reads an event's content, salt included.
    pub fn read(kind: u32, content: &[u8]) -> Self {
        let said = content.get(SALT_BYTES..).filter(|_| kind == KIND_SAID);
        let said = said.and_then(|payload| mesh::Said::decode(payload).ok());
        match said.and_then(|said| Some((Text::cut(&said.text)?, said))) {
            Some((text, said)) => Self::Said {
                nick: Nick::clean(&said.nick),
                text,
                action: said.action,
                again: said.again.try_into().ok().map(EventId),
            },
            None => Self::Unknown,
        }
    }

    /// The event that an event with this content repeats, if it repeats one.
    pub fn again(kind: u32, content: &[u8]) -> Option<EventId> {
        match Self::read(kind, content) {
            Self::Said { again, .. } => again,
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

    fn encode(salt: [u8; SALT_BYTES], nick: &Nick, text: &Text, action: bool, again: Vec<u8>) -> Bytes {
        let said = mesh::Said { nick: nick.to_string(), text: text.as_str().to_owned(), action, again };
        let mut content = Vec::with_capacity(SALT_BYTES + said.encoded_len());
        content.extend(salt);
        content.extend(said.encode_to_vec());
        content.into()
    }
}
