//! The node's heart, pure: peer map, link choice, backoff, trust, the ring of lines for everyone.
//!
//! [`Node::handle`] takes what happened and the time, and says what to do. It does no IO, reads no clock and draws its
//! randomness from a seed: the same inputs give the same outputs, and every rule below is tested without a network.
//!
//! Where what is: `dials` whom to dial and what becomes of it, `asks` what the user named, `guests` who comes in plain text,
//! `introductions` who comes inside TLS and which of two links stays, `told` what nodes tell each other, `gossip`
//! addresses that are passed on, `announced` those that are heard, `location` where we are, `places` who was reached where, `limits` what a key may cost, `trust` what is known of
//! keys, `comparing` and `verify` short codes, `people` what the user does about people, `speech` who says what, `sync` the log.

mod announced;
mod asks;
mod between;
mod book;
mod comparing;
mod dials;
mod gossip;
mod guests;
mod input;
mod introductions;
mod limits;
mod link;
mod local_addrs;
mod output;
mod people;
mod places;
mod pulse;
mod relocation;
mod session;
mod speech;
mod sync_adapter;
mod told;
mod transport;
mod troubles;
mod trust;
mod verify;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use asks::Ask;
use book::Book;
use bytes::Bytes;
use dials::Slot;
pub use input::Input;
use gossip::Gossip;
use link::{Kind, Link};
pub use local_addrs::LocalAddrs;
pub use output::Output;
pub use transport::{CloseReason, DialFailure, Secure, Via};
pub use troubles::Trouble;
use trust::TrustBook;

pub use crate::core::sync::{History, Retention};
use crate::{
    core::sync::{self, Sync},
    domain::{
        bus::{Command, Update},
        limit::TokenBucket,
        model::{Guests, Known, LeaveReason, LinkId, Nick, NodeId, Now, PeerId, PortRange, Presence},
    },
    protocol::codec::mesh::{self, Caps, Frame, Hello, Reason},
};

/// Guests that may be linked at once (DESIGN.md section 7).
pub const MAX_GUESTS: usize = 64;

/// Nodes that may be linked at once. A used link costs up to 130 KiB, so that all of them stay below 33 MiB.
pub const MAX_NODES: usize = 256;

/// Nodes of one host that may be linked at once, so that nobody who makes keys by the hundred fills the room; this machine's
/// own are exempt, as everybody here may be somebody else. Six times the usual range of ports.
pub const MAX_NODES_PER_HOST: usize = 32;

/// What a node needs to know about itself.
#[derive(Debug, Clone)]
pub struct Me {
    /// Where it listens and looks for people.
    pub location: LocalAddrs,
    /// The name it goes by at the start.
    pub nick: Nick,
    /// Its key.
    pub node: NodeId,
    /// Random, another one at every start of the program.
    pub boot: u64,
    /// The ports that a host without a port is tried on.
    pub ports: PortRange,
    /// Which reference nodes may join.
    pub guests: Guests,
    /// What is known of people from earlier runs.
    pub known: Vec<Known>,
    /// Seeds everything random that is not secret: jitter and message ids.
    pub seed: u64,
    /// Seeds what nobody may guess: the nonces of comparisons, and salts.
    pub secret: [u8; 32],
    /// What was said before, and the key that signs what will be.
    pub history: History,
}

/// The state machine. See the module's documentation.
#[derive(Debug)]
pub struct Node {
    location: LocalAddrs,
    nick: Nick,
    me: NodeId,
    boot: u64,
    presence: Presence,
    ports: PortRange,
    guests: Guests,
    rng: fastrand::Rng,
    links: BTreeMap<LinkId, Link>,
    /// Linked peers. The key is what makes two links of one peer meet.
    peers: BTreeMap<PeerId, LinkId>,
    book: Book,
    trust: TrustBook,
    /// Guests that the user shut out, for this run: they have nothing by which to know them again.
    ignored_guests: BTreeSet<SocketAddr>,
    gossip: Gossip,
    heard: announced::Heard,
    troubles: troubles::Troubles,
    pulse: pulse::Pulse,
    between: between::Between,
    comparing: comparing::Comparisons,
    places: places::AddressOwners,
    limits: limits::Limits,
    /// `/connect` commands that have not come to an end.
    asks: Vec<Ask>,
    next_dial: u32,
    told: pulse::Told,
    /// When we were dialled by ourselves last.
    met_ourselves: Option<Instant>,
    alarms: TokenBucket,
    sync: Sync,
    leaving: bool,
}

