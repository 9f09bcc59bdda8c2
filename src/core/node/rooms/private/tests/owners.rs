//! Owners that have been restored from a backup, or run twice.

use super::*;

#[test]
fn an_owner_from_a_backup_learns_what_was_decided() {
    let (mut office, room) = room_of(3);
    let backup = office.people[0].machine.kept();
    office.kick(0, &room, 2, vec![cut(7, 5)]).unwrap();
    office.settle();
    let after = office.people[1].open[&room].clone();
    office.restart(0, &backup, 50);
    office.settle();
    for n in [0, 1] {
        assert_eq!(office.people[n].members(&room), BTreeSet::from([key(0), key(1)]));
        assert!(!office.people[n].takes(&room, 2, 7, 6));
    }
    assert_eq!(office.people[1].open[&room], after, "nothing new was decided");
}

#[test]
fn what_an_owner_decides_from_a_backup_holds_besides() {
    let (mut office, room) = room_of(5);
    let backup = office.people[0].machine.kept();
    office.kick(0, &room, 4, vec![cut(7, 5)]).unwrap();
    office.settle();
    // Nobody is there when the owner goes on from the backup.
    for n in 1..5 {
        office.unlink(0, n);
    }
    office.restart(0, &backup, 51);
    office.kick(0, &room, 3, vec![cut(7, 9)]).unwrap();
    for n in 1..5 {
        office.link(0, n);
    }
    office.settle();
    for n in 0..3 {
        let person = &office.people[n];
        assert_eq!(person.members(&room), BTreeSet::from([key(0), key(1), key(2)]), "person {n}");
        assert!(!person.takes(&room, 3, 7, 10) && !person.takes(&room, 4, 7, 6));
        assert!(person.takes(&room, 3, 7, 9) && person.takes(&room, 4, 7, 5));
    }
}

#[test]
fn two_copies_of_an_owner_agree() {
    let (mut office, room) = room_of(4);
    let copy = office.people[0].machine.kept();
    office.unlink(0, 2);
    office.unlink(0, 3);
    office.kick(0, &room, 2, Vec::new()).unwrap();
    office.settle();
    let ours = office.people[0].machine.kept();
    // The copy has met the others, and removed somebody else.
    office.unlink(0, 1);
    office.restart(0, &copy, 52);
    office.link(0, 3);
    office.kick(0, &room, 1, Vec::new()).unwrap();
    office.settle();
    // The first one comes back and meets those who know the other.
    office.unlink(0, 3);
    office.restart(0, &ours, 53);
    for n in 1..4 {
        office.link(0, n);
    }
    office.settle();
    for n in [0, 3] {
        assert_eq!(office.people[n].members(&room), BTreeSet::from([key(0), key(3)]), "person {n}");
    }
    assert!(office.share(&room, 0, 3));
}
