//! The router: passes each input of the node to the machine that handles it.
//!
//! [`Node::handle`] takes an input and the time, and says what to do. It does no IO, reads no clock and draws its
//! randomness from a seed. So the same inputs give the same outputs, and every rule can be tested without a network.
//!
//! The node is made of machines that do not know each other:
//! - `peers`: links, handshakes, which of two links stays, who is let in, heartbeats;
//! - `dialing`: which addresses to dial and when, what the user asked to connect to, peer exchange;
//! - `trust`: what is known about keys, which key has which name, ignored people, and which person a command means;
//! - `verify`: comparing short codes;
//! - [`crate::core::sync`]: the log among nodes.
//!
//! Each has its own state, inputs and outputs. A machine can query another only through the read-only `views`; `routes`
//! carries their outputs to the shell and to each other. `commands` and `frames` decide which machine gets a command or
//! a frame.

mod commands;
mod dialing;
mod frames;
mod hearing;
mod input;
mod local_addrs;
mod log_people;
mod myself;
mod notice_limits;
mod output;
mod peers;
mod room_commands;
mod rooms;
mod routes;
mod transport;
mod trust;
mod verify;
mod views;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use bytes::Bytes;
use dialing::Dialing;
pub use dialing::Trouble;
pub use input::Input;
pub use local_addrs::LocalAddrs;
use myself::Myself;
use notice_limits::NoticeLimits;
pub use output::Output;
use peers::{DialEvent, Peers};
use rooms::Rooms;
pub use transport::{CloseReason, DialFailure, Secure, Via};
use trust::Keyring;
use verify::Verify;

pub use crate::core::sync::{History, Retention, Unpublished};
use crate::{
    core::{
        secrets::Secrets,
        sync::{self, Sync},
    },
    domain::{
        bus::{KeptPrivate, KeptRoom, KeptRooms},
        model::{Guests, Known, Nick, NodeId, Now, PeerId, PortRange, Presence},
    },
    protocol::{codec::mesh::Reason, sealing::Card},
};

/// What a node needs to know about itself.
#[derive(Debug, Clone)]
pub struct Me {
    /// Where it listens and looks for people.
    pub location: LocalAddrs,
    /// Its name at the start.
    pub nick: Nick,
    /// Its key.
    pub node: NodeId,
    /// Random, and new at every start of the program.
    pub boot: u64,
    /// The ports to try on a host that is named without a port.
    pub ports: PortRange,
    /// Which reference nodes may join.
    pub guests: Guests,
    /// What earlier runs learned about people.
    pub known: Vec<Known>,
    /// Seeds everything random that is not secret: jitter and message ids.
    pub seed: u64,
    /// Seeds what nobody must be able to guess: the nonces of comparisons, and salts.
    pub secret: [u8; 32],
    /// What was said before, and the key that signs new events.
    pub history: History,
    /// The rooms that its user was in.
    pub rooms: KeptRooms,
}

/// The router. See the module's documentation.
#[derive(Debug)]
pub struct Node {
    myself: Myself,
    peers: Peers,
    dialing: Dialing,
    trust: Keyring,
    verify: Verify,
    rooms: Rooms,
    sync: Sync,
    /// Limits how often notices of the log are shown.
    notices: NoticeLimits,
    /// What seeds the secrets of the next node.
    successors: Secrets,
    phase: Phase,
}

/// Where the node is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has happened yet.
    New,
    /// It runs.
    Running,
    /// The program is ending: inputs are ignored.
    Left,
}

