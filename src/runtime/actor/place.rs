//! Where the actor is: its listeners, what looks around, and how that changes while it runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
    time::{Instant, timeout_at},
};

use super::{Actor, Stop};
use crate::{
    core::{
        discovery::site::ListenPlan,
        node::{Input, LocalAddrs},
    },
    domain::{
        bus::{self, Command, FailureCode, NoticeCode, Update},
        model::{Known, LocalSubnet, Network, Nick, PortRange, Presence},
    },
    runtime::{
        discovery::{self, Discovery},
        io::Net,
        net::{self, Bound, CLOSE_TIMEOUT},
    },
};

/// Where to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredNetwork {
    /// The addresses and networks.
    pub site: ListenPlan,
    /// The network that the lobby belongs to there.
    pub network: Network,
    /// While it is closed: what opening would open it to, or why it cannot be opened.
    pub offer: Result<Vec<LocalSubnet>, String>,
    /// While it is open: why there is no network any more. The site is the last one that there was.
    pub lost: Option<String>,
    /// How often the machine has woken from sleep: everybody is looked for again.
    pub woken: u32,
}

impl DesiredNetwork {
    /// A place that never changes, on a network of this name.
    pub fn fixed(site: ListenPlan, network: Network) -> Self {
        Self { site, network, offer: Ok(Vec::new()), lost: None, woken: 0 }
    }
}

/// What somebody wants of where to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The user wants it open to the network, or closed: that is remembered.
    Open(bool),
    /// Closed for this run, since nothing can listen there.
    CannotListen,
}

/// What the node on the next network begins with.
#[derive(Debug)]
pub struct Moved {
    /// From the front end.
    pub commands: mpsc::Receiver<Command>,
    /// To the front end.
    pub updates: mpsc::Sender<Update>,
    /// Where to be.
    pub place: watch::Receiver<DesiredNetwork>,
    /// What it takes along.
    pub carried: Carried,
}

/// What a node takes along to another network.
#[derive(Debug)]
pub struct Carried {
    /// The port that it listened on.
    pub port: u16,
    /// The name that it went by.
    pub nick: Nick,
    /// Whether the user was there.
    pub presence: Presence,
    /// Whom it knew.
    pub known: Vec<Known>,
}

/// How to look around, wherever that is.
#[derive(Debug)]
pub(super) struct Looking {
    pub(super) ports: PortRange,
    pub(super) rate: Option<u32>,
    pub(super) seed: u64,
    pub(super) announce: Option<discovery::Announce>,
    pub(super) found: mpsc::Sender<discovery::Event>,
    pub(super) linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Listeners<N: Net> {
    now: DesiredNetwork,
    next: watch::Receiver<DesiredNetwork>,
    /// Whether anybody can still say where to be.
    followed: bool,
    opens: mpsc::Sender<Wish>,
    /// What listens and does not serve yet.
    bound: Bound<N>,
    /// What serves; the first one stands for the node.
    addrs: Vec<SocketAddr>,
    /// The port of all of them.
    port: u16,
    /// The remarks that the front end was told.
    remarked: Vec<String>,
    servers: BTreeMap<SocketAddr, AbortHandle>,
    looking: Looking,
    discovery: Option<(AbortHandle, discovery::Handle)>,
}

impl<N: Net> Listeners<N> {
    pub(super) fn new(
        now: DesiredNetwork,
        next: watch::Receiver<DesiredNetwork>,
        opens: mpsc::Sender<Wish>,
        bound: Bound<N>,
        looking: Looking,
    ) -> Self {
        let addrs: Vec<SocketAddr> = bound.iter().map(|(addr, _)| *addr).collect();
        let port = addrs.first().map_or(0, SocketAddr::port);
        let (servers, discovery, remarked) = (BTreeMap::new(), None, Vec::new());
        Self { now, next, followed: true, opens, bound, addrs, port, remarked, servers, looking, discovery }
    }

