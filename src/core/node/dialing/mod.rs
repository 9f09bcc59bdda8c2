//! Which addresses to dial, and when.
//!
//! Addresses come from the sweep, from announcements, from other nodes ([`peer_exchange`]), from the user
//! ([`connect_requests`]) and from earlier runs. All of them wait in the [`address_book`], which knows how often each
//! may be tried; [`concurrent_dials`] bounds how many dials are under way at once, and [`dial_quotas`] how many dials
//! others may cause. The machine learns what became of a dial only when the links tell it, by [`News`].

mod address_book;
mod announced;
mod candidates;
mod concurrent_dials;
mod connect_requests;
mod dial_quotas;
mod event;
mod failed_dial;
mod peer_exchange;
mod unreachable;

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, time::Instant};

use address_book::{AddressBook, AfterFailure, MAX_BACKOFF};
use announced::Announcements;
use concurrent_dials::{Slot, Slots};
use connect_requests::ConnectRequests;
use dial_quotas::Quotas;
pub(super) use event::{Context, Input, News, Output};
pub(super) use failed_dial::FailedDial;
use peer_exchange::PeerExchange;
pub use unreachable::Trouble;
use unreachable::Unreachable;

use super::{
    local_addrs::is_for_everybody,
    transport::{DialFailure, Via},
    views::{Links, OpenDial},
};
use crate::domain::{model::NodeId, timers::Timers};

/// What the machine waits for. The next dial is not a timer: it depends on the address book and on the dials that are
/// under way, and is computed by [`Dialing::next_timer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Tell linked nodes of newcomers.
    PassOn,
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
    /// `rng` is for randomness that need not be secret.
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

    /// Handles one input and appends what is to be done to `out`.
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

    /// When [`Input::Tick`] is due next.
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

    /// Nodes that exist but cannot be linked, as far as was noticed in the last minute.
    pub(super) fn unreachable(&self, now: Instant) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        self.unreachable.iter(now)
    }

    /// Whether an announcement from `node` was heard recently.
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
            // An address that was found or lost while the networks were open may enter the book after they were closed.
            if context.me.local.reaches(addr.ip()) {
                slots.take(OpenDial { began: now, pinned: only.is_some() });
                out.push(Output::Dial { addr, via: Via::Secure { only } });
            } else {
                self.book.forget(|other, _| *other != addr);
            }
        }
    }

    /// Forgets all waits: by now, people may be where nobody was before.
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

    fn news(&mut self, news: News, context: &Context<'_>, out: &mut Vec<Output>) {
        let now = context.now.mono;
        match news {
            News::Linked(addr) => self.book.linked(addr),
            News::Answered(addr) => self.requests.answered(addr),
            News::Lost(addr) => self.book.lost(addr, now, &mut self.rng),
            News::Claimed(addr) => self.book.check(addr, now, &mut self.rng),
            News::Disputed(addr) => self.book.verify(addr, now),
            News::Unwanted(addr) => self.book.rest(addr, MAX_BACKOFF, now, &mut self.rng),
            News::Displaced { addr, wait } => self.book.rest(addr, wait, now, &mut self.rng),
            News::Reached(addr) => {
                self.unreachable.reached(&addr);
                self.quotas.reached(addr);
            }
            News::OtherVersion(addr) => self.unreachable.note(addr, Trouble::OtherVersion, now),
            News::Failed { addr, only, why, soon_over } => self.failed(addr, only, why, soon_over, context, out),
        }
    }

    fn failed(
        &mut self,
        addr: SocketAddr,
        only: Option<NodeId>,
        why: Option<FailedDial>,
        soon_over: bool,
        Context { me, now, .. }: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        if only.is_some() && !soon_over {
            self.quotas.failed(addr, now.mono);
        }
        let is_silent = matches!(
            why,
            Some(FailedDial::Dial(DialFailure::Timeout | DialFailure::Unreachable | DialFailure::Refused))
        );
        if is_silent && let Some(node) = only {
            // A node that we cannot reach where it announces itself may still reach us.
            if is_for_everybody(&addr) && self.announcements.may_answer(now.mono) {
                out.push(Output::Announce);
            }
            if self.announcements.contains(&node) {
                let is_refused = why == Some(FailedDial::Dial(DialFailure::Refused));
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
