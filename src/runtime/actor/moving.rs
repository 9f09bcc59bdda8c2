//! Begins on a network, and moves to another one while the actor runs.

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, timeout_at},
};

use super::{Actor, DesiredNetwork, Stop};
use crate::{
    core::{
        discovery::listen_plan::ListenPlan,
        node::{Input, LocalAddrs},
    },
    domain::{
        bus::{Command, Failure, KeptRooms, NetworkNotice, Notice, Update},
        model::{Known, LeaveReason, Nick, Presence},
    },
    runtime::{io::Net, net::CLOSE_TIMEOUT},
};

/// What the node on the next network begins with.
#[derive(Debug)]
pub struct Moved {
    /// From the front end.
    pub commands: mpsc::Receiver<Command>,
    /// To the front end.
    pub updates: mpsc::Sender<Update>,
    /// The network that the node should be on.
    pub desired: watch::Receiver<DesiredNetwork>,
    /// What it takes along.
    pub carried: Carried,
}

/// What a node takes along to another network.
#[derive(Debug)]
pub struct Carried {
    /// The port that it listened on.
    pub port: u16,
    /// The user's name.
    pub nick: Nick,
    /// Whether the user was here or away.
    pub presence: Presence,
    /// The keys that it knew.
    pub known: Vec<Known>,
    /// The rooms that the user is in.
    pub rooms: KeptRooms,
    /// What seeds the secrets of the next node: the ones of this node must not come twice.
    pub secret: [u8; 32],
}

impl<N: Net> Actor<N> {
    /// Starts servers and discovery, and tells the front end.
    pub(super) async fn begin(&mut self) -> Result<(), Stop> {
        self.listeners.serve(&self.net, &self.links.shared, &mut self.tasks);
        self.start_discovery();
        self.tell_listening().await?;
        self.tell_network().await
    }

    async fn tell_listening(&mut self) -> Result<(), Stop> {
        let (addr, nick) = (self.listeners.addr(), self.node.state().0);
        self.front_end.tell(Update::Listening { addr, nick, node: self.me }).await
    }

    async fn tell_network(&mut self) -> Result<(), Stop> {
        self.front_end.tell(Update::NetworkStatus(self.network.status(self.listeners.addrs()))).await?;
        for remark in self.network.new_remarks() {
            self.front_end.tell(Update::Notice(Notice::Network(NetworkNotice::Remark(remark)))).await?;
        }
        Ok(())
    }

    fn start_discovery(&mut self) {
        let (site, port, wall) = (self.network.now().site.clone(), self.listeners.port(), self.clock.now().wall);
        self.discovery.start(&self.net, site, port, wall, &mut self.tasks);
    }

    fn local_addrs(&self) -> LocalAddrs {
        let ListenPlan { networks, open, .. } = &self.network.now().site;
        LocalAddrs { addrs: self.listeners.addrs().to_vec(), networks: networks.clone(), open: *open }
    }

    /// Handles a change of the desired network: the node should be somewhere else, or more is known of where it is.
    pub(super) async fn network_changed(&mut self) -> Result<(), Stop> {
        let next = self.network.next();
        let joins = next.network != self.network.now().network;
        if joins && !next.joined.contains(&self.network.now().network) {
            self.finish_writing().await?;
            return Err(Stop::Moved);
        }
        let before = self.network.arrive(next);
        if joins {
            self.feed(Input::Join(self.network.now().network.clone())).await?;
        }
        if before.standing != self.network.now().standing {
            self.feed(Input::Standing(self.network.now().standing.clone())).await?;
        }
        let site = self.network.now().site.clone();
        if before.site == site {
            return self.same_site(before).await;
        }
        self.diagnosing.forget();
        self.listen_at(&site).await?;
        self.start_discovery();
        self.feed(Input::Relocated(self.local_addrs())).await?;
        if before.site.listen.first() != site.listen.first() {
            self.tell_listening().await?;
        }
        self.tell_network().await?;
        for target in self.peers.clone() {
            self.feed(Input::Configured(target)).await?;
        }
        Ok(())
    }

    /// Something changed, but not the addresses.
    async fn same_site(&mut self, before: DesiredNetwork) -> Result<(), Stop> {
        let now = self.network.now();
        // The network came back, or the machine woke: people who were there may be there again.
        if (before.lost.is_some() && now.lost.is_none()) || before.woken != now.woken {
            self.start_discovery();
            self.feed(Input::Relocated(self.local_addrs())).await?;
        }
        let now = self.network.now().clone();
        let is_told = DesiredNetwork { woken: before.woken, standing: before.standing.clone(), ..now.clone() }
            == before
            && now.standing.certain == before.standing.certain;
        if is_told { Ok(()) } else { self.tell_network().await }
    }

    /// Listens on the addresses of the site and on no others, with the port that the node has. If that port is taken on
    /// all of them, the node starts again with another port.
    async fn listen_at(&mut self, site: &ListenPlan) -> Result<(), Stop> {
        let wanted = site.own(self.listeners.port());
        let moved = self.listeners.move_to(wanted, &self.net, &self.links.shared, &mut self.tasks).await;
        let Some(failed) = moved else {
            self.finish_writing().await?;
            return Err(Stop::Moved);
        };
        for failure in failed {
            self.front_end.tell(Update::Failed(Failure::Network(failure))).await?;
        }
        Ok(())
    }

    /// Waits until what the user has said here is on disk: it was accepted, and belongs here. The wait is short,
    /// because the node may no longer meet anyone beyond this machine.
    async fn finish_writing(&mut self) -> Result<(), Stop> {
        let end = Instant::now() + CLOSE_TIMEOUT;
        while self.node.is_writing_own() {
            let Ok(Some(answer)) = timeout_at(end, self.answers.recv()).await else { break };
            self.stored(answer).await?;
        }
        Ok(())
    }

    /// Returns what the node on the next network begins with. Everyone is new to that node, so the front end first sees
    /// them leave.
    pub(super) async fn moved(mut self) -> Option<Moved> {
        for peer in self.node.linked_peers().collect::<Vec<_>>() {
            self.front_end.tell(Update::PeerLeft { peer, reason: LeaveReason::Closed }).await.ok()?;
        }
        let (nick, presence) = self.node.state();
        let (list, private) = (self.node.rooms(), self.node.private_rooms());
        let (known, rooms) = (self.node.known(), KeptRooms { list, private });
        let carried =
            Carried { port: self.listeners.port(), nick, presence, known, rooms, secret: self.node.next_secret() };
        let (commands, updates) = self.front_end.into_channels();
        Some(Moved { commands, updates, desired: self.network.into_next(), carried })
    }
}