impl Node {
    /// A node that listens at `me.addr` and knows nobody.
    pub fn new(me: Me) -> Self {
        let places = places::AddressOwners::new(&me.known);
        let mut rng = fastrand::Rng::with_seed(me.seed);
        let sync = Sync::new(me.node, me.history, rng.u64(..), me.secret);
        Self {
            location: me.location,
            nick: me.nick,
            me: me.node,
            boot: me.boot,
            presence: Presence::Here,
            ports: me.ports,
            guests: me.guests,
            rng,
            links: BTreeMap::new(),
            peers: BTreeMap::new(),
            book: Book::default(),
            trust: TrustBook::new(me.known),
            ignored_guests: BTreeSet::new(),
            gossip: Gossip::default(),
            heard: announced::Heard::default(),
            troubles: troubles::Troubles::default(),
            pulse: pulse::Pulse::default(),
            between: between::Between::default(),
            comparing: comparing::Comparisons::new(me.secret),
            places,
            limits: limits::Limits::default(),
            asks: Vec::new(),
            next_dial: 0,
            told: pulse::Told::default(),
            met_ourselves: None,
            alarms: TokenBucket::new(told::ALARM_BURST, told::ALARM_RATE),
            sync,
            leaving: false,
        }
    }

    /// Takes one thing that happened and appends what is to be done about it to `out`.
    pub fn handle(&mut self, input: Input, now: Now, out: &mut Vec<Output>) {
        if self.leaving {
            return;
        }
        match input {
            Input::Command(command) => self.command(command, now, out),
            Input::Found(addr) => self.found(addr, now),
            Input::Announced { node, addr } => self.announced(node, addr, now),
            Input::Moved(location) => self.relocate(location, now, out),
            Input::Configured(target) => self.configured(target, now),
            Input::DialConnected { link, secure } => self.dial_connected(link, secure, now, out),
            Input::DialAnswered { link, hello: Some(hello) } => self.welcomed(link, &hello, now, out),
            Input::DialAnswered { link, hello: None } => self.let_in(link, now, out),
            Input::DialRefused { link, reason } => self.dial_refused(link, reason, now, out),
            Input::DialFailed { link, failure } => self.dial_failed(link, failure, now, out),
            Input::Arrived { link, source, claim } => self.arrived(link, source, claim, now, out),
            Input::Introduced { link, source, secure, hello } => {
                self.introduced(link, source, secure, &hello, now, out);
            }
            Input::Heard { link, lines } => self.heard(link, lines, now, out),
            Input::Told { link, frames } => self.told(link, frames, now, out),
            Input::Closed { link, reason } => self.closed(link, reason, now, out),
            Input::Stored { ticket, reply } => self.feed_sync(sync::Input::Stored { ticket, reply }, now, out),
            Input::Taken(link) => self.feed_sync(sync::Input::Taken(link), now, out),
            Input::Timer => {}
        }
        self.settle_between(out);
        self.beat(now, out);
        self.beat_sync(now, out);
        self.dial_due(now, out);
        if self.trust.take_changed() {
            out.push(Output::KnownChanged);
        }
    }

    /// When [`Input::Timer`] is wanted next.
    pub fn next_timer(&self) -> Option<Instant> {
        if self.leaving {
            return None;
        }
        let due = || self.book.next_due(self.may_dial_passed());
        let dial = match self.dial_slot() {
            Slot::Free => due(),
            Slot::From(at) => due().map(|due| due.max(at)),
            Slot::None => None,
        };
        dial.into_iter().chain(self.next_beat()).chain(self.sync.next_timer()).min()
    }

    /// The addresses at which linked peers listen: nobody need look there.
    pub fn linked(&self) -> BTreeSet<SocketAddr> {
        let guests = self.links.values().filter_map(|link| match link {
            Link::Up { peer, kind: Kind::Guest(origin) } if origin.is_found() => Some(peer.addr),
            _ => None,
        });
        guests.chain(self.places.taken()).collect()
    }

    /// Who is linked, as far as the front end knows.
    pub fn linked_peers(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.peers.keys().copied().chain(self.between.nodes().map(PeerId::Node))
    }

    /// The name we go by, and whether we are away.
    pub fn state(&self) -> (Nick, Presence) {
        (self.nick.clone(), self.presence.clone())
    }

    /// What is known of people, to be kept across runs.
    pub fn known(&self) -> Vec<Known> {
        self.trust.known().cloned().collect()
    }

    /// The last frame for every linked node, when the program ends.
    pub fn farewell(&self) -> Bytes {
        bye(Reason::Leaving)
    }

