//! Members and strangers who sign what is not theirs to sign.

use std::collections::BTreeMap;

use prost::Message as _;
use proximity_chat::{
    domain::model::{NodeId, RoomName},
    protocol::{
        identity::Identity,
        membership::{Decision, Membership, RoomKeyStep},
        sealing::{
            Card, GenerationId, PairSecret, RoomKey, SaltSource, SealedKey, SealingKey, grant_context, private_room,
        },
    },
};

use super::{hacker::Hacker, *};
use crate::attack::{
    Author, Key, proto,
    proto::{Private, SignedDecision, Standing, frame::Body},
};

/// Far more than one host may have open.
const INVITATIONS: usize = 200;

/// Where somebody says that they stand.
fn stands(room: &[u8], version: u64) -> Private {
    let standing = Standing { room: room.to_vec(), version, digest: vec![0xff; 8], joined: true };
    Private { standings: vec![standing], ..Private::default() }
}

fn signed(decision: &Decision, by: &Identity) -> SignedDecision {
    SignedDecision::decode(decision.sign(by).encode().as_slice()).unwrap()
}

/// Waits for the end of what a node has to do with what came before on this link.
fn settle(hacker: &mut Hacker, node: &Node, text: &str) {
    let mut lobby = Author::new(&hacker.key, "mallory");
    hacker.link.say(&mut lobby, text).unwrap();
    node.wait_text(text);
}

#[test]
fn a_member_decides_nothing_and_moves_no_line() {
    let ports = Ports::take();
    let (mut alice, mut mallory, room, decision) = Hacker::inside(&ports);
    assert_eq!(members(&mut alice), 2);
    // Mallory owns the room now, says Mallory, with the owner's name and with their own.
    let me = mallory.identity().node();
    let alone = BTreeMap::from([(decision.owner, decision.members[&decision.owner]), (me, decision.members[&me])]);
    for owner in [decision.owner, me] {
        let forged = Decision { owner, version: decision.version + 5, members: alone.clone(), ..decision.clone() };
        mallory.say_private(stands(&room, forged.version));
        let forged = Some(signed(&forged, &mallory.identity()));
        mallory.say_private(Private { decision: forged, ..Private::default() });
    }
    // A line of the owner, signed again as one of Mallory's: its seal does not open there.
    alice.say(SECRET);
    let line = mallory.link.wait(|body| match body {
        Body::Batch(sent) => sent.events.iter().find(|signed| signed.content.len() > 64).cloned(),
        _ => None,
    });
    let line = line.unwrap();
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let mut event = log.draft();
    let theirs = crate::attack::read(&line);
    (event.kind, event.content_hash) = (theirs.kind, theirs.content_hash);
    let moved = log.sign(event, line.content.clone());
    log.follow(&moved);
    mallory.hand(&log, vec![moved]);
    settle(&mut mallory, &alice, "good morning");
    assert_eq!(members(&mut alice), 2);
    assert_eq!(alice.all(|event| (event["text"] == SECRET).then_some(())).len(), 1);
    alice.assert_clean();
}

/// A room that somebody has made up, with this node invited.
fn made_up(by: &Identity, guest: &Card, name: &str) -> Decision {
    let (owner, card, nonce) = (by.node(), Card::sign(by, 0), fastrand::u128(..).to_be_bytes());
    let room = private_room(&owner, &nonce, RoomName::new(name).unwrap());
    let key = RoomKey::new(Key::random_bytes().into());
    let id = GenerationId::of(&room.id, &key);
    let pair = PairSecret::new(&SealingKey::of(by), guest).unwrap();
    let (secret, random) = (Key::random_bytes(), Key::random_bytes());
    let salt = SaltSource { secret: &secret, random: &random };
    let grant = |to: NodeId| pair.grant_key().seal_key(&key, &grant_context(&room.id, &owner, &to, &id), salt);
    let entry = |card: Card, grant: SealedKey| (card.node(), Membership { card, since: 1, grant });
    let members = BTreeMap::from([entry(card, grant(owner)), entry(*guest, grant(guest.node()))]);
    let generations = vec![RoomKeyStep { id, previous: None }];
    Decision { owner, nonce, room, version: 1, ask: false, members, departures: BTreeMap::new(), generations }
}

#[test]
fn a_flood_of_invitations_leaves_two() {
    let ports = Ports::take();
    let mut alice = node("alice", &ports);
    let mut mallory = Hacker::meet(&alice, "mallory");
    let guest = mallory.card_of_other();
    let rooms: Vec<Decision> =
        (0..INVITATIONS).map(|n| made_up(&mallory.identity(), &guest, &format!("room{n}"))).collect();
    for one in &rooms {
        mallory.say_private(stands(&one.room.id.0, 1));
        let decision = Some(signed(one, &mallory.identity()));
        mallory.say_private(Private { decision, ..Private::default() });
    }
    // Names that no room has, and a grant for somebody else.
    let mut hidden = proto::Decision::decode(signed(&rooms[0], &mallory.identity()).body.as_slice()).unwrap();
    hidden.name = "pl\u{202e}an".to_owned();
    let body = hidden.encode_to_vec();
    let sig = mallory.identity().sign(&[b"proximity-chat/1 decision\0".as_slice(), &body].concat()).to_vec();
    mallory.say_private(stands(&[9; 32], 1));
    mallory.say_private(Private { decision: Some(SignedDecision { body, sig }), ..Private::default() });
    settle(&mut mallory, &alice, "good morning");
    alice.say("/list");
    let (open, _) = alice.wait("the list", seconds(30), |events| {
        let rooms = events.iter().rfind(|e| e["event"] == "rooms")?["rooms"].as_array().unwrap().clone();
        Some(rooms.iter().filter(|room| room["private"] == true).count())
    });
    assert!(open <= 2, "{open} invitations are open");
    let told = alice.all(|e| (e["event"] == "room" && e["change"] == "invited").then_some(())).len();
    assert!((1..=16).contains(&told), "the user was told {told} times");
    alice.assert_clean();
}
