//! From what was seen to what the diagnosis judges.

use std::{collections::BTreeSet, net::IpAddr};

use super::{By, Found, Options, View};
use crate::{
    diagnosis::{Evidence, Person, Place, Reached},
    io::{captured, now, swept},
    net::Sight,
    node::DialFailure,
};

pub(super) fn evidence(view: &View, options: &Options) -> Evidence {
    let Options { site, interfaces, no_network, announce, ports, own, .. } = options;
    let is_own_copy = |found: &Found| {
        let Some(Ok(Sight::Node { node, .. })) = &found.sight else { return false };
        own.contains(node)
    };
    let people = view.found.iter().filter(|(_, found)| !is_own_copy(found));
    let mut met = BTreeSet::new();
    let mut persons = Vec::new();
    for (addr, found) in people {
        let announced = found.by.contains(&By::Announcement);
        let reached = match &found.sight {
            Some(Ok(Sight::Node { node, .. })) if !met.insert(*node) => continue,
            Some(Ok(Sight::Node { seen: Some(seen), .. })) => Reached::Seen(seen.clone(), now().wall),
            Some(Ok(Sight::Node { seen: None, .. })) => Reached::Older,
            Some(Err(DialFailure::Timeout | DialFailure::Unreachable)) if is_expected(found) => Reached::Silent,
            Some(Err(DialFailure::Refused)) if is_expected(found) => Reached::Refused,
            None if announced => Reached::Silent,
            _ => continue,
        };
        let place = Place::of(addr.ip(), &site.spots);
        persons.push(Person { addr: *addr, place, announced, reached });
    }
    let said: Vec<IpAddr> =
        view.found.iter().filter(|(_, found)| is_expected(found)).map(|(addr, _)| addr.ip()).collect();
    Evidence {
        interfaces: interfaces.clone(),
        open: site.open,
        spots: site.spots.clone(),
        no_network: no_network.clone(),
        listening: view.listening.as_ref().map(|bound| bound.as_ref().map(|addr| *addr).map_err(ToString::to_string)),
        captured: captured(&site.spots, interfaces, &said),
        swept: Some(swept(&view.survey, &site.sweep)),
        mute: view.mute.clone(),
        off_link: view.off_link.clone(),
        announces: *announce,
        people: persons,
        ports: Some(*ports),
    }
}

/// An open port that a sweep found may be anything; who says that it is there is expected to answer.
fn is_expected(found: &Found) -> bool {
    found.by.iter().any(|by| *by != By::Sweep)
}
