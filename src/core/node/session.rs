//! What the node knows of an open link with another node.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{transport::Secure, verify};
use crate::{
    domain::{
        limit::TokenBucket,
        model::{MAX_ADDRESSES, NodeId, Now, Presence},
    },
    protocol::codec::mesh::{Caps, Hello},
};

/// Frames beside lines that a peer may send at once, and per second in the long run. A node that starts among many is
/// told of each of them; afterwards it hears pings, presence and newcomers.
const FRAME_BURST: u32 = 512;
const FRAME_RATE: f64 = 32.0;

/// Frames over the limit that are passed over before the link is cut, and how many per second are forgotten: whoever sends
/// so many does nothing else.
const EXCESS_BURST: u32 = 1_000;
const EXCESS_RATE: f64 = 16.0;

/// How a link came about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Whether we dialled it.
    pub(super) dialled: bool,
    /// When its dial began, or it arrived.
    pub(super) began: Instant,
    /// Where to, or from where.
    pub(super) remote: SocketAddr,
}

/// An open link with a node of our kind.
#[derive(Debug)]
pub(super) struct Session {
    /// Whether we dialled it.
    pub(super) dialled: bool,
    /// When its dial began, or it arrived.
    pub(super) began: Instant,
    /// Comparing codes.
    pub(super) verify: verify::Session,
    /// Names the run of the other side's program.
    pub(super) boot: u64,
    /// What both sides can do.
    pub(super) caps: Caps,
    /// Where its connection comes from, or goes to.
    pub(super) remote: SocketAddr,
    /// Where it listens.
    pub(super) addrs: Addresses,
    /// Whether its user is there.
    pub(super) presence: Presence,
    /// How long the way there and back is.
    pub(super) round_trip: Option<Duration>,
    /// The last ping, until it is answered.
    pub(super) ping: Option<(u64, Instant)>,
    /// By how much its clock was ahead of ours when it was linked.
    pub(super) clock_ahead_ms: i64,
    /// For frames that are no events.
    frames: TokenBucket,
    /// For frames over that limit.
    excess: TokenBucket,
}

impl Session {
    pub(super) fn new(me: NodeId, secure: &Secure, hello: &Hello, way: Way, now: Now) -> Self {
        let Way { dialled, began, remote } = way;
        Self {
            dialled,
            began,
            verify: verify::Session::new(me, secure.node, secure.exporter),
            boot: hello.boot,
            caps: Caps::ours().common(hello.caps),
            remote,
            addrs: Addresses::default(),
            presence: Presence::Here,
            round_trip: None,
            ping: None,
            clock_ahead_ms: hello.wall.as_millis().saturating_sub(now.wall.as_millis()),
            frames: TokenBucket::new(FRAME_BURST, FRAME_RATE),
            excess: TokenBucket::new(EXCESS_BURST, EXCESS_RATE),
        }
    }

    /// Takes one frame that is no line from what the peer may send.
    pub(super) fn spend_frame(&mut self, now: Instant) -> Spent {
        if self.frames.take(now) {
            return Spent::Fine;
        }
        if self.excess.take(now) { Spent::TooMuch } else { Spent::Flood }
    }
}

/// Whether a frame is within what a peer may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// It is.
    Fine,
    /// It is to be passed over.
    TooMuch,
    /// The link is to be cut.
    Flood,
}

/// Where a node listens, as far as we know; at most [`MAX_ADDRESSES`].
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// We reached it there.
    proven: BTreeSet<SocketAddr>,
    /// It says so, and nobody has looked yet.
    claimed: Option<SocketAddr>,
}

impl Addresses {
    /// It was reached at `addr`; whether that is news, and which older address gives way if there are too many.
    pub(super) fn prove(&mut self, addr: SocketAddr) -> (bool, Option<SocketAddr>) {
        if self.claimed == Some(addr) {
            self.claimed = None;
        }
        let news = self.proven.insert(addr);
        let mut others = self.proven.iter().filter(|other| **other != addr);
        let oldest = others.next().copied().filter(|_| self.proven.len() > MAX_ADDRESSES);
        if let Some(oldest) = oldest {
            self.proven.remove(&oldest);
        }
        (news, oldest)
    }

    /// Where it was reached.
    pub(super) fn proven(&self) -> impl Iterator<Item = SocketAddr> {
        self.proven.iter().copied()
    }

    /// It says that it listens at `addr`.
    pub(super) fn claim(&mut self, addr: SocketAddr) {
        if !self.proven.contains(&addr) {
            self.claimed = Some(addr);
        }
    }

    /// It is not at `addr`.
    pub(super) fn disprove(&mut self, addr: SocketAddr) {
        self.proven.remove(&addr);
        if self.claimed == Some(addr) {
            self.claimed = None;
        }
    }

    /// What it says and nobody has looked at.
    pub(super) fn claimed(&self) -> Option<SocketAddr> {
        self.claimed
    }

    /// All of them, those we know best first.
    pub(super) fn all(&self) -> Vec<SocketAddr> {
        self.proven.iter().copied().chain(self.claimed).take(MAX_ADDRESSES).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_gives_way_to_what_is_proven() {
        let addr = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let mut addrs = Addresses::default();
        addrs.claim(addr(1));
        assert_eq!((addrs.claimed(), addrs.all()), (Some(addr(1)), vec![addr(1)]));
        assert_eq!((addrs.prove(addr(1)), addrs.prove(addr(1))), ((true, None), (false, None)));
        addrs.claim(addr(1));
        assert_eq!(addrs.claimed(), None);
        addrs.disprove(addr(1));
        assert_eq!(addrs.all(), []);
        for port in 1..100 {
            addrs.prove(addr(port));
        }
        assert_eq!(addrs.all().len(), MAX_ADDRESSES);
    }
}
