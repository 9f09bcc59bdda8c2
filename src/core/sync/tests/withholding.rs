//! Who gets what was said earlier on a network.

use std::sync::Arc;

use super::*;
use crate::{core::networks::Standing, domain::model::NodeId};

/// The machine is on the network again, where these people are known.
fn come_back(row: &mut Row, n: usize, certain: bool, known: &[NodeId]) {
    let known = Arc::new(known.iter().copied().collect());
    row.feed(n, Input::Standing(Standing { certain, known, stay: 7, shared: false }));
}

fn withheld(row: &Row, n: usize) -> Option<usize> {
    let updates = row.peers[n].said.iter().filter_map(|output| match output {
        Output::Update(Update::Withheld(people)) => Some(people.len()),
        _ => None,
    });
    updates.last()
}

fn node(row: &Row, n: usize) -> NodeId {
    row.peers[n].identity.node()
}

/// Machine 0 has said a line at the office and is there again, where these machines are known.
fn back_at_the_office(count: u8, certain: bool, known: &[usize]) -> Row {
    let mut row = Row::new(count);
    row.say(0, "said at the office");
    let known: Vec<NodeId> = known.iter().map(|n| node(&row, *n)).collect();
    come_back(&mut row, 0, certain, &known);
    row
}

#[test]
fn newcomers_get_only_what_is_said_from_now_on() {
    let mut row = back_at_the_office(2, true, &[]);
    row.link(0, 1);
    row.say(1, "from the newcomer");
    row.say(0, "said today");
    row.wait(5_000);
    assert_eq!(row.texts(1), ["from the newcomer", "said today"]);
    assert_eq!(row.texts(0).len(), 3);
    assert_eq!(withheld(&row, 0), Some(1));
    let office = row.peers[0].shown()[0].id;
    let told = |output: &Output| matches!(output, Output::Update(Update::Delivery { id, delivered: 1.., .. }) if *id == office);
    assert_eq!(row.peers[0].count(told), 0, "who has later lines has not got that one");
}

#[test]
fn colleagues_get_all_and_vouch_for_newcomers_on_certain_networks() {
    for certain in [true, false] {
        let mut row = back_at_the_office(3, certain, &[1]);
        row.link(0, 2);
        row.wait(2_000);
        assert_eq!(row.texts(2).len(), 0);
        row.link(0, 1);
        row.wait(5_000);
        assert_eq!(row.texts(1), ["said at the office"], "{certain}");
        assert_eq!(row.texts(2).len(), usize::from(certain), "two colleagues can meet anywhere");
        assert_eq!(withheld(&row, 0), Some(usize::from(!certain)));
    }
}

#[test]
fn the_user_can_give_the_history_to_everybody() {
    let mut row = back_at_the_office(2, false, &[]);
    row.link(0, 1);
    row.wait(2_000);
    assert_eq!(row.texts(1).len(), 0);
    row.feed(0, Input::Standing(Standing { certain: false, known: Arc::default(), stay: 7, shared: true }));
    row.wait(5_000);
    assert_eq!((row.texts(1), withheld(&row, 0)), (vec!["said at the office".to_owned()], Some(0)));
}

#[test]
fn delivery_does_not_wait_for_withheld_lines() {
    let mut row = back_at_the_office(2, true, &[]);
    row.link(0, 1);
    row.say(0, "said today");
    row.wait(5_000);
    let lacking = row.peers[0].said.iter().rev().find_map(|output| match output {
        Output::Update(Update::Lacking(lacking)) => Some(lacking.clone()),
        _ => None,
    });
    assert_eq!(lacking.unwrap_or_default(), []);
}

#[test]
fn a_withheld_log_is_still_continued_by_a_stranger() {
    let mut row = Row::new(3);
    let link = row.link(0, 1);
    for n in 0..3 {
        row.say(1, &format!("bob {n}"));
    }
    row.wait(2_000);
    // The third machine has heard more from bob, and is a stranger here.
    row.link(1, 2);
    row.wait(2_000);
    row.cut(link);
    row.say(1, "bob 3");
    row.wait(2_000);
    come_back(&mut row, 0, true, &[]);
    row.link(0, 2);
    row.wait(8_000);
    assert_eq!(row.texts(0).last().map(String::as_str), Some("bob 3"));
}