    fn command(&mut self, command: Command, now: Now, out: &mut Vec<Output>) {
        match command {
            Command::Say { room, text, action, .. } => {
                self.feed_sync(sync::Input::Say { room, text, action }, now, out);
            }
            Command::SetNick(nick) => self.set_nick(nick, now, out),
            Command::SetPresence(presence) => self.set_presence(presence, now, out),
            Command::Typing(typing) => self.tell_status(typing, now, out),
            Command::Rescan => self.rescan(now, out),
            // Where we are is not for us to say.
            Command::Open(_) => {}
            Command::Connect(target) => self.connect(target, now, out),
            Command::Trust(who) => self.do_trust(&who, now, out),
            Command::Ignore(who) => self.do_ignore(&who, true, now, out),
            Command::Unignore(who) => self.do_ignore(&who, false, now, out),
            Command::Whois(who) => self.whois(&who, out),
            Command::Verify { who, same } => self.verify(&who, same, now, out),
            Command::Page { room, seek, max } => self.feed_sync(sync::Input::Page { room, seek, max }, now, out),
            Command::Search { room, query, before, max } => {
                self.feed_sync(sync::Input::Search { room, query, before, max }, now, out);
            }
            Command::Erase { room, .. } => self.feed_sync(sync::Input::Erase(room), now, out),
            Command::Quit => self.feed_sync(sync::Input::Quit, now, out),
        }
    }

    /// Takes a peer off the map, if `link` is what holds it there. Without a reason it has not left for the front end.
    fn leave(&mut self, link: LinkId, peer: PeerId, reason: Option<LeaveReason>, out: &mut Vec<Output>) {
        if self.peers.get(&peer) == Some(&link) {
            self.peers.remove(&peer);
            if let PeerId::Node(node) = peer {
                self.places.parted(&node);
            }
            out.extend(reason.map(|reason| Output::Update(Update::PeerLeft { peer, reason })));
            out.push(Output::LinkedChanged);
        }
    }

    fn closed(&mut self, link: LinkId, reason: CloseReason, now: Now, out: &mut Vec<Output>) {
        self.parted(link, reason, false, now, out);
    }

    /// A link is gone; whether the other side has another one with us, as it says.
    fn parted(&mut self, link: LinkId, reason: CloseReason, has_other: bool, now: Now, out: &mut Vec<Output>) {
        let Some(Link::Up { peer, kind }) = self.links.get(&link) else { return };
        let run = if let Kind::Mesh(session) = kind { Some(session.boot) } else { None };
        let (peer, addrs) = match kind {
            Kind::Guest(origin) => (peer.clone(), if origin.listens() { vec![peer.addr] } else { Vec::new() }),
            // On its word alone nobody is dialled outside the user's networks.
            Kind::Mesh(session) => {
                let claimed = session.addrs.claimed().filter(|addr| self.location.is_in_networks(addr.ip()));
                (peer.clone(), session.addrs.proven().chain(claimed).collect())
            }
        };
        if let Some(mut state) = self.links.remove(&link) {
            self.end_comparison(&mut state, link, out);
            self.feed_sync(sync::Input::LinkDown(link), now, out);
        }
        if let PeerId::Node(node) = peer.id {
            self.trust.parted(&node, now.wall);
        }
        let is_held = self.peers.get(&peer.id) == Some(&link);
        let goes_over = has_other
            && is_held
            && matches!((peer.id, run), (PeerId::Node(node), Some(boot)) if self.goes_over(node, boot));
        self.leave(link, peer.id, (!goes_over).then_some(reason.into()), out);
        if let (PeerId::Node(_), Some(nick)) = (peer.id, &peer.nick) {
            self.meet_namesakes(nick, now, out);
        }
        if reason == CloseReason::TooSlow {
            out.push(Output::too_slow(&peer));
        }
        for addr in addrs {
            self.book.lost(addr, now.mono, &mut self.rng);
        }
    }

    /// Ends an open link from our side.
    fn close(&mut self, link: LinkId, reason: CloseReason, say: Reason, now: Now, out: &mut Vec<Output>) {
        out.push(Output::Close { link, bye: Some(bye(say)) });
        self.closed(link, reason, now, out);
    }

    fn count(&self, is_counted: impl Fn(&PeerId) -> bool) -> usize {
        self.peers.keys().filter(|id| is_counted(id)).count()
    }

    fn guests_full(&self) -> bool {
        self.count(|id| matches!(id, PeerId::Guest(_))) >= MAX_GUESTS
    }

    fn host_full(&self, ip: IpAddr) -> bool {
        let there = |link: &Link| link.session().is_some_and(|(peer, _)| peer.addr.ip() == ip);
        !ip.is_loopback() && self.links.values().filter(|link| there(link)).count() >= MAX_NODES_PER_HOST
    }

    fn nodes_full(&self) -> bool {
        self.count(|id| matches!(id, PeerId::Node(_))) >= MAX_NODES
    }

    /// What we say of ourselves at first.
    fn hello(&self, now: Now) -> Bytes {
        let (min, max) = mesh::VERSIONS;
        mesh::encode(&Frame::Hello(Hello {
            min,
            max,
            caps: Caps::ours(),
            node: self.me,
            boot: self.boot,
            nick: Some(self.nick.clone()),
            wall: now.wall,
            port: self.location.port().try_into().ok(),
            version: env!("CARGO_PKG_VERSION").into(),
        }))
    }
}

fn bye(reason: Reason) -> Bytes {
    mesh::encode(&Frame::Bye(reason))
}
