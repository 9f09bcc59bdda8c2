//! The contract: every event, its keys and their order. Keys may be added, never renamed.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use serde::{Serialize, Serializer};

use crate::{
    domain::{
        bus::{MemberState, VerifyStep},
        model::{LeaveReason, MessageId, NodeId, PeerId, Trust},
    },
    frontend::json::{InRoom, Said, Shown, is_false},
};

/// One line of output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    Listening {
        addr: SocketAddr,
        node: Shown<NodeId>,
        nick: &'a str,
        version: &'a str,
    },
    /// Where the node is.
    Network {
        open: bool,
        /// The name of the network that the lobby belongs to.
        network: &'a str,
        /// Whether it is certain that this is the network.
        certain: bool,
        /// Known networks that it may be.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        may_be: Vec<&'a str>,
        addrs: &'a [SocketAddr],
        interfaces: Vec<OpenTo<'a>>,
        /// The networks that are searched for people.
        looks: Vec<String>,
        /// Why there is no network, although there should be one.
        #[serde(skip_serializing_if = "Option::is_none")]
        lost: Option<String>,
        /// Whether it was open until now.
        #[serde(skip)]
        closed: bool,
    },
    /// Why nobody shows up.
    Diagnosis {
        findings: Vec<Found>,
    },
    Sweep {
        state: &'static str,
        probed: u64,
        total: u64,
        found: u64,
        took_ms: u64,
        left_ms: u64,
    },
    Peer {
        change: Change,
        #[serde(flatten)]
        person: Person<'a>,
        #[serde(flatten)]
        activity: Option<Activity<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// Their name in text.
        #[serde(skip)]
        name: String,
        /// Their name in text before they changed it.
        #[serde(skip)]
        was: Option<String>,
    },
    Message(Said<'a>),
    /// The reader has missed this much, because it did not read.
    Gap {
        events: u64,
        /// How many of them are messages.
        messages: u64,
    },
    /// A message that was marked as not kept is on disk now.
    Kept {
        id: Shown<MessageId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mark: Option<&'static str>,
    },
    /// Whether the disk accepts new lines.
    Disk {
        /// Why it accepts nothing, or `None` if it works.
        trouble: Option<&'static str>,
        /// Whether further lines from others are held back until it works.
        held_back: bool,
    },
    /// How many of the nodes that are here have received one of our own messages.
    Delivery {
        id: Shown<MessageId>,
        delivered: u32,
        of: u32,
    },
    /// How many of our own lines wait for somebody who is away.
    Waiting {
        peer: Shown<NodeId>,
        lines: u64,
    },
    /// How much of the backlog has arrived.
    Sync {
        received: u64,
        total: u64,
        /// Lines from strangers that were refused, if there are any.
        #[serde(skip_serializing_if = "is_zero")]
        refused: u64,
    },
    /// Our own lines that reached nobody on a network.
    Undelivered {
        network: &'a str,
        lines: u64,
        /// The same as a sentence.
        text: &'a str,
    },
    /// The user joined, left or declined a room or was invited to it, or its topic changed.
    Room {
        #[serde(flatten)]
        room: InRoom,
        change: RoomChange,
        #[serde(flatten)]
        news: RoomNews<'a>,
    },
    /// Somebody joined or left a room, or was invited to it or removed from it.
    Member {
        #[serde(flatten)]
        room: InRoom,
        #[serde(flatten)]
        who: Someone<'a>,
        change: Member,
        /// Who has invited or removed them.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Shown<NodeId>>,
        /// Whether they chose to give up their membership.
        #[serde(skip_serializing_if = "is_false")]
        for_good: bool,
        /// The name of the one who invited or removed them, in text; `None` is the user.
        #[serde(skip)]
        doer: Option<String>,
    },
    /// The answer to `/members`.
    Members {
        #[serde(flatten)]
        room: InRoom,
        /// Who decides about the room.
        owner: Shown<NodeId>,
        members: Vec<ListedMember<'a>>,
    },
    /// The owner of a private room was asked to invite somebody.
    Request {
        #[serde(flatten)]
        room: InRoom,
        /// Who asks.
        #[serde(flatten)]
        by: Someone<'a>,
        /// Whether our user asks. Otherwise they own the room.
        own: bool,
        /// Who owns the room.
        owner: Shown<NodeId>,
        /// Whom to invite.
        who: Vec<Named<'a>>,
        /// What the owner is called in text.
        #[serde(skip)]
        asked: String,
    },
    /// The answer to `/list`.
    Rooms {
        rooms: Vec<ListedRoom<'a>>,
    },
    /// The answer to `/search`.
    Found {
        /// Left out if all rooms were searched.
        #[serde(flatten)]
        room: Option<InRoom>,
        query: &'a str,
        /// Newest first.
        messages: Vec<Said<'a>>,
        /// Whether there are older ones.
        more: bool,
        /// Stored lines that cannot be searched yet, if there are any.
        #[serde(skip_serializing_if = "Option::is_none")]
        behind: Option<u64>,
    },
    /// A room's history is gone from this machine.
    Erased {
        #[serde(flatten)]
        room: InRoom,
        lines: u64,
    },
    Notice {
        code: &'a str,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<Shown<MessageId>>,
        /// Where the line was to be said that the notice is about.
        #[serde(flatten)]
        room: Option<InRoom>,
        #[serde(flatten)]
        alarm: Option<Alarmed<'a>>,
    },
    Error {
        code: &'a str,
        text: &'a str,
    },
    Who {
        peers: Vec<Listed<'a>>,
    },
    Whois(Box<Whois<'a>>),
    Verify {
        step: &'static str,
        peer: Shown<PeerId>,
        nick: Option<&'a str>,
        /// Only in the step `code`, as is `began`.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        /// Whether our user began the comparison.
        #[serde(skip_serializing_if = "Option::is_none")]
        began: Option<bool>,
        /// The step, for text.
        #[serde(skip)]
        how: &'a VerifyStep,
        #[serde(skip)]
        name: String,
    },
}

/// An interface that the node is open to.
#[derive(Serialize)]
pub(super) struct OpenTo<'a> {
    pub(super) interface: &'a str,
    pub(super) ip: IpAddr,
    pub(super) network: String,
}

