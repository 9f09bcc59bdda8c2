//! What a sweep saw of a network, beside open ports.

use std::{collections::BTreeSet, net::IpAddr};

/// Hosts that are kept by address: enough to see whether it is more than a router.
const MAX_KEPT: usize = 16;

/// The hosts of a sweep that answered anything at all, be it that a port is closed. Those of this machine do not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Hosts beyond this machine of which it is known by now whether they answer on the first port.
    pub hosts: u64,
    /// Whether the first port of every host was probed; the last answers may still be on their way.
    pub complete: bool,
    /// The first of those that answered.
    pub answered: BTreeSet<IpAddr>,
}

impl Survey {
    pub(super) fn answered(&mut self, ip: IpAddr) {
        if self.answered.len() < MAX_KEPT {
            self.answered.insert(ip);
        }
    }
}
