//! Addresses that the user named (`/connect`, the configuration) and that have not answered yet.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use super::notices::{self, NoLink};
use crate::domain::{bus::Update, model::Target};

/// Requests that are waited for at once. Older ones lose their closing word, not their dials.
const MAX_REQUESTS: usize = 16;

/// The requests that are waited for, the oldest first.
#[derive(Debug, Default)]
pub(super) struct ConnectRequests(Vec<Request>);

/// One of them.
#[derive(Debug)]
struct Request {
    target: Target,
    began: Instant,
    /// Addresses that have not failed often enough to say so.
    left: BTreeSet<SocketAddr>,
    /// Whether it is tried again for ever.
    configured: bool,
}

impl ConnectRequests {
    /// The user named `target`, which means the addresses `left`.
    pub(super) fn add(&mut self, target: Target, left: BTreeSet<SocketAddr>, configured: bool, now: Instant) {
        if self.0.len() == MAX_REQUESTS {
            self.0.remove(0);
        }
        self.0.push(Request { target, began: now, left, configured });
    }

    /// Somebody answered at `addr`: what was asked for is there.
    pub(super) fn answered(&mut self, addr: SocketAddr) {
        self.0.retain(|request| match request.target {
            Target::Host(ip) => ip != addr.ip(),
            Target::Socket(asked) => asked != addr,
        });
    }

    /// Nobody answers at `addr`. Says so, for each request of which all addresses have failed. `from` is the address that
    /// we dial from.
    pub(super) fn failed(&mut self, addr: SocketAddr, why: NoLink, from: IpAddr, now: Instant) -> Vec<Update> {
        let mut updates = Vec::new();
        self.0.retain_mut(|request| {
            if !request.left.remove(&addr) || !request.left.is_empty() {
                return true;
            }
            let took = now.saturating_duration_since(request.began);
            updates.push(notices::not_linked(request.target, why, from, took, request.configured));
            false
        });
        updates
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
