//! Actor to front end.

use std::{net::SocketAddr, time::Duration};

use crate::model::{LeaveReason, Message, Nick, Peer, PeerId};

/// What happened in the network, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The node listens: the first update of every run that does not fail.
    Listening {
        /// The address that others reach us at.
        addr: SocketAddr,
        /// The name we go by.
        nick: Nick,
    },
    /// The sweep began, moved on or ended. At most ten a second while it runs.
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
    /// Our own name changed, as asked for.
    NickSet(Nick),
    /// Something was said, by us or by a peer.
    Message(Message),
    /// Something worth a dim line.
    Notice {
        /// For programs.
        code: NoticeCode,
        /// For people.
        text: String,
    },
    /// Something the user asked for did not work.
    Failed {
        /// For programs.
        code: FailureCode,
        /// For people: what happened and what to do.
        text: String,
    },
}

/// How far a sweep is: the first of a run, or one that was asked for. Those that only keep watch are not told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepProgress {
    /// Where it stands.
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

/// Where a sweep stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SweepState {
    /// Probing.
    Running,
    /// Every socket was probed.
    Done,
}

/// Kinds of [`Update::Notice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeCode {
    /// A peer did not read fast enough and was let go.
    PeerTooSlow,
    /// No room for one more guest.
    RoomFull,
    /// A dial that the user asked for has begun, or need not.
    Connect,
}

impl NoticeCode {
    /// The `code` of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PeerTooSlow => "peer_too_slow",
            Self::RoomFull => "room_full",
            Self::Connect => "connect",
        }
    }
}

/// Kinds of [`Update::Failed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// Nobody answered at an address that the user gave.
    NoAnswer,
    /// An address that the user gave cannot be reached from where we listen.
    Unreachable,
    /// The address is our own.
    OwnAddress,
    /// Somebody is there and does not let us in.
    Refused,
    /// There is no room for one more guest here.
    RoomFull,
}

impl FailureCode {
    /// The `code` of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Unreachable => "unreachable",
            Self::OwnAddress => "own_address",
            Self::Refused => "refused",
            Self::RoomFull => "room_full",
        }
    }
}
