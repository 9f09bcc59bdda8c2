//! The bytes of a decision.

use std::collections::BTreeMap;

use prost::Message as _;

use super::{
    cut::{self, Cut},
    decision::{Decision, Departure, MAX_DEPARTURES, MAX_GENERATIONS, MAX_MEMBERS, Membership, RoomKeyStep},
    parts::{node, signature},
};
use crate::{
    domain::model::{NodeId, RoomName},
    protocol::{
        codec::Malformed,
        sealing::{Card, GenerationId, SealedKey, private_room},
        wire::mesh,
    },
};

pub(super) fn encode(decision: &Decision) -> Vec<u8> {
    let Decision { owner, nonce, room, version, ask, members, departures, generations } = decision;
    let member = |member: &Membership| mesh::Membership {
        card: Some(member.card.write()),
        since: member.since,
        grant: member.grant.0.to_vec(),
    };
    let departure = |(node, gone): (&NodeId, &Departure)| mesh::Departure {
        node: node.as_bytes().to_vec(),
        since: gone.since,
        removal_sig: gone.removal.map(|sig| sig.to_vec()).unwrap_or_default(),
        cuts: gone.cuts.iter().map(Cut::write).collect(),
    };
    let generation = |step: &RoomKeyStep| mesh::RoomGeneration {
        id: step.id.0.to_vec(),
        previous: step.previous.map(|SealedKey(key)| key.to_vec()).unwrap_or_default(),
    };
    let decision = mesh::Decision {
        owner: owner.as_bytes().to_vec(),
        nonce: nonce.to_vec(),
        name: room.name.to_string(),
        version: *version,
        ask: *ask,
        members: members.values().map(member).collect(),
        departures: departures.iter().map(departure).collect(),
        generations: generations.iter().map(generation).collect(),
    };
    decision.encode_to_vec()
}

pub(super) fn decode(body: &[u8]) -> Result<Decision, Malformed> {
    let decision = mesh::Decision::decode(body).map_err(|_| Malformed)?;
    let (owner, version) = (node(&decision.owner)?, decision.version);
    let nonce = decision.nonce.as_slice().try_into().map_err(|_| Malformed)?;
    let name = RoomName::received(&decision.name).ok_or(Malformed)?;
    let within = decision.members.len() <= MAX_MEMBERS
        && decision.departures.len() <= MAX_DEPARTURES
        && (1..=MAX_GENERATIONS).contains(&decision.generations.len());
    // The owner must be able to make a greater one.
    if !within || version == 0 || version == u64::MAX {
        return Err(Malformed);
    }
    let departures = ascending(decision.departures.iter().map(|gone| read_departure(gone, version)))?;
    let generations = decision.generations.iter().map(read_generation).collect::<Result<_, _>>()?;
    let members = ascending(decision.members.iter().map(|member| read_member(member, version)))?;
    if !members.contains_key(&owner) || departures.contains_key(&owner) {
        return Err(Malformed);
    }
    let room = private_room(&owner, &nonce, name);
    Ok(Decision { owner, nonce, room, version, ask: decision.ask, members, departures, generations })
}

fn read_member(member: &mesh::Membership, version: u64) -> Result<(NodeId, Membership), Malformed> {
    let card = member.card.as_ref().ok_or(Malformed)?;
    let card = Card::read(card).map_err(|_| Malformed)?;
    let membership = Membership { card, since: since(member.since, version)?, grant: sealed_key(&member.grant)? };
    Ok((card.node(), membership))
}

fn read_departure(gone: &mesh::Departure, version: u64) -> Result<(NodeId, Departure), Malformed> {
    let removal = if gone.removal_sig.is_empty() { None } else { Some(signature(&gone.removal_sig)?) };
    let departure = Departure { since: since(gone.since, version)?, removal, cuts: cut::read_all(&gone.cuts)? };
    Ok((node(&gone.node)?, departure))
}

fn read_generation(step: &mesh::RoomGeneration) -> Result<RoomKeyStep, Malformed> {
    let id = step.id.as_slice().try_into().map(GenerationId).map_err(|_| Malformed)?;
    let previous = if step.previous.is_empty() { None } else { Some(sealed_key(&step.previous)?) };
    Ok(RoomKeyStep { id, previous })
}

/// The pairs, if their keys are in ascending order.
fn ascending<T>(pairs: impl Iterator<Item = Result<(NodeId, T), Malformed>>) -> Result<BTreeMap<NodeId, T>, Malformed> {
    let mut all = BTreeMap::new();
    for pair in pairs {
        let (node, value) = pair?;
        if all.last_key_value().is_some_and(|(last, _)| *last >= node) {
            return Err(Malformed);
        }
        all.insert(node, value);
    }
    Ok(all)
}

fn since(since: u64, version: u64) -> Result<u64, Malformed> {
    if (1..=version).contains(&since) { Ok(since) } else { Err(Malformed) }
}

fn sealed_key(bytes: &[u8]) -> Result<SealedKey, Malformed> {
    bytes.try_into().map(SealedKey).map_err(|_| Malformed)
}
