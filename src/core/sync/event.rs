//! What goes into the log machine, what comes out of it, and what it may ask in between.

use std::net::SocketAddr;

use bytes::Bytes;

use super::seal::Seal;

use crate::{
    core::{
        budgets::Space,
        log::storage::{Ignored, Reply, Request, StoredLine},
        networks::Standing,
    },
    domain::{
        bus::{HistoryNotice, StorageFailure, Update},
        model::{
            Class, Host, LinkId, Network, Nick, NodeId, Now, PeerId, Position, Repute, Room, RoomId, Seek,
            StoreFailure, Text, Timestamp, Topic, Who,
        },
    },
    protocol::codec::{
        Published,
        event::Signed,
        mesh::{Caps, Have, Refused},
    },
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The program has started. Comes once, before anything is written.
    Start,
    /// A link with another node is open. Frames may be sent on it from now on.
    LinkUp {
        /// Names the link.
        link: LinkId,
        /// The key at the other end, proved by TLS.
        node: NodeId,
        /// What the program there can do.
        caps: Caps,
        /// By how many milliseconds its clock is ahead of ours, if it has said.
        clock_ahead_ms: Option<i64>,
    },
    /// The clock of the node at the other end of a link was measured again.
    Clock {
        /// Which link.
        link: LinkId,
        /// By how many milliseconds it is ahead of ours.
        ahead_ms: i64,
    },
    /// A link is gone; either side may have ended it.
    LinkDown(LinkId),
    /// Our user is in a room from now on. The lobby is always open.
    Open {
        /// What front ends call it.
        room: Room,
        /// What the log calls it.
        id: RoomId,
        /// What seals its events; none if everybody may read them who is in it.
        seal: Option<Seal>,
    },
    /// Who may write in an open room has changed, or there is another key.
    Reseal {
        /// Which room.
        id: RoomId,
        /// What seals its events from now on.
        seal: Seal,
    },
    /// Our user has left a room.
    Close(RoomId),
    /// Send a link a frame about private rooms. It goes before what the link is told of the log, and is not lost while
    /// the link takes anything.
    Pass {
        /// Which link.
        link: LinkId,
        /// If the frame has the newest decision about a room: which. It takes the place of an older one that waits.
        about: Option<RoomId>,
        /// The frame.
        frame: Bytes,
    },
    /// Tell a link which open rooms our user is in, instead of what it was told before. It goes before everything else
    /// that waits for the link.
    Announce {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// A link may know of a room that is open, from now on.
    Admit {
        /// Which link.
        link: LinkId,
        /// Which room.
        room: RoomId,
    },
    /// A link may not know of a room any more.
    Exclude {
        /// Which link.
        link: LinkId,
        /// Which room.
        room: RoomId,
    },
    /// A link lists what it holds, or asks for what it lacks.
    Have {
        /// Which link.
        link: LinkId,
        /// What it said.
        have: Have,
    },
    /// A link does not take events.
    Refused {
        /// Which link.
        link: LinkId,
        /// What it said.
        refused: Refused,
    },
    /// A link has sent events.
    Batch {
        /// Which link.
        link: LinkId,
        /// As they came: it is not known yet whether they are valid and new.
        events: Vec<Signed>,
    },
    /// A link has taken the frame of the last [`Output::Batch`].
    Taken(LinkId),
    /// The store answers an [`Output::Store`].
    Stored {
        /// Which request.
        ticket: u64,
        /// The answer.
        reply: Result<Reply, StoreFailure>,
    },
    /// Our user says something.
    Say {
        /// The room.
        room: Room,
        /// The text.
        text: Text,
        /// Whether it is an action.
        action: bool,
    },
    /// Our user says what a room is about.
    SetTopic {
        /// The room.
        room: Room,
        /// Its topic.
        topic: Topic,
    },
    /// Our user ignores somebody from now on, or does not any more.
    IgnoredChanged,
    /// A guest says something. Guests have no log: their lines stay on this machine.
    GuestLine {
        /// The guest's address.
        addr: SocketAddr,
        /// The name it used.
        nick: Option<Nick>,
        /// What it said.
        text: Text,
        /// Whether it is an action.
        action: bool,
    },
    /// The room of an [`Output::Unseen`] is open again, if our user may see it: show the line.
    Show {
        /// Which room.
        room: RoomId,
        /// The line.
        line: Box<StoredLine>,
    },
    /// The front end wants messages of a room; answered by [`Update::Page`].
    Page {
        /// Which room.
        room: Room,
        /// Which messages.
        seek: Seek,
        /// The most messages to return.
        max: usize,
    },
    /// The front end wants messages with these words; answered by [`Update::Found`].
    Search {
        /// Which room; none for all that are open.
        room: Option<Room>,
        /// What was typed.
        query: String,
        /// Only messages older than this.
        before: Option<Position>,
        /// The most messages to return: the newest ones.
        max: usize,
    },
    /// The user erases a room from this machine; answered by [`Update::Erased`].
    Erase(Room),
    /// How much room there is for the history now.
    FreeSpace(Space),
    /// We know more about which network this is, and who is known there.
    Standing(Standing),
    /// The network turns out to be this one; answered by [`Update::NetworkJoined`].
    Join(Network),
    /// Our user wants to say here what has reached nobody on that network, or on all other ones if none is named.
    SayHere(Option<Network>),
    /// The user quits; answered by [`Output::Leave`], which waits for the disk unless `Quit` comes a second time.
    Quit,
    /// The time that [`super::Sync::next_timer`] named has come.
    Timer,
}

/// What must be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a frame on a link, before its batches.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Send a frame on a link when it has time. One at a time: answered by [`Input::Taken`].
    Batch {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Send a message of ours on all links, including those of guests.
    Publish(Published),
    /// Ask the store; answered by [`Input::Stored`].
    Store {
        /// Names the request.
        ticket: u64,
        /// The request.
        request: Request,
    },
    /// Tell the front end.
    Update(Update),
    /// Somebody has said this in a sealed room that was closed before it was on disk; answered by [`Input::Show`].
    Unseen {
        /// Which room.
        room: RoomId,
        /// The line.
        line: Box<StoredLine>,
    },
    /// Tell the user something that others have caused. The receiver limits how often.
    Notice(HistoryNotice<NodeId>),
    /// Tell the user that something asked for was not done.
    NotDone(StorageFailure),
    /// A link has sent what no honest node sends: close it. [`Input::LinkDown`] follows.
    Misbehaved(LinkId),
    /// All that our user said is on disk, or will not be: the program may end.
    Leave,
}

/// What the log asks about people. The router knows; the log only reads.
pub trait People {
    /// Our own name.
    fn own_nick(&self) -> &Nick;
    /// Whether this key was ever linked to us.
    fn is_known(&self, node: &NodeId) -> bool;
    /// How well a key is known.
    fn class(&self, node: &NodeId, wall: Timestamp) -> Class;
    /// The host that a linked node connects from.
    fn host(&self, node: &NodeId) -> Option<Host>;
    /// Whether any guest is linked.
    fn has_guests(&self) -> bool;
    /// Whether the user ignores this peer.
    fn is_ignored(&self, peer: PeerId) -> bool;
    /// Everybody whom the user ignores.
    fn ignored(&self) -> Ignored;
    /// The name to show with a message of this peer, who wrote it under the name `said`, and what is known of the peer
    /// under that name.
    fn shown(&self, peer: PeerId, said: Option<&Nick>, wall: Timestamp) -> (Option<Nick>, Repute);
    /// The keys of everybody the user may mean by this.
    fn called(&self, who: &Who, wall: Timestamp) -> Vec<NodeId>;
}

/// What every step of the machine needs: whom to ask, what time it is, and where outputs go.
pub(super) struct Context<'a> {
    pub(super) people: &'a dyn People,
    pub(super) now: Now,
    pub(super) out: &'a mut Vec<Output>,
}

impl Context<'_> {
    /// Tells the front end.
    pub(super) fn update(&mut self, update: Update) {
        self.out.push(Output::Update(update));
    }
}
