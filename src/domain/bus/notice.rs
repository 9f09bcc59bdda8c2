//! What the node tells its user without being asked. Front ends put it into words.

use std::net::{IpAddr, SocketAddr};

use crate::domain::model::{NetworkRemark, Nick, NodeId, StoreFailure, Target};

/// A message to the user, shown as a dim line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// About links.
    Link(LinkNotice),
    /// About names, and whom the user trusts or ignores.
    Trust(TrustNotice),
    /// About the history, and the clock that dates it.
    History(HistoryNotice<String>),
    /// About the network that the node is on.
    Network(NetworkNotice),
    /// Something about people or networks could not be written to the profile.
    NotSaved(NotSaved),
}

/// A file of the profile that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSaved {
    /// The file.
    pub path: String,
    /// What the system says.
    pub reason: String,
}

/// A key and what its owner is called, with a tag if the name alone would mislead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// What they are called.
    pub name: String,
    /// Their key.
    pub node: NodeId,
}

/// About links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkNotice {
    /// The user asked for an address that is linked already.
    AlreadyLinked(SocketAddr),
    /// The node tries an address, as the user asked.
    Connecting(Target),
    /// A peer did not read fast enough and was disconnected.
    TooSlow {
        /// What it is called.
        name: String,
    },
    /// Somebody was turned away because there is no place for them.
    TurnedAway {
        /// Who.
        newcomer: Newcomer,
        /// Which places are taken.
        why: NoPlace,
    },
    /// A peer had to leave because somebody with more right to the place came.
    GaveWay {
        /// What the one who left is called.
        displaced: String,
        /// Who came.
        newcomer: Newcomer,
    },
    /// Another node has no place for us.
    NoPlaceThere {
        /// Where it listens.
        addr: SocketAddr,
        /// Whether we had a place there before.
        before: bool,
    },
    /// A guest's program refuses us again and again.
    GuestRefuses(SocketAddr),
    /// A guest sends too fast.
    GuestFlood {
        /// Its address.
        guest: SocketAddr,
        /// How many lines were left out since it began.
        lines: u64,
    },
    /// Guests that have left sent too fast, and the user was not told at the time.
    EarlierGuestFlood {
        /// How many lines were left out.
        lines: u64,
    },
    /// The node at this address has our own key.
    OwnKey(SocketAddr),
    /// Another program with our key has taken our place at a peer.
    Replaced {
        /// What the peer is called.
        name: String,
    },
    /// The node at this address speaks another version of the protocol.
    OtherVersion(SocketAddr),
}

/// Somebody who wants a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Newcomer {
    /// A node.
    Node {
        /// Its name, if it gives one.
        nick: Option<Nick>,
        /// Its key.
        node: NodeId,
        /// Where it comes from.
        ip: IpAddr,
    },
    /// A guest.
    Guest {
        /// Where it comes from.
        ip: IpAddr,
    },
}

/// Which places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// All places for one address.
    Address {
        /// How many there are.
        places: usize,
    },
    /// All places for strangers.
    Strangers {
        /// How many there are.
        places: usize,
        /// How many more are kept for people the user knows.
        reserved: usize,
    },
    /// All places for guests.
    Guests {
        /// How many there are.
        places: usize,
    },
}

/// About names, and whom the user trusts or ignores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustNotice {
    /// More alarms came than are shown one by one; this is one of the names.
    ManyAlarms(Nick),
    /// A guest goes by the name of somebody whose key is known.
    GuestName {
        /// Its address.
        guest: SocketAddr,
        /// The name.
        nick: Nick,
    },
    /// Somebody knows another key by the user's name.
    NameTaken {
        /// What they are called.
        teller: String,
        /// The user's name.
        nick: Nick,
        /// The user's key.
        me: NodeId,
    },
    /// A key is trusted to go by its name.
    Trusted {
        /// The key.
        key: NamedKey,
        /// The key that has lost the name.
        displaced: Option<NodeId>,
    },
    /// A key is no longer trusted.
    Untrusted {
        /// The key.
        key: NamedKey,
        /// The key that has the name again.
        back: Option<NodeId>,
    },
    /// The result of comparing codes with somebody is forgotten.
    Unverified {
        /// The key.
        key: NamedKey,
        /// Whether the codes had differed.
        differed: bool,
        /// The key that has the name again.
        back: Option<NodeId>,
    },
    /// A key is ignored.
    Ignored(NamedKey),
    /// A key is no longer ignored.
    Unignored(NamedKey),
    /// A guest is ignored until it leaves.
    GuestIgnored {
        /// What it is called.
        name: String,
    },
    /// A guest is no longer ignored.
    GuestUnignored {
        /// What it is called.
        name: String,
    },
    /// A guest that was ignored has left.
    IgnoredGuestLeft {
        /// Its address.
        addr: SocketAddr,
        /// What it called itself.
        nick: Option<Nick>,
    },
}

