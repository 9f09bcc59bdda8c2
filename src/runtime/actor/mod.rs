//! The networking actor: owns the links, the listeners, discovery and the node, and executes what [`crate::core::node`]
//! decides.
//!
//! It waits for nobody but the front end, whose channel is its only brake. A front end that does not read stops the
//! node and, through HTTP/2's windows, its peers. No further memory is used.

mod backlog;
mod desired_network;
mod diagnosing;
mod discovery_task;
mod events;
mod execute;
mod front_end;
mod links;
mod listeners;
mod moving;
mod profile_writer;
mod settings;
mod stale_commands;

#[cfg(test)]
pub(crate) mod tests;

use std::{net::SocketAddr, time::Duration};

use desired_network::NetworkFollower;
pub use desired_network::{DesiredNetwork, Wish};
use diagnosing::Diagnosing;
use discovery_task::DiscoveryTask;
use front_end::FrontEnd;
use links::Links;
use listeners::Listeners;
pub use moving::{Carried, Moved};
use profile_writer::ProfileWriter;
pub use settings::{Random, Settings, StartError};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    core::node::{History, Input, LocalAddrs, Me, Node, Unpublished},
    domain::{
        bus::{Command, Update},
        model::{NodeId, Presence, Target},
    },
    runtime::{
        discovery,
        io::{Clock, Net},
        net::{self, Tls},
        store::{Answer, Store},
    },
};

/// How many inputs are taken from commands and from links each, alternately, before everything else has its turn. A
/// peer that floods must not keep the user's commands waiting, nor the other way round.
const TURN: usize = 64;

/// How long that may take before the rest has its turn, including the tasks that read and write the links. A single
/// input may take longer.
const TURN_TIME: Duration = Duration::from_millis(4);

/// How much of what our user said may wait for the disk before commands have to wait, too. It applies whether or not
/// anybody is linked.
const MAX_UNPUBLISHED: Unpublished = Unpublished { lines: 4_096, bytes: 8 * 1024 * 1024 };

/// How long the store may take for its last write. A disk that is slower than this is broken or far away.
const LAST_COMMIT: Duration = Duration::from_secs(3);

/// How often links are checked for signs of life.
const FROZEN_CHECK: Duration = Duration::from_secs(1);

/// How often a congested outbox, or a front end that is far behind, is checked again.
const CONGESTION_CHECK: Duration = Duration::from_millis(2);

/// A node with its shell. It listens, and runs once [`Actor::run`] is called.
#[derive(Debug)]
pub struct Actor<N: Net> {
    net: N,
    clock: Clock,
    node: Node,
    me: NodeId,
    front_end: FrontEnd,
    links: Links,
    listeners: Listeners<N>,
    network: NetworkFollower,
    discovery: DiscoveryTask,
    diagnosing: Diagnosing,
    /// Servers and discovery; they end with the actor.
    tasks: JoinSet<()>,
    profile: ProfileWriter,
    store: Store,
    answers: mpsc::Receiver<Answer>,
    /// Whether the disk had too little room for strangers at the last check.
    scarce: bool,
    /// Whether to meet nobody before the user has chosen a name.
    hold: bool,
    /// Whether the user is here when the node begins.
    presence: Presence,
    /// Addresses to dial in any case.
    peers: Vec<Target>,
    leave: CancellationToken,
}

/// Why the actor stops.
enum Stop {
    /// The program ends.
    Quit,
    /// It goes on elsewhere.
    Moved,
}

