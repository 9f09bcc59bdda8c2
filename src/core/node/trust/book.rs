//! What is known about keys, and the alarm when one goes by another's name. Nicknames are claims.
//!
//! The key that was known first keeps a name ([`Claim`]), whether it is here or not, unless the user gives the name to
//! another one (`/trust`, `/verify`). The user's own name belongs to nobody else. A claim to somebody else's name gains
//! nothing over time: neither by reconnecting, nor by waiting a day, nor across a restart.

use std::{cmp::Reverse, collections::BTreeMap, net::SocketAddr};

use super::{
    find::{self, Match, Wanted},
    records::Records,
};
use crate::domain::{
    bus::{Alarm, AlarmKind},
    model::{Class, Host, Known, Nick, NodeId, Now, Repute, Skeleton, Timestamp, skeleton},
    naming::Claim,
};

/// Alarms about one key in one run. A key that takes one name after another is suspect enough by then, and must not
/// fill the screen.
const MAX_ALARMS_PER_KEY: usize = 8;

/// Addresses that are dialled at the start of a run: enough for somebody with a few hundred colleagues.
const MAX_REDIALS: usize = 256;

/// Of these on one host: a peer that claimed one port after another must not make us scan the host.
const MAX_REDIALS_PER_HOST: usize = 8;

/// Every key that was met, and whose name is whose.
#[derive(Debug)]
pub(in crate::core::node) struct TrustBook {
    records: Records,
    /// Our own key, and the name of our user.
    me: NodeId,
    own: (Nick, Skeleton),
}

/// Who holds a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Our own user.
    User,
    /// The holder of this key.
    Node(NodeId),
}

impl TrustBook {
    /// Starts with what earlier runs have kept, for a user with this key and name. If a key is in it twice, the last
    /// record counts.
    pub(in crate::core::node) fn new(known: Vec<Known>, me: NodeId, own: &Nick) -> Self {
        Self { records: Records::new(known), me, own: (own.clone(), skeleton(own)) }
    }

    /// Our user goes by another name.
    pub(in crate::core::node) fn set_own(&mut self, own: &Nick) {
        self.own = (own.clone(), skeleton(own));
    }

    /// `node` was linked, from `host`, or goes by another name now. Returns the alarm to raise if it takes somebody
    /// else's name; `present` says who is linked.
    pub(in crate::core::node) fn met(
        &mut self,
        node: NodeId,
        nick: Option<&Nick>,
        host: Option<Host>,
        present: impl Fn(&NodeId) -> bool,
        now: Now,
    ) -> Option<Alarm> {
        self.records.met(node, host, now);
        let nick = nick?;
        let name = skeleton(nick);
        self.records.update(&node, |entry| entry.claimed = Some((nick.clone(), name.clone())));
        let Some(holder) = self.holder(&name).filter(|holder| *holder != Holder::Node(node)) else {
            self.take(&node, nick, &name, now.wall);
            return None;
        };
        let entry = self.records.get(&node)?;
        let quiet = entry.known.ignored
            || entry.known.verified
            || entry.is_granted(&name)
            || entry.raised.len() >= MAX_ALARMS_PER_KEY
            || entry.raised.contains(&name);
        if quiet {
            return None;
        }
        let alarm = self.alarm(holder, node, (nick, &name), present)?;
        self.records.update(&node, |entry| entry.raised.push(name));
        Some(alarm)
    }

    /// Gives `node` a name to which nobody has a better claim.
    fn take(&mut self, node: &NodeId, nick: &Nick, name: &Skeleton, now: Timestamp) {
        self.records.update(node, |entry| entry.take(nick, name, entry.known.verified, now));
        // Throw-away keys that had it before must not get it back when they return.
        let others = self.records.namesakes(name).filter(|entry| entry.known.node != *node);
        let thrown: Vec<NodeId> =
            others.filter(|entry| entry.claim_to(name).is_none()).map(|entry| entry.known.node).collect();
        for node in thrown {
            self.records.update(&node, |entry| entry.lose(name));
        }
    }

    /// Who holds a name, if anybody does.
    fn holder(&self, name: &Skeleton) -> Option<Holder> {
        if self.own.1 == *name {
            return Some(Holder::User);
        }
        let claims = self.records.namesakes(name).filter_map(|entry| entry.claim_to(name));
        claims.max().map(|claim: Claim| Holder::Node(claim.node()))
    }

