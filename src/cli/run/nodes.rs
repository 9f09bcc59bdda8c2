//! The thread that runs one node after the other, each on another network.

use std::{collections::BTreeSet, thread, time::Duration};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Error, history,
    network_policy::{Decision, NetworkPolicy},
    watcher::{Ends, Watcher},
};
use crate::{
    cli::config::Config,
    domain::{
        bus::{Command, Failure, NetworkFailure, Notice, Update},
        model::{Network, Nick, NodeId, Presence},
    },
    runtime::{
        actor::{Actor, Carried, DesiredNetwork, Moved, Random, Settings, StartError, Wish},
        io::{Clock, TcpNet},
        net,
        profile::Profile,
    },
};

/// How long the program waits at exit for the last wish to reach the disk: as long as for the last lines.
const LAST_WISH: Duration = Duration::from_secs(3);

/// What every node of this run starts with, on any network.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) config: Config,
    pub(super) profile: Profile,
    pub(super) random: Random,
    /// The name to go by at first.
    pub(super) nick: Nick,
    /// Whether to meet nobody until the user has chosen another name.
    pub(super) hold: bool,
}

impl Start {
    /// The settings of the first node.
    fn first(&self, ends: Ends, history: history::History) -> Settings {
        let Self { config, profile, random, nick, hold, .. } = self;
        Settings {
            desired: ends.desired,
            wishes: ends.wishes,
            linked: ends.linked,
            ports: config.ports,
            port: None,
            announce: config.announce,
            diagnose: true,
            peers: config.peers.clone(),
            sweep_rate: config.sweep_rate,
            nick: nick.clone(),
            presence: Presence::Here,
            identity: profile.identity().clone(),
            known: profile.known().to_vec(),
            rooms: profile.rooms(),
            guests: config.guests,
            hold: *hold,
            saver: profile.saver(),
            random: *random,
            clock: Clock::default(),
            snapshot: history.snapshot,
            retention: history::retention(config),
            store: history.store,
            answers: history.answers,
        }
    }

    /// The settings of the next node, on another network.
    fn next(&self, carried: Carried, ends: Ends, history: history::History) -> Settings {
        let Carried { port, nick, presence, known, rooms, secret } = carried;
        let first = self.first(ends, history);
        let random = Random { secret, ..first.random };
        Settings { port: Some(port), nick, presence, known, rooms, hold: false, random, ..first }
    }

    /// The history of a network. Tells the front end if it was damaged.
    fn history(
        &self,
        (network, joined): (Network, Vec<Network>),
        updates: &mpsc::Sender<Update>,
    ) -> Result<history::History, Error> {
        let mut history = history::open(network, joined, &self.profile)?;
        if let Some(notice) = history.damage.take() {
            // This comes before anything that the node says, so there is room.
            let _ = updates.try_send(Update::Notice(Notice::History(notice)));
        }
        Ok(history)
    }
}

/// Starts the node on a thread of its own, and waits until it listens.
pub(super) fn start(
    start: Start,
    (policy, here): (NetworkPolicy, Decision),
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    leave: CancellationToken,
) -> Result<thread::JoinHandle<()>, Error> {
    let (started, starting) = std::sync::mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("node".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(started.send(Err(Error::System(error)))),
        };
        runtime.block_on(async {
            let place = (here.desired.network.clone(), here.desired.joined.clone());
            let (watcher, ends) = Watcher::new(policy, here, updates.clone(), start.profile.saver());
            let (wishes, linked) = (ends.wishes.clone(), ends.linked.clone());
            let first = async {
                let settings = start.first(ends, start.history(place, &updates)?);
                Ok(Actor::start(TcpNet, settings, commands, updates, leave.clone()).await?)
            };
            match Box::pin(first).await {
                Ok(actor) => {
                    tracing::info!(addr = %actor.addr(), "listening");
                    // The other end waits for exactly this.
                    let _ = started.send(Ok(()));
                    let watching = tokio::spawn(watcher.run());
                    // No more wishes can come after that, and the last one must be saved.
                    Box::pin(run_nodes(&start, actor, (wishes, linked), leave)).await;
                    let _ = tokio::time::timeout(LAST_WISH, watching).await;
                }
                Err(error) => drop(started.send(Err(error))),
            }
        });
        // Tasks that linger on sockets must not keep the program from ending.
        runtime.shutdown_background();
    })?;
    starting.recv().map_err(|_| Error::NodeLost)??;
    Ok(thread)
}

/// Runs one node after the other, each on another network, until the user leaves.
async fn run_nodes(
    start: &Start,
    mut actor: Actor<TcpNet>,
    (wishes, linked): (mpsc::Sender<Wish>, watch::Sender<BTreeSet<NodeId>>),
    leave: CancellationToken,
) {
    while let Some(Moved { commands, updates, mut desired, carried }) = Box::pin(actor.run()).await {
        let next = async {
            let history = next_history(start, &mut desired, carried.port, &wishes, &updates).await?;
            let settings =
                start.next(carried, Ends { desired, wishes: wishes.clone(), linked: linked.clone() }, history);
            Ok(Actor::start(TcpNet, settings, commands, updates.clone(), leave.clone()).await?)
        };
        actor = match next.await {
            Ok(next) => next,
            Err(error) => {
                let error: Error = error;
                tracing::error!(%error, "no node on another network");
                // The front end then sees that the node is gone.
                let failure = NetworkFailure::Ended { reason: error.to_string() };
                let _ = updates.send(Update::Failed(Failure::Network(failure))).await;
                return;
            }
        };
    }
}

/// The history of the network where the node should be next, opened once it is known that the node can listen there. If
/// it cannot, the node is closed and stays on this machine.
async fn next_history(
    start: &Start,
    desired: &mut watch::Receiver<DesiredNetwork>,
    port: u16,
    wishes: &mpsc::Sender<Wish>,
    updates: &mpsc::Sender<Update>,
) -> Result<history::History, Error> {
    loop {
        let DesiredNetwork { site, network, joined, .. } = desired.borrow_and_update().clone();
        tracing::info!(%network, open = site.open, "another network");
        let bound = net::first_free(&TcpNet, &site.listen, start.config.ports, Some(port)).await;
        let there = match bound {
            // This is only a test: the node itself binds the addresses a moment later.
            Ok(_) => start.history((network, joined), updates),
            Err(error) => Err(StartError::from(error).into()),
        };
        let Err(error) = &there else { return there };
        if !site.open {
            return there;
        }
        let failure = NetworkFailure::StaysClosed { reason: error.to_string() };
        // Without a front end there is nobody to tell.
        let _ = updates.send(Update::Failed(Failure::Network(failure))).await;
        if wishes.send(Wish::CannotListen).await.is_err() || desired.changed().await.is_err() {
            return there;
        }
    }
}
