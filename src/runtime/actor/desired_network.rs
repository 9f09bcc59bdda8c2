//! Where the node is to be.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use tokio::sync::{mpsc, watch};

use crate::{
    core::{discovery::listen_plan::ListenPlan, networks::Standing},
    domain::{
        bus,
        model::{LocalSubnet, Network, NetworkRemark, NoNetwork, NodeId},
    },
};

/// Where to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredNetwork {
    /// The addresses to listen on, and the networks around them.
    pub site: ListenPlan,
    /// The network that the lobby belongs to there.
    pub network: Network,
    /// Names under which what was said there was kept before, in this run: they are the same network, as turned out.
    pub joined: Vec<Network>,
    /// How certain it is that it is that network, and who is known there.
    pub standing: Standing,
    /// Networks that this one may be, while it is not certain.
    pub may_be: Vec<Network>,
    /// While the node is closed: what opening would open it to, or why it cannot be opened.
    pub offer: Result<Vec<LocalSubnet>, NoNetwork>,
    /// While it is open: why there is no network any more. The site is then the last one that there was.
    pub lost: Option<NoNetwork>,
    /// How often the machine has woken from sleep. Each time everyone is searched for again.
    pub woken: u32,
}

impl DesiredNetwork {
    /// One that never changes, on a network of this name.
    pub fn fixed(site: ListenPlan, network: Network) -> Self {
        Self {
            site,
            network,
            joined: Vec::new(),
            standing: Standing::default(),
            may_be: Vec::new(),
            offer: Ok(Vec::new()),
            lost: None,
            woken: 0,
        }
    }
}

/// A wish to be somewhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The user wants the node open to the network, or closed. That is remembered.
    Open(bool),
    /// The user wants it open to the network that this interface leads to.
    GoTo(Arc<str>),
    /// The user says that this network is the one of that name; without one, the one that it most likely is.
    Same(Option<Network>),
    /// The user gives what was said here to everybody who is here.
    Share,
    /// Closed for this run, because it cannot listen there.
    CannotListen,
}

/// Follows where the node is to be.
#[derive(Debug)]
pub(super) struct NetworkFollower {
    now: DesiredNetwork,
    next: watch::Receiver<DesiredNetwork>,
    /// Whether anything can still come from `next`.
    is_followed: bool,
    wishes: mpsc::Sender<Wish>,
    /// Who is linked on the network itself.
    linked: watch::Sender<BTreeSet<NodeId>>,
    /// The remarks about the site that the front end was told.
    told_remarks: Vec<NetworkRemark>,
}

impl NetworkFollower {
    pub(super) fn new(
        mut next: watch::Receiver<DesiredNetwork>,
        wishes: mpsc::Sender<Wish>,
        linked: watch::Sender<BTreeSet<NodeId>>,
    ) -> Self {
        let now = next.borrow_and_update().clone();
        Self { now, next, is_followed: true, wishes, linked, told_remarks: Vec::new() }
    }

    /// Where the node is now.
    pub(super) fn now(&self) -> &DesiredNetwork {
        &self.now
    }

    /// Whether a network of that name is the present one: it may have had another name.
    pub(super) fn is_now(&self, network: &Network) -> bool {
        *network == self.now.network || self.now.joined.contains(network)
    }

    /// The address to dial `to` from.
    pub(super) fn source(&self, to: IpAddr) -> Option<IpAddr> {
        self.now.site.source(to)
    }

    /// Waits until the node is to be somewhere else. False when that will not happen any more; then it waits for ever.
    pub(super) async fn changed(&mut self) -> bool {
        if !self.is_followed {
            std::future::pending::<()>().await;
        }
        self.is_followed = self.next.changed().await.is_ok();
        self.is_followed
    }

    /// Where the node is to be next.
    pub(super) fn next(&mut self) -> DesiredNetwork {
        self.next.borrow_and_update().clone()
    }

    /// The node is there; gives back where it was.
    pub(super) fn arrive(&mut self, there: DesiredNetwork) -> DesiredNetwork {
        std::mem::replace(&mut self.now, there)
    }

    /// Passes on what the user wishes.
    pub(super) async fn wish(&self, wish: Wish) {
        // The last wish counts, so none may be left out. The receiver never waits for the actor.
        let _ = self.wishes.send(wish).await;
    }

    /// These people are linked, with their addresses. Who is on the network itself tells which one it is.
    pub(super) fn linked(&self, people: impl Iterator<Item = (NodeId, IpAddr)>) {
        let is_here = |ip: IpAddr| {
            !ip.is_loopback() && self.now.site.spots.iter().any(|spot| !spot.ip.is_loopback() && spot.is_on_link(ip))
        };
        let here: BTreeSet<NodeId> = people.filter(|(_, ip)| is_here(*ip)).map(|(node, _)| node).collect();
        self.linked.send_if_modified(|before| {
            let news = *before != here;
            *before = here;
            news
        });
    }

    /// What the front end is told, when the node listens on `addrs`.
    pub(super) fn status(&self, addrs: &[SocketAddr]) -> bus::NetworkStatus {
        let DesiredNetwork { site, network, offer, lost, .. } = self.now.clone();
        bus::NetworkStatus {
            open: site.open,
            network,
            certain: self.now.standing.certain,
            may_be: self.now.may_be.clone(),
            joined: self.now.joined.clone(),
            addrs: addrs.to_vec(),
            spots: site.spots.into_iter().filter(|spot| !spot.ip.is_loopback()).collect(),
            sweep: site.sweep,
            offer,
            lost,
        }
    }

    /// The remarks about the site, if they are others than those that were given out last.
    pub(super) fn new_remarks(&mut self) -> Vec<NetworkRemark> {
        let remarks = &self.now.site.remarks;
        if *remarks == self.told_remarks {
            return Vec::new();
        }
        self.told_remarks.clone_from(remarks);
        remarks.clone()
    }

    /// For the node on the next network.
    pub(super) fn into_next(self) -> watch::Receiver<DesiredNetwork> {
        self.next
    }
}
