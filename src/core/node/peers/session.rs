//! What we know about an open link with another node.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    addresses::Addresses,
    link_choice::{Candidate, Side},
};
use crate::{
    domain::{
        limit::TokenBucket,
        model::{Now, Presence},
    },
    protocol::codec::mesh::{Caps, Hello},
};

/// Frames other than lines that a peer may send at once, and per second in the long run. A node that starts among many
/// others is told about each of them; afterwards it gets pings, presence and newcomers.
const FRAME_BURST: u32 = 512;
const FRAME_RATE: f64 = 32.0;

/// Frames over the limit that are ignored before the link is cut, and how many of them per second are forgotten: a peer
/// that sends more does nothing else.
const EXCESS_BURST: u32 = 1_000;
const EXCESS_RATE: f64 = 16.0;

/// How a link came about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// Who dialled.
    pub(super) dialled_by: Side,
    /// When the dial began, or arrived.
    pub(super) began: Instant,
    /// Where to, or from where.
    pub(super) remote: SocketAddr,
}

/// An open link with a node of our kind.
#[derive(Debug)]
pub(in crate::core::node) struct Session {
    /// How it came about.
    pub(super) start: Start,
    /// Identifies the run of the other side's program.
    pub(super) boot: u64,
    /// What both sides can do.
    pub(super) caps: Caps,
    /// Where it listens.
    pub(super) addrs: Addresses,
    /// Whether its user is there.
    pub(super) presence: Presence,
    /// The round trip time that was measured last.
    pub(super) round_trip: Option<Duration>,
    /// The last ping, until it is answered.
    pub(super) ping: Option<(u64, Instant)>,
    /// By how many milliseconds its clock was ahead of ours when last measured; none until it has told us its time.
    pub(super) clock_ahead_ms: Option<i64>,
    /// For frames other than events.
    frames: TokenBucket,
    /// For frames over that limit.
    excess: TokenBucket,
}

impl Session {
    pub(super) fn new(hello: &Hello, start: Start, now: Now) -> Self {
        Self {
            start,
            boot: hello.boot,
            caps: Caps::ours().common(hello.caps),
            addrs: Addresses::default(),
            presence: Presence::Here,
            round_trip: None,
            ping: None,
            clock_ahead_ms: hello.wall.map(|wall| wall.as_millis().saturating_sub(now.wall.as_millis())),
            frames: TokenBucket::new(FRAME_BURST, FRAME_RATE),
            excess: TokenBucket::new(EXCESS_BURST, EXCESS_RATE),
        }
    }

    /// What matters about it for link choice.
    pub(super) fn candidate(&self) -> Candidate {
        Candidate { dialled_by: self.start.dialled_by, began: self.start.began, boot: self.boot }
    }

    /// Charges one frame other than a line to the quota of the peer.
    pub(super) fn spend_frame(&mut self, now: Instant) -> FrameQuota {
        if self.frames.take(now) {
            return FrameQuota::Within;
        }
        if self.excess.take(now) { FrameQuota::Over } else { FrameQuota::Flood }
    }
}

/// Whether a frame is within what a peer may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum FrameQuota {
    /// It is.
    Within,
    /// Ignore it.
    Over,
    /// Cut the link.
    Flood,
}
