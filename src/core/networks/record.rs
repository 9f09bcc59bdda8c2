//! What is remembered of one network.

use super::{evidence::Evidence, people::People};
use crate::domain::model::{Date, HardwareAddr, Network};

/// Names that a record remembers of networks that were joined to it. Their lines are moved at the next start at the
/// latest, so older names are of no use.
pub const MAX_JOINED: usize = 16;

/// What is remembered of one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRecord {
    /// Its name, under which its history is kept. Only this machine ever sees it.
    pub name: Network,
    /// What was seen of it.
    pub evidence: Evidence,
    /// Who was met there.
    pub people: People,
    /// Whether the user opened or closed the chat there.
    pub open: Option<bool>,
    /// Networks that turned out to be this one.
    pub joined: Vec<Network>,
    /// When it was visited last.
    pub visited: Date,
}

impl NetworkRecord {
    /// A network that was never visited before.
    pub fn new(name: Network, evidence: Evidence, visited: Date) -> Self {
        Self { name, evidence, people: People::default(), open: None, joined: Vec::new(), visited }
    }

    /// The record of a network of which only the name is left. The name is `gw`, the address of the router and the
    /// prefix, or the prefix alone, perhaps followed by a number. Returns none for this machine and for a name that the
    /// user gave.
    pub fn of_name(name: Network) -> Option<Self> {
        let words: Vec<&str> = name.as_str().split(' ').collect();
        let (router, prefix): (Option<HardwareAddr>, &str) = match *words.as_slice() {
            ["gw", router, prefix, ..] => (Some(router.parse().ok()?), prefix),
            [prefix, ..] => (None, prefix),
            [] => return None,
        };
        let evidence = Evidence::new([prefix.parse().ok()?], router);
        Some(Self::new(name, evidence, Date::default()))
    }

    /// The other network turned out to be this one.
    pub(super) fn take_in(&mut self, other: Self) {
        self.evidence.add(&other.evidence);
        self.people.add(other.people);
        // What the user said last counts.
        self.open = other.open.or(self.open);
        self.joined.extend(other.joined);
        self.joined.push(other.name);
        let over = self.joined.len().saturating_sub(MAX_JOINED);
        self.joined.drain(..over);
    }

    /// Whether nothing would be lost with the record except the history that is kept under its name.
    pub fn is_blank(&self) -> bool {
        let nobody = self.people.iter().next().is_none();
        nobody && self.open.is_none() && self.joined.is_empty() && self.evidence.routers().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_name_contains_its_evidence() {
        let of = |name: &str| NetworkRecord::of_name(Network::new(name).unwrap()).map(|record| record.evidence);
        let evidence = |router: Option<&str>| {
            Some(Evidence::new(["10.77.0.0/24".parse().unwrap()], router.map(|text| text.parse().unwrap())))
        };
        assert_eq!(of("gw 00:1b:21:3c:9d:f8 10.77.0.0/24"), evidence(Some("00:1b:21:3c:9d:f8")));
        assert_eq!(of("gw 02:00:00:00:00:01 10.77.0.0/24"), evidence(None), "no other has it, or so it seems");
        assert_eq!(of("10.77.0.0/24"), evidence(None));
        assert_eq!(of("10.77.0.0/24 1f2e3d4c"), evidence(None));
        for other in ["office", "loopback", "gw 1 10.77.0.0/24", "gw"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
