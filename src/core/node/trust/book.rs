//! What is known of keys, and the alarm when one goes by another's name. Nicknames are claims.
//!
//! A name becomes a key's own when nobody else has a claim to it, or by the user's word (`/trust`, `/verify`). A claim
//! that somebody disputes earns nothing with time: neither by reconnecting, nor by waiting a day, nor across a restart.

use std::{cmp::Reverse, collections::BTreeMap, net::SocketAddr};

use super::{
    find::{self, Match, Wanted},
    records::{Entry, MAX_NAMESAKES, Records},
};
use crate::domain::{
    bus::{Alarm, AlarmKind},
    model::{Class, Host, Known, Nick, NodeId, Now, Skeleton, Timestamp, Trust, skeleton},
};

/// Alarms about one key in one run. A key that takes one name after the other is suspect enough by then, and must not fill
/// the screen.
const MAX_ALARMS_PER_KEY: usize = 8;

/// Addresses that are dialled at the start of a run: what a desk with a few hundred colleagues needs.
const MAX_REDIALS: usize = 256;

/// Of these on one host: a peer that claimed one port after the other must not have us scan the host.
const MAX_REDIALS_PER_HOST: usize = 8;

/// The greatest number behind a default name (`bob-2`): more profiles than anybody has at once.
const MAX_SUFFIX: u16 = 999;

/// Every key that was met, and whose name is whose.
#[derive(Debug, Default)]
pub(in crate::core::node) struct TrustBook {
    records: Records,
}

impl TrustBook {
    /// What earlier runs have kept. Of one key that is in it twice, the last record counts.
    pub(in crate::core::node) fn new(known: Vec<Known>) -> Self {
        Self { records: Records::new(known) }
    }

    /// `node` was linked, from `host`, or goes by another name now. Says whether it takes somebody else's name; `present` says
    /// who is linked.
    pub(in crate::core::node) fn met(
        &mut self,
        node: NodeId,
        nick: Option<&Nick>,
        host: Option<Host>,
        present: impl Fn(&NodeId) -> bool,
        now: Now,
    ) -> Option<Alarm> {
        self.records.met(node, host, now);
        let now = now.wall;
        let nick = nick?;
        let name = skeleton(nick);
        let ruling = self.judge(&node, nick, &name, present, now);
        let mut alarm = None;
        self.records.update(&node, |entry| {
            entry.claimed = Some((nick.clone(), name.clone()));
            match ruling {
                Ruling::Own => {
                    entry.take(nick, &name, entry.known.verified, now);
                    entry.suspect = false;
                }
                Ruling::Lent => entry.suspect = false,
                Ruling::Shared => {}
                Ruling::Taken(found) => {
                    entry.suspect = true;
                    let quiet =
                        entry.known.ignored || entry.raised.len() >= MAX_ALARMS_PER_KEY || entry.raised.contains(&name);
                    if !quiet {
                        entry.raised.push(name);
                        alarm = Some(found);
                    }
                }
            }
        });
        alarm
    }

