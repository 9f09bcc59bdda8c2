//! Finds candidates: sweeps, announces the node, hears announcements. Never decides who is a peer.

mod announcer;
mod probes;
mod sweeper;

use std::{collections::BTreeSet, io, net::SocketAddr, sync::Arc};

use announcer::Announcer;
use probes::DEADLINE;
use sweeper::Sweeper;
use tokio::sync::{mpsc, watch};

pub use crate::core::discovery::sweep::Survey;
use crate::{
    core::discovery::listen_plan::ListenPlan,
    domain::{
        bus::SweepProgress,
        model::{NodeId, PortRange},
    },
    protocol::identity::Identity,
    runtime::io::Net,
};

/// What discovery reports.
#[derive(Debug)]
pub enum DiscoveryEvent {
    /// Someone may be reached.
    Candidate(Candidate),
    /// Somebody asks who is there. The signature proves that they hold this key.
    Asked(NodeId),
    /// The sweep that somebody waits for began, moved on or ended.
    Progress(SweepProgress),
    /// Something that helps to explain why nobody shows up.
    Observation(Observation),
}

/// An address where someone may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidate {
    /// A sweep found an open port there.
    Found(SocketAddr),
    /// A node announces itself; the signature proves that it holds this key.
    Announced {
        /// Its key.
        node: NodeId,
        /// Where it says that it listens.
        addr: SocketAddr,
    },
}

/// What was seen of the network itself.
#[derive(Debug)]
pub enum Observation {
    /// What a sweep saw: so far, while somebody waits for it; otherwise when it has ended.
    Surveyed(Survey),
    /// An announcement came from an address outside the network that it was heard on: somebody's network mask is wrong.
    OffLink {
        /// Its source.
        addr: SocketAddr,
        /// The interface it was heard on.
        interface: Arc<str>,
    },
    /// Announcements cannot be sent, or cannot be heard, on an interface.
    Mute {
        /// Its name.
        interface: Arc<str>,
        /// What the operating system says.
        error: io::Error,
    },
    /// Announcements can be sent again on an interface.
    Audible {
        /// Its name.
        interface: Arc<str>,
    },
}

/// What to look for, and from where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where we are.
    pub site: ListenPlan,
    /// The port that we listen on.
    pub port: u16,
    /// The ports to probe.
    pub ports: PortRange,
    /// Probes per second, if the user has set a rate.
    pub rate: Option<u32>,
    /// How to announce the node. With `None`, it neither announces itself nor hears others.
    pub announce: Option<Announce>,
    /// The least number of copies of the program that sweep from this machine, including this one. A copy without links
    /// does not see the others.
    pub copies: u32,
    /// Seeds the order.
    pub seed: u64,
}

/// How to announce the node.
#[derive(Debug, Clone)]
pub struct Announce {
    /// The key that signs.
    pub identity: Identity,
    /// Names this run of the program.
    pub boot: u64,
    /// The number of the first announcement: greater than all that this run of the program has used. Otherwise, nodes
    /// that heard those would take it for a repetition.
    pub counter: u64,
    /// Whether to say that we listen. If not, the announcement asks who else does.
    pub listens: bool,
}

/// Asks a running discovery for something. Each channel has room for one request: while one waits, another changes
/// nothing.
#[derive(Debug)]
pub struct Handle {
    rescan: mpsc::Sender<()>,
    announce: mpsc::Sender<()>,
}

impl Handle {
    /// Asks for a sweep now.
    pub fn rescan(&self) {
        let _ = self.rescan.try_send(());
    }

    /// Asks for an announcement soon.
    pub fn announce(&self) {
        let _ = self.announce.try_send(());
    }
}

/// The task that looks for others. It ends when nobody listens to its events any more, or when its handle is dropped.
#[derive(Debug)]
pub struct Discovery<N> {
    sweeper: Sweeper<N>,
    announcer: Announcer,
}

impl<N: Net> Discovery<N> {
    /// A task that has not started yet. Addresses in `linked` are not probed.
    pub fn new(
        net: N,
        settings: Settings,
        events: mpsc::Sender<DiscoveryEvent>,
        linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    ) -> (Self, Handle) {
        let (rescan, rescan_out) = mpsc::channel(1);
        let (announce, announce_out) = mpsc::channel(1);
        let announcer = Announcer::new(&settings, events.clone(), announce_out);
        let sweeper = Sweeper::new(net, settings, events, rescan_out, linked);
        (Self { sweeper, announcer }, Handle { rescan, announce })
    }

    /// Sweeps, announces and listens for announcements.
    pub async fn run(self) {
        tokio::select! {
            () = self.sweeper.run() => {}
            () = self.announcer.run() => {}
        }
    }
}

/// How long a sweep takes beyond its last probe.
pub const LAST_ANSWER: std::time::Duration = DEADLINE;
