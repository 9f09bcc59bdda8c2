//! Tools that look around without joining the chat: `proximity-chat discover` and `doctor`.
//!
//! They link to nobody. Each node that is found is asked one question on a connection of its own, under a throw-away key.

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

/// Copies of the program that we assume sweep from this machine. Someone who asks why nobody shows up probably has the chat
/// open in another window, and it may sweep too.
const COPIES: u32 = 2;

/// What to search, and under which key.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where we are.
    pub site: ListenPlan,
    /// Why that is not open although it should be.
    pub no_network: Option<NoNetwork>,
    /// The interfaces of this machine.
    pub interfaces: Vec<Interface>,
    /// The ports to probe.
    pub ports: PortRange,
    /// Probes per second, if the user has a wish.
    pub rate: Option<u32>,
    /// Whether to ask for announcements.
    pub announce: bool,
    /// Addresses to ask in any case.
    pub peers: Vec<Target>,
    /// The key to ask with, used for nothing else.
    pub identity: Identity,
    /// The user's own keys, to recognise copies of the chat that run here.
    pub own: BTreeSet<NodeId>,
    /// Random.
    pub seed: u64,
}

#[cfg(test)]
impl Options {
    /// Of this machine alone.
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
    /// The throw-away key is of no use.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(#[from] std::io::Error),
}
