//! What the owner of a private room does: each step makes a new decision.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::charter::{Charter, Own};
use crate::{
    core::secrets::Secrets,
    domain::model::{NodeId, RoomName},
    protocol::{
        codec::mesh::MAX_DECISION_BYTES,
        identity::Identity,
        membership::{
            Cut, Decision, Departure, MAX_CUTS, MAX_DEPARTURES, MAX_GENERATIONS, MAX_MEMBERS, Membership, Removal,
            RoomKeyStep, SignedDecision,
        },
        sealing::{Card, GenerationId, RoomKey, SaltSource, SealedKey, grant_context, previous_context, private_room},
    },
};

/// Somebody is a member no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    /// Who.
    pub(super) node: NodeId,
    /// What counts of what they wrote.
    pub(super) cuts: Vec<Cut>,
    /// Whether the owner has removed them.
    pub(super) removed: bool,
}

/// The owner, at work.
pub(super) struct Owner<'a> {
    pub(super) identity: &'a Identity,
    pub(super) own: &'a Own,
    pub(super) secrets: &'a mut Secrets,
}

impl Owner<'_> {
    /// A new room, with these people invited.
    pub(super) fn create(&mut self, name: RoomName, ask: bool, cards: &[Card]) -> Option<Charter> {
        let (owner, nonce, key) = (self.identity.node(), self.secrets.next(), self.new_key());
        let room = private_room(&owner, &nonce, name);
        let step = RoomKeyStep { id: GenerationId::of(&room.id, &key), previous: None };
        let (members, departures) = (BTreeMap::new(), BTreeMap::new());
        let mut decision =
            Decision { owner, nonce, room, version: 1, ask, members, departures, generations: vec![step] };
        let own_card = Card::sign(self.identity, 0);
        for card in [&own_card].into_iter().chain(cards) {
            self.admit(&mut decision, *card, &key);
        }
        self.charter(decision)
    }

    /// Lets people in. None if the room cannot hold them.
    pub(super) fn invite(&mut self, charter: &Charter, cards: &[Card]) -> Option<(SignedDecision, Decision)> {
        let mut decision = next(charter.decision());
        let key = charter.key()?;
        for card in cards {
            self.admit(&mut decision, *card, key);
        }
        self.signed(decision)
    }

    /// Takes note of those who are members no more. Those who stay get another key.
    pub(super) fn remove(&mut self, charter: &Charter, gone: &[Gone]) -> Option<(SignedDecision, Decision)> {
        let mut decision = next(charter.decision());
        for gone in gone {
            self.depart(&mut decision, gone);
        }
        self.renew_key(&mut decision, charter.key()?)?;
        self.signed(decision)
    }

    /// What holds of two decisions, neither of which knows the other: the owner was restored from a backup, or runs
    /// twice. One of them may also be an earlier version of the other. None if it is enough to go by the greater one.
    pub(super) fn merge(&mut self, ours: &Charter, theirs: &Charter) -> Option<(SignedDecision, Decision)> {
        let (winner, loser) = if ours.is_older_than(theirs.decision().version, &theirs.signed().digest()) {
            (theirs, ours)
        } else {
            (ours, theirs)
        };
        let (winning, losing) = (winner.decision(), loser.decision());
        let mut decision = next(winning);
        // Who was removed in one of them stays removed. Cuts of both hold.
        let mut any_gone = false;
        for (node, gone) in &losing.departures {
            let known = winning.departures.get(node);
            let is_cut = |cut: &&Cut| known.is_none_or(|known| known.cuts.iter().all(|other| other.epoch != cut.epoch));
            let cuts: Vec<Cut> = gone.cuts.iter().filter(is_cut).copied().collect();
            let is_news = known.is_none_or(|known| known.since < gone.since);
            if is_news && winning.members.get(node).is_some_and(|entry| entry.since <= gone.since) {
                self.depart(&mut decision, &Gone { node: *node, cuts, removed: gone.removal.is_some() });
                any_gone = true;
            } else if is_news || !cuts.is_empty() {
                add_departure(&mut decision, *node, gone.since, gone.removal, cuts);
            }
        }
        let lost: Vec<&Membership> =
            losing.members.values().filter(|entry| is_lost(entry, winning, &decision)).collect();
        let is_unknown = |step: &&RoomKeyStep| winning.generations.iter().all(|one| one.id != step.id);
        let lost_keys = losing.generations.iter().filter(is_unknown);
        if !any_gone
            && lost.is_empty()
            && lost_keys.clone().next().is_none()
            && decision.departures == winning.departures
        {
            return None;
        }
        decision.version = winning.version.max(losing.version).saturating_add(1);
        let cards: Vec<Card> = lost.into_iter().map(|entry| entry.card).collect();
        // The keys of both, in one chain.
        decision.generations.clear();
        let mut newest: Option<RoomKey> = None;
        for step in lost_keys.chain(&winning.generations) {
            let Some(key) = winner.key_of(&step.id).or_else(|| loser.key_of(&step.id)).cloned() else { continue };
            let previous = newest.as_ref().map(|newest| self.previous(&decision, newest, &key, &step.id));
            decision.generations.push(RoomKeyStep { id: step.id, previous });
            newest = Some(key);
        }
        self.renew_key(&mut decision, &newest?)?;
        let key = self.granted(&decision)?;
        for card in cards {
            self.admit(&mut decision, card, &key);
        }
        self.signed(decision)
    }

    fn admit(&mut self, decision: &mut Decision, card: Card, key: &RoomKey) {
        let Some(id) = decision.newest().map(|step| step.id) else { return };
        if let Some(grant) = self.grant(decision, &card, key, &id) {
            let entry = Membership { card, since: decision.version, grant };
            decision.members.entry(card.node()).or_insert(entry);
        }
    }

    fn depart(&self, decision: &mut Decision, gone: &Gone) {
        let Some(entry) = decision.members.remove(&gone.node) else { return };
        let (room, node) = (decision.room.id, gone.node);
        let removal = gone.removed.then(|| Removal::sign(self.identity, room, node, entry.since).sig);
        add_departure(decision, node, entry.since, removal, gone.cuts.clone());
    }

    /// Makes a new generation after `last`, and grants its key to everybody.
    fn renew_key(&mut self, decision: &mut Decision, last: &RoomKey) -> Option<()> {
        let key = self.new_key();
        let id = GenerationId::of(&decision.room.id, &key);
        let previous = Some(self.previous(decision, last, &key, &id));
        decision.generations.push(RoomKeyStep { id, previous });
        let excess = decision.generations.len().saturating_sub(MAX_GENERATIONS);
        decision.generations.drain(..excess);
        let cards: Vec<Card> = decision.members.values().map(|entry| entry.card).collect();
        for card in cards {
            let grant = self.grant(decision, &card, &key, &id)?;
            decision.members.get_mut(&card.node())?.grant = grant;
        }
        Some(())
    }

    /// The key that a decision grants the owner.
    fn granted(&self, decision: &Decision) -> Option<RoomKey> {
        let (newest, entry) = (decision.newest()?, decision.members.get(&decision.owner)?);
        let context = grant_context(&decision.room.id, &decision.owner, &decision.owner, &newest.id);
        self.own.grant_key(&entry.card)?.open_key(&entry.grant, &context).ok()
    }

    fn grant(&mut self, decision: &Decision, card: &Card, key: &RoomKey, id: &GenerationId) -> Option<SealedKey> {
        let context = grant_context(&decision.room.id, &decision.owner, &card.node(), id);
        let (secret, random) = (self.secrets.next(), self.secrets.next());
        let salt = SaltSource { secret: &secret, random: &random };
        Some(self.own.grant_key(card)?.seal_key(key, &context, salt))
    }

    fn previous(&mut self, decision: &Decision, last: &RoomKey, key: &RoomKey, id: &GenerationId) -> SealedKey {
        let (secret, random) = (self.secrets.next(), self.secrets.next());
        let context = previous_context(&decision.room.id, id);
        key.seal_key(last, &context, SaltSource { secret: &secret, random: &random })
    }

    fn new_key(&mut self) -> RoomKey {
        RoomKey::new(Zeroizing::new(self.secrets.next()))
    }

    fn signed(&self, decision: Decision) -> Option<(SignedDecision, Decision)> {
        let signed = decision.sign(self.identity);
        let fits = decision.members.len() <= MAX_MEMBERS && signed.bytes() <= MAX_DECISION_BYTES;
        fits.then_some((signed, decision))
    }

    fn charter(&self, decision: Decision) -> Option<Charter> {
        let (signed, decision) = self.signed(decision)?;
        Charter::new(signed, decision, self.own)
    }
}

