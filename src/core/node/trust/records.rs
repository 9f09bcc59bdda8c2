//! What is remembered of keys: found by key and by name, and bounded.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use crate::{
    core::budgets::MAX_KEYS,
    domain::model::{Known, MAX_ADDRESSES, Nick, NodeId, Skeleton, Timestamp, skeleton},
};

/// Names of one key that are remembered while the program runs, so that a peer who goes by "bob (lunch)" for an hour still
/// owns the name "bob" afterwards. Only the last one is kept for the next run, and reserved.
const MAX_NAMES: usize = 4;

/// Keys under one name. Nobody meets more people of one name, and an attacker who makes keys by the thousand must not make
/// the look-up of a name slow.
pub(super) const MAX_NAMESAKES: usize = 16;

/// A key counts as known for long after a day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// One key.
#[derive(Debug)]
pub(super) struct Entry {
    /// What is kept across runs. Its nick is the last one that nobody else had a claim to when it was taken, or that
    /// the user has granted.
    pub(super) known: Known,
    /// Names that are this key's, the present one first; none if [`Known::nick`] is none.
    names: Vec<OwnName>,
    /// What it calls itself, rightly or not.
    pub(super) claimed: Option<(Nick, Skeleton)>,
    /// Whether it goes by somebody else's name and the user has not said anything about it.
    pub(super) suspect: bool,
    /// Names for which an alarm was raised.
    pub(super) raised: Vec<Skeleton>,
    /// Whether it is linked: such are never forgotten.
    linked: bool,
}

/// A name that is a key's.
#[derive(Debug)]
struct OwnName {
    skeleton: Skeleton,
    /// Since when.
    since: Timestamp,
    /// Whether the user said so: then it does not matter for how long.
    granted: bool,
}

impl Entry {
    fn new(mut known: Known) -> Self {
        known.addrs.truncate(MAX_ADDRESSES);
        let granted = known.verified || known.trusted;
        let held =
            known.nick.as_ref().map(|nick| OwnName { skeleton: skeleton(nick), since: known.first_seen, granted });
        Self {
            known,
            names: held.into_iter().collect(),
            claimed: None,
            suspect: false,
            raised: Vec::new(),
            linked: false,
        }
    }

    /// Whether it was linked for the first time at least a day ago. A key that was seen on different days stays known
    /// although the clock was set back since.
    pub(super) fn is_old(&self, now: Timestamp) -> bool {
        is_day(self.known.first_seen, now.max(self.known.last_seen))
    }

    /// Whether others get the alarm if they take its present name.
    pub(super) fn reserves(&self, now: Timestamp) -> bool {
        self.known.verified || self.known.trusted || self.is_old(now)
    }

    /// Whether `name` is its own for certain: by the user's word, or because it was for over a day.
    pub(super) fn owns(&self, name: &Skeleton, now: Timestamp) -> bool {
        let now = now.max(self.known.last_seen);
        self.names.iter().any(|held| held.skeleton == *name && (held.granted || is_day(held.since, now)))
    }

    /// Whether `name` is its present name, by right.
    pub(super) fn goes_by(&self, name: &Skeleton) -> bool {
        self.names.first().is_some_and(|held| held.skeleton == *name)
    }

    /// Makes `nick` its present name.
    pub(super) fn take(&mut self, nick: &Nick, name: &Skeleton, granted: bool, now: Timestamp) {
        let held = match self.names.iter().position(|held| held.skeleton == *name) {
            Some(at) => self.names.remove(at),
            None => OwnName { skeleton: name.clone(), since: now, granted },
        };
        self.names.insert(0, OwnName { granted: held.granted || granted, ..held });
        self.names.truncate(MAX_NAMES);
        self.known.nick = Some(nick.clone());
    }

    /// The user says that the name it goes by is its own.
    pub(super) fn grant(&mut self) {
        if let Some((nick, name)) = self.claimed.clone() {
            self.take(&nick, &name, true, self.known.last_seen);
        } else if let Some(held) = self.names.first_mut() {
            held.granted = true;
        }
        self.suspect = false;
    }

