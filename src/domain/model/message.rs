//! One message of a room.

use std::borrow::Cow;

use super::{MessageId, Nick, PeerId, Position, Repute, Room, Text, Timestamp};

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The user of this node.
    Own,
    /// A peer.
    Peer(PeerId),
}

/// How far a message of our own got. Only what others report to hold decides this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// On disk here, and nobody else is known to have it. It is delivered when someone joins.
    Waiting,
    /// Some of those who are present have it.
    Partly {
        /// How many have it.
        delivered: u32,
        /// Of how many.
        of: u32,
    },
    /// Everyone present has it. If nobody is present, somebody has it.
    Sent,
    /// It could not be stored, so it was not sent and never will be.
    NotSent,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MessageKind {
    /// Something that was said.
    #[default]
    Said,
    /// The topic of the room.
    Topic,
    /// Something that this release cannot show: an event of this kind.
    Unknown(u32),
}

/// What to say about a message besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// It arrived over ten minutes after the time that it gives.
    Late,
    /// It is dated over a day ahead, and is placed by its arrival.
    Ahead,
    /// It is dated over a day back although it was just said, and is placed by its arrival.
    Behind,
    /// It gives an impossible time. The time of its arrival is shown instead.
    WrongTime,
    /// Its author signed two different messages under one number.
    Forked,
    /// This release cannot show it, see [`MessageKind::Unknown`].
    Unknown,
    /// The disk does not take it now. It is shown, but lost if the program ends before the disk takes it.
    NotKept,
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
    /// What is known about the peer that said it, under this name. Meaningless for our own user.
    pub repute: Repute,
    /// What it is.
    pub kind: MessageKind,
    /// What was said, or the topic. For an action, without the `/me `. `kind 9` for a kind that cannot be shown:
    /// front ends say that in words.
    pub text: Text,
    /// Whether it is an action: `* alice waves`.
    pub action: bool,
    /// An earlier message of the same author that this one repeats. Only this one of the two is shown. It must be
    /// ignored if that message is somebody else's.
    pub again: Option<MessageId>,
    /// When it was sent; for a guest's message, when it arrived.
    pub sent_at: Timestamp,
    /// How far it got, if it is our own; a peer's message is always [`Delivery::Sent`].
    pub delivery: Delivery,
    /// Where it stands in the room.
    pub position: Position,
    /// Whether it was said before this copy of the program started.
    pub history: bool,
    /// What to say about it.
    pub mark: Mark,
}

impl Message {
    /// Whether this node's user said it.
    pub fn is_own(&self) -> bool {
        self.author == Author::Own
    }

    /// The name to show: the nickname; without one, a key prefix or the address.
    pub fn display_name(&self) -> Cow<'_, str> {
        match (&self.nick, self.author) {
            (Some(nick), _) => Cow::Borrowed(nick.as_str()),
            (None, Author::Peer(PeerId::Guest(addr))) => Cow::Owned(addr.to_string()),
            (None, Author::Peer(PeerId::Node(node))) => Cow::Owned(node.tag(8)),
            (None, Author::Own) => Cow::Borrowed("me"),
        }
    }
}
