//! Whose place a newcomer takes when all places are taken.
//!
//! Keys cost nothing, and neither do addresses in one's own network. So strangers are counted by machine and by
//! network:
//! 1. One address has [`MAX_NODES_PER_HOST`] places. A known person takes the place of the newest stranger at that
//!    address.
//! 2. Strangers have [`STRANGERS_PLACES`] of all places. A known person takes a free place among the rest. If there is
//!    none, they take the place of the newest stranger of the machine with the most strangers.
//! 3. When all places for strangers are taken, a stranger takes the place of the newest stranger of the machine with
//!    the most strangers, if that machine has at least two more than the newcomer's. It then still has at least as
//!    many, so people are not displaced in circles.
//! 4. Otherwise the same rule applies to networks: the newcomer takes the place of the newest stranger of the network
//!    with the most strangers, if that network has at least twice as many as the newcomer's will have then. So more
//!    addresses in one network gain nothing.
//!
//! A machine is an IPv4 address or an IPv6 /64, since one machine may use any address of its /64. A network is a /24 or
//! a /64; all link-local addresses count as one network. The people of one network may use all places. On this machine
//! each key counts as a machine and a network of its own, since each may be another user.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use crate::{
    core::{
        budgets::{MAX_NODES, MAX_NODES_PER_HOST, STRANGERS_PLACES},
        mutant,
    },
    domain::model::{Host, LinkId, Machine, NodeId},
};

/// What counts as one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Network {
    /// A /24.
    V4(Ipv4Addr),
    /// A /64.
    V6(Host),
    /// All link-local addresses: a machine may use any number of them.
    LinkLocal,
    Key(NodeId),
}

/// A node that has a place or wants one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    ip: IpAddr,
    machine: Machine,
    network: Network,
    /// Whether it is known, that is, not a stranger.
    known: bool,
}

impl Holder {
    /// The holder of the key `node` at `ip`; `known` says whether they are known, that is, not a stranger.
    pub(super) fn new(node: NodeId, ip: IpAddr, known: bool) -> Self {
        let host = Host::of(ip);
        let network = match host.ip() {
            ip if ip.is_loopback() => Network::Key(node),
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                Network::V4(Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(ip) if ip.is_unicast_link_local() => Network::LinkLocal,
            IpAddr::V6(_) => Network::V6(host),
        };
        Self { ip: ip.to_canonical(), machine: Machine::new(node, Some(host)), network, known }
    }
}

/// A taken place: the link, since when it is taken, and the node that has it.
pub(super) type Placed = (LinkId, Instant, Holder);

/// Whether a newcomer gets a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Yes: one is free.
    Free,
    /// Yes, in place of this link's peer.
    InPlaceOf(LinkId),
    /// No: all places for its address are taken.
    AddressFull,
    /// No: all places for strangers are taken.
    StrangersFull,
}

/// Whether `newcomer` gets a place, given those who already have one.
pub(super) fn decide(newcomer: &Holder, placed: &[Placed]) -> Decision {
    let strangers = || placed.iter().filter(|(.., holder)| !holder.known);
    let newest = |is: &dyn Fn(&Holder) -> bool| {
        let of = strangers().filter(|(.., holder)| is(holder)).map(|(link, began, _)| (*began, *link)).max();
        of.map(|(_, link)| link)
    };
    let at_same = |holder: &Holder| holder.ip == newcomer.ip && !holder.ip.is_loopback();
    if mutant::serves_who_comes_first() {
        return if placed.len() < MAX_NODES { Decision::Free } else { Decision::StrangersFull };
    }
    if placed.iter().filter(|(.., holder)| at_same(holder)).count() >= MAX_NODES_PER_HOST {
        let displaced = newest(&at_same).filter(|_| newcomer.known);
        return displaced.map_or(Decision::AddressFull, Decision::InPlaceOf);
    }
    let here = |holder: &Holder| holder.machine == newcomer.machine;
    let is_full = placed.len() >= MAX_NODES;
    if !is_full && (newcomer.known || strangers().count() < STRANGERS_PLACES) {
        return Decision::Free;
    }
    let (machine, most) = fullest(strangers().map(|(_, began, holder)| (holder.machine, *began)));
    let own = strangers().filter(|(.., holder)| here(holder)).count();
    if newcomer.known || most >= own + 2 {
        let displaced = newest(&|holder| Some(holder.machine) == machine);
        return displaced.map_or(Decision::StrangersFull, Decision::InPlaceOf);
    }
    let (network, most) = fullest(strangers().map(|(_, began, holder)| (holder.network, *began)));
    let own = strangers().filter(|(.., holder)| holder.network == newcomer.network).count();
    if most >= 2 * (own + 1) {
        let displaced = newest(&|holder| Some(holder.network) == network);
        return displaced.map_or(Decision::StrangersFull, Decision::InPlaceOf);
    }
    Decision::StrangersFull
}