impl<N: Net> Actor<N> {
    /// Listens on the first free port.
    ///
    /// # Errors
    /// [`StartError`] if no port is free, the address is not ours, or the key is invalid.
    pub async fn start(
        net: N,
        settings: Settings,
        commands: mpsc::Receiver<Command>,
        updates: mpsc::Sender<Update>,
        leave: CancellationToken,
    ) -> Result<Self, StartError> {
        let Settings { desired, wishes, linked, ports, port, announce, peers, sweep_rate, nick, presence, .. } =
            settings;
        let Settings { identity, known, rooms, guests, hold, saver, random: Random { seed, boot, secret }, .. } =
            settings;
        let Settings { clock, diagnose, snapshot, retention, store, answers, .. } = settings;
        let me = identity.node();
        let tls = Tls::new(&identity)?;
        let network = NetworkFollower::new(desired, wishes, linked);
        let site = &network.now().site;
        let listeners = Listeners::new(net::first_free(&net, &site.listen, ports, port).await?);
        let announce =
            announce.then(|| discovery::Announce { identity: identity.clone(), boot, counter: 0, listens: true });
        let profile = ProfileWriter::new(saver, &known);
        let standing = network.now().standing.clone();
        let history = History { snapshot, retention, identity, started: clock.now().wall, standing };
        let (addrs, networks) = (listeners.addrs().to_vec(), site.networks.clone());
        let location = LocalAddrs { addrs, networks, open: site.open };
        let node = Node::new(Me { location, nick, node: me, boot, ports, guests, known, rooms, seed, secret, history });
        Ok(Self {
            net,
            clock,
            node,
            me,
            front_end: FrontEnd::new(commands, updates),
            links: Links::new(tls, guests),
            listeners,
            network,
            discovery: DiscoveryTask::new(ports, sweep_rate, seed, announce),
            diagnosing: Diagnosing::new(diagnose),
            tasks: JoinSet::new(),
            profile,
            store,
            answers,
            scarce: false,
            hold,
            presence,
            peers,
            leave,
        })
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.listeners.addr()
    }

    /// Runs until the front end says [`Command::Quit`] or is gone, or until `leave` is cancelled, which works even
    /// while commands have to wait. Then it briefly says good-bye to everyone. It also ends when the node should be on
    /// another network, which has another history. It then returns what the next node begins with.
    pub async fn run(mut self) -> Option<Moved> {
        let leave = self.leave.clone();
        let stop = tokio::select! {
            biased;
            () = leave.cancelled() => Stop::Quit,
            stopped = self.serve() => match stopped {
                Ok(()) => Stop::Quit,
                Err(stop) => stop,
            },
        };
        self.leave(stop).await
    }

