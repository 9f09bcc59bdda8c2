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
    core::discovery::site::ListenPlan,
    domain::{
        bus::SweepProgress,
        model::{NodeId, PortRange},
    },
    protocol::identity::Identity,
    runtime::io::Net,
};

/// What discovery has to say.
#[derive(Debug)]
pub enum Event {
    /// A port is open there: someone may be at this address.
    Found(SocketAddr),
    /// The sweep that somebody waits for began, moved on or ended.
    Progress(SweepProgress),
    /// What a sweep saw of the network: so far, if it is being waited for, else when it ends.
    Surveyed(Survey),
    /// A node announces itself; that it holds the key is proved.
    Announced {
        /// Whose key.
        node: NodeId,
        /// Where it says that it listens.
        addr: SocketAddr,
    },
    /// Somebody asks who is there; that it holds the key is proved.
    Asked(NodeId),
    /// One does from an address that is not of the network that it was heard on: somebody's mask is wrong.
    OffLink {
        /// Where from.
        addr: SocketAddr,
        /// The interface it was heard on.
        interface: Arc<str>,
    },
    /// Announcements cannot be sent, or not be heard, on an interface.
    Mute {
        /// Which one.
        interface: Arc<str>,
        /// What the operating system says.
        error: io::Error,
    },
    /// They can be sent again.
    Audible {
        /// On which interface.
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
    /// On which ports to look.
    pub ports: PortRange,
    /// Probes per second, if the user has a wish.
    pub rate: Option<u32>,
    /// As whom to announce the node; none announces and hears nothing.
    pub announce: Option<Announce>,
    /// How many copies of the program sweep from this machine at least, this one among them: who links nobody sees no others.
    pub copies: u32,
    /// Seeds the order.
    pub seed: u64,
}

/// As whom to announce the node.
#[derive(Debug, Clone)]
pub struct Announce {
    /// The key that signs.
    pub identity: Identity,
    /// Names this run of the program.
    pub boot: u64,
    /// The number of the first announcement: greater than all that this run of the program has used, or whoever heard those
    /// takes it for a repeated one.
    pub counter: u64,
    /// Whether to say that we listen; else it is asked who else does.
    pub listens: bool,
}

/// What a running discovery can be asked for. Each has one place: a second wish for the same is the same wish.
#[derive(Debug)]
pub struct Handle {
    rescan: mpsc::Sender<()>,
    announce: mpsc::Sender<()>,
}

impl Handle {
    /// A sweep, now.
    pub fn rescan(&self) {
        let _ = self.rescan.try_send(());
    }

    /// An announcement, soon.
    pub fn announce(&self) {
        let _ = self.announce.try_send(());
    }
}

/// The task that looks around. It ends when nobody listens to its events any more, or when its handle is dropped.
#[derive(Debug)]
pub struct Discovery<N> {
    sweeper: Sweeper<N>,
    announcer: Announcer,
}

impl<N: Net> Discovery<N> {
    /// A task that has not begun yet; who is `linked` need not be looked for.
    pub fn new(
        net: N,
        settings: Settings,
        events: mpsc::Sender<Event>,
        linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    ) -> (Self, Handle) {
        let (rescan, rescan_out) = mpsc::channel(1);
        let (announce, announce_out) = mpsc::channel(1);
        let announcer = Announcer::new(&settings, events.clone(), announce_out);
        let sweeper = Sweeper::new(net, settings, events, rescan_out, linked);
        (Self { sweeper, announcer }, Handle { rescan, announce })
    }

    /// Sweeps, announces and hears, for ever.
    pub async fn run(self) {
        tokio::select! {
            () = self.sweeper.run() => {}
            () = self.announcer.run() => {}
        }
    }
}

/// How long a sweep takes beyond its last probe.
pub const LAST_ANSWER: std::time::Duration = DEADLINE;
