//! Updates from the actor to the front end.

use std::{net::SocketAddr, time::Duration};

use ipnetwork::IpNetwork;

use super::{
    ConnectFailure, Failure, Invitation, LeftBecause, LinkNotice, MemberChange, MemberList, Notice, RequestId,
    RoomFailure, RoomListing, RoomMembers, RoomView, StorageFailure, TrustFailure, TrustNotice, VerifyFailure,
    WhoFailure,
};
use crate::domain::model::{
    DiskTrouble, Finding, Known, LeaveReason, LocalSubnet, Mark, Message, MessageId, Network, Nick, NoNetwork, NodeId,
    Peer, PeerId, Presence, PrivateRoom, Repute, Room, Seek, Text, Timestamp,
};

/// Something that happened in the network. Updates come in the order in which things happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Something that happened because of a [`super::Command::Numbered`].
    Answer {
        /// Which one.
        id: RequestId,
        /// What happened. It is no answer itself.
        update: Box<Self>,
    },
    /// The node listens: the first update of every run that does not fail.
    Listening {
        /// The address that others reach us at.
        addr: SocketAddr,
        /// The name we go by.
        nick: Nick,
        /// Our own key.
        node: NodeId,
    },
    /// Where the node is. Sent after [`Self::Listening`], and whenever it changes.
    NetworkStatus(NetworkStatus),
    /// Why nobody shows up, as far as we can tell. Empty if somebody is here, or if we know of nothing wrong.
    Diagnosis(Vec<Finding>),
    /// The sweep began, advanced or ended. At most ten a second while it runs.
    Sweep(SweepProgress),
    /// A peer was linked.
    PeerJoined(Peer),
    /// A linked peer goes by another name.
    PeerRenamed {
        /// Who.
        peer: PeerId,
        /// The new name.
        nick: Nick,
    },
    /// A peer is gone.
    PeerLeft {
        /// Who.
        peer: PeerId,
        /// Why.
        reason: LeaveReason,
    },
    /// What is known about somebody has changed, whether they are linked or not.
    PeerTrust {
        /// Who.
        peer: PeerId,
        /// What is known now.
        repute: Repute,
    },
    /// A linked peer is away, is back, or is typing. A peer that has just joined is here and not typing until an update
    /// says otherwise.
    PeerPresence {
        /// Who.
        peer: PeerId,
        /// Whether it is away.
        presence: Presence,
        /// Whether it is typing. Good for a few seconds: it is repeated while it lasts.
        typing: bool,
    },
    /// The clock of a linked peer is off by 10 minutes or more, or no longer. Sent whenever this changes by a minute or
    /// more.
    PeerClock {
        /// Who.
        peer: PeerId,
        /// How many milliseconds it is ahead; negative if it is behind. `None` if it is right.
        ahead_ms: Option<i64>,
    },
    /// The round-trip time to a linked peer.
    RoundTrip {
        /// Who.
        peer: PeerId,
        /// The time there and back.
        time: Duration,
    },
    /// Somebody may be pretending to be somebody else.
    Alarm(Alarm),
    /// The answer to [`super::Command::Whois`].
    Whois(Box<Whois>),
    /// The progress of a comparison of codes.
    Verify {
        /// The other person.
        peer: PeerId,
        /// What happened.
        step: VerifyStep,
    },
    /// Our own name changed, as asked for.
    NickSet(Nick),
    /// Our own presence changed, as asked for.
    PresenceSet(Presence),
    /// Whether typing is shared from now on, as asked for.
    TypingShared(bool),
    /// A message of ours or of a peer. It is on disk, unless it is marked as not kept. It is not always the newest one:
    /// a message that was missed goes where it belongs.
    Message(Message),
    /// What was shown with [`Mark::NotKept`] is on disk now.
    Kept {
        /// Which message.
        id: MessageId,
        /// What to say about it from now on.
        mark: Mark,
    },
    /// A line of the user was neither stored nor sent, because the disk takes nothing. The user should get it back.
    Returned {
        /// Where it was to be said.
        room: Room,
        /// What was said; for an action, without the `/me `.
        text: Text,
        /// Whether it is an action.
        action: bool,
        /// Whether it is a topic.
        topic: bool,
        /// Why it was not taken.
        trouble: DiskTrouble,
        /// Whether it was also shown, as a [`Self::Message`] that was not sent.
        shown: bool,
    },
    /// Whether the disk takes lines. Sent whenever this changes.
    Disk(DiskState),
    /// The number of present nodes that have a message of our own has changed. No more updates follow once all of them
    /// have it.
    Delivery {
        /// Which message.
        id: MessageId,
        /// How many of those who are present have it.
        delivered: u32,
        /// How many nodes are present; if zero, it waits.
        of: u32,
    },
    /// The present nodes that lack lines of our own, in the order of their keys. Sent whenever this changes, and before
    /// the [`Self::Delivery`] of such a line. An empty list means that everyone present has everything.
    Lacking(Vec<Lack>),
    /// The linked people who do not get the earlier lines of this network, because they may not belong to it. Sent
    /// whenever this changes.
    Withheld(Vec<NodeId>),
    /// The history kept under another name of this network is shown from now on. [`Self::NetworkStatus`] has the name.
    NetworkJoined,
    /// Lines that our user said on other networks and that nobody is known to have. Sent whenever this changes.
    Elsewhere(Vec<Elsewhere>),
    /// How many of our own lines nobody else is known to have.
    Unsent {
        /// How many.
        lines: u64,
    },
    /// How many of our own lines wait for somebody who is away; zero once that person is here, or if nothing is known
    /// about it any more.
    Waiting {
        /// For whom.
        node: NodeId,
        /// How many.
        lines: u64,
    },
    /// How much has arrived of what others have and we lacked. Equal numbers mean that everything we take has arrived,
    /// for now.
    Sync {
        /// Events that arrived.
        received: u64,
        /// How many should arrive in all.
        total: u64,
        /// Events of strangers that were refused. They are not part of the other two numbers.
        refused: u64,
    },
    /// What somebody is called who may not be here: said before the [`Self::RoomJoined`] of their direct room.
    KnownAs {
        /// Who.
        peer: PeerId,
        /// The last name that they went by.
        nick: Nick,
        /// What is known about them.
        repute: Repute,
    },
    /// The user is in this room, as asked for or since an earlier run. Of the lobby it is said at the
    /// start only, if the user left something there.
    RoomJoined {
        /// Which room.
        room: Room,
        /// How the user left it.
        view: RoomView,
        /// Whether the user has just asked for it.
        asked: bool,
    },
    /// The user is not in this room any more.
    RoomLeft {
        /// Which room.
        room: Room,
        /// Why.
        because: LeftBecause,
    },
    /// Somebody has invited the user to a private room. Sent when the invitation comes, and at each start until it is
    /// answered.
    Invited(Invitation),
    /// The user has refused an invitation for good.
    Declined(PrivateRoom),
    /// An invitation was taken back, or another one of the same host has taken its place.
    InvitationGone(PrivateRoom),
    /// Who is a member of a private room has changed.
    MembersChanged(MemberChange),
    /// The owner's node is asked to invite these people to a private room, as soon as it is there.
    InviteRequested {
        /// To which room.
        room: PrivateRoom,
        /// The owner.
        owner: NodeId,
        /// Whom.
        who: Vec<NodeId>,
    },
    /// A member would like the user, who owns the room, to invite somebody.
    InviteAsked {
        /// To which room.
        room: PrivateRoom,
        /// Who asks.
        by: NodeId,
        /// Whom to invite.
        who: NodeId,
    },
    /// The answer to [`super::Command::ListMembers`].
    Members(MemberList),
    /// The topic of a room is another one, or is known now. Also sent for rooms that the user is not in yet.
    RoomTopic {
        /// Which room.
        room: Room,
        /// The message that has set it; none if there is no topic any more.
        topic: Option<Box<Message>>,
    },
    /// Who is in a room that is not the lobby. Sent whenever this changes.
    RoomMembers(RoomMembers),
    /// The answer to [`super::Command::ListRooms`], in the order of their names.
    RoomList(Vec<RoomListing>),
    /// The answer to [`super::Command::Page`].
    Page(Page),
    /// The answer to [`super::Command::Search`].
    Found {
        /// In which room. None: in all rooms that the user is in.
        room: Option<Room>,
        /// What was asked for.
        query: String,
        /// Newest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
        /// Stored lines that cannot be found yet.
        behind: u64,
    },
    /// A room's history is gone from this machine.
    Erased {
        /// Which room.
        room: Room,
        /// How many lines it had.
        lines: u64,
    },
    /// Stored lines have moved, because our own clock was wrong when they arrived. What was read of the room must be
    /// read again.
    Rearranged {
        /// Which room.
        room: Room,
    },
    /// A message to the user, shown as a dim line.
    Notice(Notice),
    /// Something the user asked for did not work.
    Failed(Failure),
}

