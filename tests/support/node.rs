//! The program itself, headless.

use std::{
    net::SocketAddr,
    ops::{Deref, DerefMut, RangeInclusive},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{PATIENCE, Process, Setup, Tool, schema};

/// A running node. It has all methods of [`Process`].
pub(crate) struct Node {
    pub(crate) nick: String,
    process: Process,
    started: Instant,
    setup: Setup,
    home: Arc<TempDir>,
}

impl Node {
    /// Starts a node, without waiting for anything.
    pub(crate) fn start(setup: &Setup) -> Self {
        Self::start_at(&Arc::new(TempDir::new().unwrap()), setup)
    }

    /// Starts a node with an existing home directory.
    pub(crate) fn start_at(home: &Arc<TempDir>, setup: &Setup) -> Self {
        let started = Instant::now();
        let process = Process::start(&setup.nick, &mut setup.command(home));
        Self { nick: setup.nick.clone(), process, started, setup: setup.clone(), home: Arc::clone(home) }
    }

    /// Starts the same node again after it has ended: the same person on the same machine.
    pub(crate) fn start_again(self) -> Self {
        let home = self.home();
        self.start_again_from(&home)
    }

    /// The same, with this copy of its home directory.
    pub(crate) fn start_again_from(self, home: &Arc<TempDir>) -> Self {
        let setup = self.setup.clone();
        drop(self);
        Self::start_at(home, &setup)
    }

    /// When it was started, before the program was loaded.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The directory with everything that it keeps.
    pub(crate) fn home(&self) -> Arc<TempDir> {
        Arc::clone(&self.home)
    }

    /// What `proximity-chat log` prints for the lobby. The node may be running.
    pub(crate) fn log(&self, options: &[&str]) -> String {
        let done = self.setup.log_command(&self.home, options).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}: log {options:?}: {}: {said}", self.nick, done.status);
        String::from_utf8(done.stdout).unwrap()
    }

    /// All lines of its history, in the order in which they are shown.
    pub(crate) fn history(&self) -> Vec<Value> {
        self.log(&["--json"]).lines().map(|line| schema::event(Tool::Log, line)).collect()
    }

    /// The texts of its history, in the order in which they are shown.
    pub(crate) fn history_texts(&self) -> Vec<String> {
        self.history().iter().map(|line| line["text"].as_str().expect("a line has a text").to_owned()).collect()
    }

    /// The hash of its history. Two nodes with the same hash show the same.
    pub(crate) fn hash(&self) -> String {
        let hash = self.log(&["--hash"]);
        assert!(hash.trim().len() >= 32, "{hash:?} is no hash");
        hash
    }

    /// Waits until one of its own lines is on disk, and returns the line's id.
    pub(crate) fn wait_own(&self, text: &str) -> String {
        let own = |e: &&Value| e["event"] == "message" && e["own"] == true && e["text"] == text;
        let id = |events: &[Value]| events.iter().find(own)?["id"].as_str().map(str::to_owned);
        self.wait(&format!("its own {text:?}"), PATIENCE, id).0
    }

    /// Waits until `delivered` of `of` peers have one of its messages.
    pub(crate) fn wait_delivered(&self, id: &str, delivered: u32, of: u32) -> Duration {
        let last = |e: &&Value| e["event"] == "delivery" && e["id"] == id;
        self.wait(&format!("{id} delivered to {delivered} of {of}"), PATIENCE, |events| {
            let last = events.iter().rev().find(last)?;
            (last["delivered"] == delivered && last["of"] == of).then_some(())
        })
        .1
    }

    /// Starts a node on loopback and waits until it listens.
    pub(crate) fn listening(nick: &str, ports: RangeInclusive<u16>) -> Self {
        let node = Self::start(&Setup::new(nick, ports));
        node.addr();
        node
    }

    /// Where it listens. Waits until it does.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.wait("listening", PATIENCE, |events| {
            events.iter().find(|e| e["event"] == "listening")?["addr"].as_str()?.parse().ok()
        })
        .0
    }

    /// Its key in hex, by which others know it.
    pub(crate) fn id(&self) -> String {
        let node = |e: &Value| (e["event"] == "listening").then(|| e["node"].as_str().map(str::to_owned));
        let listening = self.wait("listening", PATIENCE, |events| events.iter().find_map(node));
        listening.0.expect("a node says its key")
    }

    /// Waits until `peer` (a key, or an id such as `guest:127.0.0.1:4566`) is present.
    pub(crate) fn wait_peer(&self, peer: &str) -> Duration {
        self.wait(&format!("{peer} joined"), PATIENCE, |events| present(events).contains(&peer).then_some(())).1
    }

    /// Waits until a peer with this name has come.
    pub(crate) fn wait_nick(&self, nick: &str) {
        let wanted = |e: &&Value| e["event"] == "peer" && e["nick"] == nick;
        self.wait(&format!("{nick} joined"), PATIENCE, |events| events.iter().find(wanted).map(drop));
    }

    /// Waits until the number of present peers is `count`.
    pub(crate) fn wait_peers(&self, count: usize) -> Duration {
        self.wait_peers_within(count, PATIENCE)
    }

    /// The same with another deadline.
    pub(crate) fn wait_peers_within(&self, count: usize, deadline: Duration) -> Duration {
        self.wait(&format!("{count} peers"), deadline, |events| (present(events).len() == count).then_some(())).1
    }

    /// When `peer` first joined.
    pub(crate) fn joined_at(&self, peer: &str) -> Option<Instant> {
        self.first_at(|event| event["change"] == "joined" && event["peer"] == peer)
    }

    /// Waits until `peer` is gone, and returns the reason and the time it took.
    pub(crate) fn wait_left(&self, peer: &str, deadline: Duration) -> (String, Duration) {
        self.wait(&format!("{peer} left"), deadline, |events| {
            if present(events).contains(&peer) {
                return None;
            }
            let left = events.iter().rev().find(|e| e["change"] == "left" && e["peer"] == peer)?;
            left["reason"].as_str().map(str::to_owned)
        })
    }

    /// Waits for a message with this text by somebody else, and returns it.
    pub(crate) fn wait_text(&self, text: &str) -> Value {
        self.wait(&format!("message {text:?}"), PATIENCE, |events| {
            events.iter().find(|e| is_theirs(e) && e["text"] == text).cloned()
        })
        .0
    }

    /// Waits for a message with this text under this name, which may be its own.
    pub(crate) fn wait_said(&self, nick: &str, text: &str) {
        let wanted = |e: &&Value| e["event"] == "message" && e["nick"] == nick && e["text"] == text;
        self.wait(&format!("{text:?} by {nick}"), PATIENCE, |events| events.iter().find(wanted).map(drop));
    }

    /// How many messages it has shown, including its own.
    pub(crate) fn messages(&self) -> usize {
        self.all(|e| (e["event"] == "message").then_some(())).len()
    }

    /// The texts of all messages by others.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.all(|e| is_theirs(e).then(|| e["text"].as_str().unwrap_or_default().to_owned()))
    }

    /// The ids of the peers that are present now.
    pub(crate) fn roster(&self) -> Vec<String> {
        let events = self.all(|e| Some(e.clone()));
        let mut roster: Vec<_> = present(&events).into_iter().map(str::to_owned).collect();
        roster.sort();
        roster
    }

    /// Waits for a notice with this code, and returns its text.
    pub(crate) fn wait_notice(&self, code: &str) -> String {
        let wanted = |e: &&Value| e["event"] == "notice" && e["code"] == code;
        let notice = self.wait(&format!("notice {code}"), PATIENCE, |events| events.iter().find(wanted).cloned()).0;
        notice["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Who has come and gone so far, as `joined 7f3a…` and `left guest:…`.
    pub(crate) fn peer_changes(&self) -> Vec<String> {
        self.all(|e| {
            let change = e["change"].as_str().filter(|change| ["joined", "left"].contains(change))?;
            Some(format!("{change} {}", e["peer"].as_str()?))
        })
    }

    /// Leaves as users do, and checks that everybody here had every line, or that nobody was there.
    pub(crate) fn quit(&mut self) {
        self.quit_with(&[0, 4]);
    }

    /// The same after a line was refused, which the exit code tells.
    pub(crate) fn quit_refused(&mut self) {
        self.quit_with(&[3]);
    }

    fn quit_with(&mut self, codes: &[i32]) {
        self.say("/quit");
        let status = self.wait_exit(PATIENCE);
        let is_right = status.code().is_some_and(|code| codes.contains(&code));
        assert!(is_right, "{}: {status} after /quit; {:?}", self.nick, self.other());
    }

    /// Checks that it never panicked and printed nothing but events.
    pub(crate) fn assert_clean(&self) {
        let other = self.other();
        assert!(other.is_empty(), "{} printed more than events: {other:#?}", self.nick);
    }
}

impl Deref for Node {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for Node {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// The peers that are present after all of `events`.
///
/// # Panics
/// If somebody joins twice, or somebody leaves who was not there.
fn present(events: &[Value]) -> Vec<&str> {
    let mut present = Vec::new();
    for event in events.iter().filter(|e| e["event"] == "peer") {
        let peer = event["peer"].as_str().expect("a peer event names the peer");
        let place = present.iter().position(|p| *p == peer);
        match (event["change"].as_str(), place) {
            (Some("joined"), None) => present.push(peer),
            (Some("left"), Some(place)) => drop(present.remove(place)),
            (Some("renamed" | "trust" | "presence" | "clock"), Some(_)) => {}
            (change, _) => panic!("{change:?} of {peer}, with {present:?} there: {event}"),
        }
    }
    present
}

fn is_theirs(event: &Value) -> bool {
    event["event"] == "message" && event["own"] == false
}
