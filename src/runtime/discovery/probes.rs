//! The probes that are under way.

use std::{io, net::SocketAddr, time::Duration};

use tokio::task::JoinSet;

use crate::{
    core::discovery::{listen_plan::ListenPlan, sweep::Answer},
    runtime::io::{self as network, Net},
};

/// How long a probe waits: what finds everybody on a Wi-Fi that loses or holds back packets. A shorter one finds 43 to
/// 90 % there (measured).
pub(super) const DEADLINE: Duration = Duration::from_millis(2_300);

/// Sockets at once: more than [`crate::core::discovery::sweep::MAX_RATE`] times [`DEADLINE`] needs, fewer than a process may have.
const MAX_SOCKETS: usize = 768;

/// Plain connects, each closed at once. Only what they find open is dialled.
#[derive(Debug)]
pub(super) struct Probes<N> {
    net: N,
    site: ListenPlan,
    /// Sockets at once, at most.
    room: usize,
    waiting: JoinSet<(SocketAddr, Answer)>,
}

impl<N: Net> Probes<N> {
    pub(super) fn new(net: N, site: ListenPlan) -> Self {
        // Links and files need descriptors, too, where the administrator allows few.
        let room = network::descriptors().map_or(MAX_SOCKETS, |all| (all / 2).clamp(1, MAX_SOCKETS));
        Self { net, site, room, waiting: JoinSet::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < self.room
    }

    pub(super) fn send(&mut self, target: SocketAddr) {
        let (net, from) = (self.net.clone(), self.site.source(target.ip()));
        self.waiting.spawn(async move {
            let answer = match tokio::time::timeout(DEADLINE, net.connect(from, target)).await {
                Ok(Ok(_open)) => Answer::Open,
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Answer::Refused,
                Ok(Err(_)) | Err(_) => Answer::Silent,
            };
            (target, answer)
        });
    }

    /// The next answer; none if nothing is under way.
    pub(super) async fn answer(&mut self) -> Option<(SocketAddr, Answer)> {
        loop {
            // A probe that panicked or was aborted answers nothing.
            if let Ok(answer) = self.waiting.join_next().await? {
                return Some(answer);
            }
        }
    }
}
