//! Which addresses to dial, and when.
//!
//! Addresses come from the sweep, from announcements, from other nodes ([`peer_exchange`]), from the user
//! ([`connect_requests`]) and from earlier runs. All of them wait in the [`address_book`], which knows how often each may be
//! tried; [`slots`] bounds how many dials are under way at once, and [`quotas`] how many dials others may cause. The machine
//! does not know what becomes of a dial until the links tell it, by [`News`].

mod address_book;
mod announced;
mod connect_requests;
mod notices;
mod peer_exchange;
mod quotas;
mod slots;
mod unreachable;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, net::SocketAddr, time::Instant};

use address_book::{AddressBook, AfterFailure};
use announced::Announcements;
use bytes::Bytes;
use connect_requests::ConnectRequests;
pub(super) use notices::NoLink;
use peer_exchange::PeerExchange;
use quotas::Quotas;
use slots::{Slot, Slots};
pub use unreachable::Trouble;
use unreachable::Unreachable;

use super::{
    limits::MAX_NODES,
    local_addrs::is_for_everybody,
    myself::Myself,
    transport::{DialFailure, Via},
    views::{Links, OpenDial},
};
use crate::{
    domain::{
        bus::Update,
        model::{LinkId, NodeId, Now, Target},
        timers::Timers,
    },
    protocol::codec::mesh::Sighting,
};

/// What happened.
#[derive(Debug)]
pub(super) enum Input<'a> {
    /// The program runs. `last_known` says where people listened in earlier runs.
    Start {
        /// Addresses, the most promising first.
        last_known: Vec<SocketAddr>,
    },
    /// A sweep found an open port.
    Found(SocketAddr),
    /// A signed datagram says that this key listens at this address. The signature proves that it says so; only a dial that
    /// takes no other key shows whether it does.
    Announced {
        /// The key.
        node: NodeId,
        /// The address.
        addr: SocketAddr,
    },
    /// A datagram of this key was heard that says no more than that it is there.
    Heard(NodeId),
    /// The user wants to be linked with somebody there, now.
    Connect(Target),
    /// The user wants to be linked with somebody there for as long as the program runs.
    Configured(Target),
    /// The user looks for people: all waits are over.
    Rescan,
    /// We listen elsewhere now. Peers that were found where we were are not to be looked for from here.
    Relocated {
        /// As in [`Self::Start`].
        last_known: Vec<SocketAddr>,
        /// Whether nothing leaves this machine any more, and did before.
        closed: bool,
    },
    /// A node was linked: it is told of the others, and they of it.
    NodeLinked {
        /// On which link.
        link: LinkId,
        /// Its key.
        node: NodeId,
    },
    /// A node passes on where others listen.
    PassedOn {
        /// The key of the node that says so.
        from: NodeId,
        /// What it says.
        sightings: &'a [Sighting],
    },
    /// The links have news about an address.
    News(News),
    /// Something else happened, or the time that [`Dialing::next_timer`] named has come: dials what is due.
    Tick,
}

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// A linked peer was met there: it need not be dialled.
    Linked(SocketAddr),
    /// Somebody answered there: what the user asked for is there.
    Answered(SocketAddr),
    /// The link with the peer there is gone.
    Lost(SocketAddr),
    /// A peer that was just linked claims to listen there: to be checked soon.
    Claimed(SocketAddr),
    /// It must be dialled once more, now, to see who is there.
    Disputed(SocketAddr),
    /// We are there ourselves, or nobody that we want: not again for a while.
    Unwanted(SocketAddr),
    /// A node there was reached.
    Reached(SocketAddr),
    /// The node there speaks another version of the protocol.
    OtherVersion(SocketAddr),
    /// A dial ended without a link. The user hears why if they named the address and it has failed often enough.
    Failed {
        /// Where to.
        addr: SocketAddr,
        /// The only key that was looked for there.
        only: Option<NodeId>,
        /// Why. None of the rest matters if the user is not to hear of it.
        why: Option<NoLink>,
        /// Whether the other side refused because of another dial or link between us. That is soon over.
        soon_over: bool,
    },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// Dial.
    Dial {
        /// Where to.
        addr: SocketAddr,
        /// How.
        via: Via,
    },
    /// Send a frame on a link.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Announce the node now.
    Announce,
    /// Tell the front end.
    Update(Update),
}

/// What the machine waits for. The next dial is no timer: it depends on the address book and on the dials that are under
/// way, and is computed by [`Dialing::next_timer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Tell linked nodes of newcomers.
    PassOn,
}

/// What the machine may know of the rest of the node while it handles one input.
pub(super) struct Context<'a> {
    pub(super) me: &'a Myself,
    pub(super) links: &'a dyn Links,
    pub(super) now: Now,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub(super) struct Dialing {
    book: AddressBook,
    requests: ConnectRequests,
    announcements: Announcements,
    unreachable: Unreachable,
    exchange: PeerExchange,
    quotas: Quotas,
    timers: Timers<Timer>,
    /// For jitter.
    rng: fastrand::Rng,
}

