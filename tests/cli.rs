//! The real binary: options, refusals, exit codes, and what it writes where.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
};

use common::{Node, PATIENCE, Ports, arguments, program};
use serde_json::Value;
use tempfile::TempDir;

/// A user without anything, in whose name the program is started.
struct User {
    home: TempDir,
    ports: Ports,
}

impl User {
    fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a directory"), ports: Ports::reserve(2) }
    }

    /// A file below the home directory.
    fn write(&self, path: &str, text: &str) {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end, with `input` and then the end of the input.
    fn run(&self, args: &[&str], input: &str) -> Finished {
        finish(self.command(args), input)
    }

    /// Runs a node on ports of this test's own.
    fn node(&self, args: &[&str], input: &str) -> Finished {
        let mut command = self.command(args);
        command.args(arguments("alice", &self.ports));
        finish(command, input)
    }

    /// Starts a node that goes on, and waits until it listens.
    fn start(&self) -> (Running, BufReader<std::process::ChildStdout>) {
        let mut command = self.command(&["--headless", "--json"]);
        command.args(arguments("alice", &self.ports));
        let mut child = Running(command.spawn().expect("the program starts"));
        let mut output = BufReader::new(child.0.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a first line");
        assert!(line.contains(r#"{"event":"listening""#), "{line}");
        (child, output)
    }
}

/// A program that ends with the test.
struct Running(Child);

impl Running {
    /// Its exit code; `None` if a signal ended it.
    fn end(mut self) -> Option<i32> {
        // Nothing may hold it up but itself.
        let _stdin = self.0.stdin.take();
        let end = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < end {
            if let Some(status) = self.0.try_wait().expect("our child") {
                return status.code();
            }
            thread::park_timeout(std::time::Duration::from_millis(5));
        }
        panic!("the program does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Debug)]
struct Finished {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Finished {
    fn events(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    fn event(&self, matches: impl Fn(&Value) -> bool) -> Value {
        self.events().into_iter().find(matches).unwrap_or_else(|| panic!("not in {}", self.out))
    }
}

fn finish(mut command: Command, input: &str) -> Finished {
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let (id, input) = (child.id(), input.to_owned());
    thread::spawn(move || {
        // It may have ended before it read all.
        let _ = stdin.write_all(input.as_bytes());
    });
    let (done, finished) = mpsc::sync_channel(1);
    thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = finished.recv_timeout(PATIENCE) else { panic!("process {id} does not end: {command:?}") };
    let Output { status, stdout, stderr } = output.expect("our child");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Finished { code: status.code(), out: text(stdout), err: text(stderr) }
}

#[test]
fn help_and_version_are_for_everyone() {
    let user = User::new();
    let help = user.run(&["--help"], "");
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    for part in ["Usage: proximity-chat [OPTIONS]", "Examples:", "--cidr <CIDR>", "Exit codes: 0", "127.0.0.1"] {
        assert!(help.out.contains(part), "no {part} in {}", help.out);
    }
    assert!(help.out.lines().all(|line| line.chars().count() <= 100), "{}", help.out);
    let version = user.run(&["--version"], "");
    assert_eq!((version.code, version.out), (Some(0), format!("proximity-chat {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let user = User::new();
    for args in [&["--lan"][..], &["--frobnicate"], &["extra"], &["--nick"]] {
        let finished = user.run(args, "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(finished.err.starts_with("error: "), "{}", finished.err);
    }
}

#[test]
fn a_bad_setting_is_refused_with_its_place() {
    let user = User::new();
    let port = "must be a whole number from 1 to 65535";
    user.write("config.json", "{\n  \"min_port\": 0\n}\n");
    user.write("broken.json", "{\n  \"ip\": \"127.0.0.1\",\n}\n");
    for (args, error) in [
        (&["--config", "config.json"][..], format!("config.json:2:15: min_port {port}, not 0.\n")),
        (
            &["--config", "broken.json"],
            "broken.json:3:1: trailing comma. The file must be one JSON object, without comments or trailing commas.\n"
                .to_owned(),
        ),
        (&["--max-port", "none"], format!("--max-port {port}, not \"none\".\n")),
        (
            &["--peer", "127.0.0.1", "--peer", "printer"],
            "--peer must be an address such as 192.168.1.23 or 192.168.1.23:4565, not \"printer\".\n".to_owned(),
        ),
        (
            &["--ip", "0.0.0.0"],
            "--ip: others cannot reach you at ip 0.0.0.0. Give the address of this machine on the network, such as \
             192.168.1.20.\n"
                .to_owned(),
        ),
        (
            &["--cidr", "192.168.1.0/24"],
            "--cidr: 192.168.1.0/24 is beyond this machine, but ip 127.0.0.1 is not. Add --ip with the address of this \
             machine on that network.\n"
                .to_owned(),
        ),
    ] {
        let finished = user.run(args, "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{args:?}");
        assert_eq!(finished.err, format!("proximity-chat: {error}"));
    }
    let absent = user.run(&["--config", "absent.json"], "");
    assert_eq!(absent.code, Some(2));
    assert!(absent.err.starts_with("proximity-chat: Cannot read absent.json: "), "{}", absent.err);
}

#[cfg(unix)]
#[test]
fn the_users_config_file_is_found_and_warnings_are_events() {
    let user = User::new();
    user.write(".config/proximity-chat/config.json", "{\"nick\": \"from file\", \"prot\": 1}");
    let range = [user.ports.first(), user.ports.last()].map(|port| port.to_string());
    let finished = user.run(&["--json", "--min-port", &range[0], "--max-port", &range[1]], "/quit\n");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let warning = finished.event(|event| event["code"] == "config");
    let text = warning["text"].as_str().unwrap();
    assert!(text.ends_with("config.json:1:23: \"prot\" is not a setting. Did you mean \"min_port\"?"), "{text}");
    assert_eq!(finished.event(|event| event["event"] == "listening")["nick"], "from file");
}

#[test]
fn a_variable_is_a_setting() {
    let user = User::new();
    let mut command = user.command(&["--json"]);
    command.env("PROXIMITY_CHAT_NICK", "env").env("PROXIMITY_CHAT_MIN_PORT", user.ports.first().to_string());
    command.env("PROXIMITY_CHAT_MAX_PORT", user.ports.last().to_string());
    let finished = finish(command, "/quit\n");
    let listening = finished.event(|event| event["event"] == "listening");
    assert_eq!(listening["nick"], "env");
    assert_eq!(listening["addr"], format!("127.0.0.1:{}", user.ports.first()));
}

#[test]
fn ports_that_are_all_taken_are_named() {
    let user = User::new();
    let (first, last) = (user.ports.first(), user.ports.last());
    let _taken = [first, last].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    let finished = user.node(&["--json"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    let beginning = format!("proximity-chat: Ports {first}-{last} on 127.0.0.1 are all in use");
    assert!(finished.err.starts_with(&beginning), "{}", finished.err);
    assert!(finished.err.contains("Start with --max-port "), "{}", finished.err);
}

#[test]
fn an_address_of_another_machine_is_refused() {
    // For documentation (RFC 5737): nobody has it, and nothing is sent to it, because listening comes first.
    let user = User::new();
    let range = [user.ports.first(), user.ports.last()].map(|port| port.to_string());
    let finished = user.run(&["--ip", "192.0.2.1", "--min-port", &range[0], "--max-port", &range[1]], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    assert!(
        finished.err.starts_with("proximity-chat: 192.0.2.1 is not an address of this machine."),
        "{}",
        finished.err
    );
}

#[test]
fn a_pipe_gets_events_and_quit_ends_with_success() {
    let user = User::new();
    let finished = user.node(&["--json"], "hello\n/me waves\n/who\n/jion\n/version\n/quit\nnever\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    let listening = format!(
        r#"{{"event":"listening","addr":"127.0.0.1:{}","node":null,"nick":"alice","version":"{}"}}"#,
        user.ports.first(),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(finished.out.lines().next(), Some(listening.as_str()));
    let hello = finished.event(|event| event["text"] == "hello");
    assert_eq!((&hello["own"], &hello["from"], &hello["room"]), (&true.into(), &Value::Null, &"#lobby".into()));
    assert_eq!(hello["id"].as_str().map(str::len), Some(32));
    let not_sent = finished.event(|event| event["code"] == "not_sent");
    assert_eq!(not_sent["id"], hello["id"]);
    assert_eq!(finished.event(|event| event["text"] == "waves")["action"], true);
    assert_eq!(finished.event(|event| event["event"] == "who")["peers"], Value::Array(Vec::new()));
    assert_eq!(finished.event(|event| event["event"] == "error")["code"], "unknown_command");
    assert!(!finished.out.contains("never"));
}

#[test]
fn a_line_that_is_there_before_anybody_was_found_reaches_everyone() {
    let ports = Ports::reserve(5);
    let user = User { ports, ..User::new() };
    let people: Vec<_> = ["bob", "carol", "dave"].map(|nick| Node::spawn(nick, &user.ports)).into();
    let finished = user.node(&["--headless"], "the build is green\n/quit\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    for person in people {
        person.wait_message("alice", "the build is green");
    }
}

#[test]
fn a_pipe_without_json_gets_text() {
    let user = User::new();
    let finished = user.node(&[], "hello\n/quit\n");
    assert_eq!(finished.code, Some(0));
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

#[cfg(unix)]
#[test]
fn a_reader_that_stops_does_not_hold_up_ctrl_c() {
    use rustix::process::{Pid, Signal, kill_process};
    /// More than wait in the program's channels and buffers, so that in the end the node waits too.
    const LINES: usize = 20_000;
    let user = User::new();
    let (mut child, _output) = user.start();
    let mut stdin = child.0.stdin.take().expect("a pipe");
    let line = [b"x".repeat(999), b"\n".to_vec()].concat();
    let (taken, lines) = mpsc::sync_channel(LINES);
    thread::spawn(move || {
        // It fails when the program ends.
        (0..LINES).all(|_| stdin.write_all(&line).is_ok() && taken.send(()).is_ok())
    });
    // Once it takes no more, it is stuck as far as it can be.
    while lines.recv_timeout(std::time::Duration::from_millis(500)).is_ok() {}
    kill_process(Pid::from_child(&child.0), Signal::INT).unwrap();
    assert_eq!(child.end(), Some(130));
}

#[test]
fn the_end_of_the_reader_ends_the_program_without_a_word() {
    let user = User::new();
    let (mut child, output) = user.start();
    drop(output);
    let mut stdin = child.0.stdin.take().expect("a pipe");
    // It notices when it writes. It may end while this is still written.
    let _ = stdin.write_all(b"hello\n/version\n");
    assert_eq!(child.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn the_log_has_what_the_program_does_and_not_what_people_say() {
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
fn a_log_that_cannot_be_written_is_a_notice() {
    let user = User::new();
    user.write(".local", "a file where a directory should be");
    let finished = user.node(&["--json"], "/quit\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    let notices = finished.events().into_iter().filter(|event| event["code"] == "config");
    assert!(notices.clone().all(|event| event["text"].as_str().unwrap().starts_with("There is no log: ")));
    assert_eq!(notices.count(), 1);
}
