//! Link-up, latency and throughput of real nodes on loopback, beside a bare tonic stream that does the same.
//!
//! `PLAIN_BINARY=path` names a program whose own nodes talk in plain text, as release 0.1.0 did. It is then measured in
//! turns with this one. Without it, the plain link is one to a reference node.
//!
//! Compare within one run only: wake-ups across processor cores make absolute times jump between runs. Each figure with
//! a bare counterpart is therefore measured in turns with it. Everything takes four minutes; `cargo bench --bench chat
//! latency` runs only what has that word in its name.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark reports on standard output and ends at the first thing that is wrong"
)]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../../tests/e2e/attack/mod.rs"]
mod attack;
mod bare;
mod child;
mod crowd;
mod handshake;
mod history;
mod idle;
mod latency;
mod link_up;
mod plain;
mod private_rooms;
mod report;
mod throughput;

#[path = "../../tests/support/mod.rs"]
mod support;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let Some(role) = bare::Role::from_arguments(&arguments) {
        return bare::run(&role);
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("Nothing is measured outside `cargo bench`.");
        return;
    }
    let wanted: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let benches: [(&str, fn()); 8] = [
        ("handshake", handshake::measure),
        ("crowd", crowd::measure),
        ("link-up", link_up::measure),
        ("latency", latency::measure),
        ("throughput", throughput::measure),
        ("idle", idle::measure),
        ("history", history::measure),
        ("private rooms", private_rooms::measure),
    ];
    for (name, measure) in benches {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            println!("\n{name}");
            measure();
        }
    }
}