    /// `node` can be dialled at `addr`.
    pub(in crate::core::node) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.records.listens(node, addr);
    }

    /// `node` is linked no more.
    pub(in crate::core::node) fn parted(&mut self, node: &NodeId, now: Now) {
        self.records.parted(node, now);
    }

    /// `node` has said something.
    pub(in crate::core::node) fn spoke(&mut self, node: &NodeId) {
        self.records.prove(node);
    }

    /// Time goes on.
    pub(in crate::core::node) fn tick(&mut self, now: Now) {
        self.records.tick(now);
    }

    /// What `node` has earned; `present` says whether it is linked. Its name does not matter here. Whom the user shut out
    /// gets no more than a stranger.
    pub(in crate::core::node) fn class(&self, node: &NodeId, present: bool) -> Class {
        let known = self.records.get(node).filter(|entry| !entry.known.ignored);
        match known {
            Some(entry) if entry.known.verified => Class::Verified,
            Some(entry) if entry.known.trusted || entry.met().is_known() => Class::Known,
            _ if present => Class::PresentStranger,
            _ => Class::AbsentStranger,
        }
    }

    /// How well `node` is known, and whether the user shut it out. Shutting somebody out answers the alarm.
    pub(in crate::core::node) fn standing(&self, node: &NodeId, now: Timestamp) -> (Trust, bool) {
        let Some(entry) = self.records.get(node) else { return (Trust::New, false) };
        let ignored = entry.known.ignored;
        let trust = match entry {
            entry if entry.known.verified => Trust::Verified,
            entry if entry.suspect && !ignored => Trust::Suspect,
            entry if entry.is_old(now) => Trust::Known,
            _ => Trust::New,
        };
        (trust, ignored)
    }

    /// The user lets `node` have the name it goes by, and no other one that is somebody else's.
    pub(in crate::core::node) fn trust(&mut self, node: &NodeId) {
        self.records.update(node, |entry| {
            entry.known.trusted = true;
            entry.grant();
        });
    }

    /// The user wants to see nothing of `node`.
    pub(in crate::core::node) fn ignore(&mut self, node: &NodeId) {
        self.records.update(node, |entry| entry.known.ignored = true);
    }

    /// The user wants to see `node` again. If it goes by somebody else's name, it is suspect again.
    pub(in crate::core::node) fn unignore(&mut self, node: &NodeId) {
        self.records.update(node, |entry| entry.known.ignored = false);
    }

    /// The user has compared codes with `node`, and they were the same.
    pub(in crate::core::node) fn verified(&mut self, node: &NodeId) {
        self.records.update(node, |entry| {
            entry.known.verified = true;
            entry.grant();
        });
    }

    /// What is kept of `node`. Its nick there is none, or an earlier one, while it goes by somebody else's.
    pub(in crate::core::node) fn get(&self, node: &NodeId) -> Option<&Known> {
        self.records.get(node).map(|entry| &entry.known)
    }

    /// The keys that the user may mean, linked or not: linked ones first, then those seen last.
    pub(in crate::core::node) fn find(&self, wanted: &Wanted<'_>) -> Vec<(NodeId, Match)> {
        find::find(&self.records, wanted)
    }

    /// Whether `nick` is, or looks like, the name of a key that is verified or known for long.
    pub(in crate::core::node) fn is_somebodys(&self, nick: &Nick, now: Timestamp) -> bool {
        self.records.namesakes(&skeleton(nick)).any(|entry| entry.reserves(now))
    }

    /// The name that `node` goes by or went by last, rightly or not, with its skeleton.
    pub(in crate::core::node) fn claim(&self, node: &NodeId) -> Option<(&Nick, &Skeleton)> {
        self.records.get(node)?.shown()
    }

    /// That name alone.
    pub(in crate::core::node) fn nick(&self, node: &NodeId) -> Option<&Nick> {
        self.claim(node).map(|(nick, _)| nick)
    }

    /// Whether such a name belongs to a key, so that going by it may raise an alarm.
    pub(in crate::core::node) fn is_reserved(&self, name: &Skeleton, now: Timestamp) -> bool {
        self.records.namesakes(name).any(|entry| entry.goes_by(name) && entry.reserves(now))
    }

    /// What is to be kept across runs.
    pub(in crate::core::node) fn kept(&self) -> impl Iterator<Item = &Known> {
        self.records.kept()
    }

    /// Everything that is known.
    pub(in crate::core::node) fn known(&self) -> impl Iterator<Item = &Known> {
        self.records.iter().map(|entry| &entry.known)
    }

    /// Whether [`Self::kept`] may have changed since this was asked last.
    pub(in crate::core::node) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.records.changed)
    }

    /// Where people listened last, those first who were seen last; a bounded number, and few on one host. Nobody who is
    /// shut out.
    pub(in crate::core::node) fn addresses(&self) -> Vec<SocketAddr> {
        let mut known: Vec<&Known> = self.known().filter(|known| !known.ignored).collect();
        known.sort_by_key(|known| (!known.verified, !known.trusted, Reverse(known.last_seen)));
        let (mut addrs, mut hosts) = (Vec::new(), BTreeMap::new());
        for addr in known.iter().flat_map(|known| &known.addrs) {
            let host: &mut usize = hosts.entry(addr.ip()).or_default();
            if addrs.len() < MAX_REDIALS && *host < MAX_REDIALS_PER_HOST && !addrs.contains(addr) {
                *host += 1;
                addrs.push(*addr);
            }
        }
        addrs
    }

    fn judge(
        &self,
        node: &NodeId,
        nick: &Nick,
        name: &Skeleton,
        present: impl Fn(&NodeId) -> bool,
        now: Timestamp,
    ) -> Ruling {
        let claimant = self.records.get(node);
        if claimant.is_some_and(|entry| entry.known.verified || entry.owns(name, now)) {
            return Ruling::Own;
        }
        let others = || self.records.namesakes(name).filter(|entry| entry.known.node != *node);
        let owners: Vec<&Entry> = others().filter(|entry| entry.goes_by(name) && entry.reserves(now)).collect();
        if owners.is_empty() {
            // A key that is known for long may not take a name that a new key took first: it would be reserved at once, against
            // its owner. And a key that left a name for an hour still has it.
            let old = claimant.is_some_and(|entry| entry.is_old(now));
            let mine = claimant.is_some_and(|entry| entry.goes_by(name));
            let disputed = others().any(|entry| old && entry.goes_by(name) || entry.owns(name, now));
            return if mine || !disputed && others().nth(MAX_NAMESAKES).is_none() { Ruling::Own } else { Ruling::Lent };
        }
        // The user's word has given the name to a key: earlier owners do not count any more.
        let granted = owners.iter().any(|entry| entry.known.trusted);
        let alarms = owners.into_iter().filter(|entry| !granted || entry.known.trusted || entry.known.verified);
        let alarms = alarms.filter_map(|entry| Some((alike(nick, entry, &present)?, entry)));
        let worst = alarms.min_by_key(|(kind, Entry { known, .. })| {
            (*kind != AlarmKind::KeyChanged, !known.verified, !known.trusted, Reverse(known.last_seen))
        });
        worst.and_then(|(kind, entry)| alarm(kind, *node, nick, &entry.known)).map_or(Ruling::Shared, Ruling::Taken)
    }
}

