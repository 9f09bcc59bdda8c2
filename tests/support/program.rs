//! The program under test.

use std::{env, path::PathBuf};

use super::Ports;

/// The program under test, as an absolute path.
pub(crate) fn program() -> String {
    if let Some(path) = option_env!("CARGO_BIN_EXE_proximity-chat") {
        return path.to_owned();
    }
    // Cargo sets the variable only for tests and benchmarks. Examples are in a folder beside the program.
    let here = env::current_exe().expect("this program has a path");
    let path: PathBuf = here.ancestors().nth(2).expect("target/<profile>/examples").join("proximity-chat");
    assert!(path.exists(), "{} is missing: build the program first, in the same profile", path.display());
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The options that limit a copy of the program to `ports` on this machine.
pub(crate) fn arguments(nick: &str, ports: &Ports) -> Vec<String> {
    let (first, last) = (ports.first().to_string(), ports.last().to_string());
    ["--nick", nick, "--ip", "127.0.0.1", "--min-port", &first, "--max-port", &last].map(ToOwned::to_owned).to_vec()
}
