//! A node in a pipe: `proximity-chat --headless --json`.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{PATIENCE, Ports, arguments, program};

/// A headless node. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Node {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    _home: TempDir,
}

impl Node {
    /// Starts a node and waits until it listens.
    pub(crate) fn spawn(nick: &str, ports: &Ports) -> Self {
        let home = tempfile::tempdir().expect("a directory for the node");
        let mut child = Command::new(program())
            .args(["--headless", "--json"])
            .args(arguments(nick, ports))
            .env_clear()
            .env("HOME", home.path())
            .current_dir(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the node starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("stdout is piped");
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let shared = Arc::clone(&lines);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                shared.0.lock().expect("no reader panicked").push(line);
                shared.1.notify_all();
            }
        });
        let node = Self { child, stdin, lines, _home: home };
        node.wait_for("listening", |event| event["event"] == "listening");
        node
    }

    /// Sends a line, or a command.
    pub(crate) fn say(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open until the end");
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).expect("the node reads its input");
    }

    /// Its input, for a thread that fills it; [`Node::say`] is over then.
    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().expect("it was not taken before")
    }

    /// Waits until a message with this text from this nick arrived.
    pub(crate) fn wait_message(&self, nick: &str, text: &str) -> Value {
        self.wait_for(text, |event| event["event"] == "message" && event["nick"] == nick && event["text"] == text)
    }

    /// Waits until this peer joined.
    pub(crate) fn wait_peer(&self, nick: &str) -> Value {
        self.wait_for(nick, |event| event["event"] == "peer" && event["nick"] == nick)
    }

    /// How many messages it has got from others, or sent.
    pub(crate) fn messages(&self) -> usize {
        let lines = self.lines.0.lock().expect("no reader panicked");
        lines.iter().filter(|line| parse(line)["event"] == "message").count()
    }

    /// Waits until an event is like this, among the past ones too.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, matches: impl Fn(&Value) -> bool) -> Value {
        let (lines, changed) = &*self.lines;
        let mut looked_at = 0;
        let mut found = None;
        let (seen, _) = changed
            .wait_timeout_while(lines.lock().expect("no reader panicked"), PATIENCE, |lines| {
                found = lines[looked_at..].iter().map(|line| parse(line)).find(&matches);
                looked_at = lines.len();
                found.is_none()
            })
            .expect("no reader panicked");
        let seen = seen.join("\n");
        found.unwrap_or_else(|| panic!("timed out waiting for {what}; the node said:\n{seen}"))
    }

    /// Kills the node as a crash would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the node is ours");
        self.child.wait().expect("the node is ours");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Parsed when asked for: a benchmark lets a node say more than it wants to read.
fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}
