//! What is remembered about keys: found by key and by name, and bounded.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    days::Days,
    forgetting::{Crowd, ForgetOrder, Forgettable, Rank},
};

use crate::{
    core::{
        budgets::{MAX_KEYS, MAX_UNPROVEN_KEPT},
        mutant,
    },
    domain::{
        model::{Host, Known, MAX_ADDRESSES, Machine, Met, Nick, NodeId, Now, Skeleton, Timestamp, skeleton},
        naming::Claim,
    },
};

/// How many names a key can hold while the program runs, so that a peer who goes by another name for an hour can return
/// to the old one. Only the last one is kept for the next run.
const MAX_NAMES: usize = 4;

/// One day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long a key must be linked until it is proven.
const PROVEN_AFTER: Duration = Duration::from_mins(1);

/// In milliseconds. A key that was met on one day and seen longer ago than this is the first to be forgotten: it will
/// hardly come back. Counted at the start of the program, back from when anybody was last seen.
const STALE_MS: i64 = 30 * DAY_MS;

/// One key.
#[derive(Debug)]
pub(super) struct Entry {
    /// What is kept across runs. Its nick is the last one that nobody else had a claim to when it was taken, or that
    /// the user has granted.
    pub(super) known: Known,
    /// The names that this key holds, the present one first. Earlier ones may remain while [`Known::nick`] is none.
    names: Vec<OwnName>,
    /// What it calls itself, rightly or not.
    pub(super) claimed: Option<(Nick, Skeleton)>,
    /// Names for which an alarm was raised.
    pub(super) raised: Vec<Skeleton>,
    /// Since when it is linked, if it is. Linked keys are never forgotten.
    linked: Option<Instant>,
    /// Its number in the order in which keys were first met.
    number: i64,
    /// Whether it had not been seen for [`STALE_MS`] when the program was started, and has not been since.
    stale: bool,
}

/// A name that a key holds.
#[derive(Debug)]
struct OwnName {
    nick: Nick,
    skeleton: Skeleton,
    /// Since when.
    since: Timestamp,
    /// Whether the user granted it: then it does not matter for how long.
    granted: bool,
}

impl Entry {
    fn new(mut known: Known, number: i64) -> Self {
        known.addrs.truncate(MAX_ADDRESSES);
        known.met = Some(known.how_met());
        let granted = known.is_granted();
        let held = known.nick.as_ref().map(|nick| OwnName {
            nick: nick.clone(),
            skeleton: skeleton(nick),
            since: known.first_seen,
            granted,
        });
        Self {
            known,
            names: held.into_iter().collect(),
            claimed: None,
            raised: Vec::new(),
            linked: None,
            number,
            stale: false,
        }
    }

    /// How it was met.
    pub(super) fn met(&self) -> Met {
        self.known.met.unwrap_or_default()
    }

    /// Its claim to a name that it holds.
    pub(super) fn claim_to(&self, name: &Skeleton) -> Option<Claim> {
        let counts = (self.is_linked() || self.known.keeps_names()) && !self.known.ignored;
        let held = self.names.iter().find(|held| held.skeleton == *name).filter(|_| counts)?;
        Some(Claim::new(&self.known, held.since, held.granted))
    }

    /// How it spells a name that it holds.
    pub(super) fn own_name(&self, name: &Skeleton) -> Option<&Nick> {
        self.names.iter().find(|held| held.skeleton == *name).map(|held| &held.nick)
    }

    /// Whether the user has granted it this name.
    pub(super) fn is_granted(&self, name: &Skeleton) -> bool {
        self.names.iter().any(|held| held.granted && held.skeleton == *name)
    }

    /// Whether `name` is its present name, by right.
    #[cfg(test)]
    pub(super) fn goes_by(&self, name: &Skeleton) -> bool {
        self.names.first().is_some_and(|held| held.skeleton == *name)
    }

    /// It loses a name.
    pub(super) fn lose(&mut self, name: &Skeleton) {
        if self.names.first().is_some_and(|held| held.skeleton == *name) {
            self.known.nick = None;
        }
        self.names.retain(|held| held.skeleton != *name);
    }

    /// The user has taken something back. A key that is neither verified nor trusted any more keeps no granted names.
    pub(super) fn revoke(&mut self) {
        if !self.known.is_granted() {
            self.names.iter_mut().for_each(|held| held.granted = false);
        }
    }

