//! Which hosts of the swept networks are there.

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use super::network::neighbours;
use crate::core::{diagnosis::Swept, discovery::sweep::Survey};

/// What a survey of `networks` saw, and the hosts that this machine knows there beyond that, whatever they answer.
pub fn swept(survey: &Survey, networks: &[IpNetwork]) -> Swept {
    let known = neighbours(networks).into_iter().map(IpAddr::V4);
    Swept { hosts: survey.hosts, there: survey.answered.iter().copied().chain(known).collect() }
}
