//! A node in a pipe: what it reads and writes, and how it ends.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use serde_json::Value;

use crate::{
    support::{Node, Ports, arguments},
    user::{ALONE, Running, User, node},
};

#[test]
fn a_pipe_gets_events_and_quit_ends_with_success() {
    let user = User::new();
    let finished = user.node(&["--json"], "hello\n/me waves\n/who\n/jion\n/version\n/quit\nnever\n");
    assert_eq!((finished.code, finished.err.as_str()), (ALONE, ""));
    let listening = format!(
        r#"{{"event":"listening","addr":"127.0.0.1:{}","node":"{}","nick":"alice","version":"{}"}}"#,
        user.ports.first(),
        node(&finished),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(finished.out.lines().next(), Some(listening.as_str()));
    let hello = finished.event(|event| event["text"] == "hello");
    assert_eq!(
        (&hello["own"], &hello["from"], &hello["room"]),
        (&true.into(), &node(&finished).into(), &"#lobby".into())
    );
    assert_eq!(hello["id"].as_str().map(str::len), Some(32));
    let delivery = finished.event(|event| event["event"] == "delivery");
    assert_eq!((&delivery["id"], &delivery["of"]), (&hello["id"], &0.into()), "nobody else is here");
    assert_eq!(finished.event(|event| event["text"] == "waves")["action"], true);
    assert_eq!(finished.event(|event| event["event"] == "who")["peers"], Value::Array(Vec::new()));
    assert_eq!(finished.event(|event| event["event"] == "error")["code"], "unknown_command");
    assert!(!finished.out.contains("never"));
}

#[test]
fn a_line_piped_before_anyone_is_found_reaches_everyone() {
    let ports = Ports::reserve(5);
    let user = User { ports, ..User::new() };
    let people: Vec<_> = ["bob", "carol", "dave"].map(|nick| Node::listening(nick, user.ports.range())).into();
    let finished = user.node(&["--headless"], "the build is green\n/quit\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    for person in people {
        person.wait_said("alice", "the build is green");
    }
}

#[test]
fn piped_text_is_said_as_it_is_until_it_ends() {
    let ports = Ports::reserve(5);
    let user = User { ports, ..User::new() };
    let bob = Node::listening("bob", user.ports.range());
    let log = "/erase yes\n/usr/bin/ld: cannot find -lfoo\n\u{1b}[31m/quit\u{1b}[0m\tnow\nthe end";
    let finished = user.pipe(&["--headless"], log);
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""), "{finished:?}");
    for text in ["/erase yes", "/usr/bin/ld: cannot find -lfoo", "/quit\tnow", "the end"] {
        bob.wait_said("alice", text);
    }
}

#[test]
fn piped_text_waits_for_who_comes_later() {
    let user = User::new();
    let alone = user.pipe(&[], "hello\n");
    assert_eq!((alone.code, alone.err.as_str()), (ALONE, ""), "{alone:?}");
    assert_eq!(user.pipe(&[], "").code, Some(0), "nothing was said");
    let kept = user.run(&["log"], "").out;
    assert!(kept.ends_with("alice: hello\n"), "{kept}");
}

#[test]
fn a_pipe_without_json_gets_text() {
    let user = User::new();
    let finished = user.node(&[], "hello\n/quit\n");
    assert_eq!(finished.code, ALONE);
    assert!(finished.out.starts_with(&format!("-- you are alice, at 127.0.0.1:{}\n", user.ports.first())));
    assert!(finished.out.lines().any(|line| line.get(5..) == Some(" <alice> hello")), "{}", finished.out);
}

#[cfg(unix)]
#[test]
fn signals_have_their_exit_codes() {
    use rustix::process::{Pid, Signal, kill_process};
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 0)] {
        let user = User::new();
        let (child, _output) = user.start();
        kill_process(Pid::from_child(&child.0), signal).unwrap();
        assert_eq!(child.end(), Some(code), "{signal:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_was_ignored_stays_so() {
    use rustix::process::{Pid, Signal, kill_process};
    let user = User::new();
    // As nohup does it.
    let script = "trap '' HUP; exec \"$0\" \"$@\"";
    let program = user.command(&[]).get_program().to_owned();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).arg(program).args(["--json", "--commands", "--stay"]);
    command.args(arguments("alice", &user.ports)).env_clear().env("HOME", user.home.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Running(command.spawn().expect("the program starts"));
    let mut lines = BufReader::new(child.0.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"listening\"")), "it listens");
    kill_process(Pid::from_child(&child.0), Signal::HUP).unwrap();
    let mut stdin = child.0.stdin.take().expect("a pipe");
    stdin.write_all(b"/version\n").unwrap();
    assert!(lines.any(|line| line.contains("\"version\"")), "it goes on");
    kill_process(Pid::from_child(&child.0), Signal::TERM).unwrap();
    assert_eq!(child.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_does_not_hold_up_ctrl_c() {
    use rustix::process::{Pid, Signal, kill_process};
    /// More lines than the program's channels and buffers hold, so that in the end the node waits too.
    const LINES: usize = 20_000;
    let user = User::new();
    let (mut child, _output) = user.start();
    let mut stdin = child.0.stdin.take().expect("a pipe");
    let line = [b"x".repeat(999), b"\n".to_vec()].concat();
    let (taken, lines) = mpsc::sync_channel(LINES);
    thread::spawn(move || {
        // Writing fails once the program has ended.
        (0..LINES).all(|_| stdin.write_all(&line).is_ok() && taken.send(()).is_ok())
    });
    // Once the program takes no more lines, everything in it waits.
    while lines.recv_timeout(std::time::Duration::from_millis(500)).is_ok() {}
    kill_process(Pid::from_child(&child.0), Signal::INT).unwrap();
    assert_eq!(child.end(), Some(130));
}

#[test]
fn the_program_ends_silently_when_its_reader_closes() {
    let user = User::new();
    let (mut child, output) = user.start();
    drop(output);
    let mut stdin = child.0.stdin.take().expect("a pipe");
    // The program notices when it writes, and may end before it has read all of this.
    let _ = stdin.write_all(b"hello\n/version\n");
    assert_eq!(child.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn the_log_file_records_actions_but_never_messages() {
    let user = User::new();
    user.node(&["--json", "-v"], "a secret\n/quit\n");
    let directory = user.home.path().join(".local/state/proximity-chat");
    let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let log = fs::read_to_string(&files[0]).unwrap();
    assert!(log.contains("listening") && !log.contains("secret"), "{log}");
}

#[cfg(unix)]
#[test]
fn an_unwritable_log_file_is_a_notice() {
    let user = User::new();
    user.write(".local/state", "a file where a directory should be");
    let finished = user.node(&["--json"], "/quit\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    let notices = finished.events().into_iter().filter(|event| event["code"] == "config");
    assert!(notices.clone().all(|event| event["text"].as_str().unwrap().starts_with("There is no log file: ")));
    assert_eq!(notices.count(), 1);
}
