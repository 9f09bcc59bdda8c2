//! The program from outside: in a pseudo-terminal, or as a node in a pipe; never the user's directories, never the
//! default ports, and nothing left running.

#![allow(dead_code, unused_imports, reason = "every test binary uses its own part of it")]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "that is how a test fails")]

mod node;
mod ports;
mod term;

pub(crate) use node::Node;
pub(crate) use ports::Ports;
pub(crate) use term::{Builder, Term};

use std::{env, path::PathBuf, time::Duration};

/// How long a condition may take before a test fails: far more than it takes on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The program under test, as an absolute path.
pub(crate) fn program() -> String {
    if let Some(path) = option_env!("CARGO_BIN_EXE_proximity-chat") {
        return path.to_owned();
    }
    // Cargo names it to tests and benchmarks only; examples lie in a folder beside it.
    let here = env::current_exe().expect("this program has a path");
    let path: PathBuf = here.ancestors().nth(2).expect("target/<profile>/examples").join("proximity-chat");
    assert!(path.exists(), "{} is missing: build the program first, in the same profile", path.display());
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The options that keep a copy of the program to `ports` of this machine.
pub(crate) fn arguments(nick: &str, ports: &Ports) -> Vec<String> {
    [
        "--nick",
        nick,
        "--ip",
        "127.0.0.1",
        "--min-port",
        &ports.first().to_string(),
        "--max-port",
        &ports.last().to_string(),
    ]
    .map(ToOwned::to_owned)
    .to_vec()
}
