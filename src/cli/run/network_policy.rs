//! Decides where the node should be, from the settings, the profile and the machine's interfaces.

use std::{collections::BTreeSet, io, net::IpAddr, sync::Arc};

use ipnetwork::IpNetwork;

use crate::{
    cli::config::{Config, Lan},
    core::{
        discovery::listen_plan::{ListenPlan, Wishes},
        networks::{Evidence, Networks, Standing},
    },
    domain::model::{Date, Interface, LocalSubnet, Network, NetworkRemark, NoNetwork, NodeId},
    runtime::{
        actor::DesiredNetwork,
        io::{ask_routers, interfaces, seen},
    },
};

/// Everything that decides where to be.
#[derive(Debug)]
pub(super) struct NetworkPolicy {
    ip: IpAddr,
    cidrs: Vec<IpNetwork>,
    lan: Lan,
    wishes: Wishes,
    /// The name of the network, if the user gives one.
    named: Option<Network>,
    pub(super) networks: Networks,
    /// Whether the user closed the chat while there was no network to remember that for.
    pub(super) off: bool,
    /// Whether the user has just chosen another interface than the present one.
    leaves: bool,
    /// The stay in which the user shared the history with everybody.
    shared: Option<u64>,
}

/// Where to be, and what that is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) desired: DesiredNetwork,
    /// What is seen of the network that the node is open to, or could be opened to; `None` if there is no network.
    pub(super) seen: Option<Evidence>,
}

impl NetworkPolicy {
    /// Starts from the settings and the networks that a profile remembers.
    pub(super) fn new(config: &Config, networks: Networks) -> Self {
        let ip = Some(config.ip).filter(|ip| !ip.is_loopback() && config.lan.open);
        let cidrs = config.cidrs_given.then(|| config.cidrs.clone());
        let (interfaces, any_network) = (config.interfaces.clone(), config.any_network);
        Self {
            ip: config.ip,
            cidrs: config.cidrs.clone(),
            lan: config.lan,
            wishes: Wishes { ip, interfaces, cidrs, any_network, at: None },
            named: config.network.clone(),
            networks,
            off: false,
            leaves: false,
            shared: None,
        }
    }

    /// Where to be now, before anything runs. May take a second.
    ///
    /// # Errors
    /// The error of a system that cannot list its interfaces.
    pub(super) fn first(&mut self, today: Date) -> io::Result<Decision> {
        let interfaces = interfaces()?;
        if let Some(site) = self.worth_asking(&interfaces) {
            ask_routers(&site.spots);
        }
        Ok(self.decide(&interfaces, None, true, today))
    }

    /// The site whose routers are worth asking who they are: one where the user opened the chat, or may have.
    pub(super) fn worth_asking(&self, interfaces: &[Interface]) -> Option<ListenPlan> {
        let site = self.opened(interfaces).ok()?;
        let wanted = self.lan.open || self.is_fixed() || self.networks.here().is_some();
        (wanted || self.networks.may_be_opened(&seen(&site.spots))).then_some(site)
    }

    /// Makes the network that this interface leads to the one to be on, if the node is open to one.
    ///
    /// # Errors
    /// [`NoNetwork`], which says why the interface leads nowhere.
    pub(super) fn go_to(&mut self, interface: &Arc<str>, interfaces: &[Interface]) -> Result<(), NoNetwork> {
        let wishes = Wishes { interfaces: vec![interface.to_string()], ..self.wishes.clone() };
        ListenPlan::lan(interfaces, &wishes)?;
        self.wishes.at = Some(interface.clone());
        self.wishes.interfaces.clear();
        self.leaves = true;
        Ok(())
    }

    /// Records that the user opens the chat to the network that is seen, or closes it.
    pub(super) fn say(&mut self, open: bool, seen: Option<&Evidence>, today: Date) {
        self.off = !open;
        if let Some(seen) = seen {
            self.off = false;
            self.networks.decide(open, seen, today);
        }
    }

