//! The discovery that runs beside the actor, and the channels to and from it.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use tokio::{
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
};

use crate::{
    core::discovery::listen_plan::ListenPlan,
    domain::model::{PortRange, Timestamp},
    runtime::{
        discovery::{Announce, Discovery, DiscoveryEvent, Handle, Settings},
        io::Net,
    },
};

/// How many events of discovery may wait. When the channel is full, the sweep waits.
const CAPACITY: usize = 64;

/// Starts discovery anew on every network, and keeps its channels.
#[derive(Debug)]
pub(super) struct DiscoveryTask {
    ports: PortRange,
    rate: Option<u32>,
    seed: u64,
    announce: Option<Announce>,
    events_in: mpsc::Sender<DiscoveryEvent>,
    /// What discovery reports.
    pub(super) events: mpsc::Receiver<DiscoveryEvent>,
    linked: watch::Sender<Arc<BTreeSet<SocketAddr>>>,
    running: Option<(AbortHandle, Handle)>,
}

impl DiscoveryTask {
    /// `rate`: probes per second, if the user has set a rate. `announce`: with `None`, the node neither announces
    /// itself nor hears others.
    pub(super) fn new(ports: PortRange, rate: Option<u32>, seed: u64, announce: Option<Announce>) -> Self {
        let (events_in, events) = mpsc::channel(CAPACITY);
        let (linked, _) = watch::channel(Arc::default());
        Self { ports, rate, seed, announce, events_in, events, linked, running: None }
    }

    /// Whether the node announces itself and hears others.
    pub(super) fn announces(&self) -> bool {
        self.announce.is_some()
    }

    /// Starts anew at `site`, for a node that listens on `port`. The task runs in `tasks`; `wall` is the time of day.
    pub(super) fn start<N: Net>(
        &mut self,
        net: &N,
        site: ListenPlan,
        port: u16,
        wall: Timestamp,
        tasks: &mut JoinSet<()>,
    ) {
        if let Some(announce) = &mut self.announce {
            // Announcements are more than a millisecond apart, so this exceeds all earlier counters, on any network.
            announce.counter = u64::try_from(wall.as_millis()).unwrap_or(0).max(announce.counter + 1);
        }
        let settings = Settings {
            site,
            port,
            ports: self.ports,
            rate: self.rate,
            announce: self.announce.clone(),
            copies: 1,
            seed: self.seed,
        };
        let (discovery, handle) =
            Discovery::new(net.clone(), settings, self.events_in.clone(), self.linked.subscribe());
        let task = tasks.spawn(discovery.run());
        if let Some((old, _)) = self.running.replace((task, handle)) {
            old.abort();
        }
    }

    /// Stops searching and announcing.
    pub(super) fn stop(&mut self) {
        if let Some((task, _)) = self.running.take() {
            task.abort();
        }
    }

    /// Sweeps now.
    pub(super) fn rescan(&self) {
        if let Some((_, handle)) = &self.running {
            handle.rescan();
        }
    }

    /// Announces the node soon.
    pub(super) fn announce(&self) {
        if let Some((_, handle)) = &self.running {
            handle.announce();
        }
    }

    /// Sets the addresses that are linked and need not be searched.
    pub(super) fn set_linked(&self, linked: BTreeSet<SocketAddr>) {
        self.linked.send_replace(Arc::new(linked));
    }
}
