//! From what was seen to what the diagnosis judges.

use std::{collections::BTreeSet, net::IpAddr};

use ipnetwork::IpNetwork;

use super::{By, Options, View};
use crate::{
    diagnosis::{Evidence, Person, Place, Reached, Swept},
    io::{captured, neighbours, now},
    net::Sight,
    node::DialFailure,
};

pub(super) fn evidence(view: &View, options: &Options) -> Evidence {
    let Options { site, interfaces, no_network, announce, ports, own, .. } = options;
    let is_own_copy = |sight: &Option<Result<Sight, DialFailure>>| matches!(sight, Some(Ok(Sight::Node { node, .. })) if own.contains(node));
    let people = view.found.iter().filter(|(_, found)| !is_own_copy(&found.sight));
    let mut met = BTreeSet::new();
    let mut persons = Vec::new();
    for (addr, found) in people {
        let announced = found.by.contains(&By::Announcement);
        let reached = match &found.sight {
            Some(Ok(Sight::Node { node, .. })) if !met.insert(*node) => continue,
            Some(Ok(Sight::Node { seen: Some(seen), .. })) => Reached::Seen(seen.clone(), now().wall),
            Some(Ok(Sight::Node { seen: None, .. })) => Reached::Older,
            Some(Err(DialFailure::Timeout | DialFailure::Unreachable)) if worth_a_word(found.by.iter()) => {
                Reached::Silent
            }
            Some(Err(DialFailure::Refused)) if worth_a_word(found.by.iter()) => Reached::Refused,
            None if announced => Reached::Silent,
            _ => continue,
        };
        let place = match addr.ip() {
            ip if ip.is_loopback() || site.listen.iter().any(|own| own.ip() == ip) => Place::Here,
            ip if site.spots.iter().any(|spot| spot.is_on_link(ip)) => Place::Near,
            _ => Place::Far,
        };
        persons.push(Person { addr: *addr, place, announced, reached });
    }
    Evidence {
        interfaces: interfaces.clone(),
        open: site.open,
        spots: site.spots.clone(),
        no_network: no_network.clone(),
        listening: view
            .listening
            .as_ref()
            .map(|listening| listening.as_ref().map(|addr| *addr).map_err(ToString::to_string)),
        captured: captured(&site.spots, interfaces),
        swept: Some(swept(view, &site.sweep)),
        mute: view.mute.clone(),
        off_link: view.off_link.clone(),
        announces: *announce,
        people: persons,
        ports: Some(*ports),
    }
}

/// An open port that a sweep found may be anything; who says that it is there is expected to answer.
fn worth_a_word<'a>(by: impl Iterator<Item = &'a By>) -> bool {
    by.into_iter().any(|by| *by != By::Sweep)
}

fn swept(view: &View, networks: &[IpNetwork]) -> Swept {
    let known = networks.iter().flat_map(|network| neighbours(*network)).map(IpAddr::V4);
    Swept { hosts: view.survey.hosts, there: view.survey.answered.iter().copied().chain(known).collect() }
}
