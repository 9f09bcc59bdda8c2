//! Where the node is to be: what the settings, the profile and the machine's interfaces make of it.

use std::{io, net::IpAddr};

use ipnetwork::IpNetwork;

use crate::{
    cli::config::{Config, Lan},
    core::discovery::listen_plan::{ListenPlan, NoNetwork, Wishes},
    domain::model::{Interface, LocalSubnet, Network},
    runtime::{
        actor::DesiredNetwork,
        io::{NetworkId, interfaces},
    },
};

/// What decides where to be.
#[derive(Debug, Clone)]
pub(super) struct NetworkPolicy {
    ip: IpAddr,
    cidrs: Vec<IpNetwork>,
    lan: Lan,
    wishes: Wishes,
    /// What the network is called, if the user says so.
    named: Option<Network>,
    /// What was set on the screen in earlier runs, and in this one.
    remembered: Vec<(Network, bool)>,
    said: Vec<(NetworkId, bool)>,
    /// Whether it was closed while there was no network whose name that could be kept under.
    pub(super) off: bool,
}

/// Where to be, and what tells this network from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) desired: DesiredNetwork,
    pub(super) id: NetworkId,
    /// The network that the node is open to, or could be.
    pub(super) lan: Option<NetworkId>,
    /// Whether it is taken for the one from before without being known by its gateway now.
    pub(super) assumed: bool,
}

impl NetworkPolicy {
    /// What the settings say, and what a profile remembers.
    pub(super) fn new(config: &Config, remembered: &[(Network, bool)]) -> Self {
        let ip = Some(config.ip).filter(|ip| !ip.is_loopback() && config.lan.open);
        let cidrs = config.cidrs_given.then(|| config.cidrs.clone());
        Self {
            ip: config.ip,
            cidrs: config.cidrs.clone(),
            lan: config.lan,
            wishes: Wishes { ip, interfaces: config.interfaces.clone(), cidrs, any_network: config.any_network },
            named: config.network.clone(),
            remembered: remembered.to_vec(),
            said: Vec::new(),
            off: false,
        }
    }

    /// Where to be now, before anything runs.
    ///
    /// # Errors
    /// What the system says of its interfaces.
    pub(super) fn first(&self) -> io::Result<Decision> {
        // Nobody waits for the name of a network that the node is not opened to.
        let patient = self.lan.open || self.is_fixed() || !self.remembered.is_empty();
        Ok(self.decide(&interfaces()?, None, |site| self.identify(site, None, patient)))
    }

    /// What tells the network of a site from others. Of several networks it is the one that the node was on `before`, else the
    /// one that leads to the rest of the world.
    pub(super) fn identify(&self, site: &ListenPlan, before: Option<&NetworkId>, patient: bool) -> NetworkId {
        if self.is_fixed() {
            // What the user says to look at tells the network.
            return NetworkId::of(self.ip, &site.sweep, patient);
        }
        let ids = all(site, patient);
        let same = ids.iter().find(|id| before.is_some_and(|before| before.may_be(id)));
        same.or_else(|| ids.first()).copied().unwrap_or_default()
    }

