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

    /// All lines in order, once it has everything that the node offers.
    pub(super) fn history(&mut self) -> Vec<Value> {
        self.tell(&json!({ "do": "history" }));
        self.wait(&json!({ "event": "history" }))["lines"].as_array().unwrap().clone()
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

    /// The reasons why it refused the others.
    pub(super) fn refused(&self) -> Vec<Value> {
        self.process.all(|e| (e["event"] == "refused").then(|| e["why"].clone()))
    }
}

fn has(event: &Value, keys: &Value) -> bool {
    keys.as_object().unwrap().iter().all(|(key, value)| event[key] == *value)
}