/// One finding of the diagnosis.
#[derive(Serialize)]
pub(super) struct Found {
    pub(super) code: &'static str,
    pub(super) state: &'static str,
    pub(super) text: String,
    pub(super) todo: Cow<'static, str>,
}

/// What happened to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Joined,
    Left,
    Renamed,
    Trust,
    Presence,
    Clock,
}

/// What happened to a room of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoomChange {
    Invited,
    Declined,
    Joined,
    Left,
    Topic,
}

/// What happened to somebody in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Member {
    Joined,
    Left,
    Invited,
    Removed,
}

/// What a change of a room says besides. Most changes say nothing.
#[derive(Default, Serialize)]
pub(super) struct RoomNews<'a> {
    /// Who has invited the user.
    #[serde(flatten)]
    pub(super) by: Option<Someone<'a>>,
    /// How many others are members or invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) members: Option<usize>,
    /// Who has removed the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) removed_by: Option<Shown<NodeId>>,
    /// The name of the one who removed them, in text.
    #[serde(skip)]
    pub(super) remover: String,
    #[serde(flatten)]
    pub(super) topic: Option<About<'a>>,
}

/// What somebody is called, here or not.
#[derive(Serialize)]
pub(super) struct Called<'a> {
    pub(super) nick: Option<&'a str>,
    /// A prefix of their key, where the name alone would mislead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    /// Their name in text.
    #[serde(skip)]
    pub(super) name: String,
}

/// The person of an event.
#[derive(Serialize)]
pub(super) struct Someone<'a> {
    pub(super) from: Shown<NodeId>,
    #[serde(flatten)]
    pub(super) called: Called<'a>,
}

