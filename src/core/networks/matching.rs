//! Which of the known networks fit what is seen.

use std::collections::BTreeSet;

use super::{evidence::Evidence, record::NetworkRecord};
use crate::domain::model::{Network, NodeId};

/// The best of several records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Best<'a> {
    /// None fits.
    None,
    /// This one fits best.
    One(&'a NetworkRecord),
    /// Several fit equally well.
    Several,
}

/// The record that shares a prefix and a router with what is seen. If several do, the one with the most people linked.
pub(super) fn best<'a>(
    records: impl IntoIterator<Item = &'a NetworkRecord>,
    seen: &Evidence,
    linked: &BTreeSet<NodeId>,
) -> Best<'a> {
    let fits = |record: &&NetworkRecord| record.evidence.has_prefix_of(seen) && record.evidence.has_router_of(seen);
    choose(records.into_iter().filter(fits), linked)
}

/// The record with the most people linked; none if nobody is.
pub(super) fn most_known<'a>(records: impl Iterator<Item = &'a NetworkRecord>, linked: &BTreeSet<NodeId>) -> Best<'a> {
    choose(records.filter(|record| known_here(record, linked) > 0), linked)
}

/// The records that may be the network that is seen: those with a prefix in common and no contradicting router. The one
/// that was visited last comes last.
pub(super) fn candidates<'r, 's>(
    records: &'r [NetworkRecord],
    seen: &'s Evidence,
) -> impl DoubleEndedIterator<Item = &'r NetworkRecord> + use<'r, 's> {
    records.iter().filter(|record| record.name != Network::awaited() && record.evidence.may_be(seen))
}

/// A name for a network with this evidence. Its router tells it from others, or else the number does.
pub(super) fn name(seen: &Evidence, number: u32) -> Network {
    let prefix = seen.prefixes().first().map_or_else(|| "IPv6".to_owned(), ToString::to_string);
    let name = match seen.routers().first() {
        Some(router) => format!("gw {router} {prefix}"),
        None => format!("{prefix} {number:08x}"),
    };
    // The name is short, and consists of letters, digits and the punctuation of addresses.
    Network::new(&name).unwrap_or_else(|_| Network::awaited())
}

fn choose<'a>(records: impl Iterator<Item = &'a NetworkRecord>, linked: &BTreeSet<NodeId>) -> Best<'a> {
    let mut all: Vec<(usize, &NetworkRecord)> = records.map(|record| (known_here(record, linked), record)).collect();
    all.sort_by_key(|(known, _)| std::cmp::Reverse(*known));
    match all.as_slice() {
        [] => Best::None,
        [(known, _), (second, _), ..] if known == second => Best::Several,
        [(_, record), ..] => Best::One(record),
    }
}

fn known_here(record: &NetworkRecord, linked: &BTreeSet<NodeId>) -> usize {
    linked.iter().filter(|node| record.people.knows(node)).count()
}
