//! A node whose own output is not read for a while. It goes on with its peers, and counts what its reader misses. Nobody
//! is dropped for having talked meanwhile, whatever HTTP/2 makes of many small frames.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    attack::{Author, Face, Key, Link, batch, connect, hello},
    reference::Player,
    support::{Ports, Python, Setup, Tool, schema, seconds, until, until_passed},
};

/// Short lines, each in its own frame: more than wait for a reader of the output.
const LINES: u32 = 30_000;

/// Lines that a guest may say at once.
const PAGE: usize = 100;

/// How long nothing is read.
const PAUSE: Duration = seconds(3);

/// A node whose output waits in the pipe.
struct Unread {
    addr: SocketAddr,
    child: Child,
    _home: TempDir,
}

impl Unread {
    fn start(ports: &Ports) -> Self {
        let home = TempDir::new().unwrap();
        let setup = Setup::new("unread", ports.port(5)..=ports.port(5));
        let child = setup.command(&home).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let addr = ports.addr(5);
        until("it listens", seconds(30), || std::net::TcpStream::connect(addr).ok().map(drop));
        Self { addr, child, _home: home }
    }

    /// Reads everything up to `end`, which is also told how many lines of others have come so far. Returns that number
    /// with those that were left out, how many those are, and the events of peers that left.
    fn read(&mut self, end: impl Fn(&Value, usize) -> bool) -> (usize, usize, Vec<Value>) {
        let output = BufReader::new(self.child.stdout.take().unwrap());
        let (to_test, events) = mpsc::sync_channel::<Value>(1_024);
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if to_test.send(schema::event(Tool::Chat, &line)).is_err() {
                    return;
                }
            }
        });
        let (mut texts, mut missed, mut left) = (0, 0, Vec::new());
        while let Ok(event) = events.recv_timeout(seconds(30)) {
            if event["change"] == "left" {
                left.push(event);
                continue;
            }
            if event["event"] == "message" {
                texts += 1;
            } else if let Some(messages) = event["messages"].as_u64() {
                let messages = usize::try_from(messages).unwrap();
                (texts, missed) = (texts + messages, missed + messages);
            }
            if end(&event, texts) {
                break;
            }
        }
        (texts, missed, left)
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_node_that_talks_while_nobody_reads_is_kept() {
    let ports = Ports::take();
    let mut unread = Unread::start(&ports);
    let key = Key::random();
    let mut link = Link::dial(connect(unread.addr, &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello(&key, "bob")).unwrap();
    let mut bob = Author::new(&key, "bob");
    let (talked, over) = mpsc::sync_channel(1);
    let talk = thread::spawn(move || {
        for n in 0..LINES {
            link.send(batch(vec![bob.line(&format!("{n}"))]))?;
        }
        talked.send(()).unwrap();
        link.stay(seconds(60))
    });
    until_passed(PAUSE);
    // Nobody reads, and bob gets rid of everything all the same.
    over.recv_timeout(seconds(60)).unwrap();
    let (texts, missed, left) = unread.read(|_, texts| texts >= LINES as usize);
    assert_eq!((texts, left), (LINES as usize, Vec::new()));
    assert!(missed > 0, "nothing was left out");
    drop(unread);
    talk.join().unwrap().unwrap_err();
}

#[test]
fn a_guest_that_talks_while_nobody_reads_is_kept() {
    let Some(python) = Python::or_skip("a_guest_that_talks_while_nobody_reads_is_kept") else { return };
    let ports = Ports::take();
    let mut unread = Unread::start(&ports);
    let mut bob = Player::dialling(&python);
    bob.dial("d1", unread.addr, ports.addr(20));
    bob.wait_frames("d1", 1);
    bob.send_times("d1", "bob: hi", LINES);
    until_passed(PAUSE);
    let (texts, _, left) = unread.read(|event, _| event["code"] == "guest_flood");
    assert_eq!(left, Vec::<Value>::new());
    assert!(
        (PAGE..LINES as usize / 10).contains(&texts),
        "{texts}: a guest may say a page at once, and not all of that"
    );
}