/// One of several people in an event.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    pub(super) peer: Shown<NodeId>,
    #[serde(flatten)]
    pub(super) called: Called<'a>,
}

/// A member in the answer to `/members`.
#[derive(Serialize)]
pub(super) struct ListedMember<'a> {
    #[serde(flatten)]
    pub(super) who: Named<'a>,
    pub(super) state: &'static str,
    /// Whether it is our user.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) own: bool,
    /// What they are, for text.
    #[serde(skip)]
    pub(super) how: (MemberState, bool),
}

/// What a room is about.
#[derive(Serialize)]
pub(super) struct About<'a> {
    /// None if it has no topic any more.
    pub(super) topic: Option<&'a str>,
    #[serde(flatten)]
    pub(super) set: Option<SetBy<'a>>,
    /// What text calls the room, and who set it.
    #[serde(skip)]
    pub(super) names: (String, String),
}

/// Who set a topic, and when.
#[derive(Serialize)]
pub(super) struct SetBy<'a> {
    pub(super) id: Shown<MessageId>,
    pub(super) from: Option<Shown<PeerId>>,
    pub(super) nick: Option<&'a str>,
    /// A prefix of their key, where the name alone would mislead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    pub(super) sent_at: String,
}

/// A room in the answer to `/list`.
#[derive(Serialize)]
pub(super) struct ListedRoom<'a> {
    #[serde(flatten)]
    pub(super) room: InRoom,
    pub(super) people: usize,
    pub(super) joined: bool,
    /// Who has invited the user to it.
    #[serde(flatten)]
    pub(super) by: Option<Someone<'a>>,
}

/// Who a peer is.
#[derive(Serialize)]
pub(super) struct Person<'a> {
    pub(super) peer: Shown<PeerId>,
    pub(super) nick: Option<&'a str>,
    /// A prefix of their key, or the end of their address, where the name alone would mislead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    pub(super) addr: SocketAddr,
    pub(super) protocol: &'static str,
    /// `None` for a peer that is gone, as is `trust`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trust: Option<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) ignored: bool,
    /// How far their clock is ahead of the right time, if it is off by 10 minutes or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock_off_ms: Option<i64>,
}

/// Whether a peer is at the keyboard.
#[derive(Serialize)]
pub(super) struct Activity<'a> {
    pub(super) away: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<&'a str>,
    pub(super) typing: bool,
}

/// A peer in the answer to `/who`.
#[derive(Serialize)]
pub(super) struct Listed<'a> {
    #[serde(flatten)]
    pub(super) person: Person<'a>,
    #[serde(flatten)]
    pub(super) activity: Activity<'a>,
    /// The round trip in microseconds, once it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) round_trip_us: Option<u64>,
    #[serde(skip)]
    pub(super) name: String,
}

/// The answer to `/whois`. Unknown values are left out.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the contract's keys")]
pub(super) struct Whois<'a> {
    pub(super) peer: Shown<PeerId>,
    pub(super) nick: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    pub(super) present: bool,
    pub(super) protocol: &'static str,
    pub(super) verified: bool,
    pub(super) trust: &'static str,
    pub(super) ignored: bool,
    /// A key prefix, for comparing by eye.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
    pub(super) addrs: &'a [SocketAddr],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_seen: Option<String>,
    pub(super) away: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) round_trip_us: Option<u64>,
    /// How far their clock is ahead of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock_ahead_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<&'a str>,
    /// The trust, for text.
    #[serde(skip)]
    pub(super) class: Trust,
    #[serde(skip)]
    pub(super) name: String,
    /// When they were first and last seen, in local time, for text.
    #[serde(skip)]
    pub(super) seen: Option<(String, String)>,
}

/// The keys of an alarm: the one that claims a name, and the one that owns it.
#[derive(Serialize)]
pub(super) struct Alarmed<'a> {
    pub(super) peer: Shown<PeerId>,
    pub(super) nick: &'a str,
    pub(super) known: Shown<PeerId>,
    pub(super) known_nick: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// Why a peer left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reason(pub(super) LeaveReason);

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}