    /// The name that people see, with its skeleton.
    pub(super) fn shown(&self) -> Option<(&Nick, &Skeleton)> {
        let held = || Some((self.known.nick.as_ref()?, &self.names.first()?.skeleton));
        self.claimed.as_ref().map(|(nick, name)| (nick, name)).or_else(held)
    }

    /// Whether it is linked now.
    pub(super) fn is_linked(&self) -> bool {
        self.linked
    }

    /// It is or was there just now.
    fn seen(&mut self, linked: bool, now: Timestamp) {
        self.linked = linked;
        let known = &mut self.known;
        if known.first_seen > now && !is_day(known.first_seen, known.last_seen) {
            // The clock was wrong then, and has been put right: it shall not have to wait until that day.
            (known.first_seen, known.last_seen) = (now, now);
        }
        known.last_seen = known.last_seen.max(now);
    }

    fn listens(&mut self, addr: SocketAddr) {
        let addrs = &mut self.known.addrs;
        addrs.retain(|other| *other != addr);
        addrs.insert(0, addr);
        addrs.truncate(MAX_ADDRESSES);
    }

    /// In which order it is forgotten, if it may be: keys that were seen on one day only go first, so that keys made by the
    /// thousand displace one another and nobody else.
    fn worth(&self) -> Option<(bool, Timestamp, NodeId)> {
        let Known { node, first_seen, last_seen, verified, trusted, ignored, .. } = self.known;
        let marked = verified || trusted || ignored || self.linked;
        (!marked).then(|| (is_day(first_seen, last_seen), last_seen, node))
    }
}

fn is_day(since: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(since.as_millis()) >= DAY_MS
}

/// All keys.
#[derive(Debug, Default)]
pub(super) struct Records {
    entries: BTreeMap<NodeId, Entry>,
    /// Whose names, past or present, have this skeleton.
    by_name: BTreeMap<Skeleton, BTreeSet<NodeId>>,
    /// Those that may be forgotten, in the order in which they are.
    idle: BTreeSet<(bool, Timestamp, NodeId)>,
    /// Whether anything that is to be kept has changed.
    pub(super) changed: bool,
}

impl Records {
    pub(super) fn new(known: Vec<Known>) -> Self {
        let mut records = Self::default();
        for known in known {
            records.remove(&known.node);
            records.insert(Entry::new(known));
            records.forget();
        }
        records
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

    /// `node` is linked.
    pub(super) fn met(&mut self, node: NodeId, now: Timestamp) {
        if !self.entries.contains_key(&node) {
            self.changed = true;
            self.insert(Entry::new(Known {
                node,
                nick: None,
                first_seen: now,
                last_seen: now,
                addrs: Vec::new(),
                verified: false,
                trusted: false,
                ignored: false,
            }));
        }
        self.update(&node, |entry| entry.seen(true, now));
        self.forget();
    }

    /// `node` is gone.
    pub(super) fn parted(&mut self, node: &NodeId, now: Timestamp) {
        self.update(node, |entry| entry.seen(false, now));
        self.forget();
    }

    /// `node` can be dialled at `addr`.
    pub(super) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.update(node, |entry| entry.listens(addr));
    }

    /// Changes what is known of `node`, if anything is.
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
        self.idle.extend(entry.worth());
        for held in &entry.names {
            self.by_name.entry(held.skeleton.clone()).or_default().insert(node);
        }
        self.entries.insert(node, entry);
    }

    fn remove(&mut self, node: &NodeId) -> Option<Entry> {
        let entry = self.entries.remove(node)?;
        if let Some(worth) = entry.worth() {
            self.idle.remove(&worth);
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
            let Some((.., node)) = self.idle.first().copied() else { return };
            self.remove(&node);
            self.changed = true;
        }
    }
}
