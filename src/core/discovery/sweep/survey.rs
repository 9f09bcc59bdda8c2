//! What a sweep saw of a network besides open ports.

use std::{collections::BTreeSet, net::IpAddr};

/// The most addresses that are kept: enough to see whether there is more than a router.
const MAX_KEPT: usize = 16;

/// The hosts of a sweep that answered in any way, even by saying that a port is closed. Addresses of this machine do
/// not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Hosts beyond this machine whose first port was probed and of which we know by now whether they answer.
    pub hosts: u64,
    /// Whether the first port of every host was probed; the last answers may still be on their way.
    pub complete: bool,
    /// The first hosts that answered.
    pub answered: BTreeSet<IpAddr>,
}

impl Survey {
    pub(super) fn answered(&mut self, ip: IpAddr) {
        if self.answered.len() < MAX_KEPT {
            self.answered.insert(ip);
        }
    }
}
