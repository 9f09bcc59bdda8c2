//! Addresses that the user named (`/connect`, the configuration) and that have not answered yet.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use super::{Context, Dialing, address_book::TRIES_WHEN_ASKED, failed_dial::FailedDial};
use crate::{
    core::{budgets::MAX_NODES, node::myself::Myself},
    domain::{
        bus::{ConnectFailure, LinkNotice, Update},
        model::Target,
    },
};

/// How many requests may be pending. Beyond that, the oldest is no longer reported on, but its dials go on.
const MAX_REQUESTS: usize = 16;

/// The pending requests, the oldest first.
#[derive(Debug, Default)]
pub(super) struct ConnectRequests(Vec<Request>);

/// A pending request.
#[derive(Debug)]
struct Request {
    target: Target,
    began: Instant,
    /// Addresses that have not yet failed often enough to be reported.
    left: BTreeSet<SocketAddr>,
    /// Whether it is retried for ever.
    configured: bool,
}

impl ConnectRequests {
    /// The user named `target`, which stands for the addresses `left`.
    pub(super) fn add(&mut self, target: Target, left: BTreeSet<SocketAddr>, configured: bool, now: Instant) {
        if self.0.len() == MAX_REQUESTS {
            self.0.remove(0);
        }
        self.0.push(Request { target, began: now, left, configured });
    }

    /// Somebody answered at `addr`: requests for it are fulfilled.
    pub(super) fn answered(&mut self, addr: SocketAddr) {
        self.0.retain(|request| match request.target {
            Target::Host(ip) => ip != addr.ip(),
            Target::Socket(asked) => asked != addr,
        });
    }

    /// Nobody answers at `addr`. Reports each request whose addresses have all failed. `from` is the address that we
    /// dial from.
    pub(super) fn failed(&mut self, addr: SocketAddr, why: FailedDial, from: IpAddr, now: Instant) -> Vec<Update> {
        let mut updates = Vec::new();
        self.0.retain_mut(|request| {
            if !request.left.remove(&addr) || !request.left.is_empty() {
                return true;
            }
            let took = now.saturating_duration_since(request.began);
            updates.push(
                ConnectFailure::NotLinked {
                    target: request.target,
                    why: why.told(),
                    from,
                    tries: TRIES_WHEN_ASKED,
                    took,
                    again: request.configured,
                }
                .into(),
            );
            false
        });
        updates
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Dialing {
    pub(super) fn configured(&mut self, target: Target, context: &Context<'_>) {
        let Context { me, links, now, .. } = context;
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

    pub(super) fn connect(&mut self, target: Target, Context { me, links, now, .. }: &Context<'_>) -> Update {
        if !me.local.reaches(target.ip()) {
            return ConnectFailure::Closed(target).into();
        }
        let others = others_at(target, me);
        let (here, absent): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(|addr| links.is_linked(*addr));
        for addr in &absent {
            self.book.asked(*addr, links.is_busy(*addr), now.mono);
        }
        if let Some(addr) = here.first() {
            // Several people may be at one host: its other ports are dialled as well, but failures there are not
            // reported.
            LinkNotice::AlreadyLinked(*addr).into()
        } else if absent.is_empty() {
            ConnectFailure::OwnAddress(target).into()
        } else if links.is_full() {
            ConnectFailure::Full { target, places: MAX_NODES }.into()
        } else {
            self.requests.add(target, absent, false, now.mono);
            LinkNotice::Connecting(target).into()
        }
    }
}

/// The addresses that a target stands for, without our own.
fn others_at(target: Target, me: &Myself) -> BTreeSet<SocketAddr> {
    let all: BTreeSet<SocketAddr> = match target {
        Target::Socket(addr) => [addr].into(),
        Target::Host(ip) => me.ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
    };
    all.into_iter().filter(|addr| !me.local.is_own(addr)).collect()
}