/// The decision after this one, before anything changes.
fn next(decision: &Decision) -> Decision {
    Decision { version: decision.version.saturating_add(1), ..decision.clone() }
}

/// Whether somebody was invited by the decision that does not hold, and is to be invited again.
fn is_lost(entry: &Membership, winning: &Decision, merged: &Decision) -> bool {
    let node = entry.card.node();
    let has_gone_since = merged.departures.get(&node).is_some_and(|gone| gone.since >= entry.since);
    !winning.members.contains_key(&node) && !has_gone_since
}

/// Adds somebody to those who were members. Cuts that are known stay as they are.
fn add_departure(decision: &mut Decision, node: NodeId, since: u64, removal: Option<[u8; 64]>, cuts: Vec<Cut>) {
    let empty = Departure { since, removal, cuts: Vec::new() };
    let departure = decision.departures.entry(node).or_insert(empty);
    if since >= departure.since {
        (departure.since, departure.removal) = (since, removal);
    }
    for cut in cuts {
        if departure.cuts.len() < MAX_CUTS && departure.cuts.iter().all(|known| known.epoch != cut.epoch) {
            departure.cuts.push(cut);
        }
    }
    departure.cuts.sort_unstable();
    if decision.departures.len() > MAX_DEPARTURES {
        let oldest = decision.departures.iter().min_by_key(|(_, gone)| gone.since).map(|(node, _)| *node);
        oldest.map(|oldest| decision.departures.remove(&oldest));
    }
}