    /// The address that stands for the node: there is always one.
    pub(super) fn addr(&self) -> SocketAddr {
        self.addrs.first().copied().unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Where we are.
    pub(super) fn site(&self) -> &ListenPlan {
        &self.now.site
    }

    /// Whether there is no network any more.
    pub(super) fn is_lost(&self) -> bool {
        self.now.lost.is_some()
    }

    /// The network that the lobby belongs to.
    pub(super) fn network(&self) -> &Network {
        &self.now.network
    }

    /// Whether the node announces itself and hears others.
    pub(super) fn announces(&self) -> bool {
        self.looking.announce.is_some()
    }

    /// The address to dial `to` from.
    pub(super) fn source(&self, to: IpAddr) -> Option<IpAddr> {
        self.now.site.source(to)
    }

    /// Waits for another place; false when there will be none any more.
    pub(super) async fn changed(&mut self) -> bool {
        if !self.followed {
            std::future::pending::<()>().await;
        }
        self.next.changed().await.is_ok()
    }

    /// The user wants to be somewhere else.
    pub(super) async fn open(&self, open: bool) {
        // The last wish counts, so that none is left out. Whoever follows them waits for nothing of ours.
        let _ = self.opens.send(Wish::Open(open)).await;
    }

    /// Looks for nobody any more, and says nothing of us.
    pub(super) fn stop_looking(&mut self) {
        if let Some((discovery, _)) = self.discovery.take() {
            discovery.abort();
        }
    }

    pub(super) fn rescan(&self) {
        if let Some((_, discovery)) = &self.discovery {
            discovery.rescan();
        }
    }

    pub(super) fn announce(&self) {
        if let Some((_, discovery)) = &self.discovery {
            discovery.announce();
        }
    }

    fn location(&self) -> LocalAddrs {
        let ListenPlan { networks, open, .. } = &self.now.site;
        LocalAddrs { addrs: self.addrs.clone(), networks: networks.clone(), open: *open }
    }

    fn shown(&self) -> bus::NetworkStatus {
        let DesiredNetwork { site, network, offer, lost, .. } = self.now.clone();
        bus::NetworkStatus {
            open: site.open,
            network,
            addrs: self.addrs.clone(),
            spots: site.spots.into_iter().filter(|spot| !spot.ip.is_loopback()).collect(),
            sweep: site.sweep,
            offer,
            lost,
        }
    }
}

impl<N: Net> Actor<N> {
    /// Serves and looks around.
    pub(super) async fn begin(&mut self) -> Result<(), Stop> {
        self.serve_bound();
        self.look_around();
        self.tell_listening().await?;
        self.tell_place().await
    }

    async fn tell_listening(&mut self) -> Result<(), Stop> {
        let (addr, nick) = (self.whereabouts.addr(), self.node.state().0);
        self.update(Update::Listening { addr, nick, node: self.me }).await
    }

    async fn tell_place(&mut self) -> Result<(), Stop> {
        let shown = self.whereabouts.shown();
        self.update(Update::NetworkStatus(shown)).await?;
        let remarks = &self.whereabouts.now.site.remarks;
        if *remarks != self.whereabouts.remarked {
            self.whereabouts.remarked.clone_from(remarks);
            for text in remarks.clone() {
                self.update(Update::Notice { code: NoticeCode::Network, text }).await?;
            }
        }
        Ok(())
    }

    fn serve_bound(&mut self) {
        for (addr, listener) in std::mem::take(&mut self.whereabouts.bound) {
            let server = self.tasks.spawn(net::serve(self.net.clone(), (addr, listener), self.shared.clone()));
            self.whereabouts.servers.insert(addr, server);
        }
    }

    fn look_around(&mut self) {
        let port = self.whereabouts.port;
        let wall = self.clock.now().wall;
        let Looking { ports, rate, seed, announce, found, linked } = &mut self.whereabouts.looking;
        if let Some(announce) = announce {
            // Announcements are further apart than a millisecond, so that this is more than all before, on whichever network.
            announce.counter = u64::try_from(wall.as_millis()).unwrap_or(0).max(announce.counter + 1);
        }
        let settings = discovery::Settings {
            site: self.whereabouts.now.site.clone(),
            port,
            ports: *ports,
            rate: *rate,
            announce: announce.clone(),
            copies: 1,
            seed: *seed,
        };
        let (discovery, handle) = Discovery::new(self.net.clone(), settings, found.clone(), linked.clone());
        let task = self.tasks.spawn(discovery.run());
        if let Some((old, _)) = self.whereabouts.discovery.replace((task, handle)) {
            old.abort();
        }
    }