impl Update {
    /// The same update, as an answer to the command with this number, if there is one.
    #[must_use]
    pub fn answering(self, id: Option<RequestId>) -> Self {
        match id {
            Some(id) => Self::Answer { id, update: Box::new(self) },
            None => self,
        }
    }

    /// Whether it answers a command when the disk is done with it, and so is never marked: a front end recognizes it by
    /// what it says.
    pub const fn depends_on_disk(&self) -> bool {
        matches!(self, Self::Message(_) | Self::Returned { .. } | Self::Found { .. } | Self::Erased { .. })
    }

    /// What has happened, whichever command it answers.
    pub const fn event(&self) -> &Self {
        match self {
            Self::Answer { update, .. } => update,
            update => update,
        }
    }
}

/// Whether the disk takes lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiskState {
    /// Why it takes nothing; `None` if it takes everything.
    pub trouble: Option<DiskTrouble>,
    /// Whether so many lines of others wait for the disk that further ones are not shown. Those are fetched when the
    /// disk takes lines again.
    pub held_back: bool,
}

/// A linked node that has not received all our lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack {
    /// Which node.
    pub node: NodeId,
    /// How many lines it has not received. A shrinking number means that the node takes them.
    pub lines: u64,
}

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkStatus {
    /// Whether the node can meet anybody beyond this machine.
    pub open: bool,
    /// The network that the lobby belongs to. Each network has its own history.
    pub network: Network,
    /// Whether it is certain that it is that network. If not, the name is made up, and what was said here before is not
    /// shown.
    pub certain: bool,
    /// Networks that this one may be, while that is not certain. The user can say which one it is.
    pub may_be: Vec<Network>,
    /// Earlier names of this network in this run. What was meant for one of them is meant for this network.
    pub joined: Vec<Network>,
    /// Every address that the node listens on; the first stands for it.
    pub addrs: Vec<SocketAddr>,
    /// Our addresses on the networks that it is open to.
    pub spots: Vec<LocalSubnet>,
    /// Where it looks for people.
    pub sweep: Vec<IpNetwork>,
    /// While it is closed: what opening would open it to, or why it cannot be opened.
    pub offer: Result<Vec<LocalSubnet>, NoNetwork>,
    /// While it is open: why there is no network any more.
    pub lost: Option<NoNetwork>,
}