    async fn serve(&mut self) -> Result<(), Stop> {
        if self.hold {
            self.wait_for_name().await?;
        }
        self.begin().await?;
        // Nobody may come for hours, but timers are due all the same.
        self.feed(Input::Timer).await?;
        if self.presence.is_away() {
            self.feed(Input::Command(Command::SetPresence(self.presence.clone()))).await?;
        }
        for target in self.peers.clone() {
            self.feed(Input::Configured(target)).await?;
        }
        let mut frozen_check = tokio::time::interval(FROZEN_CHECK);
        frozen_check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let congested = self.is_congested();
            let behind = self.is_behind();
            let timer = self.node.next_timer().map(Instant::from_std);
            tokio::select! {
                biased;
                // Rare events come first, because the others may always be ready.
                _ = frozen_check.tick() => {
                    self.drop_frozen().await?;
                    self.look_at_space().await?;
                    self.diagnose().await?;
                }
                () = tokio::time::sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => {
                    self.feed(Input::Timer).await?;
                }
                () = tokio::time::sleep_until(self.profile.due().unwrap_or_else(Instant::now)),
                    if self.profile.due().is_some() => self.profile.write(|| self.node.known()),
                error = self.profile.written() => self.not_saved(error).await?,
                Some(ended) = self.tasks.join_next() => stop_if_broken(&ended)?,
                Some(answer) = self.answers.recv() => self.stored(answer).await?,
                links = self.links.shared.outbox.taken() => self.taken(links).await?,
                true = self.network.changed() => self.network_changed().await?,
                command = self.front_end.commands.recv(), if !congested => {
                    self.command(command.ok_or(Stop::Quit)?).await?;
                }
                event = self.links.shared.inbox.next(|link| self.node.has_room_for(link)), if !behind => {
                    self.link_event(event).await?;
                }
                Some(event) = self.discovery.events.recv() => self.discovered(event).await?,
                () = tokio::time::sleep(CONGESTION_CHECK), if congested || behind => {}
            }
            self.take_turns().await?;
        }
    }

    /// Takes more of what is already waiting, a bounded number from each source.
    async fn take_turns(&mut self) -> Result<(), Stop> {
        let until = Instant::now() + TURN_TIME;
        for _ in 0..TURN {
            let command = if self.is_congested() { None } else { self.front_end.commands.try_recv().ok() };
            let had_command = command.is_some();
            if let Some(command) = command {
                self.command(command).await?;
            }
            let event = if self.is_behind() {
                None
            } else {
                self.links.shared.inbox.try_next(|link| self.node.has_room_for(link))
            };
            let had_event = event.is_some();
            if let Some(event) = event {
                self.link_event(event).await?;
            }
            if !had_command && !had_event || Instant::now() >= until {
                break;
            }
        }
        match self.discovery.events.try_recv() {
            Ok(event) => self.discovered(event).await,
            Err(_) => Ok(()),
        }
    }

    /// Whether the user's commands have to wait. They wait for the user's own earlier lines only, never for others'.
    fn is_congested(&self) -> bool {
        let coming = self.node.unpublished();
        let is_much = coming.lines >= MAX_UNPUBLISHED.lines || coming.bytes >= MAX_UNPUBLISHED.bytes;
        is_much || self.links.shared.outbox.is_congested(coming)
    }

    /// Whether the links have to wait.
    fn is_behind(&mut self) -> bool {
        self.front_end.is_behind() || self.node.is_writing_much()
    }

    async fn command(&mut self, command: Command) -> Result<(), Stop> {
        let (id, command) = command.unnumbered();
        let Some(command) = self.unless_stale(command, id).await? else { return Ok(()) };
        match command {
            Command::Open(open) => self.wish(Wish::Open(open)).await,
            Command::OpenAt(interface) => self.wish(Wish::GoTo(interface)).await,
            Command::SameNetwork(network) => self.wish(Wish::Same(network)).await,
            Command::ShareHistory => self.wish(Wish::Share).await,
            Command::PlainView(plain) => {
                self.profile.plain_view_changed(plain);
                Ok(())
            }
            command => self.feed(Input::Command(command.numbered(id))).await,
        }
    }

    async fn wish(&mut self, wish: Wish) -> Result<(), Stop> {
        self.network.wish(wish).await;
        Ok(())
    }

    /// Waits until the user has a name. Until then, the node meets nobody and tells nobody anything.
    async fn wait_for_name(&mut self) -> Result<(), Stop> {
        loop {
            match self.front_end.commands.recv().await.ok_or(Stop::Quit)? {
                Command::Quit => return Err(Stop::Quit),
                named @ Command::SetNick(_) => return self.feed(Input::Command(named)).await,
                // Other commands have no effect while nobody is here.
                _ => {}
            }
        }
    }

    /// Gives every link a short while to pass on its last lines.
    async fn leave(mut self, stop: Stop) -> Option<Moved> {
        self.discovery.stop();
        let bye = self.node.farewell();
        self.links.close_all(&bye).await;
        self.tasks.shutdown().await;
        self.profile.finish(self.node.known()).await;
        // This blocks the thread. Only the watcher of the interfaces runs on it, too, and that can wait.
        if !self.store.close(LAST_COMMIT) {
            tracing::error!("the history could not be closed in time");
        }
        match stop {
            Stop::Quit => None,
            Stop::Moved => self.moved().await,
        }
    }
}

/// Ends the node when a server or discovery has ended by itself. One that was aborted on purpose does not count.
fn stop_if_broken(ended: &Result<(), JoinError>) -> Result<(), Stop> {
    if ended.as_ref().is_err_and(JoinError::is_cancelled) {
        return Ok(());
    }
    tracing::error!(?ended, "server or discovery has ended");
    Err(Stop::Quit)
}
