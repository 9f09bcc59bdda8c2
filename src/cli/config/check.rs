//! Checks that need more than a single value: whether settings fit together, and which need the user's explicit
//! consent.

use std::{net::IpAddr, num::NonZeroU16};

use ipnetwork::IpNetwork;

use super::{
    ConfigError,
    setting::Setting,
    source::{Origin, Sourced},
};
use crate::{
    core::discovery::sweep_policy::{self, SHORTEST_IPV6_SWEEP},
    domain::model::{PortRange, Target},
    frontend::words::{config as words, listening},
};

/// Whether `ip` can be one machine's address.
pub(super) fn is_host(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
    !(ip.is_unspecified() || ip.is_multicast() || broadcast)
}

pub(super) fn ip(ip: &Sourced<IpAddr>) -> Result<(), ConfigError> {
    if is_host(ip.value) {
        return Ok(());
    }
    conflict(&ip.origin, words::no_host(ip.value))
}

pub(super) fn ports(min: &Sourced<NonZeroU16>, max: &Sourced<NonZeroU16>) -> Result<PortRange, ConfigError> {
    PortRange::new(min.value, max.value).ok_or_else(|| {
        let (origin, other, source) = match (&min.origin, &max.origin) {
            (Origin::Default, _) => (&max.origin, Setting::MinPort, min.origin.to_string()),
            _ => (&min.origin, Setting::MaxPort, from(&max.origin)),
        };
        let what = words::ports_reversed(min.value, max.value, other.name(), &source);
        ConfigError::Conflict { origin: origin.clone(), what }
    })
}

fn from(origin: &Origin) -> String {
    if *origin == Origin::Default { origin.to_string() } else { words::from(origin) }
}

/// The networks without duplicates, if they may be swept from `ip`.
pub(super) fn cidrs(
    ip: &Sourced<IpAddr>,
    cidrs: Vec<Sourced<IpNetwork>>,
    lan: bool,
    any_network: bool,
    warnings: &mut Vec<String>,
) -> Result<Vec<IpNetwork>, ConfigError> {
    let mut networks = Vec::new();
    for Sourced { value: network, origin } in cidrs {
        if !lan && ip.value.is_loopback() && !sweep_policy::is_loopback(network) {
            return conflict(&origin, words::cidr_needs_lan(&network, ip.value));
        }
        if let (Some(objection), false) = (sweep_policy::objection(network), any_network) {
            return conflict(&origin, words::not_swept_by_default(&network, listening::objection(objection)));
        }
        if network.is_ipv6() && network.prefix() < SHORTEST_IPV6_SWEEP {
            warnings.push(words::too_large_to_sweep(&origin, &network, SHORTEST_IPV6_SWEEP));
        }
        if !lan && network.is_ipv4() != ip.value.is_ipv4() {
            warnings.push(words::out_of_reach(&origin, &network, ip.value));
        }
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    if !lan && !ip.value.is_loopback() && networks.iter().all(|network| sweep_policy::is_loopback(*network)) {
        warnings.push(words::own_network_not_searched(ip.value, &sweep_policy::example(ip.value)));
    }
    Ok(networks)
}

/// The peers without duplicates. Warns about those that are not dialled until the node is opened: a node on loopback
/// talks to nothing else, whatever a file says.
pub(super) fn peers(
    ip: &Sourced<IpAddr>,
    peers: Vec<Sourced<Target>>,
    lan: bool,
    warnings: &mut Vec<String>,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for Sourced { value: target, origin } in peers {
        if !lan && ip.value.is_loopback() && !target.ip().is_loopback() {
            warnings.push(words::peer_needs_lan(&origin, target, ip.value));
        }
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// A run that stores nothing cannot name a place to store it. But `--ephemeral` applies to one run, so it overrides
/// what the file says for all runs.
pub(super) fn ephemeral(
    ephemeral: Option<&Sourced<bool>>,
    other: Option<&Origin>,
    setting: Setting,
) -> Result<(), ConfigError> {
    let strength = |origin: &Origin| match origin {
        Origin::Flag(_) => 2,
        Origin::Variable(_) => 1,
        Origin::File { .. } | Origin::Default => 0,
    };
    match (ephemeral, other) {
        (Some(ephemeral), Some(other)) if ephemeral.value && strength(other) >= strength(&ephemeral.origin) => {
            conflict(other, words::not_with_ephemeral(&setting, &from(&ephemeral.origin)))
        }
        _ => Ok(()),
    }
}

fn conflict<T>(origin: &Origin, what: String) -> Result<T, ConfigError> {
    Err(ConfigError::Conflict { origin: origin.clone(), what })
}
