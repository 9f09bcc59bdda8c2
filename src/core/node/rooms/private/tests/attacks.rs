//! What members, the removed and strangers try.

use super::*;
use crate::protocol::membership::{Leave, Removal};

/// Hands a machine a decision that it has asked for.
fn hand(office: &mut Office, from: usize, to: usize, signed: &SignedDecision, room: RoomId) {
    let standing = mesh::Standing { room, version: u64::MAX - 1, digest: [0xff; 8], joined: true };
    say(office, from, to, mesh::Private { standings: vec![standing], ..mesh::Private::default() });
    say(office, from, to, mesh::Private { decision: Some(signed.encode().into()), ..mesh::Private::default() });
}

fn say(office: &mut Office, from: usize, to: usize, said: mesh::Private) {
    let now = office.now;
    let changes = office.act(to, |machine, out| machine.heard(link(from), said, now, out));
    office.people[to].changes.extend(changes);
}

fn decision(office: &Office, n: usize, room: &RoomId) -> Decision {
    office.people[n].machine.rooms[room].charter.decision().clone()
}

#[test]
fn a_decision_of_somebody_else_counts_nothing() {
    let (mut office, room) = room_of(3);
    let mut forged = decision(&office, 1, &room);
    forged.version += 10;
    forged.members.remove(&key(2));
    let before = office.people[2].open.clone();
    hand(&mut office, 1, 2, &forged.sign(&identity(1)), room);
    // The same with the name of the forger: it is another room, of which nobody has asked.
    forged.owner = key(1);
    hand(&mut office, 1, 2, &forged.sign(&identity(1)), room);
    assert_eq!(office.people[2].open, before);
    assert!(office.people[2].changes.is_empty());
}

#[test]
fn a_stranger_gets_nothing_by_asking() {
    let (mut office, room) = room_of(2);
    office.people.push(Person::new(2, &KeptPrivate::default(), 2));
    office.link(0, 2);
    office.settle();
    let standing = mesh::Standing { room, version: 1, digest: [1; 8], joined: true };
    let ask = mesh::Private { standings: vec![standing], wanted: vec![room], ..mesh::Private::default() };
    say(&mut office, 2, 0, ask);
    assert!(!office.people[0].admitted.contains(&(room, 2)));
    // What is on the wire is at most a question: whether they know a newer decision.
    assert!(
        office.wires[&(0, 2)].iter().all(|wire| {
            matches!(wire, Wire::Private(said) if said.decision.is_none() && said.standings.is_empty())
        })
    );
}

#[test]
fn what_was_not_asked_for_is_no_invitation() {
    let mut office = Office::linked(2);
    let room = office.create(0, "plan");
    office.unlink(0, 1);
    office.invite(0, &room, 1).unwrap();
    office.link(0, 1);
    let signed = office.people[0].machine.rooms[&room].charter.signed().clone();
    say(&mut office, 0, 1, mesh::Private { decision: Some(signed.encode().into()), ..mesh::Private::default() });
    assert!(!office.people[1].is_invited(&room));
}

#[test]
fn a_thousand_invitations_leave_two_of_a_host() {
    let mut office = Office::linked(2);
    let rooms: Vec<RoomId> = (0..1_000)
        .map(|n| {
            let room = office.create(0, &format!("room{n}"));
            office.invite(0, &room, 1).unwrap();
            office.now += Duration::from_secs(10);
            office.settle();
            room
        })
        .collect();
    let open: Vec<&RoomId> = rooms.iter().filter(|room| office.people[1].is_invited(room)).collect();
    assert_eq!(open, rooms[998..].iter().collect::<Vec<_>>());
    assert!(office.people[1].machine.kept().rooms.len() == 2);
    let gone = office.people[1].updates.iter().filter(|update| matches!(update, Update::InvitationGone(_))).count();
    assert_eq!(gone, 998, "the screen does not list them any more");
}

#[test]
fn a_burst_of_invitations_does_not_fill_the_screen() {
    let mut office = Office::linked(2);
    for n in 0..100 {
        let room = office.create(0, &format!("room{n}"));
        office.invite(0, &room, 1).unwrap();
        office.settle();
    }
    let told = office.people[1].updates.iter().filter(|update| matches!(update, Update::Invited(_))).count();
    assert_eq!(told, INVITATION_BURST as usize);
}

#[test]
fn an_old_removal_does_not_end_a_new_membership() {
    let (mut office, room) = room_of(3);
    office.kick(0, &room, 2, Vec::new()).unwrap();
    office.settle();
    let old = decision(&office, 1, &room).removal(&key(2)).unwrap();
    office.invite(0, &room, 2).unwrap();
    office.settle();
    office.accept(2, &room);
    office.people[2].changes.clear();
    say(&mut office, 1, 2, mesh::Private { removals: vec![old.encode().into()], ..mesh::Private::default() });
    assert!(office.people[2].changes.is_empty());
    // Nor does one that the owner has not signed.
    let since = decision(&office, 2, &room).members[&key(2)].since;
    let forged = Removal::sign(&identity(1), room, key(2), since);
    say(&mut office, 1, 2, mesh::Private { removals: vec![forged.encode().into()], ..mesh::Private::default() });
    assert!(office.people[2].changes.is_empty());
}

#[test]
fn nobody_leaves_for_somebody_else() {
    let (mut office, room) = room_of(3);
    let since = decision(&office, 0, &room).members[&key(2)].since;
    let mut forged = Leave::sign(&identity(1), room, since, Vec::new());
    forged.node = key(2);
    let forged = mesh::Private { leaves: vec![forged.encode().into()], ..mesh::Private::default() };
    let Frame::Private(read) = mesh::decode(&mesh::encode(&Frame::Private(Box::new(forged)))).unwrap() else {
        panic!()
    };
    assert!(Leave::decode(&read.leaves[0]).is_err());
    // A leave of an earlier membership counts no more.
    office.part(2, &room, Vec::new());
    office.settle();
    office.invite(0, &room, 2).unwrap();
    office.settle();
    office.accept(2, &room);
    office.settle();
    let old = Leave::sign(&identity(2), room, since, Vec::new());
    say(&mut office, 1, 0, mesh::Private { leaves: vec![old.encode().into()], ..mesh::Private::default() });
    assert!(office.people[0].members(&room).contains(&key(2)));
}

#[test]
fn only_members_may_ask_to_invite_someone() {
    let (mut office, room) = room_of(3);
    office.people.push(Person::new(3, &KeptPrivate::default(), 3));
    office.link(0, 3);
    office.settle();
    let ask = |n: usize| mesh::Private {
        requests: vec![mesh::InviteRequest { room, card: card(n).encode().into() }],
        ..mesh::Private::default()
    };
    say(&mut office, 3, 0, ask(3));
    assert!(!office.people[0].members(&room).contains(&key(3)));
    office.kick(0, &room, 2, Vec::new()).unwrap();
    say(&mut office, 1, 0, ask(2));
    assert!(!office.people[0].members(&room).contains(&key(2)), "a friend inside does not bring them back");
    assert!(matches!(office.people[0].updates.last(), Some(Update::InviteAsked { .. })));
}

#[test]
fn a_card_with_another_sealing_key_is_none() {
    let mut card = card(1).write();
    card.sealing_key = SealingKeyOf(2).bytes();
    assert!(Card::read(&card).is_err());
}

struct SealingKeyOf(usize);

impl SealingKeyOf {
    fn bytes(&self) -> Vec<u8> {
        card(self.0).sealing_key().as_bytes().to_vec()
    }
}