    /// Records that the user shares the history of this network with everybody who is here.
    pub(super) fn share(&mut self) {
        self.shared = self.networks.here().map(|here| here.stay);
    }

    /// Whether the settings name one address to be open at.
    fn is_fixed(&self) -> bool {
        !self.ip.is_loopback() && !self.lan.open
    }

    pub(super) fn opened(&self, interfaces: &[Interface]) -> Result<ListenPlan, NoNetwork> {
        if !self.is_fixed() {
            return ListenPlan::lan(interfaces, &self.wishes);
        }
        Ok(ListenPlan::fixed(self.ip, self.cidrs.clone(), interfaces))
    }

    /// Whether to be open on the network that is seen. What the user said there in this run comes first, then the
    /// settings for this run, then what the user said there in earlier runs, then the settings for every run.
    fn wants_open(&self, seen: &Evidence) -> bool {
        let decided = self.networks.decided(seen);
        let now = decided.filter(|decided| decided.now).map(|decided| decided.open);
        let firm = self.lan.firm.then_some(self.lan.open);
        let earlier = decided.map(|decided| decided.open);
        let settings = self.lan.open || self.is_fixed();
        !self.off && now.or(firm).or(earlier).unwrap_or(settings)
    }

    /// Where to be with these interfaces, given where the node was `before`. `steady` says whether it has been
    /// connected ever since.
    pub(super) fn decide(
        &mut self,
        interfaces: &[Interface],
        before: Option<&Decision>,
        steady: bool,
        today: Date,
    ) -> Decision {
        self.decide_by(interfaces, before, steady, today, |site| seen(&site.spots))
    }

    fn decide_by(
        &mut self,
        interfaces: &[Interface],
        before: Option<&Decision>,
        steady: bool,
        today: Date,
        see: impl Fn(&ListenPlan) -> Evidence,
    ) -> Decision {
        // We stay on the present network, whatever else is plugged in.
        let open = before.filter(|before| before.desired.site.open);
        if let Some(spot) = open.and_then(|before| before.desired.site.primary())
            && !std::mem::take(&mut self.leaves)
        {
            self.wishes.at = Some(spot.interface.clone());
        }
        let site = match self.opened(interfaces) {
            Ok(site) => site,
            Err(why) => return self.without_network(why, interfaces, before, today),
        };
        if let Some(waiting) = self.without_addresses(&site, before) {
            return waiting;
        }
        let seen = see(&site);
        if !self.wants_open(&seen) {
            let spots = site.spots.iter().filter(|spot| !spot.ip.is_loopback()).cloned().collect();
            let may_be_known = self.networks.may_be_opened(&seen) && self.networks.decided(&seen).is_none();
            let mut closed = self.closed(interfaces, Ok(spots), Some(seen));
            if may_be_known && !self.off {
                closed.desired.site.remarks.push(NetworkRemark::MayBeKnown);
            }
            return closed;
        }
        let joined = self.networks.look(&seen, steady, today).joined();
        let gone = self.is_fixed() && site.primary().is_none();
        let lost = gone.then_some(NoNetwork::AddressGone(self.ip));
        self.at_network(DesiredNetwork { lost, ..DesiredNetwork::fixed(site, Network::loopback()) }, joined, Some(seen))
    }

    /// Takes note of who is linked, which may tell which network this is. Returns where to be now.
    pub(super) fn linked(&mut self, linked: BTreeSet<NodeId>, before: &Decision, today: Date) -> Decision {
        let joined = self.networks.linked(linked, today).joined();
        self.again(before, joined)
    }

    /// The decision `before`, with what is now known about the network.
    pub(super) fn again(&self, before: &Decision, joined: Option<Network>) -> Decision {
        if self.networks.here().is_none() {
            return before.clone();
        }
        self.at_network(before.desired.clone(), joined, before.seen.clone())
    }

