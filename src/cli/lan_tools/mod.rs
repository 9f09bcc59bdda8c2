//! Tools that look around without joining the chat: `proximity-chat discover` and `doctor`.
//!
//! They link to nobody. They ask each node that they find one question, on a connection of its own and under a
//! throw-away key.

mod discover;
mod doctor;
mod evidence;
mod found;
mod inbound_probe;
mod people;
mod plan;
mod queries;
mod scan;

use std::collections::BTreeSet;

pub use discover::{Style, discover, dry_run};
pub use doctor::{Report, doctor};

use crate::{
    core::discovery::listen_plan::ListenPlan,
    domain::model::{Interface, NoNetwork, NodeId, PortRange, Target},
    protocol::identity::Identity,
    runtime::net::TlsSetupError,
};

/// How many copies of the program we assume to be sweeping from this machine. Someone who asks why nobody shows up
/// probably has the chat open in another window, and that copy may be sweeping too.
const COPIES: u32 = 2;

/// What to search, and under which key.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen and search.
    pub site: ListenPlan,
    /// Why the site is not open, although it should be.
    pub no_network: Option<NoNetwork>,
    /// The interfaces of this machine.
    pub interfaces: Vec<Interface>,
    /// The ports to probe.
    pub ports: PortRange,
    /// Probes per second, if the user has set them.
    pub rate: Option<u32>,
    /// Whether to ask for announcements.
    pub announce: bool,
    /// Addresses to ask in any case.
    pub peers: Vec<Target>,
    /// The key to ask with, used for nothing else.
    pub identity: Identity,
    /// The user's own keys, to recognise copies of the chat that run here.
    pub own: BTreeSet<NodeId>,
    /// A random number.
    pub seed: u64,
}

#[cfg(test)]
impl Options {
    /// For this machine alone.
    pub(crate) fn example() -> Self {
        let [min, max] = [4_565, 4_569].map(|port: u16| port.try_into().unwrap());
        Self {
            site: ListenPlan::machine([127, 0, 0, 1].into(), &[], &[]),
            no_network: None,
            interfaces: Vec::new(),
            ports: PortRange::new(min, max).unwrap(),
            rate: None,
            announce: false,
            peers: Vec::new(),
            identity: Identity::from_secret(&[1; 32]),
            own: BTreeSet::new(),
            seed: 1,
        }
    }
}

/// Why a tool cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The throw-away key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(#[from] std::io::Error),
}