/// About the history, and the clock that dates it. `P` says who is meant: a key inside the node, a name outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryNotice<P> {
    /// An author has signed two events under one number.
    Forked(P),
    /// Two events under one number are signed with our own key.
    OwnForked,
    /// Others hold events of ours that were not on this machine.
    NewLog,
    /// Others hold a log of our key that we never wrote.
    OtherCopy,
    /// Events that are held could not be read.
    Unreadable(StoreFailure),
    /// Lines of strangers were refused.
    LeftOut {
        /// How many, as far as is known.
        lines: u64,
        /// Whether the cause is a nearly full disk, rather than strangers who send too much.
        disk_full: bool,
    },
    /// Logs of strangers were given up.
    GivenUp {
        /// How many.
        logs: usize,
    },
    /// A peer refuses our user's lines.
    NotTaken {
        /// The peer.
        by: P,
        /// Why.
        why: NotTaken,
    },
    /// The disk takes lines again.
    DiskAgain {
        /// Lines of others that were shown in the meantime and are kept from now on.
        lines: usize,
    },
    /// Our own clock is off.
    ClockOff {
        /// How many milliseconds it is ahead; negative if it is behind.
        ahead_ms: i64,
        /// The peers whose clocks say so.
        of: Vec<P>,
    },
    /// Our own clock is doubtful, so no old lines are removed.
    NothingForgotten,
    /// The file on disk was damaged and has been made again.
    Recovered {
        /// Lines that could be read and were kept.
        lines: u64,
        /// Where the damaged file is.
        aside: String,
    },
    /// This file on disk was empty.
    Emptied(String),
}

/// Why a peer does not take our user's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// We are new to it and sent a lot.
    TooFast,
    /// Its disk is nearly full.
    DiskFull,
    /// It has no room for the lines of more strangers.
    NoRoom,
}

impl<P> HistoryNotice<P> {
    /// The same notice, with `name` applied to everyone it mentions.
    pub fn named<Q>(self, name: impl Fn(P) -> Q) -> HistoryNotice<Q> {
        match self {
            Self::Forked(author) => HistoryNotice::Forked(name(author)),
            Self::NotTaken { by, why } => HistoryNotice::NotTaken { by: name(by), why },
            Self::ClockOff { ahead_ms, of } => {
                HistoryNotice::ClockOff { ahead_ms, of: of.into_iter().map(name).collect() }
            }
            Self::OwnForked => HistoryNotice::OwnForked,
            Self::NewLog => HistoryNotice::NewLog,
            Self::OtherCopy => HistoryNotice::OtherCopy,
            Self::Unreadable(failure) => HistoryNotice::Unreadable(failure),
            Self::LeftOut { lines, disk_full } => HistoryNotice::LeftOut { lines, disk_full },
            Self::GivenUp { logs } => HistoryNotice::GivenUp { logs },
            Self::DiskAgain { lines } => HistoryNotice::DiskAgain { lines },
            Self::NothingForgotten => HistoryNotice::NothingForgotten,
            Self::Recovered { lines, aside } => HistoryNotice::Recovered { lines, aside },
            Self::Emptied(path) => HistoryNotice::Emptied(path),
        }
    }

    /// Its kind, for programs and for limiting how often one kind is shown.
    pub const fn code(&self) -> NoticeCode {
        match self {
            Self::Forked(_) | Self::OwnForked => NoticeCode::Forked,
            Self::NewLog => NoticeCode::NewLog,
            Self::OtherCopy => NoticeCode::OtherCopy,
            Self::Unreadable(_) | Self::Recovered { .. } | Self::Emptied(_) => NoticeCode::Damaged,
            Self::LeftOut { .. } | Self::GivenUp { .. } => NoticeCode::StrangersLeftOut,
            Self::NotTaken { .. } => NoticeCode::NotTaken,
            Self::DiskAgain { .. } => NoticeCode::DiskAgain,
            Self::ClockOff { .. } => NoticeCode::ClockOff,
            Self::NothingForgotten => NoticeCode::NothingForgotten,
        }
    }
}

/// About the network that the node is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkNotice {
    /// The chat is already open, or already on this machine only, as the user asked.
    Already {
        /// Whether it is open.
        open: bool,
    },
    /// Which part of the network the node is not open to, or does not sweep, and why.
    Remark(NetworkRemark),
}

