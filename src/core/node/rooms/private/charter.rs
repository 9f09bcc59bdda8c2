//! One private room, as far as it is known here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::{log::Writers, sync::Seal},
    domain::{
        bus::{Invitation, MemberChange},
        model::{NodeId, PrivateRoom},
    },
    protocol::{
        codec::mesh::Standing,
        identity::Identity,
        membership::{Cut, Decision, Digest, Leave, Membership, SignedDecision},
        sealing::{
            Card, Generation, GenerationId, GrantKey, PairSecret, RoomKey, SealingKey, grant_context, previous_context,
        },
    },
};

/// How many people a member may ask the owner to invite before the owner has answered.
const MAX_WISHES: usize = 16;

/// One private room, as far as it is known here: the newest decision with its keys, and what members have said since.
#[derive(Debug, Clone)]
pub(super) struct Charter {
    decision: Decision,
    signed: SignedDecision,
    digest: Digest,
    /// The keys that we know, the newest last.
    generations: Vec<Generation>,
    /// Members who have left, as far as the owner has not taken note of it.
    leaves: BTreeMap<NodeId, Leave>,
    /// Whom our user would like the owner to invite.
    wishes: BTreeMap<NodeId, Card>,
    /// Who is known to have joined.
    seen: BTreeSet<NodeId>,
}

impl Charter {
    /// A room of which we know this decision. None if our user is no member, or is given no key.
    pub(super) fn new(signed: SignedDecision, decision: Decision, own: &Own) -> Option<Self> {
        let generations = own.keys(&decision)?;
        let digest = signed.digest();
        let (leaves, wishes, seen) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::from([decision.owner]));
        Some(Self { decision, signed, digest, generations, leaves, wishes, seen })
    }

    /// The same room by a newer decision. What members have said since the last one still counts, unless the decision
    /// takes note of it. Returns it with what has changed.
    pub(super) fn replaced(
        &self,
        signed: SignedDecision,
        decision: Decision,
        own: &Own,
    ) -> Option<(Self, MemberChange)> {
        let mut new = Self::new(signed, decision, own)?;
        let is_open =
            |leave: &&Leave| new.decision.members.get(&leave.node).is_some_and(|entry| entry.since == leave.since);
        new.leaves = self.leaves.values().filter(is_open).map(|leave| (leave.node, leave.clone())).collect();
        new.wishes =
            self.wishes.iter().filter(|(node, _)| !new.is_member(node)).map(|(node, card)| (*node, *card)).collect();
        let seen: Vec<NodeId> = self.seen.iter().filter(|node| new.is_member(node)).copied().collect();
        new.seen.extend(seen);
        // Keys that an owner no longer names still open what was said under them.
        let forgotten =
            self.generations.iter().filter(|one| new.generations.iter().all(|other| other.id() != one.id()));
        new.generations = forgotten.cloned().chain(new.generations.iter().cloned()).collect();
        let is_removed = |node: &NodeId| new.decision.departures.get(node).is_some_and(|gone| gone.removal.is_some());
        let gone = self.members().map(|(node, _)| *node).filter(|node| !new.is_member(node));
        let (removed, left) = gone.partition(is_removed);
        let invited = new.members().map(|(node, _)| *node).filter(|node| !self.is_member(node)).collect();
        let change = MemberChange { room: new.room(), owner: new.owner(), invited, removed, left };
        Some((new, change))
    }

    pub(super) fn room(&self) -> PrivateRoom {
        self.decision.room.clone()
    }

    pub(super) const fn owner(&self) -> NodeId {
        self.decision.owner
    }

    pub(super) const fn decision(&self) -> &Decision {
        &self.decision
    }

    pub(super) const fn signed(&self) -> &SignedDecision {
        &self.signed
    }

    /// The key that seals what is said from now on.
    pub(super) fn key(&self) -> Option<&RoomKey> {
        self.generations.last().map(Generation::key)
    }

    /// The key of this name.
    pub(super) fn key_of(&self, id: &GenerationId) -> Option<&RoomKey> {
        self.generations.iter().find(|generation| generation.id() == *id).map(Generation::key)
    }

    /// Whether a decision is newer than ours.
    pub(super) fn is_older_than(&self, version: u64, digest: &Digest) -> bool {
        (self.decision.version, self.digest) < (version, *digest)
    }

    /// Where we stand. Only who has joined says so.
    pub(super) fn standing(&self) -> Standing {
        let (room, version, digest) = (self.decision.room.id, self.decision.version, self.digest.prefix());
        Standing { room, version, digest, joined: true }
    }

    /// Everybody who is a member or was invited, and has not left.
    pub(super) fn members(&self) -> impl Iterator<Item = (&NodeId, &Membership)> {
        self.decision.members.iter().filter(|(node, entry)| !self.has_left(node, entry.since))
    }

    fn has_left(&self, node: &NodeId, since: u64) -> bool {
        self.leaves.get(node).is_some_and(|leave| leave.since == since)
    }

    /// The membership of a key.
    pub(super) fn membership(&self, node: &NodeId) -> Option<&Membership> {
        self.decision.members.get(node).filter(|entry| !self.has_left(node, entry.since))
    }

    pub(super) fn is_member(&self, node: &NodeId) -> bool {
        self.membership(node).is_some()
    }

    /// Whether a membership ends by what somebody says.
    pub(super) fn ends(&self, leave: &Leave) -> bool {
        let entry = self.membership(&leave.node).filter(|_| leave.room == self.decision.room.id);
        entry.is_some_and(|entry| entry.since == leave.since)
    }

    /// A member says that it has left.
    pub(super) fn leave(&mut self, leave: Leave) {
        if self.ends(&leave) {
            self.seen.remove(&leave.node);
            self.leaves.insert(leave.node, leave);
        }
    }

    /// What members have said who left.
    pub(super) fn leaves(&self) -> impl Iterator<Item = &Leave> {
        self.leaves.values()
    }

    /// Whom the owner is to be asked to invite.
    pub(super) fn wishes(&self) -> impl Iterator<Item = &Card> {
        self.wishes.values()
    }

    /// Our user would like the owner to invite somebody.
    pub(super) fn wish(&mut self, card: Card) {
        if self.wishes.len() < MAX_WISHES {
            self.wishes.insert(card.node(), card);
        }
    }

    /// Somebody is known to have joined. Returns whether that is news.
    pub(super) fn has_joined(&mut self, node: NodeId) -> bool {
        self.is_member(&node) && self.seen.insert(node)
    }

    /// Who is known to have joined.
    pub(super) const fn seen(&self) -> &BTreeSet<NodeId> {
        &self.seen
    }

    /// What the user is told of an invitation.
    pub(super) fn invitation(&self) -> Invitation {
        Invitation { room: self.room(), owner: self.owner(), members: self.members().count().saturating_sub(1) }
    }

    /// What seals the events of the room.
    pub(super) fn seal(&self) -> Option<Seal> {
        let (newest, earlier) = self.generations.split_last()?;
        let members = self.members().map(|(node, _)| *node).collect();
        let departed = self.decision.departures.iter().map(|(node, gone)| (node, &gone.cuts));
        let left = self.leaves.values().map(|leave| (&leave.node, &leave.cuts));
        let mut cuts = BTreeMap::new();
        for (node, of_node) in departed.chain(left) {
            for Cut { epoch, seq, id } in of_node {
                // The first cut of a log holds: nothing above it ever counted.
                cuts.entry((*node, *epoch)).or_insert((*seq, *id));
            }
        }
        Some(Seal::new(newest.clone(), earlier.iter().cloned(), Writers::new(members, cuts)))
    }
}

