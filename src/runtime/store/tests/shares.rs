//! Who gives up lines if only a limited number is kept.

use std::collections::BTreeMap;

use super::{
    ask::texts,
    people::{Author, append, guest, memory},
};
use crate::{
    core::log::storage::{Reply, Request, Retain, Write},
    domain::model::{NodeId, Seek, Timestamp},
    runtime::store::Database,
};

fn say(database: &mut Database, author: &mut Author, from: i64, count: i64, text: &str) {
    let events = (from..from + count).map(|at| append(author.say(at, text, Vec::new()), false)).collect();
    database.commit(events).unwrap();
    database.commit(vec![Write::Log(author.state(1))]).unwrap();
}

/// Keeps this many lines. Returns how many of each text are left.
fn keep(database: &mut Database, keep: u64, known: &[&Author]) -> BTreeMap<String, usize> {
    let known: std::collections::BTreeSet<NodeId> = known.iter().map(|author| author.node()).collect();
    let (now, keep) = (Timestamp::from_millis(10_000), Some(keep));
    let before = database.load();
    let reply = database.handle(Request::Retain(Retain { now, before: None, keep, known })).unwrap();
    let after = database.load();
    // The first lines of each log must have gone, and the reported numbers must be right.
    let Reply::Raised { lines, bases, freed } = reply else { panic!("{reply:?}") };
    assert_eq!(lines, before.lines - after.lines);
    for state in &after.logs {
        let seqs: Vec<u64> = database.events(vec![(state.id, 1)], 99_999, usize::MAX).iter().map(|e| e.seq).collect();
        assert!(seqs.iter().copied().eq(state.base..=state.head), "a gap");
    }
    let total = |bytes: &[(_, u64)]| bytes.iter().map(|(_, bytes)| bytes).sum::<u64>();
    assert_eq!(total(&before.bytes) - total(&after.bytes), total(&freed));
    assert!(bases.iter().all(|(log, base)| after.logs.iter().any(|state| (state.id, state.base) == (*log, *base))));
    let mut left = BTreeMap::new();
    for text in texts(&database.seek(Seek::Newest, 9_999).lines) {
        *left.entry(text).or_default() += 1;
    }
    left
}

fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(text, count)| (text.to_owned(), count)).collect()
}

#[test]
fn junk_pushes_out_no_honest_line() {
    let (me, mut honest, mut junk) = (Author::new(1, 5), Author::new(2, 5), Author::new(3, 5));
    let mut database = memory(me.node()).database;
    say(&mut database, &mut honest, 0, 100, "honest");
    say(&mut database, &mut junk, 1_000, 600, "junk");
    assert_eq!(keep(&mut database, 500, &[]), counts([("honest", 100), ("junk", 400)]));
    // Known people lose nothing until strangers have lost everything.
    assert_eq!(keep(&mut database, 120, &[&honest]), counts([("honest", 100), ("junk", 20)]));
    assert_eq!(keep(&mut database, 90, &[&honest]), counts([("honest", 90)]));
}

#[test]
fn strangers_share_one_level_however_many_logs_they_have() {
    let (me, mut one, mut two) = (Author::new(1, 5), Author::new(2, 5), Author::new(3, 5));
    let mut again = Author::new(3, 6);
    let mut database = memory(me.node()).database;
    say(&mut database, &mut one, 0, 40, "one");
    say(&mut database, &mut two, 100, 50, "two, first log");
    say(&mut database, &mut again, 200, 60, "two, second log");
    let guests = (0..70).map(|at| Write::Guest(Box::new(guest(300 + i64::from(at), at, "guest"))));
    database.commit(guests.collect()).unwrap();
    let left = counts([("one", 40), ("two, second log", 40), ("guest", 40)]);
    assert_eq!(keep(&mut database, 120, &[]), left, "the log that ended first goes first");
    assert_eq!(keep(&mut database, 7, &[]).values().sum::<usize>(), 7);
    assert_eq!(keep(&mut database, 0, &[]), counts([]));
}

#[test]
fn own_lines_go_last_but_others_remain_too() {
    let (mut me, mut friend, mut stranger) = (Author::new(1, 5), Author::new(2, 5), Author::new(3, 5));
    let mut database = memory(me.node()).database;
    say(&mut database, &mut me, 0, 100, "mine");
    say(&mut database, &mut friend, 1_000, 100, "friend");
    say(&mut database, &mut stranger, 2_000, 100, "stranger");
    assert_eq!(keep(&mut database, 200, &[&friend]), counts([("mine", 100), ("friend", 100)]));
    // The user's own lines are the oldest. They get half of what is kept.
    assert_eq!(keep(&mut database, 180, &[&friend]), counts([("mine", 90), ("friend", 90)]));
    // Beyond that half, newer own lines are like those of others.
    say(&mut database, &mut me, 5_000, 100, "mine again");
    let left = counts([("mine", 10), ("mine again", 100), ("friend", 90)]);
    assert_eq!(keep(&mut database, 200, &[&friend]), left);
    assert_eq!(keep(&mut database, 1, &[&friend]), counts([("mine again", 1)]));
}

#[test]
fn many_strangers_with_few_lines_keep_their_newest() {
    let me = Author::new(1, 5);
    let mut database = memory(me.node()).database;
    for seed in 2..202 {
        say(&mut database, &mut Author::new(seed, 5), i64::from(seed), 3, "few");
    }
    assert_eq!(keep(&mut database, 401, &[]), counts([("few", 401)]));
    assert_eq!(keep(&mut database, 200, &[]), counts([("few", 200)]));
    assert!(database.load().logs.iter().all(|log| log.base == 3), "everybody keeps the newest");
}
