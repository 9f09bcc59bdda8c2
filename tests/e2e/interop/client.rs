//! Controls `client.py`, step by step.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::{Node, PATIENCE, Process, Python};

/// A running `client.py`.
pub(super) struct Client {
    process: Process,
}

impl Client {
    pub(super) fn start(python: &Python, nick: &str) -> Self {
        Self { process: Process::start_other(nick, python.command("interop/client.py").arg(nick)) }
    }

    /// Starts one and links it with a node.
    pub(super) fn linked(python: &Python, nick: &str, to: &Node) -> Self {
        let mut client = Self::start(python, nick);
        client.link(to.addr());
        client.wait(&json!({ "event": "linked", "peer": to.id(), "nick": to.nick }));
        to.wait_peer(&client.id());
        client
    }

    /// Its key in hex.
    pub(super) fn id(&self) -> String {
        self.wait(&json!({ "event": "ready" }))["node"].as_str().unwrap().to_owned()
    }

    pub(super) fn link(&mut self, to: SocketAddr) {
        self.tell(&json!({ "do": "link", "addr": to.to_string() }));
    }

    /// Says a line, and returns its whole id.
    pub(super) fn say(&mut self, text: &str) -> String {
        self.tell(&json!({ "do": "say", "text": text }));
        self.wait(&json!({ "event": "said", "text": text }))["id"].as_str().unwrap().to_owned()
    }

    /// Says a line in a room (`#dev`, or `@` for the direct room with the node), and returns the event.
    pub(super) fn say_in(&mut self, room: &str, text: &str) -> Value {
        self.tell(&json!({ "do": "say", "room": room, "text": text }));
        self.wait(&json!({ "event": "said", "text": text }))
    }

    /// Names an open room.
    pub(super) fn join(&mut self, room: &str) {
        self.tell(&json!({ "do": "join", "room": room }));
    }

    /// Waits until the node has listed what it holds in a room.
    pub(super) fn wait_listed(&self, room: &str) {
        self.wait(&json!({ "event": "listed", "room": room }));
    }

    /// All lines of a room in order, once it has everything that the node offers there.
    pub(super) fn history(&mut self, room: &str) -> Vec<Value> {
        self.tell(&json!({ "do": "history", "room": room }));
        self.wait(&json!({ "event": "history", "room": room }))["lines"].as_array().unwrap().clone()
    }

    pub(super) fn tell(&mut self, command: &Value) {
        self.process.say(&command.to_string());
    }

    /// Waits until the node has one of the client's lines on disk.
    pub(super) fn wait_delivered(&self, id: &str) {
        self.wait(&json!({ "event": "delivered", "id": id }));
    }

    /// Waits for an event with all of these keys, and returns it.
    pub(super) fn wait(&self, keys: &Value) -> Value {
        let find = |events: &[Value]| events.iter().find(|event| has(event, keys)).cloned();
        self.process.wait(&keys.to_string(), PATIENCE, find).0
    }

    /// The texts of all messages that it accepted.
    pub(super) fn texts(&self) -> Vec<Value> {
        self.process.all(|e| (e["event"] == "message").then(|| e["text"].clone()))
    }

    /// How many of its events have this name.
    pub(super) fn count(&self, event: &str) -> usize {
        self.process.all(|e| (e["event"] == event).then_some(())).len()
    }

    /// Whether the node has ever told it of a log.
    pub(super) fn was_offered(&self, log: &Value) -> bool {
        !self.process.all(|e| (e["event"] == "offered" && e["log"] == *log).then_some(())).is_empty()
    }

    /// The reasons why it refused the others.
    pub(super) fn refused(&self) -> Vec<Value> {
        self.process.all(|e| (e["event"] == "refused").then(|| e["why"].clone()))
    }
}

fn has(event: &Value, keys: &Value) -> bool {
    keys.as_object().unwrap().iter().all(|(key, value)| event[key] == *value)
}
