//! Commands from the front end to the actor.

use std::sync::Arc;

use crate::domain::{
    bus::{RequestId, RoomView},
    model::{Network, Nick, Position, Presence, Room, RoomName, Seek, Target, Text, Topic, Who},
};

/// What the user asked for, already validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A command whose answers are marked: each update that the node sends at once because of it is an
    /// [`super::Update::Answer`], unless it [depends on the disk](super::Update::depends_on_disk).
    Numbered {
        /// Its number.
        id: RequestId,
        /// The command itself, which has no number.
        command: Box<Self>,
    },
    /// Send a message to everyone in the room.
    Say {
        /// The room to say it in.
        room: Room,
        /// What to say; for an action, without the `/me `.
        text: Text,
        /// Whether it is an action (`/me`).
        action: bool,
        /// The network that it is for, as [`super::Update::NetworkStatus`] names it, because each network has its own
        /// rooms. A node that has moved to another network by then refuses it. `None` means whichever network the node
        /// is on.
        network: Option<Network>,
    },
    /// Say what a room is about.
    SetTopic {
        /// Which room.
        room: Room,
        /// Its topic.
        topic: Topic,
        /// On which network, as in [`Command::Say`].
        network: Option<Network>,
    },
    /// Go by another name from now on. Also starts a node that is waiting for its user's name.
    SetNick(Nick),
    /// Be away, or here again.
    SetPresence(Presence),
    /// Remember whether messages are shown plainly, for the next start.
    PlainView(bool),
    /// The user is typing, or has stopped. Worth nothing later, so it may be dropped.
    Typing(bool),
    /// Whether others may see that the user is typing, and the user may see that others are; remembered.
    ShareTyping(bool),
    /// Open the node to the network, or close it to this machine; remembered for this network.
    Open(bool),
    /// Open the node to the network that this interface leads to, and to no other.
    OpenAt(Arc<str>),
    /// This network is the one with that name; if `None`, the one that it most likely is.
    SameNetwork(Option<Network>),
    /// Share the history of this network with everybody who is here.
    ShareHistory,
    /// Say here what the user said on that network (if `None`, on any other) and nobody is known to have.
    SayHere(Option<Network>),
    /// Sweep now.
    Rescan,
    /// Dial an address that the user knows.
    Connect(Target),
    /// Let a key have the name it goes by.
    Trust {
        /// Which key.
        who: Who,
        /// Whether the user is sure, although a key that is verified or here loses the name.
        sure: bool,
    },
    /// Take trust back.
    Untrust(Who),
    /// Take back the result of comparing codes with somebody.
    Unverify(Who),
    /// Hide someone's messages, under any name.
    Ignore(Who),
    /// Show someone's messages again.
    Unignore(Who),
    /// Report all that is known about somebody; answered by [`super::Update::Whois`].
    Whois(Who),
    /// Compare codes with somebody; answered by [`super::Update::Verify`].
    Verify {
        /// The other person.
        who: Who,
        /// `None` begins a comparison; after that, whether the codes were the same.
        same: Option<bool>,
    },
    /// Be in a room from now on, also after a restart; answered by [`super::Update::RoomJoined`]. An open room belongs
    /// to the network, and the same name is another room on another network. If the user was invited to a private room
    /// of that name, they join it instead.
    Join {
        /// The room that has this name.
        room: Room,
        /// The first digits of its id, if that is needed to tell private rooms of one name apart.
        id: Option<Arc<str>>,
    },
    /// Leave a room; answered by [`super::Update::RoomLeft`]. What was said in it stays on the disk. Only its owner can
    /// bring the user back into a private room.
    Part(Room),
    /// Make a private room; answered by [`super::Update::RoomJoined`]. The user owns it.
    Create {
        /// What it is called.
        name: RoomName,
        /// Whether its owner is asked before others who are invited by members come in.
        ask: bool,
    },
    /// Invite people to a private room. If the user does not own it, its owner's node is asked to.
    Invite {
        /// To which room.
        room: Room,
        /// Whom.
        who: Vec<Who>,
    },
    /// Remove people from a private room.
    Kick {
        /// From which room.
        room: Room,
        /// Whom.
        who: Vec<Who>,
    },
    /// Refuse an invitation for good.
    Decline {
        /// To a room of this name.
        name: RoomName,
        /// The first digits of its id, if that is needed to tell rooms of one name apart.
        id: Option<Arc<str>>,
    },
    /// List who is in a private room; answered by [`super::Update::Members`].
    ListMembers(Room),
    /// Make a private room anew, owned by the user, and invite all its members: for a room whose owner is gone for
    /// good. Answered by [`super::Update::RoomJoined`].
    Renew(Room),
    /// Open the room between the user and somebody; answered by [`super::Update::RoomJoined`].
    Query(Who),
    /// Say something to one person alone. The room between the two is opened first.
    Tell {
        /// To whom.
        who: Who,
        /// What.
        text: Text,
    },
    /// List the open rooms that people here are in; answered by [`super::Update::RoomList`].
    ListRooms,
    /// The user looks at a room. A direct room that a stranger has opened is kept from now on.
    Look(Room),
    /// Remember how the user left a room, for the next start.
    KeepView {
        /// Which room.
        room: Room,
        /// How.
        view: Box<RoomView>,
    },
    /// Show messages from disk; answered by [`super::Update::Page`].
    Page {
        /// In which room.
        room: Room,
        /// Which ones.
        seek: Seek,
        /// At most this many.
        max: usize,
    },
    /// Find messages with these words; answered by [`super::Update::Found`].
    Search {
        /// In which room. None: in all rooms that the user is in.
        room: Option<Room>,
        /// What was typed, as [`crate::domain::model::Query`] reads it.
        query: String,
        /// Only what is older than this, to get the next page.
        before: Option<Position>,
        /// At most this many, the newest ones.
        max: usize,
    },
    /// Erase the history of a room from this machine's disk, for good; answered by [`super::Update::Erased`].
    Erase {
        /// Which room.
        room: Room,
        /// On which network, as in [`Command::Say`].
        network: Option<Network>,
    },
    /// Say good-bye to everyone and stop. The update channel closes when that is done.
    Quit,
}

impl Command {
    /// The same command with this number, if there is one.
    #[must_use]
    pub fn numbered(self, id: Option<RequestId>) -> Self {
        match id {
            Some(id) => Self::Numbered { id, command: Box::new(self) },
            None => self,
        }
    }

    /// The number and the command itself.
    pub fn unnumbered(self) -> (Option<RequestId>, Self) {
        match self {
            Self::Numbered { id, command } => (Some(id), *command),
            command => (None, command),
        }
    }
}
