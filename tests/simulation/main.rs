//! Whole nodes, with real gRPC, TLS and HTTP/2, on a simulated network that fails in every way that a seed can think
//! of: partitions, crashes, power cuts, loss, slowness, clocks that are years off, people who come late and leave. In
//! half of the runs two members are hostile: they do everything that strangers can do to the others.
//!
//! `rules` has what must always hold; `faults` and `hostile` have what goes wrong; `args` has the command line. One
//! process runs one seed, because the trace of a seed must depend on nothing else.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is test code; the lints only know test functions"
)]

mod all_rules;
mod args;
mod backups;
mod disk;
mod faults;
mod fleet;
mod full_disks;
mod host;
mod hostile;
mod net;
mod places;
mod private;
mod rooms;
mod rules;
mod run;
mod speakers;
mod speech;
mod trace;
mod world;

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use args::{Args, USAGE};
use proximity_chat::core::mutant;

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            say(&format!("{error}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    let passed = match args.one {
        Some(seed) => {
            if let [chosen] = args.mutants[..] {
                mutant::choose(chosen);
            }
            run::one(seed, args.nodes_of(seed), args.hostile_of(seed), args.trace)
        }
        None => fleet::run(&args),
    };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a line. A closed pipe is not an error.
fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}
