//! Disks that are full or read-only, files that may not grow, and a history that was emptied.

use std::{
    fs,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::few;
use crate::support::{Node, PATIENCE, Ports, Process, Setup, SmallDisk, seconds};

/// Enough for a profile and some lines.
const DISK: u64 = 2 * 1024 * 1024;

/// How soon everything works again once the disk accepts writes.
const GOES_ON: Duration = seconds(3);

fn of(event: &'static str) -> impl Fn(&Value) -> Option<Value> {
    move |e| (e["event"] == event).then(|| e.clone())
}

/// Waits until the last disk state that the node reported is this one.
fn wait_disk(node: &Node, trouble: Option<&str>) {
    node.wait(&format!("the disk is {trouble:?}"), PATIENCE, |events| {
        let last = events.iter().rev().find(|e| e["event"] == "disk")?;
        (last["trouble"].as_str() == trouble).then_some(())
    });
}

/// Waits until the node has shown somebody's line without keeping it. Returns the line's id.
fn wait_unkept(node: &Node, text: &str) -> String {
    let line = node.wait_text(text);
    assert_eq!(line["mark"], "not_kept", "{line}");
    line["id"].as_str().unwrap().to_owned()
}

fn wait_kept(node: &Node, id: &str) -> Duration {
    let kept = |events: &[Value]| events.iter().find(|e| e["event"] == "kept" && e["id"] == id).map(drop);
    node.wait(&format!("{id} is kept"), PATIENCE, kept).1
}

fn errors(node: &Node) -> Vec<Value> {
    node.all(of("error"))
}

fn wait_error(node: &Node, part: &str) {
    let has = |e: &&Value| e["event"] == "error" && e["text"].as_str().is_some_and(|text| text.contains(part));
    node.wait(&format!("an error with {part:?}"), PATIENCE, |events| events.iter().find(has).map(drop));
}

/// Asserts that a search finds this line first.
fn finds(node: &mut Node, text: &str) {
    let before = node.all(of("found")).len();
    node.say(&format!("/search {text}"));
    let found = |events: &[Value]| events.iter().filter(|e| e["event"] == "found").nth(before).cloned();
    let (found, _) = node.wait(&format!("an answer to /search {text}"), PATIENCE, found);
    assert_eq!(found["messages"][0]["text"], text, "{found}");
}

#[test]
fn a_full_disk_shows_lines_and_keeps_them_later() {
    let Some(disk) = SmallDisk::or_skip("a_full_disk_shows_lines_and_keeps_them_later", DISK) else { return };
    let ports = Ports::take();
    let mut alice = Node::start_at(&disk.home(), &Setup::new("alice", few(&ports)));
    let mut bob = Node::start(&Setup::new("bob", few(&ports)));
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    alice.say("before");
    bob.wait_text("before");
    disk.fill();
    for n in 0..20 {
        bob.say(&format!("full {n}"));
    }
    let ids: Vec<_> = (0..20).map(|n| wait_unkept(&alice, &format!("full {n}"))).collect();
    wait_disk(&alice, Some("full"));
    wait_error(&alice, "the disk is full");
    alice.say("mine");
    assert!(alice.wait_notice("not_sent").contains("the disk is full"));
    finds(&mut alice, "before");
    assert_eq!(alice.history_texts(), ["before"]);
    let delivered = |e: &Value| (e["event"] == "delivery" && e["delivered"] == 1).then_some(());
    bob.never("a line was acknowledged that is on no disk", seconds(3), |events| events.iter().find_map(delivered));
    assert_eq!(errors(&alice).len(), 1, "one for the outage: {:?}", errors(&alice));
    disk.empty();
    let begun = Instant::now();
    for id in &ids {
        wait_kept(&alice, id);
    }
    alice.wait_notice("disk_again");
    wait_disk(&alice, None);
    alice.say("after");
    bob.wait_text("after");
    assert!(begun.elapsed() < GOES_ON, "after {:?}", begun.elapsed());
    assert_eq!(alice.texts().len(), 20, "nothing is shown twice");
    alice.quit_refused();
    assert_eq!(alice.hash(), bob.hash());
    alice.assert_clean();
}

/// Starts a node whose disk accepts nothing, and then mends the disk.
fn starts_without_a_disk(test: &str, break_it: impl Fn(&SmallDisk), mend_it: impl Fn(&SmallDisk), trouble: &str) {
    let Some(disk) = SmallDisk::or_skip(test, DISK) else { return };
    let ports = Ports::take();
    let mut alice = Node::start_at(&disk.home(), &Setup::new("alice", few(&ports)));
    alice.say("earlier");
    alice.wait_own("earlier");
    alice.quit();
    break_it(&disk);
    assert_eq!(alice.history_texts(), ["earlier"]);
    let mut alice = alice.start_again();
    wait_disk(&alice, Some(trouble));
    finds(&mut alice, "earlier");
    assert_eq!(alice.history_texts(), ["earlier"], "beside a copy that runs");
    let mut bob = Node::start(&Setup::new("bob", few(&ports)));
    alice.wait_peer(&bob.id());
    bob.say("hello");
    let id = wait_unkept(&alice, "hello");
    alice.say("mine");
    alice.wait_notice("not_sent");
    mend_it(&disk);
    assert!(wait_kept(&alice, &id) < GOES_ON);
    alice.say("after");
    bob.wait_text("after");
    finds(&mut alice, "after");
    alice.quit_refused();
    assert_eq!(alice.history_texts(), ["earlier", "hello", "after"]);
    alice.assert_clean();
}

#[test]
fn a_disk_full_at_startup_is_readable_and_later_writable() {
    starts_without_a_disk(
        "a_disk_full_at_startup_is_readable_and_later_writable",
        SmallDisk::fill,
        SmallDisk::empty,
        "full",
    );
}

#[test]
fn a_read_only_disk_is_readable_and_later_writable() {
    let test = "a_read_only_disk_is_readable_and_later_writable";
    starts_without_a_disk(test, |disk| disk.set_read_only(true), |disk| disk.set_read_only(false), "read_only");
}

#[test]
fn a_first_start_on_a_read_only_disk_says_why() {
    let Some(disk) = SmallDisk::or_skip("a_first_start_on_a_read_only_disk_says_why", DISK) else { return };
    let (ports, home) = (Ports::take(), disk.home());
    disk.set_read_only(true);
    let mut alice = Node::start_at(&home, &Setup::new("alice", few(&ports)));
    assert!(!alice.wait_exit(PATIENCE).success());
    assert!(alice.other().iter().any(|line| line.contains("the disk is read-only")), "{:?}", alice.other());
}

/// Exceeding the limit raises a signal, which must not end the program.
#[test]
fn a_file_size_limit_acts_like_a_full_disk() {
    let (ports, home) = (Ports::take(), TempDir::new().unwrap());
    let wanted = Setup::new("alice", few(&ports)).command(&home);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -f 600; exec \"$@\"", "sh"]).arg(wanted.get_program()).args(wanted.get_args());
    command.env_clear();
    for (name, value) in wanted.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut alice = Process::start("alice", &mut command);
    let full = |events: &[Value]| {
        let full =
            |e: &&Value| e["event"] == "error" && e["text"].as_str().is_some_and(|t| t.contains("the disk is full"));
        events.iter().find(full).map(drop)
    };
    // Twice as much as fits into the file.
    for n in 0..40 {
        alice.say(&format!("{n} {}", "x".repeat(15_000)));
    }
    alice.wait("an error", PATIENCE, full);
    assert!(alice.runs());
    let limit = rustix::process::Rlimit { current: None, maximum: None };
    let pid = i32::try_from(alice.pid()).ok().and_then(rustix::process::Pid::from_raw);
    rustix::process::prlimit(pid, rustix::process::Resource::Fsize, limit).unwrap();
    alice.wait("the end of the outage", PATIENCE, |events| events.iter().find(|e| e["code"] == "disk_again").map(drop));
    alice.say("/quit");
    alice.wait_exit(PATIENCE);
}

#[test]
fn an_emptied_history_is_reported_unlike_a_first_start() {
    let (ports, home) = (Ports::take(), Arc::new(TempDir::new().unwrap()));
    let setup = Setup::new("alice", few(&ports));
    let mut alice = Node::start_at(&home, &setup);
    alice.say("gone");
    alice.wait_own("gone");
    alice.quit();
    assert_eq!(alice.all(|e| (e["code"] == "history_damaged").then_some(())).len(), 0);
    fs::write(home.path().join("proximity-chat/default/history.db"), "").unwrap();
    let done = setup.log_command(&home, &[]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && said.contains("history.db is empty: what was in it is gone"), "{said}");
    let mut alice = alice.start_again();
    let text = alice.wait_notice("history_damaged");
    assert!(text.contains("was emptied") && text.contains("history.db had nothing in it"), "{text}");
    alice.say("new");
    alice.wait_own("new");
    alice.quit();
    let mut alice = alice.start_again();
    alice.addr();
    alice.quit();
    assert_eq!(alice.all(|e| (e["code"] == "history_damaged").then_some(())).len(), 0, "once");
}