/// What becomes of a claim to a name.
enum Ruling {
    /// The name is its own.
    Own,
    /// Nobody objects, but the name is not its own: somebody has it, or had it a moment ago.
    Lent,
    /// Somebody else of that name is here, or a machine has made the name: no alarm, and none is lifted.
    Shared,
    /// It is somebody else's.
    Taken(Alarm),
}

/// How the claim to `nick` offends `owner`, whose name has the same skeleton.
fn alike(nick: &Nick, owner: &Entry, present: impl Fn(&NodeId) -> bool) -> Option<AlarmKind> {
    let same =
        owner.known.nick.as_ref().is_some_and(|other| other.as_str().to_lowercase() == nick.as_str().to_lowercase());
    if !same {
        Some(AlarmKind::LookAlike)
    } else if present(&owner.known.node) || is_numbered(nick) {
        None
    } else {
        Some(AlarmKind::KeyChanged)
    }
}

/// Whether it is a name like `bob-2`, as further profiles of one login get them: nobody has chosen it.
fn is_numbered(nick: &Nick) -> bool {
    let number = nick.as_str().rsplit_once('-').map(|(_, number)| number);
    number.is_some_and(|text| {
        text.bytes().all(|b| b.is_ascii_digit())
            && !text.starts_with('0')
            && text.parse().is_ok_and(|number: u16| (2..=MAX_SUFFIX).contains(&number))
    })
}

fn alarm(kind: AlarmKind, node: NodeId, nick: &Nick, known: &Known) -> Option<Alarm> {
    Some(Alarm {
        kind,
        node,
        nick: nick.clone(),
        known: known.node,
        known_nick: known.nick.clone()?,
        known_last_seen: known.last_seen,
        known_verified: known.verified,
    })
}

#[cfg(test)]
mod tests;