/// The group with the most members, and its size. Of several such groups, the one with the newest member.
fn fullest<T: Ord + Copy>(members: impl Iterator<Item = (T, Instant)>) -> (Option<T>, usize) {
    let mut groups: BTreeMap<T, (usize, Option<Instant>)> = BTreeMap::new();
    for (group, began) in members {
        let (count, newest) = groups.entry(group).or_default();
        *count += 1;
        *newest = (*newest).max(Some(began));
    }
    let most = groups.into_iter().max_by_key(|(_, size)| *size);
    most.map_or((None, 0), |(group, (count, _))| (Some(group), count))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(n: usize) -> NodeId {
        NodeId::numbered(u32::try_from(n).unwrap())
    }

    /// A room in which people arrive one after another.
    struct Room {
        began: Instant,
        placed: Vec<Placed>,
        came: usize,
    }

    impl Room {
        fn new() -> Self {
            Self { began: Instant::now(), placed: Vec::new(), came: 0 }
        }

        fn comes(&mut self, from: &str, known: bool) -> Decision {
            self.came += 1;
            let number = self.came;
            let holder = Holder::new(key(number), from.parse().unwrap(), known);
            let verdict = decide(&holder, &self.placed);
            if let Decision::InPlaceOf(link) = verdict {
                self.placed.retain(|(other, ..)| *other != link);
            }
            if matches!(verdict, Decision::Free | Decision::InPlaceOf(_)) {
                let link = LinkId::Accepted(u32::try_from(number).unwrap());
                self.placed.push((link, self.began + Duration::from_secs(number as u64), holder));
            }
            verdict
        }

        fn of(&self, from: &str) -> usize {
            let machine = Holder::new(key(0), from.parse().unwrap(), false).machine;
            self.placed.iter().filter(|(.., holder)| holder.machine == machine).count()
        }
    }

    fn is_in(verdict: Decision) -> bool {
        matches!(verdict, Decision::Free | Decision::InPlaceOf(_))
    }

    #[test]
    fn nine_addresses_of_one_computer_keep_no_newcomer_out() {
        let mut room = Room::new();
        for n in 0..300 {
            room.comes(&format!("10.61.0.{}", 100 + n % 9), false);
        }
        assert_eq!(room.placed.len(), STRANGERS_PLACES);
        for n in 1..=30 {
            assert!(is_in(room.comes(&format!("10.61.0.{n}"), false)), "{n}");
        }
        assert_eq!(room.placed.len(), STRANGERS_PLACES);
        // Nor do the aliases get back in at the newcomers' expense.
        for n in 0..300 {
            room.comes(&format!("10.61.0.{}", 100 + n % 9), false);
        }
        assert!((1..=30).all(|n| room.of(&format!("10.61.0.{n}")) == 1));
    }

    #[test]
    fn three_hundred_addresses_of_one_ipv6_network_are_one_machine() {
        let mut room = Room::new();
        let let_in = (0..300).filter(|n| is_in(room.comes(&format!("fd61::{n:x}"), false))).count();
        assert_eq!(let_in, STRANGERS_PLACES, "it may be an office");
        assert_eq!(room.comes("fd61::ffff", false), Decision::StrangersFull);
        assert_eq!(room.comes("fd61::fffe", true), Decision::Free, "somebody known");
        for n in 1..=50 {
            assert!(matches!(room.comes(&format!("10.61.0.{n}"), false), Decision::InPlaceOf(_)));
        }
    }

    #[test]
    fn one_address_has_few_places() {
        for addr in ["10.61.0.1", "fd61::1", "fe80::1"] {
            let mut room = Room::new();
            assert!((0..MAX_NODES_PER_HOST).all(|_| room.comes(addr, false) == Decision::Free));
            assert_eq!(room.comes(addr, false), Decision::AddressFull);
            assert!(matches!(room.comes(addr, true), Decision::InPlaceOf(_)), "somebody known");
        }
    }

    #[test]
    fn a_full_room_yields_only_to_another_network() {
        for addr in [|n| format!("10.61.0.{n}"), |n| format!("fe80::{n}")] {
            let mut room = Room::new();
            assert!((0..STRANGERS_PLACES).all(|n| room.comes(&addr(n), false) == Decision::Free));
            assert_eq!(room.comes(&addr(STRANGERS_PLACES), false), Decision::StrangersFull, "an alias takes none");
            assert!(is_in(room.comes("10.62.0.1", false)));
            // The others get at most a third: an honest office is not pushed out by somebody with a second network.
            let more = (2..=200).filter(|n| is_in(room.comes(&format!("10.62.0.{n}"), false))).count();
            assert!((30..=STRANGERS_PLACES / 3).contains(&more), "{more}");
        }
    }

    #[test]
    fn a_quarter_of_the_places_is_kept_for_known_people() {
        let mut room = Room::new();
        assert!((0..STRANGERS_PLACES).all(|_| room.comes("127.0.0.1", false) == Decision::Free), "this machine's own");
        assert_eq!(room.comes("127.0.0.1", false), Decision::StrangersFull);
        for n in 0..MAX_NODES - STRANGERS_PLACES {
            assert_eq!(room.comes(&format!("10.0.{n}.1"), true), Decision::Free);
        }
        let newest = LinkId::Accepted(u32::try_from(STRANGERS_PLACES).unwrap());
        assert_eq!(room.comes("10.1.0.1", true), Decision::InPlaceOf(newest));
        assert_eq!(room.placed.len(), MAX_NODES);
        let mut known = Room::new();
        assert!((0..MAX_NODES).all(|n| known.comes(&format!("10.0.{n}.1"), true) == Decision::Free));
        assert_eq!(known.comes("10.1.0.1", true), Decision::StrangersFull, "nobody gives way");
    }

    #[test]
    fn a_known_person_displaces_the_fullest_machines_newest_stranger() {
        let mut room = Room::new();
        for n in 0..3 {
            room.comes(&format!("10.0.0.{n}"), false);
        }
        let third = room.comes("10.0.0.1", false);
        assert_eq!(third, Decision::Free);
        for n in 0..MAX_NODES - 4 {
            room.comes(&format!("10.1.{n}.1"), true);
        }
        assert_eq!(room.comes("10.2.0.1", true), Decision::InPlaceOf(LinkId::Accepted(4)));
    }

    #[test]
    fn an_office_in_one_network_may_use_all_places() {
        let mut room = Room::new();
        assert!((0..MAX_NODES).all(|n| is_in(room.comes(&format!("10.0.0.{}", n % 250), n >= STRANGERS_PLACES))));
        assert_eq!(room.placed.len(), MAX_NODES);
    }
}
