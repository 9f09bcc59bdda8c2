//! The probes that are under way.

use std::{io, net::SocketAddr, time::Duration};

use tokio::task::JoinSet;

use crate::{
    core::discovery::{listen_plan::ListenPlan, sweep::Answer},
    runtime::io::{self as network, Net},
};

/// How long a probe waits. This finds everybody on a Wi-Fi network that loses or delays packets. A shorter wait finds
/// 43 to 90 % there (measured).
pub(super) const DEADLINE: Duration = Duration::from_millis(2_300);

/// How many sockets may be open at once: more than [`crate::core::discovery::sweep::MAX_RATE`] times [`DEADLINE`]
/// needs, and fewer than a process may have.
const MAX_SOCKETS: usize = 768;

/// Bare connections, each closed at once. Only addresses that they find open are dialled.
#[derive(Debug)]
pub(super) struct Probes<N> {
    net: N,
    site: ListenPlan,
    /// How many sockets may be open at once.
    room: usize,
    waiting: JoinSet<(SocketAddr, Answer)>,
}

impl<N: Net> Probes<N> {
    pub(super) fn new(net: N, site: ListenPlan) -> Self {
        // Leave half to links and files: the administrator may allow few descriptors.
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

    /// The next answer, or `None` if no probe is under way.
    pub(super) async fn answer(&mut self) -> Option<(SocketAddr, Answer)> {
        loop {
            // A probe that panicked or was aborted gives no answer.
            if let Ok(answer) = self.waiting.join_next().await? {
                return Some(answer);
            }
        }
    }
}
