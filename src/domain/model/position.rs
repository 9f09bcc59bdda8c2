//! The order of messages in a room, and which of them to show.

use super::{Hlc, MessageId, NodeId};

/// The place of a message in the one order that all screens show: by its clock, and if clocks are equal, by what
/// everyone agrees on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// When it was said, never before what its author had seen.
    pub hlc: Hlc,
    /// Who said it; zeros for a guest.
    pub author: NodeId,
    /// In which of its author's logs.
    pub epoch: u64,
    /// Its number there.
    pub seq: u64,
    /// Its identity.
    pub id: MessageId,
}

impl Position {
    /// The position of a message that is in no log; its clock alone decides where it stands.
    pub const fn unlogged(hlc: Hlc, id: MessageId) -> Self {
        Self { hlc, author: NodeId::new([0; 32]), epoch: 0, seq: 0, id }
    }
}

/// Which messages of a room to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The newest ones.
    Newest,
    /// Those just before this one.
    Before(Position),
    /// Those just after this one.
    After(Position),
    /// This one, and as many before it as after it.
    Around(Position),
}
