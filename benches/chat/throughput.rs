//! A burst from one node to four peers, until each of them has printed all of it.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    bare::{self, Role},
    child::Child,
    plain, report,
    support::Ports,
};

const LINES: usize = 20_000;
const PEERS: usize = 4;
const TURNS: u32 = 3;

pub(crate) fn measure() {
    let mut rates = [const { Vec::new() }; 4];
    for _ in 0..TURNS {
        rates[0].push(of(nodes(false)));
        rates[1].push(of(bare()));
        rates[2].push(of(nodes(true)));
        rates[3].push(of(plain_nodes()));
    }
    let [text, bare, json, plain] = rates.map(|mut turns| {
        turns.sort_unstable_by(f64::total_cmp);
        turns[turns.len() / 2]
    });
    // Each line is signed, on disk before it leaves, checked by each peer, and on disk there before it is shown. The
    // bare streams beside it do none of that.
    report::line("to four peers, text, lines/s per peer", format_args!("{text:>9.0}"));
    report::line("to four peers, JSON, lines/s per peer", format_args!("{json:>9.0}"));
    report::line("to four peers, bare streams, lines/s per peer", format_args!("{bare:>9.0}"));
    let what = format!("to four peers, {}, lines/s per peer", plain::name());
    report::line(&what, format_args!("{plain:>9.0}"));
    report::line(&format!("text / {}", plain::name()), format_args!("{:.2}", text / plain));
    report::line("text / bare streams", format_args!("{:.2}", text / bare));
    report::line("JSON / bare streams", format_args!("{:.2}", json / bare));
}

/// Five nodes: four linked to the first.
fn nodes(json: bool) -> (Ports, Child, Vec<Child>) {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(5);
    let mut first = Child::node("first", range.clone(), true);
    first.wait_line("\"listening\"");
    let peers = (0..PEERS).map(|n| Child::node(&format!("peer{n}"), range.clone(), json)).collect();
    for _ in 0..PEERS {
        first.wait_line("\"joined\"");
    }
    (ports, first, peers)
}

/// The same in plain text.
fn plain_nodes() -> (Ports, Child, Vec<Child>) {
    let ports = Ports::take();
    let (first, peers) = plain::link(&ports, 0, u16::try_from(PEERS).unwrap());
    (ports, first, peers)
}

/// One server with four clients.
fn bare() -> (Ports, Child, Vec<Child>) {
    let ports = Ports::take();
    let first = bare::listening(&Role::Server(ports.addr(0)));
    let mut peers: Vec<_> = (0..PEERS).map(|_| bare::start(&Role::Client(ports.addr(0)))).collect();
    for peer in &mut peers {
        peer.wait_line("joined");
    }
    (ports, first, peers)
}

/// Lines per second at the slowest of the peers.
///
/// # Panics
/// When a line is missing, duplicated or out of order.
fn of((_ports, mut first, mut peers): (Ports, Child, Vec<Child>)) -> f64 {
    let text = |n: usize| format!("line {n:06} as long as lines are in a chat");
    let burst = (0..LINES).fold(String::with_capacity(LINES * 48), |burst, n| burst + &text(n) + "\n");
    let last = text(LINES - 1);
    first.discard_output();
    // A pipe holds back its first lines until the node has looked for people. That is not measured here.
    first.write(b"ready\n");
    for peer in &mut peers {
        peer.wait_line("ready");
    }
    let begun = Instant::now();
    let outputs: Vec<(Duration, Vec<u8>)> = thread::scope(|scope| {
        let readers: Vec<_> = peers
            .iter_mut()
            .map(|peer| {
                let last = &last;
                scope.spawn(move || {
                    let output = peer.read_to(last);
                    (begun.elapsed(), output)
                })
            })
            .collect();
        first.write(burst.as_bytes());
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    for (_, output) in &outputs {
        let output = String::from_utf8_lossy(output);
        let mut lines = output.lines().filter(|line| line.contains("line "));
        for n in 0..LINES {
            let line = lines.next().unwrap_or_default();
            assert!(line.contains(&text(n)), "line {n} expected, got {line:?}");
        }
    }
    let slowest = outputs.iter().map(|(took, _)| *took).max().unwrap();
    LINES as f64 / slowest.as_secs_f64()
}