impl Node {
    /// Creates a node that listens at `me.location` and has no links yet.
    pub fn new(me: Me) -> Self {
        let rooms = Rooms::new(me.rooms, &me.history.identity, &me.known, me.secret);
        let mut rng = fastrand::Rng::with_seed(me.seed);
        let card = Card::sign(&me.history.identity, 0).encode().into();
        Self {
            peers: Peers::new(&me.known, rng.fork()),
            dialing: Dialing::new(rng.fork()),
            trust: Keyring::new(me.known, me.node, &me.nick),
            verify: Verify::new(me.node, me.secret),
            rooms,
            sync: Sync::new(me.node, me.history, rng.u64(..), me.secret),
            notices: NoticeLimits::default(),
            successors: Secrets::new(Secrets::SUCCESSORS, me.secret),
            phase: Phase::New,
            myself: Myself {
                local: me.location,
                nick: me.nick,
                node: me.node,
                boot: me.boot,
                presence: Presence::Here,
                ports: me.ports,
                guests: me.guests,
                card,
            },
        }
    }

    /// Handles one input and appends what is to be done to `out`.
    pub fn handle(&mut self, input: Input, now: Now, out: &mut Vec<Output>) {
        if self.phase == Phase::Left {
            return;
        }
        match input {
            Input::Command(command) => self.command(command, now, out),
            Input::Found(addr) => self.drive_dialing(dialing::Input::Found(addr), now, out),
            Input::Announced { node, addr } => self.drive_dialing(dialing::Input::Announced { node, addr }, now, out),
            Input::Configured(target) => self.drive_dialing(dialing::Input::Configured(target), now, out),
            Input::Relocated(local) => self.moved(local, now, out),
            Input::DialConnected { link, secure } => self.dial(link, DialEvent::Connected(secure), now, out),
            Input::DialAnswered { link, hello } => self.dial(link, DialEvent::Answered(hello), now, out),
            Input::DialRefused { link, reason } => self.dial(link, DialEvent::Refused(reason), now, out),
            Input::DialFailed { link, failure } => self.dial(link, DialEvent::Failed(failure), now, out),
            Input::GuestArrived { link, source, claim } => {
                self.with_peers(now, out, |peers, context, out| peers.arrived(link, source, claim, context, out));
            }
            Input::NodeArrived { link, source, secure, hello } => {
                self.with_peers(now, out, |peers, context, out| {
                    peers.introduced(link, source, secure, &hello, context, out);
                });
            }
            Input::GuestLines { link, lines } => {
                self.with_peers(now, out, |peers, _, out| peers.heard(link, lines, now.mono, out));
            }
            Input::Frames { link, frames } => self.frames(link, frames, now, out),
            Input::Closed { link, reason } => {
                self.with_peers(now, out, |peers, context, out| peers.closed(link, reason, context, out));
            }
            Input::Stored { ticket, reply } => self.drive_sync(sync::Input::Stored { ticket, reply }, now, out),
            Input::FreeSpace(space) => self.drive_sync(sync::Input::FreeSpace(space), now, out),
            Input::Standing(standing) => self.drive_sync(sync::Input::Standing(standing), now, out),
            Input::Join(network) => self.drive_sync(sync::Input::Join(network), now, out),
            Input::Taken(link) => self.drive_sync(sync::Input::Taken(link), now, out),
            Input::Timer => {}
        }
        self.tick(now, out);
    }

    /// When [`Input::Timer`] is due next.
    pub fn next_timer(&self) -> Option<Instant> {
        if self.phase == Phase::Left {
            return None;
        }
        let timers = [
            self.peers.next_timer(),
            self.dialing.next_timer(&self.peers),
            self.verify.next_timer(),
            self.sync.next_timer(),
        ];
        timers.into_iter().flatten().min()
    }

    /// Addresses that need no probe, because we know who is there.
    pub fn linked(&self) -> BTreeSet<SocketAddr> {
        self.peers.settled_addresses()
    }

    /// The peers that the front end regards as linked.
    pub fn linked_peers(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.peers.linked_peers()
    }