/// Kinds of [`Notice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeCode {
    /// A peer did not read fast enough and was disconnected.
    PeerTooSlow,
    /// Somebody was turned away, or sent away, because there is no place for them.
    RoomFull,
    /// Another node has no place for us.
    TurnedAway,
    /// A guest sends too fast.
    GuestFlood,
    /// A dial that the user asked for has started, or is not necessary.
    Connect,
    /// Somebody is trusted, verified or ignored, or no longer so.
    Trust,
    /// Another node has our own key.
    OwnKey,
    /// Somebody speaks another version of the protocol.
    Version,
    /// What we know about people or networks cannot be written to disk.
    NotSaved,
    /// More alarms came than are shown one by one.
    ManyAlarms,
    /// A guest goes by the name of somebody whose key is known.
    GuestName,
    /// Somebody knows another key by the user's name.
    NameTaken,
    /// The history on disk was damaged; what could be read was kept.
    Damaged,
    /// Somebody signed two messages under one number.
    Forked,
    /// Somebody uses our own key, or some of what we said is missing here. A new log begins.
    NewLog,
    /// Lines of strangers were left out or removed.
    StrangersLeftOut,
    /// A peer refuses the user's lines.
    NotTaken,
    /// About the network that the node is on.
    Network,
    /// Earlier lines of this network are withheld from somebody who is here.
    Withheld,
    /// Another program with our key has taken our place at a peer.
    Replaced,
    /// Others have lines under our key that this copy never wrote.
    OtherCopy,
    /// The disk takes lines again.
    DiskAgain,
    /// The clock of this machine is off, according to the clocks of others.
    ClockOff,
    /// The clock of this machine is doubtful, so no old lines are removed.
    NothingForgotten,
}

impl NoticeCode {
    /// Whether it means that somebody may be using the user's own key.
    pub const fn is_alarming(self) -> bool {
        matches!(self, Self::OwnKey | Self::Replaced | Self::OtherCopy)
    }

    /// The `code` of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PeerTooSlow => "peer_too_slow",
            Self::RoomFull => "room_full",
            Self::TurnedAway => "turned_away",
            Self::GuestFlood => "guest_flood",
            Self::Connect => "connect",
            Self::Trust => "trust",
            Self::OwnKey => "own_key",
            Self::Version => "version_mismatch",
            Self::NotSaved => "not_saved",
            Self::ManyAlarms => "many_alarms",
            Self::GuestName => "guest_name",
            Self::NameTaken => "name_taken",
            Self::Damaged => "history_damaged",
            Self::Forked => "forked",
            Self::NewLog => "new_log",
            Self::StrangersLeftOut => "strangers_left_out",
            Self::NotTaken => "not_taken",
            Self::Network => "network",
            Self::Withheld => "history_withheld",
            Self::Replaced => "replaced",
            Self::OtherCopy => "other_copy",
            Self::DiskAgain => "disk_again",
            Self::ClockOff => "clock_off",
            Self::NothingForgotten => "nothing_forgotten",
        }
    }
}

impl Notice {
    /// Its kind.
    pub const fn code(&self) -> NoticeCode {
        match self {
            Self::Link(notice) => notice.code(),
            Self::Trust(notice) => notice.code(),
            Self::History(notice) => notice.code(),
            Self::Network(_) => NoticeCode::Network,
            Self::NotSaved(_) => NoticeCode::NotSaved,
        }
    }
}

impl LinkNotice {
    /// Its kind.
    pub const fn code(&self) -> NoticeCode {
        match self {
            Self::AlreadyLinked(_) | Self::Connecting(_) => NoticeCode::Connect,
            Self::TooSlow { .. } => NoticeCode::PeerTooSlow,
            Self::TurnedAway { .. } | Self::GaveWay { .. } => NoticeCode::RoomFull,
            Self::NoPlaceThere { .. } | Self::GuestRefuses(_) => NoticeCode::TurnedAway,
            Self::GuestFlood { .. } | Self::EarlierGuestFlood { .. } => NoticeCode::GuestFlood,
            Self::OwnKey(_) => NoticeCode::OwnKey,
            Self::Replaced { .. } => NoticeCode::Replaced,
            Self::OtherVersion(_) => NoticeCode::Version,
        }
    }
}

impl TrustNotice {
    /// Its kind.
    pub const fn code(&self) -> NoticeCode {
        match self {
            Self::ManyAlarms(_) => NoticeCode::ManyAlarms,
            Self::GuestName { .. } => NoticeCode::GuestName,
            Self::NameTaken { .. } => NoticeCode::NameTaken,
            _ => NoticeCode::Trust,
        }
    }
}

impl From<LinkNotice> for Notice {
    fn from(notice: LinkNotice) -> Self {
        Self::Link(notice)
    }
}

impl From<TrustNotice> for Notice {
    fn from(notice: TrustNotice) -> Self {
        Self::Trust(notice)
    }
}
