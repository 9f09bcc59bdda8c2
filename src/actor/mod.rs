//! The networking actor: owns server, dialer and node map, and executes what [`crate::node`] decides.
//!
//! It waits for nobody but the front end, whose channel is its only brake: a front end that does not read stops the
//! node, and through HTTP/2's windows its peers, without a byte of memory more.

mod listen;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ipnetwork::IpNetwork;
pub use listen::ListenError;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    bus::{Command, Update},
    discovery::{self, Discovery},
    io::{self, Net},
    model::{Nick, PortRange, Target},
    net::{self, Event, Handle, INBOX_CAPACITY, LINGER, Outbox, Shared},
    node::{CloseReason, In, LinkId, Me, Node, Out},
};

/// Inputs taken from one source before the others have their turn: a peer that floods must not keep the user's
/// commands waiting, nor the other way round.
const TURN: usize = 64;

/// How often links are looked at for signs of life.
const FROZEN_CHECK: Duration = Duration::from_secs(1);

/// How often a congested outbox is looked at again.
const CONGESTION_CHECK: Duration = Duration::from_millis(2);

/// Discovery's events that may wait; full makes the sweep wait.
const DISCOVERY_CAPACITY: usize = 64;

/// What the node is to be.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address to listen on.
    pub ip: IpAddr,
    /// The ports to listen on, of which the first free one is taken, and to look at.
    pub ports: PortRange,
    /// Where to look.
    pub networks: Vec<IpNetwork>,
    /// Whom to dial in any case.
    pub peers: Vec<Target>,
    /// Probes per second, if the user has a wish.
    pub sweep_rate: Option<u32>,
    /// The name to go by at the start.
    pub nick: Nick,
    /// Seeds everything random.
    pub seed: u64,
}

/// A node that listens and has not begun yet.
#[derive(Debug)]
pub struct Actor<N: Net> {
    net: N,
    node: Node,
    addr: SocketAddr,
    shared: Shared,
    handles: BTreeMap<LinkId, Handle>,
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    inbox: mpsc::Receiver<Event>,
    found: mpsc::Receiver<discovery::Event>,
    rescan: mpsc::Sender<()>,
    linked: watch::Sender<Arc<BTreeSet<SocketAddr>>>,
    /// Server and discovery; they end with the actor.
    tasks: JoinSet<()>,
    peers: Vec<Target>,
    leave: CancellationToken,
}

/// Why the actor stops.
struct Stop;

impl<N: Net> Actor<N> {
    /// Listens on the first free port, and starts server and discovery.
    ///
    /// # Errors
    /// [`ListenError`] if there is no such port, or the address is not ours.
    pub async fn start(
        net: N,
        settings: Settings,
        commands: mpsc::Receiver<Command>,
        updates: mpsc::Sender<Update>,
        leave: CancellationToken,
    ) -> Result<Self, ListenError> {
        let Settings { ip, ports, networks, peers, sweep_rate, nick, seed } = settings;
        let (listener, addr) = listen::first_free(&net, ip, ports).await?;
        let (inbox_in, inbox) = mpsc::channel(INBOX_CAPACITY);
        let (found_in, found) = mpsc::channel(DISCOVERY_CAPACITY);
        // One place: a second wish for a sweep now is the same wish.
        let (rescan, rescan_out) = mpsc::channel(1);
        let (linked, linked_out) = watch::channel(Arc::default());
        let shared =
            Shared { inbox: inbox_in, outbox: Arc::new(Outbox::default()), nick: Arc::new(Mutex::new(nick.clone())) };
        let mut tasks = JoinSet::new();
        tasks.spawn(net::serve(net.clone(), listener, shared.clone()));
        let look = discovery::Settings { own: addr, networks, ports, rate: sweep_rate, seed };
        tasks.spawn(Discovery::new(net.clone(), look, found_in, rescan_out, linked_out).run());
        let node = Node::new(Me { addr, nick, ports, seed });
        let handles = BTreeMap::new();
        Ok(Self {
            net,
            node,
            addr,
            shared,
            handles,
            commands,
            updates,
            inbox,
            found,
            rescan,
            linked,
            tasks,
            peers,
            leave,
        })
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Runs until the front end says [`Command::Quit`] or is gone, or until `leave` is cancelled, which works even where
    /// commands have to wait. Then says good-bye to everyone, briefly.
    pub async fn run(mut self) {
        let leave = self.leave.clone();
        tokio::select! {
            biased;
            () = leave.cancelled() => {}
            // Stop is the only way out, and the same for all who cause it.
            _ = self.serve() => {}
        }
        self.leave().await;
    }

    async fn serve(&mut self) -> Result<(), Stop> {
        let listening =
            Update::Listening { addr: self.addr, nick: self.shared.nick(), node: crate::model::NodeId::new([0; 32]) };
        self.updates.send(listening).await.map_err(|_| Stop)?;
        for target in std::mem::take(&mut self.peers) {
            self.feed(In::Configured(target)).await?;
        }
        let mut frozen_check = tokio::time::interval(FROZEN_CHECK);
        frozen_check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let congested = self.shared.outbox.is_congested();
            let timer = self.node.next_timer().map(Instant::from_std);
            tokio::select! {
                biased;
                // What is rare comes first: the rest may always be ready.
                _ = frozen_check.tick() => self.drop_frozen().await?,
                () = tokio::time::sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => {
                    self.feed(In::Timer).await?;
                }
                Some(ended) = self.tasks.join_next() => {
                    tracing::error!(?ended, "server or discovery has ended");
                    return Err(Stop);
                }
                command = self.commands.recv(), if !congested => {
                    self.feed(In::Command(command.ok_or(Stop)?)).await?;
                }
                Some(event) = self.inbox.recv() => self.link_event(event).await?,
                Some(event) = self.found.recv() => self.discovered(event).await?,
                () = tokio::time::sleep(CONGESTION_CHECK), if congested => {}
            }
            for _ in 0..TURN {
                if self.shared.outbox.is_congested() {
                    break;
                }
                let Ok(command) = self.commands.try_recv() else { break };
                self.feed(In::Command(command)).await?;
            }
            for _ in 0..TURN {
                let Ok(event) = self.inbox.try_recv() else { break };
                self.link_event(event).await?;
            }
            if let Ok(event) = self.found.try_recv() {
                self.discovered(event).await?;
            }
        }
    }

