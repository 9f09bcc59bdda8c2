//! Which hosts of the swept networks are there.

use ipnetwork::IpNetwork;

use super::network::neighbours;
use crate::core::{diagnosis::Swept, discovery::sweep::Survey};

/// What a survey of `networks` saw, and the other hosts that this machine's kernel has heard, even if they refuse us.
pub fn swept(survey: &Survey, networks: &[IpNetwork]) -> Swept {
    let known = neighbours(networks);
    Swept { hosts: survey.hosts, there: survey.answered.iter().copied().chain(known).collect() }
}
