//! The networking actor: owns server, dialer and node map, and executes what [`crate::core::node`] decides.
//!
//! It waits for nobody but the front end, whose channel is its only brake: a front end that does not read stops the
//! node, and through HTTP/2's windows its peers, without a byte of memory more.

mod backlog;
mod diagnosing;
mod elsewhere;
mod events;
mod execute;
mod keeper;
mod place;
mod settings;

#[cfg(test)]
pub(crate) mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use backlog::Backlog;
use diagnosing::Diagnosing;
use keeper::Keeper;
pub use place::{Carried, DesiredNetwork, Moved, Wish};
pub use settings::{Random, Settings, StartError};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    core::node::{History, Input, LocalAddrs, Me, Node},
    domain::{
        bus::{Command, Update},
        model::{LinkId, NodeId, Presence, Target},
    },
    runtime::{
        discovery,
        io::{Clock, Net},
        net::{self, CLOSE_TIMEOUT, Event, Handle, INBOX_CAPACITY, Shared, Tls},
        store::{Answer, Store},
    },
};

/// Inputs taken from one source before the others have their turn: a peer that floods must not keep the user's
/// commands waiting, nor the other way round.
const TURN: usize = 64;

/// How long the store may take for what it was given last. A disk that is slower than this is broken or far away.
const LAST_COMMIT: Duration = Duration::from_secs(3);

/// How often links are looked at for signs of life.
const FROZEN_CHECK: Duration = Duration::from_secs(1);

/// How often a congested outbox, or a front end that is far behind, is looked at again.
const CONGESTION_CHECK: Duration = Duration::from_millis(2);

/// Discovery's events that may wait; full makes the sweep wait.
const DISCOVERY_CAPACITY: usize = 64;

/// A node that listens and has not begun yet.
#[derive(Debug)]
pub struct Actor<N: Net> {
    net: N,
    clock: Clock,
    node: Node,
    presence: Presence,
    me: NodeId,
    shared: Shared,
    whereabouts: place::Listeners<N>,
    handles: BTreeMap<LinkId, Handle>,
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    backlog: Backlog,
    diagnosing: Diagnosing,
    inbox: mpsc::Receiver<Event>,
    found: mpsc::Receiver<discovery::Event>,
    linked: watch::Sender<Arc<BTreeSet<SocketAddr>>>,
    /// Servers and discovery; they end with the actor.
    tasks: JoinSet<()>,
    hold: bool,
    keeper: Keeper,
    peers: Vec<Target>,
    leave: CancellationToken,
    store: Store,
    answers: mpsc::Receiver<Answer>,
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
    /// [`StartError`] if there is no such port, the address is not ours, or the key is none.
    pub async fn start(
        net: N,
        settings: Settings,
        commands: mpsc::Receiver<Command>,
        updates: mpsc::Sender<Update>,
        leave: CancellationToken,
    ) -> Result<Self, StartError> {
        let Settings { mut place, opens, ports, port, announce, peers, sweep_rate, nick, presence, .. } = settings;
        let Settings { identity, known, guests, hold, saver, random: Random { seed, boot, secret }, .. } = settings;
        let Settings { clock, diagnose, snapshot, retention, store, answers, .. } = settings;
        let me = identity.node();
        let tls = Tls::new(&identity)?;
        let now = place.borrow_and_update().clone();
        let bound = net::first_free(&net, &now.site.listen, ports, port).await?;
        let (inbox_in, inbox) = mpsc::channel(INBOX_CAPACITY);
        let (found_in, found) = mpsc::channel(DISCOVERY_CAPACITY);
        let (linked, linked_out) = watch::channel(Arc::default());
        let shared = Shared::new(inbox_in, tls, guests);
        let announce =
            announce.then(|| discovery::Announce { identity: identity.clone(), boot, counter: 0, listens: true });
        let looking = place::Looking { ports, rate: sweep_rate, seed, announce, found: found_in, linked: linked_out };
        let keeper = Keeper::new(saver, &known);
        let history = History { snapshot, retention, identity, started: clock.now().wall };
        let location = LocalAddrs {
            addrs: bound.iter().map(|(addr, _)| *addr).collect(),
            networks: now.site.networks.clone(),
            open: now.site.open,
        };
        let me_of = Me { location, nick, node: me, boot, ports, guests, known, seed, secret, history };
        let node = Node::new(me_of);
        let (handles, tasks) = (BTreeMap::new(), JoinSet::new());
        Ok(Self {
            net,
            clock,
            node,
            presence,
            me,
            shared,
            whereabouts: place::Listeners::new(now, place, opens, bound, looking),
            handles,
            commands,
            updates,
            backlog: Backlog::default(),
            diagnosing: Diagnosing::new(diagnose),
            inbox,
            found,
            linked,
            tasks,
            hold,
            keeper,
            peers,
            leave,
            store,
            answers,
        })
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.whereabouts.addr()
    }