    /// `node` can be dialled at `addr`.
    pub(in crate::core::node) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.records.listens(node, addr);
    }

    /// `node` is no longer linked.
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

    /// The class of `node`; `present` says whether it is linked. Its name does not matter here. A key that the user
    /// ignores, or whose codes differed, counts as a stranger.
    pub(in crate::core::node) fn class(&self, node: &NodeId, present: bool) -> Class {
        let known = self.records.get(node).filter(|entry| !entry.known.ignored && !entry.known.differs);
        match known {
            Some(entry) if entry.known.verified => Class::Verified,
            Some(entry) if entry.known.trusted || entry.met().is_known() => Class::Known,
            _ if present => Class::PresentStranger,
            _ => Class::AbsentStranger,
        }
    }

    /// Whether the user ignores `node`.
    pub(in crate::core::node) fn is_ignored(&self, node: &NodeId) -> bool {
        self.records.get(node).is_some_and(|entry| entry.known.ignored)
    }

    /// How `node` is to be shown under the name that it goes by. Ignoring somebody settles the alarm.
    pub(in crate::core::node) fn repute(&self, node: &NodeId, now: Timestamp) -> Repute {
        let name = self.claim(node).map(|(_, name)| name.clone());
        self.repute_as(node, name.as_ref(), now)
    }

    /// How `node` is to be shown under this name, which it may have used long ago.
    pub(in crate::core::node) fn repute_under(&self, node: &NodeId, nick: &Nick, now: Timestamp) -> Repute {
        match self.claim(node) {
            Some((shown, name)) if shown == nick => self.repute_as(node, Some(name), now),
            _ => self.repute_as(node, Some(&skeleton(nick)), now),
        }
    }

    fn repute_as(&self, node: &NodeId, name: Option<&Skeleton>, now: Timestamp) -> Repute {
        let holder = name.and_then(|name| self.holder(name));
        let namesake = holder.is_some_and(|holder| holder != Holder::Node(*node));
        let Some(entry) = self.records.get(node) else { return Repute::of_unknown(namesake) };
        let granted = name.is_some_and(|name| entry.is_granted(name));
        Repute { trust: entry.known.trust(namesake, granted, now), namesake, ignored: entry.known.ignored }
    }

    /// Whether the name that `node` goes by is somebody else's.
    pub(in crate::core::node) fn is_namesake(&self, node: &NodeId) -> bool {
        let holder = self.claim(node).and_then(|(_, name)| self.holder(name));
        holder.is_some_and(|holder| holder != Holder::Node(*node))
    }

    /// The key that holds the name that `node` goes by, if that is another key.
    pub(in crate::core::node) fn rival(&self, node: &NodeId) -> Option<&Known> {
        let (_, name) = self.claim(node)?;
        match self.holder(name)? {
            Holder::Node(other) if other != *node => self.get(&other),
            _ => None,
        }
    }

    /// The user lets `node` have the name it goes by, but no other name of somebody else. `both` says that the key that
    /// held the name is here, too, so both are who they say. Returns that key.
    pub(in crate::core::node) fn trust(&mut self, node: &NodeId, both: bool) -> Option<NodeId> {
        let rival = self.rival(node).map(|known| known.node);
        if let Some(rival) = rival {
            let name = self.claim(node).map(|(_, name)| name.clone());
            self.records.update(&rival, |entry| {
                entry.known.displaced = true;
                // If they go by another name now, the user was not asked about them.
                if both && entry.claimed.as_ref().map(|(_, name)| name) == name.as_ref() {
                    entry.known.trusted = true;
                    entry.grant();
                }
            });
        }
        self.records.update(node, |entry| {
            (entry.known.trusted, entry.known.displaced) = (true, false);
            entry.grant();
        });
        rival
    }

    /// The user takes back what they said with [`Self::trust`]. Returns a key that gets its name back.
    pub(in crate::core::node) fn untrust(&mut self, node: &NodeId) -> Option<NodeId> {
        self.take_back(node, |known| (known.trusted, known.displaced) = (false, false))
    }

    /// The user takes back what they said about codes. Returns a key that gets its name back.
    pub(in crate::core::node) fn unverify(&mut self, node: &NodeId) -> Option<NodeId> {
        self.take_back(node, |known| (known.verified, known.differs) = (false, false))
    }

    fn take_back(&mut self, node: &NodeId, forget: impl FnOnce(&mut Known)) -> Option<NodeId> {
        let held = self.is_holder(node);
        self.records.update(node, |entry| {
            forget(&mut entry.known);
            entry.revoke();
        });
        self.give_back(node, held)
    }

    /// Whether the name that `node` goes by is its own.
    fn is_holder(&self, node: &NodeId) -> bool {
        self.claim(node).and_then(|(_, name)| self.holder(name)) == Some(Holder::Node(*node))
    }

    /// A key that `held` its name, but is no longer granted it, gives it back to the key that it was taken from.
    /// Returns that key.
    fn give_back(&mut self, node: &NodeId, held: bool) -> Option<NodeId> {
        if !held {
            return None;
        }
        let name = self.claim(node)?.1.clone();
        let entry = self.records.get(node)?;
        if entry.is_granted(&name) {
            return None;
        }
        let others = self.records.namesakes(&name).filter(|entry| entry.known.node != *node && entry.known.displaced);
        let (_, back) = others.filter_map(|entry| Some((entry.claim_to(&name)?, entry.known.node))).max()?;
        self.records.update(&back, |entry| entry.known.displaced = false);
        self.records.update(node, |entry| entry.lose(&name));
        Some(back)
    }

    /// The user wants to see nothing more of `node`.
    pub(in crate::core::node) fn ignore(&mut self, node: &NodeId) {
        self.records.update(node, |entry| entry.known.ignored = true);
    }

    /// Keeps the card of this key.
    pub(in crate::core::node) fn set_card(&mut self, node: &NodeId, card: &[u8]) {
        self.records.update(node, |entry| {
            if entry.known.card.as_deref() != Some(card) {
                entry.known.card = Some(card.into());
            }
        });
    }

    /// The user wants to see `node` again. If it goes by somebody else's name, it is suspect again.
    pub(in crate::core::node) fn unignore(&mut self, node: &NodeId) {
        self.records.update(node, |entry| entry.known.ignored = false);
    }

    /// Codes were compared with `node`; `same` says whether they match. If they do, the name it goes by is its own,
    /// unless that is held by a key that is verified or trusted, or that is here according to `present`. A holder whose
    /// codes differed loses it all the same. Returns another key whose standing may have changed.
    pub(in crate::core::node) fn compared(
        &mut self,
        node: &NodeId,
        same: bool,
        present: impl Fn(&NodeId) -> bool,
    ) -> Option<NodeId> {
        let held = self.is_holder(node);
        let rival = self.rival(node).filter(|_| same);
        let stays = |known: &Known| !known.differs && (known.is_granted() || present(&known.node));
        let rival = rival.map(|known| (known.node, stays(known)));
        if let Some((rival, false)) = rival {
            self.records.update(&rival, |entry| entry.known.displaced = true);
        }
        self.records.update(node, |entry| {
            (entry.known.verified, entry.known.differs) = (same, !same);
            if same && !rival.is_some_and(|(_, stays)| stays) {
                entry.known.displaced = false;
                entry.grant();
            }
            entry.revoke();
        });
        if same { rival.map(|(rival, _)| rival) } else { self.give_back(node, held) }
    }

    /// What is kept about `node`. While it goes by somebody else's name, the nick there is none or an earlier one.
    pub(in crate::core::node) fn get(&self, node: &NodeId) -> Option<&Known> {
        self.records.get(node).map(|entry| &entry.known)
    }

    /// The keys that the user may mean, linked or not: linked ones first, then those seen most recently.
    pub(in crate::core::node) fn find(&self, wanted: &Wanted<'_>) -> Vec<(NodeId, Match)> {
        find::find(&self.records, wanted)
    }

    /// Whether `nick` is, or looks like, the name of our user or of a key that was met.
    pub(in crate::core::node) fn is_somebodys(&self, nick: &Nick) -> bool {
        self.holder(&skeleton(nick)).is_some()
    }

    /// The name that `node` goes by or went by last, rightly or not, with its skeleton.
    pub(in crate::core::node) fn claim(&self, node: &NodeId) -> Option<(&Nick, &Skeleton)> {
        self.records.get(node)?.shown()
    }

    /// That name alone.
    pub(in crate::core::node) fn nick(&self, node: &NodeId) -> Option<&Nick> {
        self.claim(node).map(|(nick, _)| nick)
    }

    /// What is to be kept across runs.
    pub(in crate::core::node) fn kept(&self) -> impl Iterator<Item = &Known> {
        self.records.kept()
    }

    /// Everything that is known.
    pub(in crate::core::node) fn known(&self) -> impl Iterator<Item = &Known> {
        self.records.iter().map(|entry| &entry.known)
    }

    /// Whether [`Self::kept`] may have changed since the last call.
    pub(in crate::core::node) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.records.changed)
    }

    /// Where people listened last: verified keys first, then trusted ones, then those seen most recently. The number is
    /// bounded, with few addresses on one host. Ignored keys are left out.
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

    /// The alarm about a key that claims a holder's name.
    fn alarm(
        &self,
        holder: Holder,
        node: NodeId,
        (nick, name): (&Nick, &Skeleton),
        present: impl Fn(&NodeId) -> bool,
    ) -> Option<Alarm> {
        let alarm = |kind, known, known_nick, last_seen, verified| Alarm {
            kind,
            node,
            nick: nick.clone(),
            known,
            known_nick,
            known_last_seen: last_seen,
            known_verified: verified,
        };
        let entry = match holder {
            Holder::User => {
                let now = self.get(&node)?.last_seen;
                return Some(alarm(AlarmKind::OwnName, self.me, self.own.0.clone(), now, false));
            }
            Holder::Node(other) => self.records.get(&other)?,
        };
        let known_nick = entry.own_name(name)?.clone();
        let known = &entry.known;
        let same = known_nick.as_str().to_lowercase() == nick.as_str().to_lowercase();
        let kind = match (same, present(&known.node)) {
            (false, _) => AlarmKind::LookAlike,
            (true, true) => AlarmKind::SameName,
            (true, false) => AlarmKind::KeyChanged,
        };
        Some(alarm(kind, known.node, known_nick, known.last_seen, known.verified))
    }
}

#[cfg(test)]
mod tests;
