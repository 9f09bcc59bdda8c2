//! The time from starting the second process to its report that the first one is there.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use crate::{
    bare::{self, Role},
    child::Child,
    report::{self, Times},
    support::Ports,
};

const ROUNDS: u32 = 20;

pub(crate) fn measure() {
    let [mut to_lower, mut to_higher, mut at_once, mut bare] = [(); 4].map(|()| Times::default());
    for _ in 0..ROUNDS {
        to_lower.add(second_after_first(false));
        to_higher.add(second_after_first(true));
        at_once.add(both_at_once());
        bare.add(bare_second());
    }
    report::line("second node, first one has the lower port", &to_lower);
    report::line("second node, first one has the higher port", &to_higher);
    report::line("two started at once, until both say so", &at_once);
    report::line("bare stream, second process", &bare);
    report::ratio("ratio to the bare stream", &to_lower, &bare);
}

/// The first node takes the lower port of two, unless that port is held until it has taken the higher one.
fn second_after_first(higher: bool) -> Duration {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(1);
    let held = higher.then(|| TcpListener::bind(ports.addr(0)).unwrap());
    let mut first = Child::node("first", range.clone(), true);
    first.wait_line("\"listening\"");
    drop(held);
    let begun = Instant::now();
    let mut second = Child::node("second", range, true);
    second.wait_line("\"joined\"");
    let took = begun.elapsed();
    first.wait_line("\"joined\"");
    took
}

fn both_at_once() -> Duration {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(1);
    let begun = Instant::now();
    let mut nodes = ["first", "second"].map(|name| Child::node(name, range.clone(), true));
    for node in &mut nodes {
        node.wait_line("\"joined\"");
    }
    begun.elapsed()
}

fn bare_second() -> Duration {
    let ports = Ports::take();
    let _first = bare::listening(&Role::Server(ports.addr(0)));
    let begun = Instant::now();
    let mut second = bare::start(&Role::Client(ports.addr(0)));
    second.wait_line("joined");
    begun.elapsed()
}
