//! What goes into the machine of the rooms, and what comes out of it.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    core::sync,
    domain::{
        bus::{RoomView, Update},
        model::{LinkId, Machine, NodeId, Room, RoomId, RoomName},
    },
};

/// Somebody has said something in the direct room with our user.
#[derive(Debug, Clone)]
pub(in crate::core::node) struct Heard {
    /// Who.
    pub(in crate::core::node) node: NodeId,
    /// Where they are, if they are a stranger to whom our user has not written.
    pub(in crate::core::node) stranger: Option<Machine>,
    /// What is held of them, if this was not said just now.
    pub(in crate::core::node) earlier: Option<Earlier>,
}

/// What is held of somebody.
#[derive(Debug, Clone)]
pub(in crate::core::node) struct Earlier {
    /// In which room. It may be another one than the direct room with them.
    pub(in crate::core::node) room: RoomId,
    /// How many lines of theirs have ever come.
    pub(in crate::core::node) lines: u64,
    /// Their card, if it is known. Nothing in it is checked yet.
    pub(in crate::core::node) card: Option<Arc<[u8]>>,
}

/// What happened.
#[derive(Debug)]
pub(in crate::core::node) enum Input {
    /// The program runs. Comes once, before any link.
    Start,
    /// A link with another node is open.
    LinkUp {
        /// Names the link.
        link: LinkId,
        /// The key at the other end.
        node: NodeId,
        /// Whether the program there knows open rooms.
        capable: bool,
        /// Its card, if it has told one. Nothing in it is checked yet.
        card: Option<Bytes>,
    },
    /// A link is gone.
    LinkDown(LinkId),
    /// A node says which open rooms it is in.
    Announced {
        /// Over which link.
        link: LinkId,
        /// All of them.
        names: Vec<RoomName>,
    },
    /// Our user joins a room.
    Join(Room),
    /// Our user opens the direct room with a person, whose card is this, if it is known. They may say something there.
    Query {
        /// With whom.
        node: NodeId,
        /// What they are called.
        name: String,
        /// Their card. Nothing in it is checked yet.
        card: Option<Arc<[u8]>>,
        /// Whether the room is to be shown.
        asked: bool,
    },
    /// Something was said in a direct room, just now or before our user could see it.
    Heard(Heard),
    /// Our user looks at a room, or writes there.
    Used(Room),
    /// Our user has left the direct room with a person.
    Left {
        /// Whom.
        node: NodeId,
        /// How many lines of theirs had come by then.
        lines: u64,
    },
    /// Our user leaves a room.
    Part(Room),
    /// Our user wants to see which rooms there are.
    List,
    /// How our user left a room.
    KeepView {
        /// Which room.
        room: Room,
        /// How.
        view: RoomView,
    },
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::core::node) enum Output {
    /// Tell the log machine.
    Sync(sync::Input),
    /// Tell the front end.
    Update(Update),
    /// What [`kept`](super::Rooms::kept) returns has changed.
    Kept,
}
