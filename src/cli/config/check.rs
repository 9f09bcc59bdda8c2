//! What single values cannot show: whether they fit together, and whether they need the user's explicit word.

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
    frontend::words,
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
    conflict(
        &ip.origin,
        format!(
            "others cannot reach you at ip {}. Give the address of this machine on the network, such as 192.168.1.20.",
            ip.value
        ),
    )
}

pub(super) fn ports(min: &Sourced<NonZeroU16>, max: &Sourced<NonZeroU16>) -> Result<PortRange, ConfigError> {
    PortRange::new(min.value, max.value).ok_or_else(|| {
        let (origin, other) = match (&min.origin, &max.origin) {
            (Origin::Default, _) => (&max.origin, format!("min_port {} is {}", min.value, min.origin)),
            _ => (&min.origin, format!("max_port {} is {}", max.value, from(&max.origin))),
        };
        ConfigError::Conflict {
            origin: origin.clone(),
            what: format!("min_port {} is above max_port {} ({other}). Set both.", min.value, max.value),
        }
    })
}

fn from(origin: &Origin) -> String {
    if *origin == Origin::Default { origin.to_string() } else { format!("from {origin}") }
}

/// The networks, each once, if they may be swept from `ip`.
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
            return conflict(
                &origin,
                format!(
                    "{network} is beyond this machine, but ip {} is not. Add --lan to open the chat to your network, or \
                     --ip with the address of this machine on that network.",
                    ip.value
                ),
            );
        }
        if let (Some(objection), false) = (sweep_policy::objection(network), any_network) {
            return conflict(
                &origin,
                format!(
                    "{network} is {}, which is not swept by itself. Choose a smaller, private network, or add \
                     --any-network if it is yours to sweep.",
                    words::listening::objection(objection)
                ),
            );
        }
        if network.is_ipv6() && network.prefix() < SHORTEST_IPV6_SWEEP {
            warnings.push(format!(
                "{origin}: nobody is looked for in {network}: IPv6 networks shorter than /{SHORTEST_IPV6_SWEEP} are too \
                 large to sweep. Give --peer for the people there."
            ));
        }
        if !lan && network.is_ipv4() != ip.value.is_ipv4() {
            warnings.push(format!(
                "{origin}: nobody is looked for in {network}: it cannot be reached from ip {}.",
                ip.value
            ));
        }
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    if !lan && !ip.value.is_loopback() && networks.iter().all(|network| sweep_policy::is_loopback(*network)) {
        warnings.push(format!(
            "You can be reached at {}, but nobody is looked for there. Add --cidr with your network, such as --cidr {}.",
            ip.value,
            sweep_policy::example(ip.value)
        ));
    }
    Ok(networks)
}

/// The peers, each once, and a warning for those who are not dialled before the node is opened: one on loopback talks to
/// nothing else, whatever a file says.
pub(super) fn peers(
    ip: &Sourced<IpAddr>,
    peers: Vec<Sourced<Target>>,
    lan: bool,
    warnings: &mut Vec<String>,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for Sourced { value: target, origin } in peers {
        if !lan && ip.value.is_loopback() && !target.ip().is_loopback() {
            warnings.push(format!(
                "{origin}: {target} cannot be reached from ip {}, which is this machine only. Add --lan, or press F2, to \
                 open the chat to your network.",
                ip.value
            ));
        }
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// Who stores nothing names no place for it. But `--ephemeral` is for one run, whatever the file says for the others.
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
            let what = format!("{setting} is not used, because ephemeral is set too ({}).", from(&ephemeral.origin));
            conflict(other, format!("{what} Leave one of them out."))
        }
        _ => Ok(()),
    }
}

fn conflict<T>(origin: &Origin, what: String) -> Result<T, ConfigError> {
    Err(ConfigError::Conflict { origin: origin.clone(), what })
}
