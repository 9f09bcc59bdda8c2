//! Copies of a key: restored backups and cloned machines.

mod chance;

use std::collections::BTreeSet;

use super::{
    row::{Peer, Row},
    *,
};
use crate::domain::model::{MessageId, Text};

/// How far a clock is off when what it has dated is said again, in milliseconds.
const DAYS: i64 = 3 * 24 * 60 * 60 * 1_000;

/// Alice (0) and carol (1) share a line, and alice's disk is copied. Returns the copy.
fn backup(row: &mut Row) -> FakeStore {
    let link = row.link(0, 1);
    row.say(0, "shared");
    row.wait(200);
    let copy = row.peers[0].store.clone();
    row.cut(link);
    copy
}

/// A machine starts from this disk. Its clock is as wrong as before.
fn start(row: &mut Row, n: usize, key: u8, seed: u64, store: FakeStore) {
    let ahead = row.peers[n].ahead;
    row.peers[n] = Peer { ahead, ..Peer::with(key, seed, store) };
    row.feed(n, Input::Start);
}

/// Alice (0) has said these lines to carol (1) since her backup, and now starts from the backup.
fn restored(count: u8, lost: impl IntoIterator<Item = impl AsRef<str>>) -> Row {
    let mut row = Row::new(count);
    let copy = backup(&mut row);
    let link = row.link(0, 1);
    for line in lost {
        row.say(0, line.as_ref());
    }
    row.wait(200);
    row.cut(link);
    start(&mut row, 0, 1, 7, copy);
    row
}

/// The number of repeated lines on a machine's disk, including those that are not shown.
fn repetitions(row: &Row, n: usize) -> usize {
    let events = row.peers[n].store.events.values();
    events.filter(|entry| entry.again().is_some()).count()
}

#[test]
fn new_lines_of_a_restored_backup_reach_earlier_readers() {
    let mut row = restored(2, ["lost"]);
    row.say(0, "new");
    row.say(0, "newer");
    row.link(0, 1);
    row.wait(5_000);
    let texts = row.texts(1);
    assert!(texts.ends_with(&["new".to_owned(), "newer".to_owned()]), "{texts:?}");
    assert_eq!(repetitions(&row, 1), 2);
}

#[test]
fn a_disk_failure_in_between_repeats_nothing_twice() {
    let mut row = restored(2, ["lost"]);
    for n in 0..200 {
        row.say(0, &n.to_string());
    }
    // The third batch finds the disk full.
    row.peers[0].store.fails_after = Some(2);
    row.link(0, 1);
    row.wait(500);
    assert!(row.peers[0].sync.is_broken());
    row.peers[0].store.fails_after = None;
    row.wait(5_000);
    let texts = row.texts(1);
    let said: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    assert_eq!((texts[2..].to_vec(), repetitions(&row, 1)), (said, 200));
    let not_sent =
        |output: &Output| matches!(output, Output::Update(Update::Message(m)) if m.delivery == Delivery::NotSent);
    assert_eq!(row.peers[0].count(not_sent), 0, "it is said once more, so nothing is lost");
}

/// The messages on a machine's disk.
fn held(row: &Row, n: usize) -> BTreeSet<MessageId> {
    row.peers[n].store.events.values().map(|entry| MessageId::from(entry.event.id)).collect()
}

/// The messages of a machine that it has reported, in this run, as delivered to somebody else.
fn delivered(row: &Row, n: usize) -> Vec<MessageId> {
    let ids = row.peers[n].said.iter().filter_map(|output| match output {
        Output::Update(Update::Delivery { id, delivered: 1.., .. }) => Some(*id),
        _ => None,
    });
    ids.collect()
}