    /// Runs until the front end says [`Command::Quit`] or is gone, or until `leave` is cancelled, which works even where
    /// commands have to wait. Then says good-bye to everyone, briefly. It also ends when it is to be on another network, where
    /// other things were said: then it gives what the next one begins with.
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
        // Nobody may come for hours, and what the clock brings is due all the same.
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
            let congested = self.shared.outbox.is_congested() || self.node.is_writing_much();
            let behind = self.front_end_is_behind() || self.node.is_writing_much();
            let timer = self.node.next_timer().map(Instant::from_std);
            tokio::select! {
                biased;
                // What is rare comes first: the rest may always be ready.
                _ = frozen_check.tick() => {
                    self.drop_frozen().await?;
                    self.diagnose().await?;
                }
                () = tokio::time::sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => {
                    self.feed(Input::Timer).await?;
                }
                () = tokio::time::sleep_until(self.keeper.due().unwrap_or_else(Instant::now)),
                    if self.keeper.due().is_some() => self.keeper.write(|| self.node.known()),
                error = self.keeper.written() => {
                    if let Some(error) = error {
                        self.not_saved(&error).await?;
                    }
                }
                Some(ended) = self.tasks.join_next() => {
                    // What was ended on purpose has a successor.
                    if !ended.as_ref().is_err_and(tokio::task::JoinError::is_cancelled) {
                        tracing::error!(?ended, "server or discovery has ended");
                        return Err(Stop::Quit);
                    }
                }
                Some(answer) = self.answers.recv() => self.stored(answer).await?,
                links = self.shared.outbox.taken() => self.taken(links).await?,
                changed = self.whereabouts.changed() => self.place_changed(changed).await?,
                command = self.commands.recv(), if !congested => self.command(command.ok_or(Stop::Quit)?).await?,
                Some(event) = self.inbox.recv(), if !behind => self.link_event(event).await?,
                Some(event) = self.found.recv() => self.discovered(event).await?,
                () = tokio::time::sleep(CONGESTION_CHECK), if congested || behind => {}
            }
            for _ in 0..TURN {
                if self.shared.outbox.is_congested() || self.node.is_writing_much() {
                    break;
                }
                let Ok(command) = self.commands.try_recv() else { break };
                self.command(command).await?;
            }
            for _ in 0..TURN {
                if self.front_end_is_behind() || self.node.is_writing_much() {
                    break;
                }
                let Ok(event) = self.inbox.try_recv() else { break };
                self.link_event(event).await?;
            }
            if let Ok(event) = self.found.try_recv() {
                self.discovered(event).await?;
            }
        }
    }

    async fn command(&mut self, command: Command) -> Result<(), Stop> {
        let Some(command) = self.unless_meant_for_elsewhere(command).await? else { return Ok(()) };
        match command {
            Command::Open(open) => {
                self.whereabouts.open(open).await;
                Ok(())
            }
            command => self.feed(Input::Command(command)).await,
        }
    }

    /// Meets nobody and tells nobody before the user has a name.
    async fn wait_for_name(&mut self) -> Result<(), Stop> {
        loop {
            match self.commands.recv().await.ok_or(Stop::Quit)? {
                Command::Quit => return Err(Stop::Quit),
                named @ Command::SetNick(_) => return self.feed(Input::Command(named)).await,
                // There is nobody to do anything with.
                _ => {}
            }
        }
    }

    /// Tells the front end, and waits for it if it is thousands of updates behind.
    async fn update(&mut self, update: Update) -> Result<(), Stop> {
        let size = backlog::size(&update);
        self.updates.send(update).await.map_err(|_| Stop::Quit)?;
        self.backlog.add(size, self.waiting_updates());
        Ok(())
    }

    fn waiting_updates(&self) -> usize {
        self.updates.max_capacity() - self.updates.capacity()
    }

    /// Whether so much text waits for the front end that peers have to wait. The user's own lines do not: who takes no
    /// updates may be busy giving a command.
    fn front_end_is_behind(&mut self) -> bool {
        let waiting = self.waiting_updates();
        self.backlog.is_full(waiting)
    }

    /// Lets every link pass on its last lines, for a short while.
    async fn leave(mut self, stop: Stop) -> Option<Moved> {
        self.whereabouts.stop_looking();
        let bye = self.node.farewell();
        let closing: Vec<_> = std::mem::take(&mut self.handles)
            .into_iter()
            .map(|(link, handle)| {
                self.shared.outbox.finish(link, Some(&bye));
                handle.leave()
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
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, all_closed).await;
        self.tasks.shutdown().await;
        let Self { keeper, node, .. } = &mut self;
        keeper.finish(node.known()).await;
        // Who follows the interfaces on this thread can wait.
        if !self.store.close(LAST_COMMIT) {
            tracing::error!("the history could not be closed in time");
        }
        match stop {
            Stop::Quit => None,
            Stop::Moved => self.moved().await,
        }
    }
}
