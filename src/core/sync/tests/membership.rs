//! Rooms whose members change: what counts no more disappears everywhere, and what counts comes to all.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::row::*;
use crate::{
    core::{
        log::Writers,
        sync::{Input, Output, Retention, Seal},
    },
    domain::{
        bus::Update,
        model::{EventId, LinkId, NodeId, PrivateRoom, Room, RoomId, RoomName, Text},
    },
    protocol::sealing::{Generation, RoomKey},
};

const ID: RoomId = RoomId([0x33; 32]);

/// Cuts by the number of the person.
type Cuts = Vec<(usize, (u64, u64, EventId))>;

fn room() -> Room {
    Room::Private(PrivateRoom { id: ID, name: RoomName::new("plan").unwrap() })
}

fn generation(n: u8) -> Generation {
    Generation::new(&ID, RoomKey::new(zeroize::Zeroizing::new([n; 32])))
}

impl Row {
    fn member(&self, n: usize) -> NodeId {
        self.peers[n].identity.node()
    }

    /// The seal with so many keys, for these members.
    fn seal(&self, keys: u8, members: &[usize], cuts: &Cuts) -> Seal {
        let cut = |(n, (epoch, seq, id)): &(usize, (u64, u64, EventId))| ((self.member(*n), *epoch), (*seq, *id));
        let cuts: BTreeMap<_, _> = cuts.iter().map(cut).collect();
        let writers = Writers::new(members.iter().map(|n| self.member(*n)).collect::<BTreeSet<_>>(), cuts);
        Seal::new(generation(keys), (1..keys).map(generation), writers)
    }

    fn open_plan(&mut self, n: usize, members: &[usize]) {
        let seal = Some(self.seal(1, members, &Vec::new()));
        self.feed(n, Input::Open { room: room(), id: ID, seal });
    }

    fn reseal(&mut self, n: usize, keys: u8, members: &[usize], cuts: &Cuts) {
        let seal = self.seal(keys, members, cuts);
        self.feed(n, Input::Reseal { id: ID, seal });
    }

    /// Both sides let each other know of the room before either hears anything of it.
    fn admit_both(&mut self, one: usize, other: usize, link: LinkId) {
        self.queue.extend([one, other].map(|n| (n, Input::Admit { link, room: ID })));
        self.run();
    }

    fn plan(&mut self, n: usize, text: &str) {
        self.feed(n, Input::Say { room: room(), text: Text::new(text).unwrap(), action: false });
    }

    /// What one machine holds of the logs of another.
    fn heads(&self, n: usize, of: usize) -> Vec<(u64, u64, EventId)> {
        self.peers[n].sync.ends(&ID, &self.member(of))
    }

    fn cuts(&self, n: usize, of: usize) -> Cuts {
        self.heads(n, of).into_iter().map(|end| (of, end)).collect()
    }

    fn rearranged(&self, n: usize) -> usize {
        self.peers[n].count(|output| matches!(output, Output::Update(Update::Rearranged { room: of }) if *of == room()))
    }
}

/// Three members who are all linked.
fn three() -> (Row, [LinkId; 3]) {
    let mut row = Row::new(3);
    let links = [row.link(0, 1), row.link(0, 2), row.link(1, 2)];
    for n in 0..3 {
        row.open_plan(n, &[0, 1, 2]);
    }
    for (one, other, link) in [(0, 1, links[0]), (0, 2, links[1]), (1, 2, links[2])] {
        row.admit_both(one, other, link);
    }
    row.wait(100);
    (row, links)
}