impl Dialing {
    /// `rng`: for what is random and not secret.
    pub(super) fn new(rng: fastrand::Rng) -> Self {
        Self {
            book: AddressBook::default(),
            requests: ConnectRequests::default(),
            announcements: Announcements::default(),
            unreachable: Unreachable::default(),
            exchange: PeerExchange::default(),
            quotas: Quotas::default(),
            timers: Timers::default(),
            rng,
        }
    }

    /// Takes one thing that happened and appends what is to be done about it to `out`.
    pub(super) fn handle(&mut self, input: Input<'_>, context: &Context<'_>, out: &mut Vec<Output>) {
        match input {
            Input::Start { last_known } => self.look_for(&last_known, context),
            Input::Found(addr) => self.found(addr, context),
            Input::Announced { node, addr } => self.announced(node, addr, context),
            Input::Heard(node) => self.announcements.note(node, context.now.mono),
            Input::Connect(target) => {
                let update = self.connect(target, context);
                out.push(Output::Update(update));
            }
            Input::Configured(target) => self.configured(target, context),
            Input::Rescan => self.forgive(context),
            Input::Relocated { last_known, closed } => self.relocated(&last_known, closed, context),
            Input::NodeLinked { link, node } => {
                self.exchange.linked(link, node, context, &mut self.timers, out);
            }
            Input::PassedOn { from, sightings } => self.passed_on(from, sightings, context),
            Input::News(news) => self.news(news, context, out),
            Input::Tick => self.tick(context, out),
        }
    }

    /// When [`Input::Tick`] is wanted next.
    pub(super) fn next_timer(&self, links: &dyn Links) -> Option<Instant> {
        let slots = Slots::new(links);
        let due = || self.book.next_due(slots.may_pin());
        let dial = match slots.next() {
            Slot::Free => due(),
            Slot::From(at) => due().map(|due| due.max(at)),
            Slot::None => None,
        };
        dial.into_iter().chain(self.timers.next()).min()
    }

