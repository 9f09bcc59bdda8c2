//! Machines whose clocks are wrong.

use super::*;
use crate::domain::model::RoomId;
use crate::{
    core::log::storage::{Dating, LogEntry, Retain},
    domain::bus::HistoryNotice,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far off clocks are in these tests, in both directions.
const OFF: [i64; 5] = [3 * MINUTE, 10 * MINUTE, HOUR, 3 * DAY, 3_650 * DAY];

fn both_directions() -> impl Iterator<Item = i64> {
    OFF.into_iter().flat_map(|off| [off, -off])
}

/// Machines that are all linked to each other. The clock of the last one is `off` milliseconds ahead.
fn room(count: usize, off: i64) -> Row {
    let mut row = Row::new(count as u8);
    row.peers[count - 1].ahead = off;
    for one in 0..count {
        for other in 0..one {
            row.link(one, other);
        }
    }
    row
}

fn last(row: &Row, n: usize) -> String {
    row.texts(n).pop().unwrap()
}

/// How often our user was told that their clock is off.
fn told(row: &Row, n: usize) -> usize {
    row.peers[n].count(|output| matches!(output, Output::Notice(HistoryNotice::ClockOff { .. })))
}

#[test]
fn a_new_line_is_last_everywhere_whatever_the_clocks_show() {
    for off in both_directions() {
        for count in [2, 3] {
            let mut row = room(count, off);
            for round in 0..5 {
                for n in 0..count {
                    let text = format!("{round} of {n}");
                    row.say(n, &text);
                    row.wait(200);
                    for reader in 0..count {
                        assert_eq!(last(&row, reader), text, "{off} ms, {count} machines, reader {reader}");
                    }
                }
            }
            if count == 3 {
                assert_eq!((row.texts(0), row.texts(0)), (row.texts(1), row.texts(2)), "{off} ms");
            }
        }
    }
}

#[test]
fn only_the_user_of_a_wrong_clock_is_told_once() {
    for off in both_directions() {
        let mut row = room(3, off);
        row.wait(600_000);
        assert_eq!([told(&row, 0), told(&row, 1), told(&row, 2)], [0, 0, 1], "{off} ms");
    }
    let mut row = room(3, MINUTE);
    row.wait(600_000);
    assert_eq!(told(&row, 2), 0, "a minute is not worth a word");
}

#[test]
fn a_clock_off_by_ten_minutes_is_marked_for_others() {
    let marks = |row: &Row, n: usize| -> Vec<Option<i64>> {
        let update = |output: &Output| match output {
            Output::Update(Update::PeerClock { ahead_ms, .. }) => Some(*ahead_ms),
            _ => None,
        };
        row.peers[n].said.iter().filter_map(update).collect()
    };
    for off in both_directions() {
        let mut row = room(3, off);
        row.wait(600_000);
        let marked = if off.abs() < 10 * MINUTE { vec![] } else { vec![Some(off)] };
        assert_eq!([marks(&row, 0), marks(&row, 1), marks(&row, 2)], [marked.clone(), marked, vec![]], "{off} ms");
    }
}

#[test]
fn misplaced_lines_are_moved_when_others_correct_the_clock() {
    let mut row = Row::new(3);
    row.peers[2].ahead = 3 * DAY;
    row.say(2, "alone");
    row.say(2, "still alone");
    let wrong = row.peers[2].sync.logs.own(&RoomId::LOBBY).unwrap();
    row.say(0, "a question");
    row.wait(10);
    row.say(1, "another");
    row.link(0, 1);
    row.link(0, 2);
    row.link(1, 2);
    row.wait(5_000);
    row.say(2, "I see");
    row.wait(5_000);
    assert_ne!(row.peers[2].sync.logs.own(&RoomId::LOBBY), Some(wrong), "it could not be continued");
    let shown = |n: usize| {
        let mut texts = row.texts(n);
        // What is said again is shown once, but the store in memory gives both.
        texts.dedup();
        texts
    };
    for n in 0..3 {
        assert_eq!(shown(n)[..2], ["a question", "another"], "{n}");
        assert_eq!(shown(n)[shown(n).len() - 3..], ["alone", "still alone", "I see"], "{n}");
    }
    let rearranged = |output: &Output| matches!(output, Output::Update(Update::Rearranged { .. }));
    assert_eq!([0, 1, 2].map(|n| row.peers[n].count(rearranged)), [0, 0, 1]);
}

#[test]
fn undelivered_lines_are_repeated_when_our_clock_proves_wrong() {
    for off in [-3_650 * DAY, -3 * DAY, 3 * DAY, 3_650 * DAY] {
        let mut row = Row::new(3);
        row.peers[2].ahead = off;
        row.say(2, "alone");
        row.say(0, "a question");
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            row.link(one, other);
        }
        row.wait(5_000);
        for n in 0..3 {
            assert_eq!(last(&row, n), "alone", "{off} ms, {n}");
        }
        let repeated = row.peers[0].store.events.values().filter_map(LogEntry::again);
        assert_eq!(repeated.count(), 1, "{off} ms");
    }
}