/// Our own lines on another network that nobody is known to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The network.
    pub network: Network,
    /// How many.
    pub lines: u64,
}

/// A key that uses somebody else's name. Raised once per key and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// How the names are alike.
    pub kind: AlarmKind,
    /// The key that claims the name.
    pub node: NodeId,
    /// The name that it claims.
    pub nick: Nick,
    /// The key whose name it is.
    pub known: NodeId,
    /// The name as the owner of that key writes it.
    pub known_nick: Nick,
    /// When that key was last linked.
    pub known_last_seen: Timestamp,
    /// Whether the user has compared codes with the owner of that key.
    pub known_verified: bool,
}

/// How a claimed name is like a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlarmKind {
    /// The same except for case, and its owner is not here: a reinstall, or an impostor.
    KeyChanged,
    /// The same except for case, and its owner is here too.
    SameName,
    /// The user's own name, or one that looks the same.
    OwnName,
    /// Another name that looks the same.
    LookAlike,
}

impl AlarmKind {
    /// The `code` of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyChanged => "key_changed",
            Self::SameName => "same_name",
            Self::OwnName => "own_name",
            Self::LookAlike => "look_alike",
        }
    }
}

/// Messages of a room, from disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Which room.
    pub room: Room,
    /// What was asked for.
    pub seek: Seek,
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub before: bool,
    /// Whether there are newer ones.
    pub after: bool,
}

