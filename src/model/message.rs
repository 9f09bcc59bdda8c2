//! One message of a room.

use std::{borrow::Cow, fmt};

use super::{Nick, PeerId, Room, Text, Timestamp};

/// What tells one message from all others: 128 random bits until there is a log to name it by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub [u8; 16]);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The user of this node.
    Own,
    /// A peer.
    Peer(PeerId),
}

/// How far an own message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Handed to every peer that was linked.
    Sent,
    /// Nobody was linked; nobody will get it.
    NotSent,
}

/// A message as the front ends show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its identity on this node.
    pub id: MessageId,
    /// Where it was said.
    pub room: Room,
    /// Who said it.
    pub author: Author,
    /// The name the author went by when it was said; a reference node may have none.
    pub nick: Option<Nick>,
    /// What was said. For an action, without the `/me `.
    pub text: Text,
    /// Whether it is an action: `* alice waves`.
    pub action: bool,
    /// When it was sent; for a guest's message, when it arrived.
    pub sent_at: Timestamp,
    /// How far it got, if it is our own; a peer's message is always [`Delivery::Sent`].
    pub delivery: Delivery,
}

impl Message {
    /// Whether this node's user said it.
    pub fn is_own(&self) -> bool {
        self.author == Author::Own
    }

    /// The name to show: the nickname, or the begin of the key or the address of who has none.
    pub fn display_name(&self) -> Cow<'_, str> {
        match (&self.nick, self.author) {
            (Some(nick), _) => Cow::Borrowed(nick.as_str()),
            (None, Author::Peer(PeerId::Guest(addr))) => Cow::Owned(addr.to_string()),
            (None, Author::Peer(PeerId::Node(node))) => Cow::Owned(node.tag(8)),
            (None, Author::Own) => Cow::Borrowed("me"),
        }
    }
}