    async fn link_event(&mut self, event: Event) -> Result<(), Stop> {
        let input = match event {
            // Gave up while it waited for us.
            Event::Arrived(_, handle) if handle.is_cut() => return Ok(()),
            Event::Arrived(input, handle) => {
                if let In::Arrived { link, .. } = input {
                    self.handles.insert(link, handle);
                }
                input
            }
            Event::Node(input) => input,
        };
        if let In::Closed { link, .. } | In::DialFailed { link, .. } | In::DialRefused { link } = input {
            self.handles.remove(&link);
            self.shared.outbox.remove(link);
        }
        self.feed(input).await
    }

    async fn discovered(&mut self, event: discovery::Event) -> Result<(), Stop> {
        match event {
            discovery::Event::Found(addr) => self.feed(In::Found(addr)).await,
            discovery::Event::Progress(progress) => self.updates.send(Update::Sweep(progress)).await.map_err(|_| Stop),
        }
    }

    async fn drop_frozen(&mut self) -> Result<(), Stop> {
        for link in self.shared.outbox.frozen() {
            if let Some(handle) = self.handles.remove(&link) {
                handle.cut();
            }
            self.shared.outbox.remove(link);
            self.feed(In::Closed { link, reason: CloseReason::Timeout }).await?;
        }
        Ok(())
    }

    /// Lets the node handle an input, and executes what it wants.
    async fn feed(&mut self, input: In) -> Result<(), Stop> {
        let mut outs = Vec::new();
        self.node.handle(input, io::now(), &mut outs);
        for out in outs {
            self.execute(out).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, out: Out) -> Result<(), Stop> {
        match out {
            Out::Dial { link, addr } => {
                tracing::debug!(?link, %addr, "dial");
                let handle = net::dial(self.net.clone(), self.shared.clone(), link, self.addr, addr);
                self.handles.insert(link, handle);
            }
            Out::Offer { link } => {
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.offer();
                }
            }
            Out::Open { link, framing } => {
                self.shared.outbox.open(link, framing);
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.open();
                }
            }
            Out::Close { link } => {
                self.shared.outbox.finish(link);
                if let Some(handle) = self.handles.remove(&link) {
                    handle.close();
                }
            }
            Out::Publish(line) => self.shared.outbox.publish(line),
            Out::Update(update) => self.updates.send(update).await.map_err(|_| Stop)?,
            // Full: a sweep is about to begin anyway.
            Out::Sweep => drop(self.rescan.try_send(())),
            Out::LinkedChanged => drop(self.linked.send(Arc::new(self.node.linked()))),
            Out::Rename(nick) => *self.shared.nick.lock().unwrap_or_else(PoisonError::into_inner) = nick,
            Out::Leave => return Err(Stop),
        }
        Ok(())
    }

    /// Lets every link pass on its last lines, for a short while.
    async fn leave(mut self) {
        let closing: Vec<_> = std::mem::take(&mut self.handles)
            .into_iter()
            .map(|(link, handle)| {
                self.shared.outbox.finish(link);
                handle.close()
            })
            .collect();
        // Links that still want to tell something must not wait for us.
        self.inbox.close();
        while self.inbox.try_recv().is_ok() {}
        let all_closed = async {
            for cut in closing {
                cut.cancelled().await;
            }
        };
        // Who does not take its last lines in time does not get them.
        let _ = tokio::time::timeout(LINGER, all_closed).await;
        self.tasks.shutdown().await;
    }
}
