//! Inviting, joining, leaving and removing, one step after the other.

use super::*;

#[test]
fn the_invited_know_nothing_before_they_join() {
    let mut office = Office::linked(3);
    let room = office.create(0, "plan");
    office.invite(0, &room, 1).unwrap();
    office.settle();
    assert!(matches!(&office.people[1].updates[..], [Update::Invited(invitation)]
        if invitation.room.name == name("plan") && invitation.owner == key(0) && invitation.members == 1));
    assert!(office.people[1].open.is_empty() && !office.share(&room, 0, 1));
    assert!(office.people[2].updates.is_empty(), "nobody else hears of it");
    office.accept(1, &room);
    office.settle();
    assert!(office.share(&room, 0, 1) && office.people[0].takes(&room, 1, 1, 9));
    assert!(!office.people[0].takes(&room, 2, 1, 1));
}

#[test]
fn an_invitation_waits_and_any_member_hands_it_over() {
    let mut office = Office::linked(3);
    office.unlink(0, 2);
    office.unlink(1, 2);
    let room = office.create(0, "plan");
    office.invite(0, &room, 1).unwrap();
    office.settle();
    office.accept(1, &room);
    office.invite(0, &room, 2).unwrap();
    office.settle();
    office.unlink(0, 1);
    office.link(1, 2);
    office.settle();
    assert!(office.people[2].is_invited(&room));
    office.accept(2, &room);
    office.settle();
    assert!(office.share(&room, 1, 2));
}

#[test]
fn a_refused_invitation_never_comes_back() {
    let mut office = Office::linked(2);
    let room = office.create(0, "plan");
    office.invite(0, &room, 1).unwrap();
    office.settle();
    office.act(1, |machine, out| machine.decline(&room, out));
    let kept = office.people[1].machine.kept();
    office.restart(1, &kept, 9);
    office.invite(0, &room, 1).unwrap_err();
    office.settle();
    assert!(!office.people[1].is_invited(&room) && office.people[1].updates.is_empty());
}

#[test]
fn a_member_asks_the_owner_to_invite() {
    let (mut office, room) = room_of(2);
    office.people.push(Person::new(2, &KeptPrivate::default(), 2));
    office.link(1, 2);
    office.unlink(0, 1);
    office.invite(1, &room, 2).unwrap();
    office.settle();
    assert!(matches!(office.people[1].updates.last(), Some(Update::InviteRequested { .. })));
    assert!(!office.people[2].is_invited(&room), "the owner is away");
    let kept = office.people[1].machine.kept();
    office.restart(1, &kept, 9);
    office.link(0, 1);
    office.settle();
    assert!(office.people[2].is_invited(&room));
    office.accept(2, &room);
    office.settle();
    assert!(office.share(&room, 1, 2));
}

#[test]
fn an_owner_who_wants_to_be_asked_is_asked() {
    let mut office = Office::linked(3);
    let room = office.act(0, |machine, out| machine.create(name("plan"), true, out)).unwrap().id;
    office.invite(0, &room, 1).unwrap();
    office.settle();
    office.accept(1, &room);
    office.invite(1, &room, 2).unwrap();
    office.settle();
    assert!(!office.people[2].is_invited(&room));
    let asked = Update::InviteAsked { room: PrivateRoom { id: room, name: name("plan") }, by: key(1), who: key(2) };
    assert!(office.people[0].updates.contains(&asked));
}

#[test]
fn the_removed_are_told_and_write_no_more() {
    let (mut office, room) = room_of(3);
    office.kick(0, &room, 2, vec![cut(7, 5)]).unwrap();
    office.settle();
    assert_eq!(
        office.people[2].changes,
        [Change { room: PrivateRoom { id: room, name: name("plan") }, because: LeftBecause::Removed { by: key(0) } }]
    );
    for n in [0, 1] {
        let person = &office.people[n];
        assert_eq!(person.members(&room), BTreeSet::from([key(0), key(1)]));
        assert!(person.takes(&room, 2, 7, 5) && !person.takes(&room, 2, 7, 6) && !person.takes(&room, 2, 8, 1));
        assert!(!person.admitted.contains(&(room, 2)));
    }
    assert!(office.people[2].open.is_empty());
    let keys = |n: usize| office.people[n].open[&room].newest().id();
    assert_eq!(keys(0), keys(1), "those who stay have another key");
}

