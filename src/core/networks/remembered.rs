//! The networks at the start: what was kept of them, and what earlier releases left.

use super::{
    matching,
    people::{Acquaintance, People},
    record::NetworkRecord,
};
use crate::domain::model::{Network, NodeId};

/// The records to start with.
///
/// `said` is what release 0.4 kept of networks: whether the chat was open there. `kept` lists the networks that have a
/// history, with the authors who were met there. Networks that are known only from these get a record. A blank record
/// without a history is left out.
pub fn remembered(
    records: Vec<NetworkRecord>,
    said: &[(Network, bool)],
    kept: &[(Network, Vec<NodeId>)],
) -> Vec<NetworkRecord> {
    let has_history = |name: &Network| kept.iter().any(|(network, _)| network == name);
    let mut all: Vec<NetworkRecord> =
        records.into_iter().filter(|record| !record.is_blank() || has_history(&record.name)).collect();
    let is_known = |all: &[NetworkRecord], name: &Network| {
        all.iter().any(|record| record.name == *name || record.joined.contains(name))
    };
    for (name, authors) in kept {
        if is_known(&all, name) {
            continue;
        }
        let people = authors.iter().map(|node| (*node, Acquaintance { introduced: true, ..Acquaintance::default() }));
        let people = People::new(people);
        all.extend(NetworkRecord::of_name(name.clone()).map(|record| NetworkRecord { people, ..record }));
    }
    for (name, open) in said {
        if !is_known(&all, name) {
            all.extend(NetworkRecord::of_name(name.clone()));
        }
        if let Some(record) = all.iter_mut().find(|record| record.name == *name) {
            record.open.get_or_insert(*open);
        }
    }
    join_stranded(all)
}

/// Release 0.4 named a network by its prefix alone if it did not know the router at that moment. If only one network
/// has that prefix, it is that one.
fn join_stranded(mut all: Vec<NetworkRecord>) -> Vec<NetworkRecord> {
    let is_stranded = |record: &NetworkRecord| record.name.as_str().parse::<ipnetwork::IpNetwork>().is_ok();
    let stranded: Vec<Network> =
        all.iter().filter(|record| is_stranded(record)).map(|record| record.name.clone()).collect();
    for name in stranded {
        let Some(at) = all.iter().position(|record| record.name == name) else { continue };
        let alone = all.remove(at);
        let hosts: Vec<Network> = matching::candidates(&all, &alone.evidence)
            .filter(|known| !known.evidence.routers().is_empty())
            .map(|known| known.name.clone())
            .collect();
        match all.iter_mut().find(|record| hosts == [record.name.clone()]) {
            Some(known) => known.take_in(alone),
            None => all.insert(at, alone),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str) -> Network {
        Network::new(name).unwrap()
    }

    fn names(records: &[NetworkRecord]) -> Vec<&str> {
        records.iter().map(|record| record.name.as_str()).collect()
    }

    const OFFICE: &str = "gw 00:1b:21:00:00:01 10.77.0.0/24";

    #[test]
    fn networks_of_release_0_4_are_adopted_with_stranded_lobbies() {
        let kept = [(network(OFFICE), vec![NodeId::numbered(1)]), (network("10.77.0.0/24"), vec![NodeId::numbered(2)])];
        let said = [(network("10.77.0.0/24"), true), (network("10.9.0.0/24"), false)];
        let records = remembered(Vec::new(), &said, &kept);
        assert_eq!(names(&records), [OFFICE, "10.9.0.0/24"]);
        assert_eq!(records[0].joined, [network("10.77.0.0/24")]);
        assert_eq!((records[0].open, records[1].open), (Some(true), Some(false)));
        assert!(records[0].people.knows(&NodeId::numbered(1)) && records[0].people.knows(&NodeId::numbered(2)));
        assert_eq!(remembered(records.clone(), &said, &kept), records, "once");
    }

    #[test]
    fn an_ambiguous_stranded_lobby_stays_separate() {
        let other = "gw 00:1b:21:00:00:02 10.77.0.0/24";
        let kept = [OFFICE, other, "10.77.0.0/24"].map(|name| (network(name), Vec::new()));
        assert_eq!(names(&remembered(Vec::new(), &[], &kept)), [OFFICE, other, "10.77.0.0/24"]);
    }

    #[test]
    fn custom_names_and_this_machine_get_no_record() {
        let kept = ["loopback", "office", "no network"].map(|name| (network(name), Vec::new()));
        assert_eq!(remembered(Vec::new(), &[], &kept), []);
    }

    #[test]
    fn a_blank_record_is_kept_only_with_its_history() {
        let blank = NetworkRecord::of_name(network("10.0.0.0/24 1f2e3d4c")).unwrap();
        assert_eq!(remembered(vec![blank.clone()], &[], &[]), []);
        let kept = [(blank.name.clone(), Vec::new())];
        assert_eq!(remembered(vec![blank.clone()], &[], &kept), [blank]);
    }
}