    /// The node is to be somewhere else, or to know more of where it is.
    pub(super) async fn place_changed(&mut self, followed: bool) -> Result<(), Stop> {
        self.whereabouts.followed = followed;
        if !followed {
            return Ok(());
        }
        let next = self.whereabouts.next.borrow_and_update().clone();
        if next.network != self.whereabouts.now.network {
            self.finish_writing().await?;
            return Err(Stop::Moved);
        }
        let before = std::mem::replace(&mut self.whereabouts.now, next);
        let site = self.whereabouts.now.site.clone();
        if before.site == site {
            let now = &self.whereabouts.now;
            // The network came back: who was there may be there again.
            if (before.lost.is_some() && now.lost.is_none()) || before.woken != now.woken {
                self.look_around();
                let location = self.whereabouts.location();
                self.feed(Input::Relocated(location)).await?;
            }
            let told = DesiredNetwork { woken: before.woken, ..self.whereabouts.now.clone() } == before;
            return if told { Ok(()) } else { self.tell_place().await };
        }
        self.diagnosing.forget();
        self.listen_there(&site).await?;
        let location = self.whereabouts.location();
        let was = before.site.listen;
        self.look_around();
        self.feed(Input::Relocated(location)).await?;
        if was.first() != site.listen.first() {
            self.tell_listening().await?;
        }
        self.tell_place().await?;
        for target in self.peers.clone() {
            self.feed(Input::Configured(target)).await?;
        }
        Ok(())
    }

    /// Listens on the addresses of the site, with the port that the node has, and on no others. Where that one is taken on all
    /// of them it begins anew, with another one.
    async fn listen_there(&mut self, site: &ListenPlan) -> Result<(), Stop> {
        let port = self.whereabouts.port;
        let wanted = site.own(port);
        for (addr, server) in std::mem::take(&mut self.whereabouts.servers) {
            if wanted.contains(&addr) {
                self.whereabouts.servers.insert(addr, server);
            } else {
                // With it every connection that came in there ends.
                server.abort();
            }
        }
        let mut failed = Vec::new();
        for addr in &wanted {
            if self.whereabouts.servers.contains_key(addr) {
                continue;
            }
            match net::on_port(&self.net, &[*addr], port).await {
                Ok(Ok(bound)) => self.whereabouts.bound.extend(bound),
                Ok(Err(_)) => failed.push(format!(
                    "Port {port} is in use on {}: nobody can reach you there. Start the program again to take another one.",
                    addr.ip()
                )),
                Err(error) => failed.push(error.to_string()),
            }
        }
        self.serve_bound();
        let servers = &self.whereabouts.servers;
        let addrs: Vec<_> = wanted.into_iter().filter(|addr| servers.contains_key(addr)).collect();
        if addrs.is_empty() {
            self.finish_writing().await?;
            return Err(Stop::Moved);
        }
        self.whereabouts.addrs = addrs;
        for text in failed {
            self.update(Update::Failed { code: FailureCode::NoNetwork, text }).await?;
        }
        Ok(())
    }

    /// Waits for what our user has said here to be on disk: it was taken, and belongs here. Not for long, as nobody beyond this
    /// machine may be met any more.
    async fn finish_writing(&mut self) -> Result<(), Stop> {
        let end = Instant::now() + CLOSE_TIMEOUT;
        while self.node.is_writing_own() {
            let Ok(Some(answer)) = timeout_at(end, self.answers.recv()).await else { break };
            self.stored(answer).await?;
        }
        Ok(())
    }

    /// What the node on the next network begins with; for it everybody is new, so that the front end sees them leave first.
    pub(super) async fn moved(mut self) -> Option<Moved> {
        for peer in self.node.linked_peers().collect::<Vec<_>>() {
            let left = Update::PeerLeft { peer, reason: crate::domain::model::LeaveReason::Closed };
            self.update(left).await.ok()?;
        }
        let (nick, presence) = self.node.state();
        let carried = Carried { port: self.whereabouts.port, nick, presence, known: self.node.known() };
        let Self { commands, updates, whereabouts, .. } = self;
        Some(Moved { commands, updates, place: whereabouts.next, carried })
    }
}