    /// Makes `nick` its present name.
    pub(super) fn take(&mut self, nick: &Nick, name: &Skeleton, granted: bool, now: Timestamp) {
        let held = match self.names.iter().position(|held| held.skeleton == *name) {
            Some(at) => self.names.remove(at),
            None => OwnName { nick: nick.clone(), skeleton: name.clone(), since: now, granted },
        };
        self.names.insert(0, OwnName { nick: nick.clone(), granted: held.granted || granted, ..held });
        self.names.truncate(MAX_NAMES);
        self.known.nick = Some(nick.clone());
    }

    /// The user grants it the name that it goes by.
    pub(super) fn grant(&mut self) {
        if let Some((nick, name)) = self.claimed.clone() {
            self.take(&nick, &name, true, self.known.last_seen);
        } else if let Some(held) = self.names.first_mut() {
            held.granted = true;
        }
    }

    /// The name that people see, with its skeleton.
    pub(super) fn shown(&self) -> Option<(&Nick, &Skeleton)> {
        let held = || Some((self.known.nick.as_ref()?, &self.names.first()?.skeleton));
        self.claimed.as_ref().map(|(nick, name)| (nick, name)).or_else(held)
    }

    /// Whether it is linked now.
    pub(super) fn is_linked(&self) -> bool {
        self.linked.is_some()
    }

    /// It is here now, or was until just now.
    fn seen(&mut self, now: Timestamp) {
        self.stale = false;
        let known = &mut self.known;
        if known.first_seen > now && !is_day(known.first_seen, known.last_seen) {
            // The clock was wrong then, and has been put right: the key must not have to wait until that day.
            (known.first_seen, known.last_seen) = (now, now);
            self.names.iter_mut().for_each(|held| held.since = now);
        }
        known.last_seen = known.last_seen.max(now);
    }

    fn listens(&mut self, addr: SocketAddr) {
        let addrs = &mut self.known.addrs;
        addrs.retain(|other| *other != addr);
        addrs.insert(0, addr);
        addrs.truncate(MAX_ADDRESSES);
    }

    /// Where it stands in the order in which keys are forgotten, if it may be forgotten.
    fn place(&self) -> Option<ForgetOrder> {
        let met = self.met();
        let by_sight = |rank| {
            let urgency = self.known.last_seen.as_millis().saturating_neg();
            ForgetOrder { rank, crowd: Crowd::Everybody, urgency }
        };
        let by_crowd = |rank| {
            let machine = Machine::new(self.known.node, met.host);
            ForgetOrder { rank, crowd: Crowd::Of(machine), urgency: self.number }
        };
        let place = match met {
            _ if mutant::forgets_who_is_known() => by_sight(Rank::Stale),
            _ if met.is_known() => by_sight(Rank::Known),
            _ if self.stale => by_sight(Rank::Stale),
            Met { proven: true, .. } => by_crowd(Rank::Proven),
            Met { .. } => by_crowd(Rank::Unproven),
        };
        (!self.known.is_decided() && self.linked.is_none()).then_some(place)
    }
}

fn is_day(since: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(since.as_millis()) >= DAY_MS
}

/// When a linked key will have been here for long enough to be proven.
fn due(entry: &Entry) -> Option<Instant> {
    entry.linked.filter(|_| !entry.met().proven).map(|since| since + PROVEN_AFTER)
}

/// All keys.
#[derive(Debug, Default)]
pub(super) struct Records {
    entries: BTreeMap<NodeId, Entry>,
    /// The keys that hold a name, past or present, with this skeleton.
    by_name: BTreeMap<Skeleton, BTreeSet<NodeId>>,
    /// Those that may be forgotten.
    forgettable: Forgettable,
    /// Linked keys that are not proven yet, with the time at which they will be.
    unproven: BTreeSet<(Instant, NodeId)>,
    days: Days,
    /// The number of the next key.
    next_number: i64,
    /// Whether anything that is to be kept has changed.
    pub(super) changed: bool,
}

impl Records {
    pub(super) fn new(mut known: Vec<Known>) -> Self {
        let mut records = Self::default();
        known.sort_by_key(|known| known.first_seen);
        let newest = known.iter().map(|known| known.last_seen.as_millis()).max().unwrap_or_default();
        for known in known {
            records.remove(&known.node);
            let stale = newest.saturating_sub(known.last_seen.as_millis()) > STALE_MS;
            let entry = Entry { stale, ..Entry::new(known, records.number()) };
            records.insert(entry);
            records.forget();
        }
        records
    }