#[test]
fn lines_above_a_cut_disappear_and_do_not_come_back() {
    let (mut row, links) = three();
    row.plan(2, "counts");
    row.wait(2_000);
    let cuts = row.cuts(0, 2);
    row.plan(2, "too late");
    row.wait(2_000);
    assert_eq!(row.texts(1), ["counts", "too late"]);
    // The owner's decision comes only now.
    row.reseal(0, 2, &[0, 1], &cuts);
    row.feed(0, Input::Exclude { link: links[1], room: ID });
    row.reseal(1, 2, &[0, 1], &cuts);
    assert_eq!([row.texts(0), row.texts(1)], [["counts"], ["counts"]]);
    assert_eq!((row.rearranged(0), row.rearranged(1)), (1, 1));
    // Even over a link that still may know of the room.
    row.plan(2, "and more");
    row.wait(70_000);
    assert_eq!([row.texts(0), row.texts(1)], [["counts"], ["counts"]]);
    row.plan(0, "we go on");
    row.plan(1, "yes");
    row.wait(2_000);
    assert_eq!(row.texts(1), ["counts", "we go on", "yes"]);
    assert_eq!(row.texts(0), row.texts(1));
}

/// The clock reading of the last line that counts is not in memory. Taken for 1970, the log would be too old to offer.
#[test]
fn a_newcomer_gets_what_counts_of_a_cut_log() {
    let mut row = Row::new(3);
    let ages = Retention { age: Some(Duration::from_hours(90 * 24)), lines: None };
    row.peers.iter_mut().for_each(|peer| peer.sync.retention = ages);
    let first = row.link(0, 2);
    for n in [0, 2] {
        row.open_plan(n, &[0, 2]);
    }
    row.admit_both(0, 2, first);
    row.plan(2, "counts");
    row.wait(2_000);
    let cuts = row.cuts(0, 2);
    row.plan(2, "too late");
    row.wait(2_000);
    row.feed(0, Input::Exclude { link: first, room: ID });
    row.reseal(0, 2, &[0, 1], &cuts);
    let later = row.link(0, 1);
    let seal = Some(row.seal(2, &[0, 1], &cuts));
    row.feed(1, Input::Open { room: room(), id: ID, seal });
    row.admit_both(0, 1, later);
    row.wait(2_000);
    assert_eq!(row.texts(1), ["counts"]);
}

/// The members of a room vouch for each other. In an open room, lines of somebody we never met go no further.
#[test]
fn lines_of_members_that_we_never_met_are_passed_on() {
    let mut row = Row::new(4);
    let all = [0, 1, 2, 3];
    // In a row: 0 and 1 met, 1 and 2, 2 and 3.
    let links = [0, 1, 2].map(|n| (n, row.link(n, n + 1)));
    row.peers.iter_mut().for_each(|peer| (peer.people.strangers, peer.people.unmet) = (true, true));
    for n in all {
        row.open_plan(n, &all);
    }
    for (n, link) in links {
        row.admit_both(n, n + 1, link);
    }
    row.plan(0, "from the other end");
    row.wait(10_000);
    assert_eq!(row.texts(3), ["from the other end"]);
}

#[test]
fn a_log_with_another_event_at_its_cut_disappears() {
    let (mut row, _) = three();
    row.plan(2, "one");
    row.plan(2, "two");
    row.wait(2_000);
    let [(of, (epoch, seq, _))] = row.cuts(1, 2)[..] else { panic!("one log") };
    assert_eq!(seq, 2);
    // Its author has signed two events under this number, and the owner has the other one.
    row.reseal(1, 2, &[0, 1], &vec![(of, (epoch, seq, EventId([7; 32])))]);
    assert!(row.texts(1).is_empty());
    assert_eq!(row.rearranged(1), 1);
}

#[test]
fn a_log_that_the_owner_never_saw_counts_nothing() {
    let (mut row, _) = three();
    row.plan(2, "hello");
    row.wait(2_000);
    row.reseal(1, 2, &[0, 1], &Vec::new());
    assert!(row.texts(1).is_empty() && row.heads(1, 2).is_empty());
    row.wait(70_000);
    assert!(row.texts(1).is_empty());
}

#[test]
fn nobody_waits_for_a_cause_that_counts_no_more() {
    let (mut row, links) = three();
    row.feed(0, Input::Exclude { link: links[1], room: ID });
    row.reseal(0, 1, &[0, 1], &Vec::new());
    // A friend inside, who has not heard of the removal, answers somebody who was removed.
    row.plan(2, "question");
    row.wait(2_000);
    row.plan(1, "answer");
    row.wait(1);
    assert_eq!(row.texts(0), ["answer"], "at once");
}