#[test]
fn who_comes_back_is_heard_by_those_who_removed_them() {
    let (mut office, room) = room_of(3);
    office.kick(0, &room, 2, Vec::new()).unwrap();
    office.settle();
    office.invite(0, &room, 2).unwrap();
    office.settle();
    assert!(!office.people[0].admitted.contains(&(room, 2)), "they have not joined yet");
    office.accept(2, &room);
    office.settle();
    assert!(office.share(&room, 0, 2) && office.share(&room, 1, 2));
}

#[test]
fn who_left_is_gone_for_all_also_without_the_owner() {
    let (mut office, room) = room_of(3);
    office.unlink(0, 1);
    office.unlink(0, 2);
    office.part(2, &room, vec![cut(7, 5)]);
    office.settle();
    assert!(office.people[1].takes(&room, 2, 7, 5) && !office.people[1].takes(&room, 2, 7, 6));
    assert!(!office.share(&room, 1, 2));
    // The owner hears it from another member, and makes another key.
    office.link(0, 1);
    office.settle();
    assert_eq!(office.people[0].members(&room), BTreeSet::from([key(0), key(1)]));
    assert!(office.people[0].takes(&room, 2, 7, 5) && !office.people[0].takes(&room, 2, 7, 6));
    assert!(office.people[2].machine.rooms[&room].state != State::Joined);
    // Back only by another invitation.
    office.link(0, 2);
    office.settle();
    assert!(!office.people[2].is_invited(&room));
    office.invite(0, &room, 2).unwrap();
    office.settle();
    office.accept(2, &room);
    office.settle();
    assert!(office.share(&room, 1, 2) && office.people[1].takes(&room, 2, 8, 1));
    assert!(!office.people[1].takes(&room, 2, 7, 6), "the log that was cut stays cut");
}

#[test]
fn who_comes_later_reads_what_was_said_under_earlier_keys() {
    let (mut office, room) = room_of(4);
    let first = office.people[0].open[&room].newest().clone();
    office.kick(0, &room, 3, Vec::new()).unwrap();
    office.kick(0, &room, 2, Vec::new()).unwrap();
    office.settle();
    office.invite(0, &room, 2).unwrap();
    office.settle();
    office.accept(2, &room);
    office.settle();
    let charter = &office.people[2].machine.rooms[&room].charter;
    assert_eq!(charter.key_of(&first.id()).unwrap().as_bytes(), first.key().as_bytes());
}

#[test]
fn all_is_as_it_was_after_a_restart() {
    let (mut office, room) = room_of(3);
    office.unlink(0, 1);
    office.part(2, &room, vec![cut(7, 5)]);
    office.settle();
    for n in 0..3 {
        let (before, kept) = (office.people[n].open.clone(), office.people[n].machine.kept());
        office.restart(n, &kept, 100 + n as u8);
        office.settle();
        assert_eq!(office.people[n].open, before, "person {n}");
        assert_eq!(office.people[n].machine.kept(), kept, "person {n}");
    }
}

#[test]
fn a_room_without_its_owner_is_made_anew() {
    let (mut office, old) = room_of(4);
    for n in 1..4 {
        office.unlink(0, n);
    }
    let new = office.act(1, |machine, out| machine.renew(&old, out)).unwrap().id;
    office.settle();
    for n in [2, 3] {
        assert!(office.people[n].is_invited(&new));
        office.accept(n, &new);
    }
    office.settle();
    assert!(office.share(&new, 2, 3) && new != old);
    assert_eq!(office.people[3].members(&new).len(), 4, "the owner of the old room is invited, too");
    assert_eq!(office.act(0, |machine, out| machine.renew(&old, out)), Err(Refusal::Owner));
}