    fn number(&mut self) -> i64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    pub(super) fn get(&self, node: &NodeId) -> Option<&Entry> {
        self.entries.get(node)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The keys that `name` belongs or belonged to.
    pub(super) fn namesakes<'a>(&'a self, name: &Skeleton) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.by_name.get(name).into_iter().flatten().filter_map(|node| self.entries.get(node))
    }

    /// What is kept across runs: all proven keys, and a few of the unproven ones.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Known> {
        let is_proven = |entry: &&Entry| {
            let met = entry.met();
            entry.known.is_decided() || met.proven || met.is_known()
        };
        let (proven, unproven): (Vec<&Entry>, Vec<&Entry>) = self.entries.values().partition(is_proven);
        let mut begun: Vec<&Entry> = unproven.into_iter().filter(|entry| entry.met().days > 0).collect();
        begun.sort_by_key(|entry| entry.number);
        begun.truncate(MAX_UNPROVEN_KEPT);
        proven.into_iter().chain(begun).map(|entry| &entry.known)
    }

    /// Time goes on: another day may begin, and linked keys may become proven.
    pub(super) fn tick(&mut self, now: Now) {
        self.turn(now);
        while let Some((due, node)) = self.unproven.first().copied()
            && due <= now.mono
        {
            self.unproven.remove(&(due, node));
            self.prove(&node);
        }
    }

    fn turn(&mut self, now: Now) {
        if !self.days.turn(now) {
            return;
        }
        let mut linked = Vec::new();
        for entry in self.entries.values() {
            self.days.recall(&entry.met());
            if entry.is_linked() {
                linked.push(entry.known.node);
            }
        }
        for node in linked {
            self.earn(&node);
        }
    }

    fn earn(&mut self, node: &NodeId) {
        let mut days = std::mem::take(&mut self.days);
        self.update(node, |entry| days.earn(entry.known.met.get_or_insert_default()));
        self.days = days;
    }

    /// `node` has said something, or has been here for long enough: it is more than a throw-away key.
    pub(super) fn prove(&mut self, node: &NodeId) {
        if self.entries.get(node).is_some_and(|entry| !entry.met().proven) {
            self.update(node, |entry| entry.known.met.get_or_insert_default().proven = true);
        }
    }

    /// `node` is linked. If it is a new key, `host` is where it is linked from.
    pub(super) fn met(&mut self, node: NodeId, host: Option<Host>, now: Now) {
        self.turn(now);
        if !self.entries.contains_key(&node) {
            self.changed = true;
            let number = self.number();
            let known = Known { met: Some(Met { host, ..Met::default() }), ..Known::new(node, now.wall) };
            self.insert(Entry::new(known, number));
        }
        self.update(&node, |entry| {
            entry.seen(now.wall);
            entry.linked.get_or_insert(now.mono);
        });
        self.earn(&node);
        if let Some(due) = self.entries.get(&node).and_then(due) {
            self.unproven.insert((due, node));
        }
        self.forget();
    }

    /// `node` is gone.
    pub(super) fn parted(&mut self, node: &NodeId, now: Now) {
        if let Some(due) = self.entries.get(node).and_then(due) {
            self.unproven.remove(&(due, *node));
            if due <= now.mono {
                self.prove(node);
            }
        }
        self.update(node, |entry| {
            entry.seen(now.wall);
            entry.linked = None;
        });
        self.forget();
    }

    /// `node` can be dialled at `addr`.
    pub(super) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.update(node, |entry| entry.listens(addr));
    }

    /// Changes what is known about `node`, if anything is.
    pub(super) fn update(&mut self, node: &NodeId, change: impl FnOnce(&mut Entry)) {
        if let Some(mut entry) = self.remove(node) {
            let before = entry.known.clone();
            change(&mut entry);
            self.changed |= before != entry.known;
            self.insert(entry);
        }
    }

    fn insert(&mut self, entry: Entry) {
        let node = entry.known.node;
        if let Some(place) = entry.place() {
            self.forgettable.insert(node, place);
        }
        for held in &entry.names {
            self.by_name.entry(held.skeleton.clone()).or_default().insert(node);
        }
        self.entries.insert(node, entry);
    }

    fn remove(&mut self, node: &NodeId) -> Option<Entry> {
        let entry = self.entries.remove(node)?;
        if let Some(place) = entry.place() {
            self.forgettable.remove(*node, place);
        }
        for held in &entry.names {
            if let Some(nodes) = self.by_name.get_mut(&held.skeleton) {
                nodes.remove(node);
                if nodes.is_empty() {
                    self.by_name.remove(&held.skeleton);
                }
            }
        }
        Some(entry)
    }

    fn forget(&mut self) {
        while self.entries.len() > MAX_KEYS {
            let Some(node) = self.forgettable.next() else { return };
            self.remove(&node);
            self.changed = true;
        }
    }
}