#[test]
fn a_line_under_a_new_key_waits_for_the_decision() {
    let (mut row, _) = three();
    row.reseal(0, 2, &[0, 1, 2], &Vec::new());
    row.plan(0, "under the new key");
    row.wait(1_000);
    assert!(row.texts(1).is_empty());
    row.reseal(1, 2, &[0, 1, 2], &Vec::new());
    row.wait(8_000);
    assert_eq!(row.texts(1), ["under the new key"]);
    row.plan(1, "mine as well");
    row.wait(1_000);
    assert_eq!(row.texts(0), ["under the new key", "mine as well"]);
}

#[test]
fn who_comes_back_goes_on_in_a_new_log() {
    let (mut row, links) = three();
    row.plan(2, "before");
    row.wait(2_000);
    let cuts = row.cuts(0, 2);
    for n in [0, 1] {
        row.reseal(n, 2, &[0, 1], &cuts);
    }
    row.feed(0, Input::Exclude { link: links[1], room: ID });
    row.feed(1, Input::Exclude { link: links[2], room: ID });
    row.feed(2, Input::Close(ID));
    for n in [0, 1] {
        row.reseal(n, 2, &[0, 1, 2], &cuts);
    }
    let seal = Some(row.seal(2, &[0, 1, 2], &cuts));
    row.feed(2, Input::Open { room: room(), id: ID, seal });
    for (one, link) in [(0, links[1]), (1, links[2])] {
        row.admit_both(one, 2, link);
    }
    row.plan(2, "back again");
    row.wait(5_000);
    for n in 0..3 {
        assert_eq!(row.texts(n), ["before", "back again"], "machine {n}");
    }
    assert_eq!(row.heads(0, 2).len(), 2);
}

#[test]
fn what_was_being_written_disappears_as_well() {
    let (mut row, _) = three();
    row.plan(2, "counts");
    row.wait(2_000);
    let cuts = row.cuts(1, 2);
    row.peers[1].stalled = true;
    row.plan(2, "on its way to disk");
    row.wait(10);
    row.reseal(1, 2, &[0, 1], &cuts);
    row.peers[1].stalled = false;
    while !row.peers[1].unanswered.is_empty() {
        row.answer(1, true);
        row.answer(1, false);
    }
    assert_eq!(row.texts(1), ["counts"]);
}

#[test]
fn it_is_the_same_after_a_restart() {
    let (mut row, _) = three();
    row.plan(2, "counts");
    row.wait(2_000);
    let cuts = row.cuts(1, 2);
    row.plan(2, "too late");
    row.wait(2_000);
    // The decision was kept, and the program ended before anything was taken out.
    row.restart(1);
    let seal = Some(row.seal(2, &[0, 1], &cuts));
    row.feed(1, Input::Open { room: room(), id: ID, seal });
    assert_eq!(row.texts(1), ["counts"]);
}

#[test]
fn a_line_goes_to_seven_of_sixty_four() {
    let mut row = Row::new(64);
    let links: Vec<LinkId> = (1..64).map(|n| row.link(0, n)).collect();
    let members: Vec<usize> = (0..8).collect();
    for n in &members {
        row.open_plan(*n, &members);
    }
    for n in 1..8 {
        row.admit_both(0, n, links[n - 1]);
    }
    row.wait(3_000);
    row.told.clear();
    row.wire.clear();
    row.plan(0, "for eight");
    assert_eq!(row.wire.len(), 7, "the others get nothing, not even something else");
    row.wait(5_000);
    let told: BTreeSet<usize> = row.told.iter().filter(|(_, room)| *room == ID).map(|(n, _)| *n).collect();
    assert_eq!(told, (0..8).collect(), "the line, and the receipts for it");
    for n in 0..64 {
        assert_eq!(row.texts(n).len(), usize::from(n < 8), "machine {n}");
    }
}