#[test]
fn a_sequence_number_alone_is_no_receipt() {
    for restarts in [false, true] {
        let mut row = restored(2, ["lost 2", "lost 3"]);
        for n in 2..=9 {
            row.say(0, &format!("new {n}"));
        }
        if restarts {
            // Now the ids of the older lines are only on disk.
            let store = row.peers[0].store.clone();
            start(&mut row, 0, 1, 8, store);
        }
        let own = |row: &Row| {
            row.peers[0].said.iter().any(|output| matches!(output, Output::Notice(HistoryNotice::OwnForked)))
        };
        let link = row.link(0, 1);
        row.wait(10_000);
        assert!(own(&row));
        let (held, told) = (held(&row, 1), delivered(&row, 0));
        assert!(told.len() >= 8 && told.iter().all(|id| held.contains(id)), "{told:?}");
        assert_eq!(row.peers[1].store.events.values().filter(|entry| entry.event.seq > 3).count(), 5);
        row.cut(link);
    }
}

#[test]
fn proving_two_histories_does_not_imply_holding_ours() {
    let mut row = restored(2, ["lost"]);
    row.say(0, "new");
    let second = |row: &Row, n: usize| {
        let entry = row.peers[n].store.events.values().find(|entry| entry.event.seq == 2).unwrap();
        (entry.signed.clone(), MessageId::from(entry.event.id))
    };
    let ((lost, _), (new, id)) = (second(&row, 1), second(&row, 0));
    // Nothing but the proof reaches anybody.
    let link = LinkId::Accepted(row.links.len() as u32 + 1);
    row.lossy = Some(link);
    row.link(0, 1);
    // The disk is still looking up the first of the two events.
    row.peers[0].stalled = true;
    row.feed(0, Input::Batch { link, events: vec![lost, new] });
    row.wait(900);
    assert!(!delivered(&row, 0).contains(&id));
}

#[test]
fn receipts_count_for_events_no_longer_in_memory() {
    let mut row = Row::new(2);
    let link = row.link(0, 1);
    row.say(0, "first");
    row.wait(200);
    row.cut(link);
    for n in 0..200 {
        row.say(0, &n.to_string());
    }
    row.peers[1].stalled = true;
    row.link(0, 1);
    row.wait(1_000);
    let lacking = |output: &Output| match output {
        Output::Update(Update::Lacking(lack)) => Some(lack.iter().map(|lack| lack.lines).sum::<u64>()),
        _ => None,
    };
    assert_eq!(row.peers[0].said.iter().filter_map(lacking).next_back(), Some(200));
}

/// What a machine has on its disk and shows, sorted by text.
fn all(row: &Row, n: usize) -> Vec<String> {
    let mut texts = row.texts(n);
    texts.sort_unstable();
    texts
}

#[test]
fn everybody_gets_both_histories_of_a_restored_backup_once() {
    let mut row = restored(4, ["lost 2", "lost 3"]);
    for n in 2..=4 {
        row.say(0, &format!("new {n}"));
    }
    // Bob has heard the new ones, and will never meet carol.
    let with_bob = row.link(0, 2);
    row.wait(500);
    row.cut(with_bob);
    row.link(0, 1);
    row.wait(5_000);
    let lines = ["lost 2", "lost 3", "new 2", "new 3", "new 4", "shared"];
    assert_eq!((all(&row, 0), all(&row, 1)), (lines.map(str::to_owned).to_vec(), lines.map(str::to_owned).to_vec()));
    assert_eq!(row.texts(0), row.texts(1));
    assert_eq!(repetitions(&row, 1), 3, "what carol has already stays where it is");
    // A newcomer gets them from either.
    row.link(1, 3);
    row.wait(5_000);
    assert_eq!(row.texts(3), row.texts(1));
    // Bob gets what was lost, too.
    row.link(0, 2);
    row.wait(5_000);
    assert_eq!(row.texts(2), row.texts(0));
    row.wait(100_000);
    for n in 0..4 {
        assert_eq!(row.texts(n), row.texts(2), "machine {n}");
    }
}