/// What our user needs to read decisions.
#[derive(Debug)]
pub(super) struct Own {
    sealing: SealingKey,
    grants: GrantKey,
}

impl Own {
    pub(super) fn new(identity: &Identity) -> Self {
        Self { sealing: SealingKey::of(identity), grants: GrantKey::own(identity) }
    }

    /// The key that seals grants between the owner and another person. Our user is one of the two.
    pub(super) fn grant_key(&self, other: &Card) -> Option<GrantKey> {
        if other.node() == self.sealing.node() {
            return Some(self.grants.clone());
        }
        PairSecret::new(&self.sealing, other).ok().map(|pair| pair.grant_key().clone())
    }

    /// The room keys that a decision gives our user, the newest last. None if it gives none.
    fn keys(&self, decision: &Decision) -> Option<Vec<Generation>> {
        let (me, owner) = (self.sealing.node(), decision.members.get(&decision.owner)?);
        let (newest, grant) = (decision.newest()?, decision.members.get(&me)?.grant);
        let room = decision.room.id;
        let context = grant_context(&room, &decision.owner, &me, &newest.id);
        let key = self.grant_key(&owner.card)?.open_key(&grant, &context).ok()?;
        let mut generations = vec![named(decision, key, &newest.id)?];
        // Each key opens the one before it. What an owner has forgotten or mixed up stays closed.
        let steps = decision.generations.iter();
        for (older, newer) in steps.clone().zip(steps.skip(1)).rev() {
            let Some(key) = generations.last().map(Generation::key) else { break };
            let context = previous_context(&room, &newer.id);
            let opened = newer.previous.and_then(|sealed| key.open_key(&sealed, &context).ok());
            match opened.and_then(|key| named(decision, key, &older.id)) {
                Some(generation) => generations.push(generation),
                None => break,
            }
        }
        generations.reverse();
        Some(generations)
    }
}

/// The generation that has this key, if it has this name as well.
fn named(decision: &Decision, key: RoomKey, id: &GenerationId) -> Option<Generation> {
    Some(Generation::new(&decision.room.id, key)).filter(|generation| generation.id() == *id)
}