#[test]
fn setting_a_clock_during_links_does_not_change_the_order() {
    for off in both_directions() {
        let mut row = room(3, 0);
        for round in 0..6 {
            row.peers[2].ahead = if round % 2 == 0 { off } else { 0 };
            for n in 0..3 {
                let text = format!("{round} of {n}");
                row.say(n, &text);
                row.wait(2_500);
                for reader in 0..3 {
                    assert_eq!(last(&row, reader), text, "{off} ms, reader {reader}");
                }
            }
        }
        assert_eq!((row.texts(0), row.texts(0)), (row.texts(1), row.texts(2)), "{off} ms");
    }
}

#[test]
fn a_line_far_ahead_is_forwarded_marked_and_plausibly_timed() {
    let mut row = Row::new(3);
    row.peers[0].ahead = 3 * DAY;
    row.peers[0].people.strangers = true;
    row.link(0, 1);
    row.link(1, 2);
    row.say(0, "from the future");
    row.wait(5_000);
    for n in [1, 2] {
        let lines = row.peers[n].store.lines();
        assert_eq!((lines.len(), lines[0].dating), (1, Dating::Ahead));
        let late = row.now.wall.as_millis() - lines[0].shown.as_millis();
        assert!((0..10_000).contains(&late), "{late} ms");
    }
}

/// Whether the store was last asked to forget by age, if it was asked to forget anything.
fn forgets(outputs: &[(u64, Request)]) -> Option<bool> {
    outputs.iter().rev().find_map(|(_, request)| match request {
        Request::Retain(Retain { before, .. }) => Some(before.is_some()),
        _ => None,
    })
}

/// Whether a machine forgets by age within a minute. Its clock is `own` milliseconds ahead and showed `last_run` more
/// in the last run. It is linked to people whose clocks are ahead by `aheads`.
fn forgets_beside(own: i64, aheads: &[i64], last_run: Option<i64>) -> Option<bool> {
    let mut row = Row::new(1 + aheads.len() as u8);
    let wall = |ms: i64| Timestamp::from_millis(row.now.wall.as_millis() + own + ms);
    let run = last_run.map(|ms| LastRun { showed: wall(ms), jumped: None });
    let peer = &mut row.peers[0];
    peer.ahead = own;
    peer.sync.retention = Retention { age: Some(Duration::from_hours(90 * 24)), lines: Some(1_000) };
    peer.sync.run = TrustedRun::new(run);
    let start = row.now;
    row.peers[0].feed(Input::Start, start);
    for (n, ahead) in aheads.iter().enumerate() {
        row.peers[n + 1].ahead = *ahead;
        row.link(0, n + 1);
    }
    row.peers[0].stalled = true;
    row.wait(60_000);
    forgets(&row.peers[0].unanswered)
}

#[test]
fn a_contradicted_or_jumped_clock_forgets_nothing() {
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(forgets_beside(0, &[], None), yes);
    assert_eq!(forgets_beside(0, &[], Some(-20 * DAY)), yes, "after a holiday");
    assert_eq!(forgets_beside(0, &[], Some(-365 * DAY)), no);
    assert_eq!(forgets_beside(0, &[0], Some(-365 * DAY)), no, "in the first week after a jump that was right");
    assert_eq!(forgets_beside(365 * DAY, &[0], Some(-DAY)), no, "somebody contradicts");
    assert_eq!(forgets_beside(0, &[-HOUR, HOUR], Some(-DAY)), yes);
}