    /// The user says in this run whether to be open on a network.
    pub(super) fn say(&mut self, network: NetworkId, open: bool) {
        self.said.retain(|(of, _)| *of != network);
        self.said.push((network, open));
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

    /// Whether to be open on a network: what was said in this run counts most, then what the settings say of this run, then what
    /// was said on the screen on this network, then what the settings say of every run.
    ///
    /// While a gateway is not known the network may be one or the other. It was closed if it was on either; and what was said
    /// in earlier runs opens none of which it is not known that it is that one.
    fn wants_open(&self, network: &NetworkId) -> bool {
        let of_this_run = self.said.iter().rev().find(|(of, _)| of.may_be(network)).map(|(_, open)| *open);
        let firm = self.lan.firm.then_some(self.lan.open);
        let name = network.name();
        let is_meant = |(of, open): &&(Network, bool)| {
            if *open { *of == name && !network.is_unresolved() } else { may_be_called(of, &name) }
        };
        let remembered = self.remembered.iter().rev().find(is_meant).map(|(_, open)| *open);
        let settings = self.lan.open || self.is_fixed();
        !self.off && of_this_run.or(firm).or(remembered).unwrap_or(settings)
    }

    pub(super) fn decide(
        &self,
        interfaces: &[Interface],
        before: Option<&Decision>,
        identify: impl Fn(&ListenPlan) -> NetworkId,
    ) -> Decision {
        let site = match self.opened(interfaces) {
            Ok(site) => site,
            Err(error) => return self.without_network(&error, interfaces, before),
        };
        if let Some(waiting) = self.without_addresses(&site, before) {
            return waiting;
        }
        let seen = identify(&site);
        // A gateway is forgotten and learnt again while nothing changes.
        let same = before.and_then(|before| before.lan).filter(|lan| lan.may_be(&seen));
        let id = same.map_or(seen, |lan| seen.with_known(&lan));
        if !self.wants_open(&id) {
            let spots = site.spots.iter().filter(|spot| !spot.ip.is_loopback()).cloned().collect();
            return self.closed(interfaces, Ok(spots), Some(id));
        }
        let gone = self.is_fixed() && site.primary().is_none();
        let lost = gone.then(|| format!("No interface has the address {} any more.", self.ip));
        let network = self.named.clone().unwrap_or_else(|| id.name());
        Decision {
            desired: DesiredNetwork { lost, ..DesiredNetwork::fixed(site, network) },
            id,
            lan: Some(id),
            assumed: id != seen,
        }
    }

    /// On this machine alone; `lan` could be opened to, with this `offer`.
    fn closed(
        &self,
        interfaces: &[Interface],
        offer: Result<Vec<LocalSubnet>, String>,
        lan: Option<NetworkId>,
    ) -> Decision {
        let site = ListenPlan::machine(self.ip, &self.cidrs, interfaces);
        let id = NetworkId::default();
        let network = self.named.clone().unwrap_or_else(|| id.name());
        Decision { desired: DesiredNetwork { offer, ..DesiredNetwork::fixed(site, network) }, id, lan, assumed: false }
    }

    /// There is nothing to be open to.
    fn without_network(&self, error: &NoNetwork, interfaces: &[Interface], before: Option<&Decision>) -> Decision {
        if let Some(lost) = self.lost(before, error.to_string()) {
            return lost;
        }
        let closed_by_hand = self.off || before.is_some_and(|before| before.lan.is_some());
        let wanted = (self.lan.open || self.is_fixed()) && !closed_by_hand;
        let mut decision = self.closed(interfaces, Err(error.to_string()), before.and_then(|before| before.lan));
        decision.desired.lost = wanted.then(|| error.to_string());
        decision
    }

    /// An address that is given out anew is gone for a moment.
    fn without_addresses(&self, site: &ListenPlan, before: Option<&Decision>) -> Option<Decision> {
        let before = before.filter(|before| !is_bare(&before.desired.site) && is_bare(site))?;
        let names: Vec<&str> = site.spots.iter().filter(|s| !s.ip.is_loopback()).map(|s| &*s.interface).collect();
        let without = if names.len() == 1 { "has lost its address" } else { "have lost their addresses" };
        self.lost(Some(before), format!("No network: {} {without}.", names.join(", ")))
    }

    /// A network that is gone for a while is still the one that we are in, if we were open to it and are to be.
    fn lost(&self, before: Option<&Decision>, why: String) -> Option<Decision> {
        let is_meant = |before: &&Decision| before.lan.as_ref().is_none_or(|lan| self.wants_open(lan));
        let before = before.filter(|before| before.desired.site.open).filter(is_meant)?;
        Some(Decision { desired: DesiredNetwork { lost: Some(why), ..before.desired.clone() }, ..before.clone() })
    }
}

/// All networks of a site. The link-local one of IPv6 is the same everywhere, and tells something only where there is no other.
pub(super) fn all(site: &ListenPlan, patient: bool) -> Vec<NetworkId> {
    let beyond = || site.spots.iter().filter(|spot| !spot.ip.is_loopback());
    let given = beyond().any(|spot| !spot.is_link_local_v6());
    let telling = beyond().filter(|spot| !given || !spot.is_link_local_v6());
    // Of several the first is the one that counts when nobody was anywhere before.
    telling.enumerate().map(|(at, spot)| NetworkId::of(spot.ip, &[spot.network], patient && at == 0)).collect()
}

/// Whether a site has nothing but what interfaces give themselves.
fn is_bare(site: &ListenPlan) -> bool {
    site.spots.iter().filter(|spot| !spot.ip.is_loopback()).all(LocalSubnet::is_link_local_v6)
}

/// Whether two names may be those of one network, of which the gateway was not known once.
fn may_be_called(a: &Network, b: &Network) -> bool {
    let without_gateway = |long: &Network, short: &Network| {
        long.as_str()
            .strip_suffix(short.as_str())
            .is_some_and(|gateway| gateway.starts_with("gw ") && gateway.ends_with(' '))
    };
    a == b || without_gateway(a, b) || without_gateway(b, a)
}

#[cfg(test)]
mod tests;
