//! The network that the node should be on, and wishes to change it.

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

/// The network that the node should be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredNetwork {
    /// The addresses to listen on, and the networks around them.
    pub site: ListenPlan,
    /// The network that the lobby belongs to there.
    pub network: Network,
    /// Names under which this run kept the network's history before they turned out to be the same network.
    pub joined: Vec<Network>,
    /// How certain the network is, and who is known there.
    pub standing: Standing,
    /// Networks that this one may be, while it is not certain.
    pub may_be: Vec<Network>,
    /// While the node is closed: the subnets that opening it would reach, or why it cannot be opened.
    pub offer: Result<Vec<LocalSubnet>, NoNetwork>,
    /// While the node is open: why it no longer has a network. The site is then the last one it had.
    pub lost: Option<NoNetwork>,
    /// How many times the machine has woken from sleep. After each, the node searches for everyone again.
    pub woken: u32,
}

impl DesiredNetwork {
    /// A site on a network of this name, which never changes.
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

/// A wish of the user or of the node to change the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The user wants the node open to the network, or closed. This is remembered.
    Open(bool),
    /// The user wants the node open to the network that this interface leads to.
    GoTo(Arc<str>),
    /// The user says that this is the network of that name; `None` stands for the most likely one.
    Same(Option<Network>),
    /// The user shares what was said here with everybody who is here.
    Share,
    /// The node must be closed for this run, because it cannot listen there.
    CannotListen,
}

/// Follows the network that the node should be on.
#[derive(Debug)]
pub(super) struct NetworkFollower {
    now: DesiredNetwork,
    next: watch::Receiver<DesiredNetwork>,
    /// Whether `next` can still change.
    is_followed: bool,
    wishes: mpsc::Sender<Wish>,
    /// Who is linked on the network itself.
    linked: watch::Sender<BTreeSet<NodeId>>,
    /// The remarks about the site that the front end has been told.
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

    /// Whether that is the present network, perhaps under an earlier name.
    pub(super) fn is_now(&self, network: &Network) -> bool {
        *network == self.now.network || self.now.joined.contains(network)
    }

    /// The address to dial `to` from.
    pub(super) fn source(&self, to: IpAddr) -> Option<IpAddr> {
        self.now.site.source(to)
    }

    /// Waits until the desired network changes. Returns false once when it can no longer change, and from then on waits
    /// for ever.
    pub(super) async fn changed(&mut self) -> bool {
        if !self.is_followed {
            std::future::pending::<()>().await;
        }
        self.is_followed = self.next.changed().await.is_ok();
        self.is_followed
    }

    /// Where the node should be next.
    pub(super) fn next(&mut self) -> DesiredNetwork {
        self.next.borrow_and_update().clone()
    }

    /// Notes that the node has arrived there. Returns where it was.
    pub(super) fn arrive(&mut self, there: DesiredNetwork) -> DesiredNetwork {
        std::mem::replace(&mut self.now, there)
    }

    /// Passes on a wish.
    pub(super) async fn wish(&self, wish: Wish) {
        // The last wish counts, so none may be dropped. The receiver never waits for the actor.
        let _ = self.wishes.send(wish).await;
    }

    /// Notes who is linked, and at which address. The people on the network itself help to identify it.
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

    /// The status for the front end while the node listens on `addrs`.
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

    /// The remarks about the site, if they differ from those that were returned last.
    pub(super) fn new_remarks(&mut self) -> Vec<NetworkRemark> {
        let remarks = &self.now.site.remarks;
        if *remarks == self.told_remarks {
            return Vec::new();
        }
        self.told_remarks.clone_from(remarks);
        remarks.clone()
    }

    /// The channel for the node on the next network.
    pub(super) fn into_next(self) -> watch::Receiver<DesiredNetwork> {
        self.next
    }
}
