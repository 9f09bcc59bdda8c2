//! What the scan found, as evidence for the diagnosis.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    Options,
    found::{Found, FoundBy, Scan},
};
use crate::{
    core::{
        diagnosis::{Evidence, Person, Proximity, Reached},
        node::DialFailure,
    },
    domain::model::{CannotListen, NodeId},
    runtime::{
        io::{captured, now, swept},
        net::{ListenError, Probed},
    },
};

pub(super) fn evidence(scan: &Scan, options: &Options) -> Evidence {
    let Options { site, interfaces, no_network, announce, ports, own, .. } = options;
    let is_own_copy = |found: &Found| node(found).is_some_and(|node| own.contains(&node));
    let people = scan.found.iter().filter(|(_, found)| !is_own_copy(found));
    // An announcement comes from one address, but a peer may have several.
    let announced = people.clone().filter(|(_, found)| found.by.contains(&FoundBy::Announcement));
    let heard: BTreeSet<NodeId> = announced.filter_map(|(_, found)| node(found)).collect();
    let mut met = BTreeSet::new();
    let mut persons = Vec::new();
    for (addr, found) in people {
        let announced =
            found.by.contains(&FoundBy::Announcement) || node(found).is_some_and(|node| heard.contains(&node));
        let reached = match &found.result {
            Some(Ok(Probed::Node { node, .. })) if !met.insert(*node) => continue,
            Some(Ok(Probed::Node { reply: Some(reply), .. })) => Reached::Answered(reply.clone(), now().wall),
            Some(Ok(Probed::Node { reply: None, .. })) => Reached::Older,
            Some(Err(DialFailure::Timeout)) if is_expected(found) => Reached::Silent,
            Some(Err(DialFailure::Unreachable)) if is_expected(found) => Reached::Unreachable,
            Some(Err(DialFailure::Refused)) if is_expected(found) => Reached::Refused,
            None if announced => Reached::Silent,
            _ => continue,
        };
        let place = Proximity::of(addr.ip(), &site.spots);
        persons.push(Person { addr: *addr, place, announced, reached });
    }
    let said: Vec<IpAddr> =
        scan.found.iter().filter(|(_, found)| is_expected(found)).map(|(addr, _)| addr.ip()).collect();
    Evidence {
        interfaces: interfaces.clone(),
        open: site.open,
        spots: site.spots.clone(),
        no_network: no_network.clone(),
        listening: scan.listening.as_ref().map(|bound| bound.as_ref().map(|addr| *addr).map_err(cannot_listen)),
        captured: captured(&site.spots, interfaces, &said),
        swept: Some(swept(&scan.survey, &site.sweep)),
        mute: scan.mute.clone(),
        off_link: scan.off_link.clone(),
        announces: *announce,
        people: persons,
        ports: Some(*ports),
    }
}

/// The error, as a fact for the diagnosis.
fn cannot_listen(error: &ListenError) -> CannotListen {
    match error {
        ListenError::AllInUse { ip, ports } => CannotListen::AllInUse { ip: *ip, ports: *ports },
        ListenError::NotOurs(ip) => CannotListen::NotOurs(*ip),
        ListenError::NotAllowed(addr) => CannotListen::NotAllowed(*addr),
        ListenError::Other { addr, source } => CannotListen::Other { addr: *addr, error: source.to_string() },
    }
}

/// The key of the node that answered there.
fn node(found: &Found) -> Option<NodeId> {
    if let Some(Ok(Probed::Node { node, .. })) = &found.result { Some(*node) } else { None }
}

/// Whether an answer is expected. An open port that a sweep found may be anything, but an announced or named address
/// should answer.
fn is_expected(found: &Found) -> bool {
    found.by.iter().any(|by| *by != FoundBy::Sweep)
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, time::Duration};

    use super::*;

    #[test]
    fn an_announcement_counts_for_all_addresses_of_its_peer() {
        let options = Options { announce: true, ..Options::example() };
        let result =
            |key| Some(Ok(Probed::Node { node: NodeId::new([key; 32]), reply: None, round_trip: Duration::ZERO }));
        let mut scan = Scan::default();
        for (host, key, by) in [(7, 1, FoundBy::Sweep), (8, 2, FoundBy::Sweep), (9, 1, FoundBy::Announcement)] {
            let addr = SocketAddr::from(([10, 0, 0, host], 4_565));
            scan.found.insert(addr, Found { by: [by].into(), result: result(key) });
        }
        let people = evidence(&scan, &options).people;
        let told: Vec<_> = people.iter().map(|person| (person.addr.to_string(), person.announced)).collect();
        assert_eq!(told, [("10.0.0.7:4565".to_owned(), true), ("10.0.0.8:4565".to_owned(), false)]);
    }
}
