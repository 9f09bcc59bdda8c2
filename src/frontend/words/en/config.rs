//! What is wrong with the settings, and what to do about it. Most of it follows a place such as `config.json:2:3` or
//! `--cidr`.

use std::{fmt::Display, net::IpAddr, num::NonZeroU16};

use crate::domain::model::Target;

/// `ip` is not the address of a machine.
pub(crate) fn no_host(ip: IpAddr) -> String {
    format!("others cannot reach you at {ip}. Give the address of this machine on the network, such as 192.168.1.20.")
}

/// The ports are in the wrong order. `other` is the one that the error is not about, and `source` says where it came
/// from.
pub(crate) fn ports_reversed(min: NonZeroU16, max: NonZeroU16, other: &str, source: &str) -> String {
    format!("min_port {min} is above max_port {max} ({other} is {source}). Set both.")
}

/// Where a value came from.
pub(crate) fn from(origin: &impl Display) -> String {
    format!("from {origin}")
}

/// The settings search another network, but the node listens only on this machine.
pub(crate) fn cidr_needs_lan(network: &impl Display, ip: IpAddr) -> String {
    format!(
        "cidr {network} needs --lan: you listen on {ip} only. Add --lan, or give --ip an address of this machine on that \
         network."
    )
}

/// A network that is not swept unless the user says so; `objection` is what it is.
pub(crate) fn not_swept_by_default(network: &impl Display, objection: &str) -> String {
    format!(
        "{network} is {objection}, so it is not searched by default. Choose a smaller private network, or add \
         --any-network if this one is yours."
    )
}

/// Warns that a network is too large; `shortest` is the prefix of the largest that is swept.
pub(crate) fn too_large_to_sweep(origin: &impl Display, network: &impl Display, shortest: u8) -> String {
    format!(
        "{origin}: {network} is not searched: IPv6 networks larger than a /{shortest} take too long. Give the addresses of \
         people there with --peer."
    )
}

/// Warns that a network uses the other version of IP.
pub(crate) fn out_of_reach(origin: &impl Display, network: &impl Display, ip: IpAddr) -> String {
    format!(
        "{origin}: {network} is not searched: you cannot reach it from {ip}. Give --ip your address on that network."
    )
}

/// Warns that only this machine is searched; `example` is the network that is probably meant.
pub(crate) fn own_network_not_searched(ip: IpAddr, example: &str) -> String {
    format!(
        "Others can reach you at {ip}, but you do not search its network. Add --cidr with that network, such as --cidr \
         {example}."
    )
}

/// Warns that a peer is not dialled before the chat is open.
pub(crate) fn peer_needs_lan(origin: &impl Display, target: Target, ip: IpAddr) -> String {
    format!("{origin}: {target} needs --lan: you listen on {ip} only. Add --lan, or press F2 in the chat.")
}

/// A place for files is set together with `ephemeral`, which stores nothing. `source` says where `ephemeral` was set.
pub(crate) fn not_with_ephemeral(setting: &impl Display, source: &str) -> String {
    format!("{setting} cannot be combined with ephemeral ({source}). Leave one of them out.")
}

/// Warns about an unknown key in the file.
pub(crate) fn unknown_key(origin: &impl Display, key: &str, meant: Option<&impl Display>) -> String {
    match meant {
        Some(meant) => format!("{origin}: \"{key}\" is not a setting. Did you mean \"{meant}\"?"),
        None => format!("{origin}: \"{key}\" is not a setting. It is ignored."),
    }
}

/// Warns about an unknown variable whose name begins like ours.
pub(crate) fn unknown_variable(variable: &str, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("{variable} is not a setting. Did you mean {meant}?"),
        None => format!("{variable} is not a setting. It is ignored; docs/configuration.md lists the settings."),
    }
}
