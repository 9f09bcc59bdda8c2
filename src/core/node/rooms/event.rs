//! What goes into the machine of the rooms, and what comes out of it.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;

use super::refusal::Refusal;
use crate::{
    core::sync,
    domain::{
        bus::{RoomView, Update},
        model::{Host, LinkId, Machine, NodeId, PrivateRoom, Room, RoomId, RoomName},
    },
    protocol::{codec::mesh, membership::Cut, sealing::Card},
};

/// Somebody has said something in the direct room with our user.
#[derive(Debug, Clone)]
pub(in crate::core::node) struct Heard {
    /// Who.
    pub(in crate::core::node) node: NodeId,
    /// Where they are. None if they are no stranger, or if our user has written to them.
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
        /// Whether it knows private rooms.
        private: bool,
        /// The host that it connects from.
        host: Option<Host>,
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
    /// A node says something about private rooms.
    Private {
        /// Over which link.
        link: LinkId,
        /// What.
        said: Box<mesh::Private>,
        /// When.
        now: Instant,
    },
    /// Our user joins a room: an open one, or a private one that they were invited to.
    Join {
        /// The room of that name.
        room: Room,
        /// The first digits of the id of a private one, if the user has said them.
        id: Option<Arc<str>>,
    },
    /// Our user refuses an invitation for good.
    Decline {
        /// To the room of that name.
        name: RoomName,
        /// The first digits of its id, if the user has said them.
        id: Option<Arc<str>>,
    },
    /// Our user makes a private room.
    Create {
        /// What it is called.
        name: RoomName,
        /// Whether they want to be asked before members invite others.
        ask: bool,
    },
    /// Our user invites people to a private room.
    Invite {
        /// Which one.
        room: PrivateRoom,
        /// Their cards.
        cards: Vec<Card>,
    },
    /// Our user removes people from a private room.
    Kick {
        /// Which one.
        room: PrivateRoom,
        /// Who, and what is held of what they wrote.
        who: Vec<(NodeId, Vec<Cut>)>,
    },
    /// Our user makes a private room anew, whose owner is gone.
    Renew {
        /// Which one.
        room: PrivateRoom,
        /// What our user has written there.
        cuts: Vec<Cut>,
    },
    /// Our user wants to see who is in a private room.
    Members(PrivateRoom),
    /// Our user opens the direct room with a person, whose card is this, if it is known. They may say something there.
    Query {
        /// The other person.
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
    Part {
        /// Which one.
        room: Room,
        /// What they have written there, if it is a private one.
        cuts: Vec<Cut>,
    },
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
    /// Something about a private room was not done.
    Refused(PrivateRoom, Refusal),
    /// What [`kept`](super::Rooms::kept) returns has changed.
    Kept,
    /// What [`kept_private`](super::Rooms::kept_private) returns has changed.
    KeptPrivate,
}