#[test]
fn two_running_copies_give_all_lines_to_everybody() {
    for order in [[0, 3], [3, 0]] {
        let mut row = Row::new(4);
        let copy = backup(&mut row);
        start(&mut row, 3, 1, 9, copy);
        // One speaks with carol, the other with dave, and neither knows of the other.
        let both = [row.link(0, 1), row.link(3, 2)];
        for n in 0..5 {
            row.say(0, &format!("one {n}"));
            row.say(3, &format!("other {n}"));
        }
        row.wait(500);
        row.cut(both[0]);
        row.cut(both[1]);
        // Carol and dave meet; then one copy comes, and later the other.
        row.link(1, 2);
        row.wait(5_000);
        for n in order {
            let link = row.link(n, 1);
            row.wait(10_000);
            row.say(n, &format!("alone {n}"));
            row.wait(1_000);
            row.cut(link);
        }
        let link = row.link(order[0], 2);
        row.wait(10_000);
        row.cut(link);
        let mut lines: Vec<String> = (0..5).flat_map(|n| [format!("one {n}"), format!("other {n}")]).collect();
        lines.extend(["alone 0", "alone 3", "shared"].map(str::to_owned));
        lines.sort_unstable();
        for n in [1, 2, order[0]] {
            assert_eq!(all(&row, n), lines, "machine {n}, {order:?}");
        }
        assert_eq!(row.texts(1), row.texts(2));
    }
}

#[test]
fn histories_that_parted_long_ago_come_together() {
    let said = |word: &str, count: usize| (0..count).map(|n| format!("{word} {n:03}")).collect::<Vec<_>>();
    let mut row = restored(3, said("lost", 500));
    for line in said("new", 400) {
        row.say(0, &line);
    }
    let link = row.link(0, 1);
    row.wait(200_000);
    assert_eq!(row.texts(0), row.texts(1));
    assert_eq!(row.texts(0), [vec!["shared".to_owned()], said("lost", 500), said("new", 400)].concat());
    assert_eq!(repetitions(&row, 1), 400, "what was said before both parted stays where it is");
    row.cut(link);
    row.link(0, 2);
    row.wait(5_000);
    assert_eq!(row.texts(2), row.texts(1));
}

#[test]
fn late_answers_of_a_slow_disk_repeat_nothing_twice() {
    for seed in 0..100 {
        let mut row = restored(2, ["lost 2", "lost 3"]);
        for n in 2..=4 {
            row.say(0, &format!("new {n}"));
        }
        (row.peers[0].stalled, row.peers[1].stalled) = (true, true);
        row.link(0, 1);
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..8_000 {
            row.wait(1);
            for _ in 0..random.u8(..4) {
                row.answer(random.usize(..2), random.bool());
            }
        }
        let lines = ["shared", "lost 2", "lost 3", "new 2", "new 3", "new 4"];
        for n in 0..2 {
            assert_eq!(row.texts(n), lines, "seed {seed}, machine {n}");
        }
        assert_eq!(repetitions(&row, 1), 3, "seed {seed}");
        let (held, told) = (held(&row, 1), delivered(&row, 0));
        assert!(told.len() >= 3 && told.iter().all(|id| held.contains(id)), "seed {seed}: {told:?}");
    }
}

#[test]
fn linked_peers_get_the_other_history_when_one_is_left() {
    let mut row = restored(3, ["lost 2", "lost 3"]);
    // Bob stays linked, and never meets carol.
    row.link(0, 2);
    for n in 2..=4 {
        row.say(0, &format!("new {n}"));
    }
    row.wait(500);
    row.link(0, 1);
    row.wait(100_000);
    for n in 0..3 {
        assert_eq!(all(&row, n), ["lost 2", "lost 3", "new 2", "new 3", "new 4", "shared"], "machine {n}");
        assert_eq!(row.texts(n), row.texts(0), "machine {n}");
    }
}