    /// The same site, on the network that the node is now on.
    fn at_network(&self, desired: DesiredNetwork, joined: Option<Network>, seen: Option<Evidence>) -> Decision {
        let Some(here) = self.networks.here() else { return Decision { desired, seen } };
        let named = self.named.is_some();
        let mut joined_to = if desired.network == here.network { desired.joined.clone() } else { Vec::new() };
        joined_to.extend(joined);
        let standing = Standing {
            certain: (here.certain || named) && desired.lost.is_none(),
            known: Arc::new(here.known),
            stay: here.stay,
            // A user who names a network vouches for it, even if none of its known people are here.
            shared: named || self.shared == Some(here.stay),
        };
        let network = self.named.clone().unwrap_or(here.network);
        let joined = if named { Vec::new() } else { joined_to };
        let may_be = if named { Vec::new() } else { here.may_be };
        Decision { desired: DesiredNetwork { network, joined, standing, may_be, ..desired }, seen }
    }

    /// The decision to be on this machine alone. The node could be opened to what is `seen`, as the `offer` says.
    fn closed(
        &mut self,
        interfaces: &[Interface],
        offer: Result<Vec<LocalSubnet>, NoNetwork>,
        seen: Option<Evidence>,
    ) -> Decision {
        self.networks.leave();
        let site = ListenPlan::machine(self.ip, &self.cidrs, interfaces);
        let network = self.named.clone().unwrap_or_else(Network::loopback);
        Decision { desired: DesiredNetwork { offer, ..DesiredNetwork::fixed(site, network) }, seen }
    }

    /// The decision if there is nothing to be open to.
    fn without_network(
        &mut self,
        why: NoNetwork,
        interfaces: &[Interface],
        before: Option<&Decision>,
        today: Date,
    ) -> Decision {
        if let Some(lost) = self.lost(before, why.clone()) {
            return lost;
        }
        let awaited = before.is_some_and(|before| before.desired.network == Network::awaited());
        let was_closed = before.is_some_and(|before| before.seen.is_some()) && !awaited;
        let wanted = (self.lan.open || self.is_fixed()) && !self.off && !was_closed;
        let seen = before.and_then(|before| before.seen.clone());
        let mut decision = self.closed(interfaces, Err(why.clone()), seen);
        if wanted {
            // What is typed meanwhile is for the next network.
            self.networks.wait_for_network(today);
            decision.desired.lost = Some(why);
            return self.at_network(decision.desired, None, decision.seen);
        }
        decision
    }

    /// The decision while all our addresses are gone. They may be gone only for a moment, while they are being
    /// reassigned.
    fn without_addresses(&mut self, site: &ListenPlan, before: Option<&Decision>) -> Option<Decision> {
        let before = before.filter(|before| !is_bare(&before.desired.site) && is_bare(site))?;
        if self.is_fixed() {
            return self.lost(Some(before), NoNetwork::AddressGone(self.ip));
        }
        let beyond = site.spots.iter().filter(|spot| !spot.ip.is_loopback());
        self.lost(Some(before), NoNetwork::AddressesLost(beyond.map(|spot| spot.interface.clone()).collect()))
    }

    /// The decision to stay on a network that is gone for a while, if we were open to it and still should be.
    fn lost(&mut self, before: Option<&Decision>, why: NoNetwork) -> Option<Decision> {
        let is_meant = |before: &&Decision| before.seen.as_ref().is_none_or(|seen| self.wants_open(seen));
        let before = before.filter(|before| before.desired.site.open).filter(is_meant)?;
        if before.desired.lost.is_none() {
            self.networks.disconnected();
        }
        let desired = DesiredNetwork { lost: Some(why), ..before.desired.clone() };
        Some(self.at_network(desired, None, before.seen.clone()))
    }
}

/// Whether a site has nothing but the addresses that interfaces give themselves.
fn is_bare(site: &ListenPlan) -> bool {
    site.spots.iter().filter(|spot| !spot.ip.is_loopback()).all(LocalSubnet::is_link_local_v6)
}

#[cfg(test)]
mod tests;