/// All that is known about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whois {
    /// The link, if they are here.
    pub peer: Option<Peer>,
    /// What is remembered about the key; `None` for a guest.
    pub known: Option<Known>,
    /// How they are shown, here or not.
    pub repute: Repute,
    /// Every address they are known to listen at.
    pub addrs: Vec<SocketAddr>,
    /// Whether they are away.
    pub presence: Presence,
    /// The round-trip time.
    pub round_trip: Option<Duration>,
    /// How many milliseconds their clock is ahead of ours, by what it showed when they were linked.
    pub clock_ahead_ms: Option<i64>,
}

/// What happened in a comparison of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyStep {
    /// Both sides show this code now. The user compares them out of band and says whether they are the same.
    Code {
        /// Digits in groups: `493 201 778`.
        code: String,
        /// Whether we began.
        began: bool,
    },
    /// The user said that the codes are the same: this key is verified.
    Verified,
    /// The user said that the codes differ: somebody is between us, or it is not them.
    Differs,
    /// The other side said that the codes differ.
    TheySayDiffers,
    /// It came to nothing: they left, did not answer in time, or broke the rules.
    Ended,
}

/// How far a sweep is. Only the first sweep of a run and those that the user asked for are reported, not those that
/// keep watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepProgress {
    /// Its state.
    pub state: SweepState,
    /// Sockets probed so far.
    pub probed: u64,
    /// Sockets to probe in all.
    pub total: u64,
    /// Open ports found so far.
    pub found: u64,
    /// Time since it began.
    pub took: Duration,
    /// Estimated time until it ends; zero when it has.
    pub left: Duration,
}

/// The state of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SweepState {
    /// Probing.
    Running,
    /// Every socket was probed.
    Done,
}

impl From<LinkNotice> for Update {
    fn from(notice: LinkNotice) -> Self {
        Self::Notice(notice.into())
    }
}

impl From<TrustNotice> for Update {
    fn from(notice: TrustNotice) -> Self {
        Self::Notice(notice.into())
    }
}

impl From<ConnectFailure> for Update {
    fn from(failure: ConnectFailure) -> Self {
        Self::Failed(Failure::Connect(failure))
    }
}

impl From<RoomFailure> for Update {
    fn from(failure: RoomFailure) -> Self {
        Self::Failed(Failure::Room(failure))
    }
}

impl From<WhoFailure> for Update {
    fn from(failure: WhoFailure) -> Self {
        Self::Failed(Failure::Who(failure))
    }
}

impl From<TrustFailure> for Update {
    fn from(failure: TrustFailure) -> Self {
        Self::Failed(Failure::Trust(failure))
    }
}

impl From<VerifyFailure> for Update {
    fn from(failure: VerifyFailure) -> Self {
        Self::Failed(Failure::Verify(failure))
    }
}

impl From<StorageFailure> for Update {
    fn from(failure: StorageFailure) -> Self {
        Self::Failed(Failure::Storage(failure))
    }
}
