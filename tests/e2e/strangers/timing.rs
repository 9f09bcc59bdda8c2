//! How late honest and own lines are during each attack.

use std::{net::SocketAddr, time::Duration};

use super::{alone, measure::Figures, pair};
use crate::{
    attack::crowd::{Filler, Idle, ManyLogs, churn, fill},
    support::{Ports, seconds, until_passed},
};

/// The longest that 99 of 100 lines may take, on a machine that has nothing else to do.
const HONEST: Duration = Duration::from_millis(250);
const OWN: Duration = Duration::from_millis(100);

/// How many times longer a test waits.
const SLACK: u32 = 10;

/// How long repeatable attacks go on.
const TIME: Duration = seconds(6);

/// Chats during `attack`, which returns how much it did, and checks how late the lines were.
fn chats_through(name: &str, attack: impl FnOnce(SocketAddr) -> u64 + Send) {
    let (_alone, ports) = (alone(), Ports::take());
    let (mut victor, mut bob) = pair(&ports);
    let to = victor.addr();
    let (count, figures) = Figures::during(&mut victor, &mut bob, || attack(to));
    println!("{name} ({count}): {figures} (promised: {HONEST:?} and {OWN:?})");
    assert!(figures.honest.p99 < HONEST * SLACK, "honest lines took {:?}", figures.honest.p99);
    assert!(figures.own.p99 < OWN * SLACK, "own lines took {:?}", figures.own.p99);
    figures.check_memory();
    victor.assert_clean();
    bob.assert_clean();
}

#[test]
fn lines_are_on_time_while_the_table_is_filled() {
    chats_through("64 keys with 64 logs each", |to| ManyLogs::FULL_TABLE.pour(to));
}

#[test]
fn lines_are_on_time_while_long_lines_pour_in() {
    chats_through("long lines", |to| fill(to, 4, TIME, 60_000, Filler::Same));
}

#[test]
fn lines_are_on_time_while_short_lines_pour_in() {
    chats_through("short lines", |to| fill(to, 16, TIME, 100, Filler::Same));
}

#[test]
fn lines_are_on_time_while_new_words_pour_in() {
    chats_through("new words", |to| fill(to, 2, TIME, 60_000, Filler::NewWords));
}

#[test]
fn lines_are_on_time_beside_idle_links() {
    chats_through("100 idle links", |to| {
        let links = Idle::open(to, 100);
        until_passed(TIME);
        links.up() as u64
    });
}

#[test]
fn lines_are_on_time_while_links_come_and_go() {
    chats_through("links that come and go", |to| churn(to, TIME));
}