    /// The nodes that are linked, and where they are.
    pub fn linked_people(&self) -> impl Iterator<Item = (NodeId, IpAddr)> + '_ {
        self.peers.linked_people()
    }

    /// Our name, and whether we are away.
    pub fn state(&self) -> (Nick, Presence) {
        (self.myself.nick.clone(), self.myself.presence.clone())
    }

    /// What is known about people, to be kept across runs.
    pub fn known(&self) -> Vec<Known> {
        self.trust.book().kept().cloned().collect()
    }

    /// The rooms that our user is in, to be kept across runs.
    pub fn rooms(&self) -> Vec<KeptRoom> {
        self.rooms.kept()
    }

    /// The private rooms that our user is in or was invited to, to be kept across runs.
    pub fn private_rooms(&self) -> KeptPrivate {
        self.rooms.kept_private()
    }

    /// Nodes that exist but cannot be linked, as far as was noticed in the last minute.
    pub fn unreachable(&self, now: Now) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        self.dialing.unreachable(now.mono)
    }

    /// A datagram from `node` was heard that says only that the node is there.
    pub fn note_heard(&mut self, node: NodeId, now: Now) {
        self.drive_dialing(dialing::Input::Heard(node), now, &mut Vec::new());
    }

    /// Whether an announcement from `node` was heard recently.
    pub fn has_heard(&self, node: &NodeId, now: Now) -> bool {
        self.dialing.has_heard(node, now.mono)
    }

    /// Whether so much is waiting for the disk that no more should be accepted.
    pub fn is_writing_much(&self) -> bool {
        self.sync.is_writing_much()
    }

    /// Whether the disk currently accepts no writes. The front end has been told.
    pub fn keeps_nothing(&self) -> bool {
        self.sync.is_broken()
    }

    /// Whether `link` may send more events, given what it already has on the way to disk.
    pub fn has_room_for(&self, link: crate::domain::model::LinkId) -> bool {
        self.sync.has_room_for(link)
    }

    /// What our user said that is not published yet.
    pub fn unpublished(&self) -> Unpublished {
        self.sync.unpublished()
    }

    /// Whether something that our user said is not on disk yet.
    pub fn is_writing_own(&self) -> bool {
        self.sync.is_writing_own()
    }

    /// A secret for the node that takes the place of this one, because the program moves to another network.
    pub fn next_secret(&mut self) -> [u8; 32] {
        self.successors.next()
    }

    /// The last frame for every linked node, when the program ends.
    pub fn farewell(&self) -> Bytes {
        peers::goodbye(Reason::Leaving)
    }

    fn dial(&mut self, link: crate::domain::model::LinkId, event: DialEvent, now: Now, out: &mut Vec<Output>) {
        self.with_peers(now, out, |peers, context, out| peers.dial_event(link, event, context, out));
    }

    /// We listen elsewhere now. The shell sweeps the new place and announces us there.
    fn moved(&mut self, local: LocalAddrs, now: Now, out: &mut Vec<Output>) {
        let was_open = std::mem::replace(&mut self.myself.local, local).open;
        let closed = was_open && !self.myself.local.open;
        if closed {
            self.with_peers(now, out, Peers::leave_networks);
        }
        self.with_peers(now, out, |peers, _, out| peers.forget_ourselves(out));
        let last_known = self.trust.book().addresses();
        self.drive_dialing(dialing::Input::Relocated { last_known, closed }, now, out);
        out.push(Output::LinkedChanged);
    }

    /// Lets every machine do what is due.
    fn tick(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.phase == Phase::New {
            self.phase = Phase::Running;
            self.with_peers(now, out, |peers, context, _| peers.start(context.now));
            let last_known = self.trust.book().addresses();
            self.drive_dialing(dialing::Input::Start { last_known }, now, out);
            self.drive_rooms(rooms::Input::Start, now, out);
            self.drive_sync(sync::Input::Start, now, out);
            self.show_unseen(now, out);
        }
        self.trust.tick(now);
        self.with_peers(now, out, Peers::tick);
        self.drive_verify(verify::Input::Tick, now, out);
        if self.sync.next_timer().is_some_and(|due| due <= now.mono) {
            self.drive_sync(sync::Input::Timer, now, out);
        }
        if self.phase != Phase::Left {
            self.drive_dialing(dialing::Input::Tick, now, out);
        }
        if self.trust.take_changed() {
            out.push(Output::KnownChanged);
        }
    }
}
