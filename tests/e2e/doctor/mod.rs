//! `proximity-chat doctor` on networks with one fault, and `discover` on a healthy one.

mod faults;
mod future;
mod looks;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Host, Lab, Node, Tool, schema};

/// How long the doctor may take.
const PROMISED: Duration = Duration::from_secs(10);

/// How many times longer than promised a test waits.
const SLACK: u32 = 10;

/// What a tool of the program printed, one object per line.
struct Printed {
    lines: Vec<Value>,
    success: bool,
}

impl Printed {
    /// The worst finding; none if all is well.
    fn verdict(&self) -> Option<&str> {
        let verdict = self.lines.iter().find(|line| line["event"] == "verdict");
        verdict.unwrap_or_else(|| panic!("no verdict: {:#?}", self.lines))["code"].as_str()
    }

    /// The text of the finding with this code.
    fn text(&self, code: &str) -> &str {
        let finding = self.lines.iter().find(|line| line["event"] == "finding" && line["code"] == code);
        finding.unwrap_or_else(|| panic!("nothing of {code}: {:#?}", self.lines))["text"].as_str().unwrap()
    }
}

/// Runs a tool of the program on a machine of a lab, with the machine's networks open to it.
fn tool(host: &Host, arguments: &[&str]) -> Printed {
    through(&[], host, arguments)
}

/// The same, started through other programs.
fn through(starters: &[&str], host: &Host, arguments: &[&str]) -> Printed {
    let home = TempDir::new().unwrap();
    let mut command = Command::new("ip");
    command.args(["netns", "exec", host.name()]).args(starters).arg(env!("CARGO_BIN_EXE_proximity-chat"));
    command.args(arguments).args(["--lan", "--json"]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home.path());
    let began = Instant::now();
    let done = command.output().unwrap();
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{arguments:?}: {}: {said}", done.status);
    println!("{arguments:?} took {took:?} (promised {PROMISED:?})");
    assert!(took < PROMISED * SLACK, "{took:?}");
    let kind = Tool::of(&[arguments, &["--json"]].concat()).expect("a tool that prints JSON");
    let lines = String::from_utf8(done.stdout).unwrap().lines().map(|line| schema::event(kind, line)).collect();
    Printed { lines, success: done.status.success() }
}

/// A machine to look from, and one that runs a node, on one segment.
fn two(lab: &mut Lab) -> (Host, Host, Node) {
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.30/24"));
    let bob = Node::start(&there.lan("bob", &[]));
    bob.addr();
    (here, there, bob)
}
