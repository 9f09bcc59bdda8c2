//! A message as JSON. Keys may be added, never renamed.

use std::{borrow::Cow, fmt::Display};

use serde::{Serialize, Serializer};

use super::{InRoom, is_false};
use crate::{
    domain::model::{Author, Mark, Message, MessageId, MessageKind, NodeId, PeerId},
    frontend::words::messages as words,
    protocol::codec::event::KIND_TOPIC,
};

/// The protocol of our own lines. Reference nodes receive them in theirs, everybody else in ours.
const MESH: &str = "mesh";

/// The trust of our own lines.
const OWN: &str = "own";

/// A message, with its keys in the contract's order.
#[derive(Debug, Serialize)]
pub struct Said<'a> {
    id: Shown<MessageId>,
    #[serde(flatten)]
    room: InRoom,
    /// Our own key for our own messages; `None` only until the node has reported it.
    from: Option<Shown<PeerId>>,
    nick: Option<&'a str>,
    /// A prefix of the author's key, or the end of the address, where the name alone would mislead.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// What is known about the author under this name; `own` for our own user.
    trust: &'static str,
    text: Cow<'a, str>,
    sent_at: Cow<'a, str>,
    own: bool,
    history: bool,
    protocol: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    action: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    /// The earlier message by the same author that this one replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<Shown<MessageId>>,
    /// The kind of the event, unless something was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<u32>,
}

impl<'a> Said<'a> {
    /// `message`, in the room with these keys, whose author has this `tag`. `own` is our own key, and `sent_at` the time
    /// as [`super::Clock::utc`] writes it.
    pub fn new(
        message: &'a Message,
        room: InRoom,
        tag: Option<String>,
        own: Option<NodeId>,
        sent_at: impl Into<Cow<'a, str>>,
    ) -> Self {
        let author = author(message, own);
        Self {
            id: Shown(message.id),
            room,
            from: author.map(Shown),
            nick: message.nick.as_ref().map(crate::domain::model::Nick::as_str),
            tag,
            trust: if message.is_own() { OWN } else { message.repute.trust.as_str() },
            text: match message.kind {
                MessageKind::Said | MessageKind::Topic => Cow::Borrowed(message.text.as_str()),
                MessageKind::Unknown(kind) => words::unknown(kind),
            },
            sent_at: sent_at.into(),
            own: message.is_own(),
            history: message.history,
            protocol: author.map_or(MESH, protocol),
            action: message.action,
            mark: mark_word(message.mark),
            again: message.again.map(Shown),
            kind: match message.kind {
                MessageKind::Said => None,
                MessageKind::Topic => Some(KIND_TOPIC),
                MessageKind::Unknown(kind) => Some(kind),
            },
        }
    }
}

/// Who wrote a message. `own` is our own key.
pub(in crate::frontend) fn author(message: &Message, own: Option<NodeId>) -> Option<PeerId> {
    match message.author {
        Author::Own => own.map(PeerId::Node),
        Author::Peer(peer) => Some(peer),
    }
}

/// The protocol spoken with a peer. A peer without a key speaks the reference program's.
pub const fn protocol(peer: PeerId) -> &'static str {
    match peer {
        PeerId::Node(_) => MESH,
        PeerId::Guest(_) => "reference",
    }
}

/// The word for a mark, or `None` if there is nothing to say.
pub const fn mark_word(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::None => None,
        Mark::Late => Some("late"),
        Mark::Ahead => Some("ahead"),
        Mark::Behind => Some("behind"),
        Mark::WrongTime => Some("wrong_time"),
        Mark::Forked => Some("forked"),
        Mark::Unknown => Some("unknown"),
        Mark::NotKept => Some("not_kept"),
    }
}

/// A value that is written to JSON as it is displayed.
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(pub T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
