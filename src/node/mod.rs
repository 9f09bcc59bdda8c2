//! The node's heart, pure: peer map, link choice, backoff, the ring of lines for guests.
//!
//! [`Node::handle`] takes what happened and the time, and says what to do. It does no IO, reads no clock and draws its
//! randomness from a seed: the same inputs give the same outputs, and every rule below is tested without a network.

mod arrivals;
mod book;
mod dials;
mod event;
mod link;
mod ring;
mod speech;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Instant,
};

use arrivals::Arrival;
use book::Book;
use dials::Ask;
pub use event::{CloseReason, DialFailure, In, LinkId, Out};
use link::{Link, Origin};
pub use ring::{FellBehind, Ring};

use crate::{
    bus::{Command, Update},
    convert,
    model::{LeaveReason, Nick, Now, Peer, PeerId, PortRange},
};

/// Guests that may be linked at once (DESIGN.md section 7).
pub const MAX_GUESTS: usize = 64;

/// What a node needs to know about itself.
#[derive(Debug, Clone)]
pub struct Me {
    /// The address it listens on, which is what it claims in its first frame.
    pub addr: SocketAddr,
    /// The name it goes by at the start.
    pub nick: Nick,
    /// The ports that a host without a port is tried on.
    pub ports: PortRange,
    /// Seeds everything random: jitter and message ids.
    pub seed: u64,
}

/// The state machine. See the module's documentation.
#[derive(Debug)]
pub struct Node {
    addr: SocketAddr,
    nick: Nick,
    ports: PortRange,
    rng: fastrand::Rng,
    links: BTreeMap<LinkId, Link>,
    /// Linked peers. The key is what makes two links of one peer meet.
    peers: BTreeMap<PeerId, LinkId>,
    book: Book,
    /// `/connect` commands that have not come to an end.
    asks: Vec<Ask>,
    next_dial: u32,
    told_full: Option<Instant>,
    leaving: bool,
}

impl Node {
    /// A node that listens at `me.addr` and knows nobody.
    pub fn new(me: Me) -> Self {
        Self {
            addr: me.addr,
            nick: me.nick,
            ports: me.ports,
            rng: fastrand::Rng::with_seed(me.seed),
            links: BTreeMap::new(),
            peers: BTreeMap::new(),
            book: Book::default(),
            asks: Vec::new(),
            next_dial: 0,
            told_full: None,
            leaving: false,
        }
    }

    /// Takes one thing that happened and appends what is to be done about it to `out`.
    pub fn handle(&mut self, input: In, now: Now, out: &mut Vec<Out>) {
        if self.leaving {
            return;
        }
        match input {
            In::Command(command) => self.command(command, now, out),
            In::Found(addr) => self.found(addr, now),
            In::Configured(target) => self.configured(target, now),
            In::DialConnected { link } => self.dial_connected(link, out),
            In::DialAnswered { link, stranger } => self.dial_answered(link, stranger, now, out),
            In::DialRefused { link } => self.dial_refused(link, now, out),
            In::DialFailed { link, failure } => self.dial_failed(link, failure, now, out),
            In::Arrived { link, source, claim, stranger } => {
                self.arrived(link, Arrival { source, claim, stranger }, now, out);
            }
            In::Heard { link, lines } => self.heard(link, lines, now, out),
            In::Closed { link, reason } => self.closed(link, reason, now, out),
            In::Timer => {}
        }
        self.dial_due(now, out);
    }

    /// When [`In::Timer`] is wanted next.
    pub fn next_timer(&self) -> Option<Instant> {
        self.book.next_due(self.dial_slots())
    }

    /// The addresses at which linked peers listen: nobody need look there.
    pub fn linked(&self) -> BTreeSet<SocketAddr> {
        self.peers
            .keys()
            .filter_map(|id| match id {
                PeerId::Guest(addr) => Some(*addr),
                PeerId::Node(_) => None,
            })
            .filter(|addr| self.is_linked(*addr))
            .collect()
    }

    fn command(&mut self, command: Command, now: Now, out: &mut Vec<Out>) {
        match command {
            Command::Say { room, text, action } => self.say(room, text, action, now, out),
            Command::SetNick(nick) => {
                self.nick = nick.clone();
                out.push(Out::Rename(nick.clone()));
                out.push(Out::Update(Update::NickSet(nick)));
            }
            Command::Rescan => {
                self.book.forgive(now.mono);
                out.push(Out::Sweep);
            }
            Command::Connect(target) => self.connect(target, now, out),
            Command::SetPresence(_)
            | Command::Typing(_)
            | Command::Trust(_)
            | Command::Ignore(_)
            | Command::Unignore(_)
            | Command::Whois(_)
            | Command::Verify { .. } => {}
            Command::Quit => {
                self.leaving = true;
                out.push(Out::Leave);
            }
        }
    }

    /// Makes `link` the one link of a new peer.
    fn join(&mut self, link: LinkId, peer: Peer, origin: Origin, out: &mut Vec<Out>) {
        if origin.listens() {
            self.book.linked(peer.addr);
            self.somebody_at(peer.addr);
        }
        self.peers.insert(peer.id, link);
        out.push(Out::Open { link, framing: convert::framing(&peer.software) });
        out.push(Out::Update(Update::PeerJoined(peer.clone())));
        self.links.insert(link, Link::Up { peer, origin });
        out.push(Out::LinkedChanged);
    }

    /// Takes a peer off the map, if `link` is what holds it there.
    fn leave(&mut self, link: LinkId, peer: PeerId, reason: LeaveReason, out: &mut Vec<Out>) {
        if self.peers.get(&peer) == Some(&link) {
            self.peers.remove(&peer);
            out.push(Out::Update(Update::PeerLeft { peer, reason }));
            out.push(Out::LinkedChanged);
        }
    }

    fn closed(&mut self, link: LinkId, reason: CloseReason, now: Now, out: &mut Vec<Out>) {
        let Some(Link::Up { peer, origin }) = self.links.get(&link) else { return };
        let (peer, origin) = (peer.clone(), *origin);
        self.links.remove(&link);
        self.leave(link, peer.id, reason.into(), out);
        if reason == CloseReason::TooSlow {
            out.push(Out::too_slow(&peer));
        }
        if origin.listens() {
            self.book.lost(peer.addr, now.mono, &mut self.rng);
        }
    }

    fn is_full(&self) -> bool {
        self.peers.len() >= MAX_GUESTS
    }
}