    /// Nodes that are there and cannot be linked, as far as is known of the last minute.
    pub(super) fn unreachable(&self, now: Instant) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        self.unreachable.iter(now)
    }

    /// Whether an announcement of `node` was heard lately.
    pub(super) fn has_heard(&self, node: &NodeId, now: Instant) -> bool {
        self.announcements.is_fresh(node, now)
    }

    fn tick(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        if self.timers.take_expired(Timer::PassOn, context.now.mono) {
            self.exchange.pass_on(context, out);
        }
        self.dial_due(context, out);
    }

    fn dial_due(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        let now = context.now.mono;
        let mut slots = Slots::new(context.links);
        while slots.has_free(now)
            && let Some((addr, only)) = self.book.take_due(slots.may_pin(), now)
        {
            // What was found or lost while the node was open may come to the book after it was closed.
            if context.me.local.reaches(addr.ip()) {
                slots.take(OpenDial { began: now, pinned: only.is_some() });
                out.push(Output::Dial { addr, via: Via::Secure { only } });
            } else {
                self.book.forget(|other, _| *other != addr);
            }
        }
    }

    fn found(&mut self, addr: SocketAddr, Context { me, links, now }: &Context<'_>) {
        // A claim is checked a little later, lest all nodes that start together do it twice.
        let is_checked_later = || self.book.is_pending(&addr) && links.is_claimed(addr);
        if !me.local.is_own(&addr)
            && !links.is_linked(addr)
            && !links.is_ourselves(addr, now.mono)
            && !is_checked_later()
        {
            self.book.swept(addr, now.mono);
        }
    }

    fn announced(&mut self, node: NodeId, addr: SocketAddr, Context { me, links, now }: &Context<'_>) {
        if node == me.node {
            return;
        }
        self.announcements.note(node, now.mono);
        let is_known = links.is_node_linked(&node) || links.is_linked(addr);
        if is_known || me.local.is_own(&addr) || !me.local.reaches(addr.ip()) {
            return;
        }
        // The source may be forged, and the port is the sender's choice.
        let may_be_meant = me.ports.may_be_meant(addr.port());
        if may_be_meant && self.book.would_dial(&addr, &node, now.mono) && self.quotas.announce(addr.ip(), now.mono) {
            self.book.announced(addr, node, now.mono);
        }
    }

    fn configured(&mut self, target: Target, context: &Context<'_>) {
        let Context { me, links, now } = context;
        if !me.local.reaches(target.ip()) {
            return;
        }
        let others = others_at(target, me);
        for addr in &others {
            self.book.configured(*addr, links.is_busy(*addr), now.mono);
        }
        if !others.is_empty() {
            self.requests.add(target, others, true, now.mono);
        }
    }

    fn connect(&mut self, target: Target, Context { me, links, now }: &Context<'_>) -> Update {
        if !me.local.reaches(target.ip()) {
            return notices::beyond_this_machine(target);
        }
        let others = others_at(target, me);
        let (here, absent): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(|addr| links.is_linked(*addr));
        for addr in &absent {
            self.book.asked(*addr, links.is_busy(*addr), now.mono);
        }
        if let Some(addr) = here.first() {
            // Several people may be at one host: its other ports are tried all the same, but promise nothing.
            notices::here_already(*addr)
        } else if absent.is_empty() {
            notices::own_address(target)
        } else if links.is_full() {
            notices::no_room(target)
        } else {
            self.requests.add(target, absent, false, now.mono);
            notices::dialling(target)
        }
    }

    /// Everybody may be where nobody was.
    fn forgive(&mut self, Context { links, now, .. }: &Context<'_>) {
        self.book.forgive(now.mono, |addr| links.is_busy(*addr));
    }

    fn relocated(&mut self, last_known: &[SocketAddr], closed: bool, context: &Context<'_>) {
        if closed {
            self.requests.clear();
        }
        self.unreachable.clear();
        let local = &context.me.local;
        if local.open {
            self.look_for(last_known, context);
        }
        self.book.forget(
            |addr, named| {
                if local.open { named || local.is_in_networks(addr.ip()) } else { addr.ip().is_loopback() }
            },
        );
        self.forgive(context);
    }

    /// Looks first where people were last.
    fn look_for(&mut self, last_known: &[SocketAddr], Context { me, now, .. }: &Context<'_>) {
        for addr in last_known {
            if !me.local.is_own(addr) && me.local.is_in_networks(addr.ip()) {
                self.book.swept(*addr, now.mono);
            }
        }
    }

    fn passed_on(&mut self, from: NodeId, sightings: &[Sighting], Context { me, links, now }: &Context<'_>) {
        for Sighting { node, addrs } in sightings {
            if *node == me.node || links.is_node_linked(node) {
                continue;
            }
            for addr in addrs.iter().filter(|addr| !me.local.is_own(addr) && is_for_everybody(addr)) {
                // Outside the user's networks nobody is dialled on a stranger's word.
                let may_be_meant = me.ports.may_be_meant(addr.port());
                if links.is_linked(*addr) || !may_be_meant || !me.local.is_in_networks(addr.ip()) {
                    continue;
                }
                if !self.quotas.pass_on(from, now.mono) {
                    return;
                }
                self.book.passed(*addr, *node, now.mono);
            }
        }
    }

    fn news(&mut self, news: News, context: &Context<'_>, out: &mut Vec<Output>) {
        let now = context.now.mono;
        match news {
            News::Linked(addr) => self.book.linked(addr),
            News::Answered(addr) => self.requests.answered(addr),
            News::Lost(addr) => self.book.lost(addr, now, &mut self.rng),
            News::Claimed(addr) => self.book.check(addr, now, &mut self.rng),
            News::Disputed(addr) => self.book.verify(addr, now),
            News::Unwanted(addr) => self.book.rest(addr, now, &mut self.rng),
            News::Reached(addr) => self.unreachable.reached(&addr),
            News::OtherVersion(addr) => self.unreachable.note(addr, Trouble::OtherVersion, now),
            News::Failed { addr, only, why, soon_over } => self.failed(addr, only, why, soon_over, context, out),
        }
    }

    fn failed(
        &mut self,
        addr: SocketAddr,
        only: Option<NodeId>,
        why: Option<NoLink>,
        soon_over: bool,
        Context { me, now, .. }: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let is_silent =
            matches!(why, Some(NoLink::Dial(DialFailure::Timeout | DialFailure::Unreachable | DialFailure::Refused)));
        if is_silent && let Some(node) = only {
            // A node that cannot be reached where it announces itself perhaps reaches us.
            if is_for_everybody(&addr) && self.announcements.may_answer(now.mono) {
                out.push(Output::Announce);
            }
            if self.announcements.contains(&node) {
                let is_refused = why == Some(NoLink::Dial(DialFailure::Refused));
                let trouble = if is_refused { Trouble::Refused } else { Trouble::Silent };
                self.unreachable.note(addr, trouble, now.mono);
            }
        }
        let after = if soon_over {
            self.book.refused(addr, now.mono, &mut self.rng)
        } else {
            self.book.failed(addr, now.mono, &mut self.rng)
        };
        if let (AfterFailure::Tell, Some(why)) = (after, why) {
            let from = me.local.towards(addr.ip()).map_or(addr.ip(), |own| own.ip());
            out.extend(self.requests.failed(addr, why, from, now.mono).into_iter().map(Output::Update));
        }
    }
}

/// The addresses that a target means, without our own.
fn others_at(target: Target, me: &Myself) -> BTreeSet<SocketAddr> {
    let all: BTreeSet<SocketAddr> = match target {
        Target::Socket(addr) => [addr].into(),
        Target::Host(ip) => me.ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
    };
    all.into_iter().filter(|addr| !me.local.is_own(addr)).collect()
}