#[test]
fn a_history_stays_until_all_of_it_is_said_again() {
    let mut row = restored(2, ["lost"]);
    for line in ["new", "newer", "newest"] {
        row.say(0, line);
    }
    row.peers[0].stalled = true;
    row.link(0, 1);
    let is_own = |(_, request): &(u64, Request)| matches!(request, Request::ReadOwn(_));
    let mut left = 100;
    while !row.peers[0].unanswered.iter().any(is_own) {
        row.answer(0, true);
        row.answer(0, false);
        row.wait(100);
        left -= 1;
        assert!(left > 0, "nothing is said again");
    }
    let read = row.peers[0].unanswered.iter().find_map(|(_, request)| match request {
        Request::ReadOwn(read) => read.from.first().copied(),
        _ => None,
    });
    let (log, from) = read.unwrap();
    // The first of the lines was to be said again for another reason too, and that is done now.
    let (now, peer, mut out) = (row.now, &mut row.peers[0], Vec::new());
    let prev = peer.store.events[&(log, from)].event.prev;
    let cx = &mut Context { people: &peer.people, now, out: &mut out };
    peer.sync.all_said_again(say_again::Lines { log, from, until: from }, prev, false, cx);
    for output in out {
        if let Output::Store { ticket, request } = output {
            peer.unanswered.push((ticket, request));
        }
    }
    row.peers[0].stalled = false;
    while !row.peers[0].unanswered.is_empty() {
        row.answer(0, true);
        row.answer(0, false);
    }
    row.wait(10_000);
    for n in [0, 1] {
        let texts = row.texts(n);
        assert!(
            ["shared", "lost", "new", "newer", "newest"].iter().all(|line| texts.contains(&(*line).to_owned())),
            "{texts:?}"
        );
    }
}

#[test]
fn copies_that_repeat_the_same_line_lose_nothing() {
    let mut row = Row::new(6);
    (row.peers[0].ahead, row.peers[3].ahead) = (-DAYS, -DAYS);
    row.say(0, "early");
    let copy = row.peers[0].store.clone();
    start(&mut row, 3, 1, 9, copy);
    row.say(3, "alone");
    // Each meets two others, goes by their clocks, says again what it has said, and then something else.
    for (copy, [one, other], text) in [(0, [1, 4], "lost"), (3, [2, 5], "new")] {
        let links = [row.link(copy, one), row.link(copy, other)];
        row.wait(1_000);
        row.say(copy, text);
        row.wait(1_000);
        for link in links {
            row.cut(link);
        }
    }
    for other in [1, 2] {
        let link = row.link(3, other);
        row.wait(100_000);
        row.cut(link);
    }
    for n in [1, 2, 3] {
        assert_eq!(all(&row, n), ["alone", "early", "lost", "new"], "machine {n}");
    }
}

#[test]
fn copies_come_together_in_many_rooms() {
    let rooms: Vec<Room> = (0..6).map(|n| Room::named(&format!("room{n}")).unwrap()).collect();
    let id = |room: &Room| room.public_id().unwrap();
    let open = |row: &mut Row, n: usize| {
        for room in &rooms {
            row.feed(n, Input::Open { seal: None, room: room.clone(), id: id(room) });
        }
    };
    let meet = |row: &mut Row| {
        let link = row.link(0, 1);
        // One room after the other, so that each finds used up what the rooms before it have used.
        for room in &rooms {
            row.queue.extend([0, 1].map(|n| (n, Input::Admit { link, room: id(room) })));
            row.run();
            row.wait(2_000);
        }
        link
    };
    let say = |row: &mut Row, text: &str| {
        for (n, room) in rooms.iter().enumerate() {
            let text = Text::new(&format!("{text} {n}")).unwrap();
            row.feed(0, Input::Say { room: room.clone(), text, action: false });
        }
        row.wait(200);
    };
    let mut row = Row::new(2);
    open(&mut row, 0);
    open(&mut row, 1);
    let link = meet(&mut row);
    say(&mut row, "shared");
    let copy = row.peers[0].store.clone();
    say(&mut row, "lost");
    row.cut(link);
    start(&mut row, 0, 1, 7, copy);
    open(&mut row, 0);
    say(&mut row, "new");
    meet(&mut row);
    row.wait(10_000);
    let lines = ["lost", "new", "shared"].iter().flat_map(|text| (0..rooms.len()).map(move |n| format!("{text} {n}")));
    let lines: Vec<String> = lines.collect();
    assert_eq!((all(&row, 0), all(&row, 1)), (lines.clone(), lines));
}
