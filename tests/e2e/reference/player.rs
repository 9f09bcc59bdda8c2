//! Controls `node.py`, a node of the reference protocol, step by step.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};

use crate::support::{Process, Python, seconds};

const SOON: Duration = seconds(30);

/// A running `node.py`.
pub(crate) struct Player {
    process: Process,
}

impl Player {
    /// A player that only dials.
    pub(crate) fn dialling(python: &Python) -> Self {
        Self { process: Process::start_other("grpcio", python.command("reference/node.py").arg("-")) }
    }

    /// A player that only dials, in a network namespace.
    #[cfg(target_os = "linux")]
    pub(crate) fn in_namespace(python: &Python, netns: &str) -> Self {
        Self { process: Process::start_other("grpcio", python.command_in(netns, "reference/node.py").arg("-")) }
    }

    /// A player that listens at `addr` and answers "ok" until told otherwise.
    pub(crate) fn listening(python: &Python, addr: SocketAddr) -> Self {
        let name = format!("grpcio at {addr}");
        let process = Process::start_other(&name, python.command("reference/node.py").arg(addr.to_string()));
        process.wait("listening", SOON, |events| events.iter().find(|e| e["event"] == "listening").map(|_| ()));
        Self { process }
    }

    /// How the first frame of every later link is answered: `ok`, `refuse`, `hold`, `abort` or `map`.
    pub(crate) fn answer(&mut self, mode: &str) {
        self.command(&json!({ "do": "answer", "mode": mode }));
    }

    /// Dials `to`, and claims to listen at `claim`.
    pub(crate) fn dial(&mut self, link: &str, to: SocketAddr, claim: impl std::fmt::Display) {
        self.dial_silently(link, to);
        self.send(link, &claim.to_string());
    }

    /// Dials `to` and says nothing.
    pub(crate) fn dial_silently(&mut self, link: &str, to: SocketAddr) {
        self.command(&json!({ "do": "dial", "link": link, "to": to.to_string() }));
    }

    pub(crate) fn send(&mut self, link: &str, text: &str) {
        self.command(&json!({ "do": "send", "link": link, "text": text }));
    }

    pub(crate) fn send_times(&mut self, link: &str, text: &str, times: u32) {
        self.command(&json!({ "do": "send", "link": link, "text": text, "times": times }));
    }

    /// Sends a string of any bytes.
    pub(crate) fn send_bytes(&mut self, link: &str, bytes: &[u8]) {
        self.command(&json!({ "do": "send", "link": link, "hex": hex(bytes) }));
    }

    /// Sends a message of any bytes.
    pub(crate) fn send_raw(&mut self, link: &str, bytes: &[u8]) {
        self.command(&json!({ "do": "send", "link": link, "raw": hex(bytes) }));
    }

    /// Answers "ok" to a held link.
    pub(crate) fn accept(&mut self, link: &str) {
        self.command(&json!({ "do": "accept", "link": link }));
    }

    /// Ends a link from its own side.
    pub(crate) fn end(&mut self, link: &str) {
        self.command(&json!({ "do": "end", "link": link }));
    }

    /// Resets a link.
    pub(crate) fn cancel(&mut self, link: &str) {
        self.command(&json!({ "do": "cancel", "link": link }));
    }

    /// Waits until somebody has opened link `sN`, and returns the event.
    pub(crate) fn wait_open(&self, link: &str) -> Value {
        self.wait_event("open", link)
    }

    /// Waits for the response headers of a dial.
    pub(crate) fn wait_metadata(&self, link: &str) -> Value {
        self.wait_event("metadata", link)["metadata"].clone()
    }

    /// Waits until a link is over, and returns its gRPC status.
    pub(crate) fn wait_end(&self, link: &str) -> String {
        self.wait_event("end", link)["code"].as_str().unwrap().to_owned()
    }

    /// Waits for `count` frames on a link, and returns all that came.
    pub(crate) fn wait_frames(&self, link: &str, count: usize) -> Vec<String> {
        let frames = |events: &[Value]| {
            let frames: Vec<_> = events.iter().filter_map(|e| frame_of(e, link)).collect();
            (frames.len() >= count).then_some(frames)
        };
        self.process.wait(&format!("{count} frames on {link}"), SOON, frames).0
    }

    /// Waits until a frame with this text came, and returns its link.
    pub(crate) fn wait_frame(&self, text: &str, deadline: Duration) -> String {
        let link =
            |e: &Value| (e["event"] == "frame" && e["text"] == text).then(|| e["link"].as_str().unwrap().to_owned());
        self.process.wait(&format!("a frame {text:?}"), deadline, |events| events.iter().find_map(link)).0
    }

    /// The frames that came on a link so far.
    pub(crate) fn frames(&self, link: &str) -> Vec<String> {
        self.process.all(|e| frame_of(e, link))
    }

    /// The process itself.
    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    fn wait_event(&self, event: &str, link: &str) -> Value {
        let wanted = |e: &&Value| e["event"] == event && e["link"] == link;
        self.process.wait(&format!("{event} of {link}"), SOON, |events| events.iter().find(wanted).cloned()).0
    }

    fn command(&mut self, command: &Value) {
        self.process.say(&command.to_string());
    }
}

/// The text of a frame on `link`. Frames that are not UTF-8 stay in hex.
fn frame_of(event: &Value, link: &str) -> Option<String> {
    let here = event["event"] == "frame" && event["link"] == link;
    let text = event["text"].as_str().or_else(|| event["hex"].as_str());
    here.then(|| text.unwrap_or_default().to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The player against a second copy of itself, so that its reports about our node can be trusted.
#[test]
fn the_player_plays_both_sides_of_a_transcript() {
    let Some(python) = Python::or_skip("the_player_plays_both_sides_of_a_transcript") else { return };
    let ports = crate::support::Ports::take();
    let mut server = Player::listening(&python, ports.addr(0));
    let mut client = Player::dialling(&python);

    client.dial("d1", ports.addr(0), "127.0.0.1:9");
    assert_eq!(client.wait_frames("d1", 1), ["ok"]);
    client.send("d1", "bob: hello big world");
    client.send("d1", "");
    client.send_bytes("d1", b"\xff\xfe");
    client.send_raw("d1", b"\x0a\x02hi");
    client.send("d1", &"x".repeat(1_000));
    let frames = server.wait_frames("s1", 6);
    assert_eq!(frames[..5], ["127.0.0.1:9", "bob: hello big world", "", "fffe", "hi"]);
    assert_eq!(frames[5].len(), 1_000);
    server.send("s1", "alice: and you");
    assert_eq!(client.wait_frames("d1", 2), ["ok", "alice: and you"]);
    client.end("d1");
    assert_eq!(server.wait_end("s1"), "OK");
    assert_eq!(client.wait_end("d1"), "OK");

    server.answer("refuse");
    client.dial("d2", ports.addr(0), "127.0.0.1:9");
    assert_eq!((client.wait_end("d2").as_str(), client.frames("d2").len()), ("OK", 0));
    server.answer("abort");
    client.dial("d3", ports.addr(0), "127.0.0.1:9");
    assert_eq!(client.wait_end("d3"), "INTERNAL");
    server.answer("hold");
    client.dial("d4", ports.addr(0), "127.0.0.1:9");
    server.wait_frames("s4", 1);
    server.accept("s4");
    assert_eq!(client.wait_frames("d4", 1), ["ok"]);
    server.cancel("s4");
    assert_eq!(client.wait_end("d4"), "INTERNAL");
    client.dial_silently("d5", ports.addr(0));
    server.wait_open("s5");
    client.cancel("d5");
    server.wait_end("s5");
}
