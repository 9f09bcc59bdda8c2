//! The real binary: options, refusals, exit codes, and what it writes where.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod common;
#[path = "cli/log.rs"]
mod log;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
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

    /// Runs a node as whoever the profile says.
    fn someone(&self, args: &[&str], input: &str) -> Finished {
        let mut command = self.command(&["--json"]);
        command.args(self.range()).args(args);
        finish(command, input)
    }

    /// The options that keep a node to ports of this test's own.
    fn range(&self) -> [String; 2] {
        [format!("--min-port={}", self.ports.first()), format!("--max-port={}", self.ports.last())]
    }

    /// Starts a node that goes on, and waits until it listens.
    fn start(&self) -> (Running, BufReader<std::process::ChildStdout>) {
        let (child, output, events) = self.start_with(&arguments("alice", &self.ports));
        assert_eq!(events.len(), 1, "nothing comes before it: {events:?}");
        (child, output)
    }

    /// The same with these options, and what it said until it listened.
    fn start_with(&self, args: &[String]) -> (Running, BufReader<std::process::ChildStdout>, Vec<Value>) {
        let mut command = self.command(&["--headless", "--json"]);
        let mut child = Running(command.args(args).spawn().expect("the program starts"));
        let mut output = BufReader::new(child.0.stdout.take().expect("a pipe"));
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &Value| event["event"] != "listening") {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            events.push(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}")));
        }
        (child, output, events)
    }

    /// A file of the default profile, as it is found without options.
    fn profile(&self, file: &str) -> PathBuf {
        self.home.path().join(".local/share/proximity-chat/default").join(file)
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

/// What a node says, as it says it.
fn lines(output: impl BufRead + Send + 'static) -> mpsc::Receiver<Value> {
    let (say, said) = mpsc::sync_channel(1_024);
    thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        // It fails when nobody wants to know any more.
        lines.map_while(|line| serde_json::from_str(&line).ok()).all(|event| say.send(event).is_ok())
    });
    said
}

/// The key of who ran, as the first event says it.
fn node(finished: &Finished) -> String {
    let listening = finished.event(|event| event["event"] == "listening");
    let key = listening.get("node").and_then(|node| node.as_str()).unwrap_or_default().to_owned();
    assert_eq!(key.len(), 64, "{listening}");
    key
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
    for part in [
        "Usage: proximity-chat [OPTIONS] [COMMAND]",
        "log ",
        "Examples:",
        "--cidr <CIDR>",
        "Exit codes: 0",
        "127.0.0.1",
    ] {
        assert!(help.out.contains(part), "no {part} in {}", help.out);
    }
    assert!(help.out.lines().all(|line| line.chars().count() <= 100), "{}", help.out);
    let version = user.run(&["--version"], "");
    assert_eq!((version.code, version.out), (Some(0), format!("proximity-chat {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let user = User::new();
    for args in [&["--room=x"][..], &["--frobnicate"], &["extra"], &["--nick"]] {
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
            "--cidr: 192.168.1.0/24 is beyond this machine, but ip 127.0.0.1 is not. Add --lan to open the chat to \
             your network, or --ip with the address of this machine on that network.\n"
                .to_owned(),
        ),
        (
            &["--profile", "../x"],
            "--profile must be 1 to 32 letters, digits, - or _, and no name that a system has taken, not \"../x\".\n"
                .to_owned(),
        ),
        (&["--guests", "all"], "--guests must be \"loopback\", \"network\" or \"none\", not \"all\".\n".to_owned()),
        (
            &["--ephemeral", "--data-dir", "x"],
            "--data-dir: data_dir is not used, because ephemeral is set too (from --ephemeral). Leave one of them out.\n"
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
    user.write(".local/state", "a file where a directory should be");
    let finished = user.node(&["--json"], "/quit\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    let notices = finished.events().into_iter().filter(|event| event["code"] == "config");
    assert!(notices.clone().all(|event| event["text"].as_str().unwrap().starts_with("There is no log: ")));
    assert_eq!(notices.count(), 1);
}

/// No option makes them three people: three terminals do.
#[cfg(unix)]
#[test]
fn copies_of_one_user_are_people_of_their_own() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let mut said = Vec::new();
    let copies: Vec<_> = (0..3)
        .map(|_| {
            let (child, output, events) = user.start_with(&user.range());
            said.push(events);
            (child, lines(output))
        })
        .collect();
    let listening: Vec<_> = said.iter().filter_map(|events| events.last()).collect();
    let name = listening[0]["nick"].as_str().unwrap();
    let names: Vec<_> = listening.iter().map(|event| event["nick"].as_str().unwrap()).collect();
    assert_eq!(names, [name.to_owned(), format!("{name}-2"), format!("{name}-3")]);
    let keys: BTreeSet<_> = listening.iter().map(|event| event["node"].as_str().unwrap().to_owned()).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| key.len() == 64), "{keys:?}");
    let notices: Vec<_> =
        said.iter().flat_map(|events| &events[..events.len() - 1]).map(|event| &event["text"]).collect();
    assert_eq!(
        notices,
        [
            "Profile default is in use by another copy; this is default-2.",
            "Profiles default and default-2 are in use by other copies; this is default-3.",
        ]
    );
    // And they meet as such.
    for (own, (_child, lines)) in listening.iter().zip(&copies) {
        let mut expected = keys.clone();
        expected.remove(own["node"].as_str().unwrap());
        while !expected.is_empty() {
            let event = lines.recv_timeout(PATIENCE).expect("the others join");
            if event["change"] == "joined" {
                assert_eq!((&event["protocol"], &event["verified"]), (&"mesh".into(), &false.into()));
                assert!(expected.remove(event["peer"].as_str().unwrap()), "{event}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn who_comes_again_has_the_same_key_and_the_name_that_was_given() {
    let user = User::new();
    let first = user.someone(&[], "/nick Zoë 山田\n/quit\n");
    assert_eq!(first.code, Some(0), "{first:?}");
    let again = user.someone(&[], "/quit\n");
    assert_eq!(node(&again), node(&first));
    let nick = |finished: &Finished| finished.event(|event| event["event"] == "listening")["nick"].clone();
    assert_eq!(nick(&again), "Zoë 山田");
    assert_eq!(nick(&user.someone(&["--nick", "now"], "/quit\n")), "now");
    assert_eq!(nick(&user.someone(&[], "/quit\n")), "Zoë 山田", "an option is for one run");
    let other = user.someone(&["--profile", "work"], "/quit\n");
    assert!(node(&other) != node(&first) && nick(&other) != "Zoë 山田");
    // The directory can be moved, and the key with it.
    let moved = user.home.path().join("moved");
    fs::rename(user.home.path().join(".local/share/proximity-chat"), &moved).unwrap();
    assert_eq!(node(&user.someone(&["--data-dir", moved.to_str().unwrap()], "/quit\n")), node(&first));
}

#[cfg(unix)]
#[test]
fn who_was_met_is_remembered() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let bob = Node::spawn("bob", &user.ports);
    let key = bob.wait_for("its key", |event| event["event"] == "listening")["node"].clone();
    assert_eq!(user.someone(&[], "hello\n/quit\n").code, Some(0));
    let known: Value = serde_json::from_slice(&fs::read(user.profile("known.json")).unwrap()).unwrap();
    let first = known[0]["first_seen"].clone();
    assert_eq!((&known[0]["key"], &known[0]["nick"], known.as_array().map(Vec::len)), (&key, &"bob".into(), Some(1)));
    assert_eq!(user.someone(&[], "hello\n/quit\n").code, Some(0));
    let known: Value = serde_json::from_slice(&fs::read(user.profile("known.json")).unwrap()).unwrap();
    assert_eq!(known[0]["first_seen"], first, "it was the same one that was met before");
}

#[cfg(unix)]
#[test]
fn a_profile_that_is_in_use_is_refused_when_it_was_named() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let args = [user.range().to_vec(), vec!["--profile=work".to_owned()]].concat();
    let (running, _output, _) = user.start_with(&args);
    let finished = user.someone(&["--profile", "work"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    assert_eq!(
        finished.err,
        "proximity-chat: Profile work is in use by another copy. Leave that one, or give another --profile; without it \
         the next free one is taken.\n"
    );
    // However that copy ends, nothing keeps the profile locked.
    drop(running);
    assert_eq!(user.someone(&["--profile", "work"], "/quit\n").code, Some(0));
}

#[cfg(unix)]
#[test]
fn who_stores_nothing_is_somebody_else_every_time() {
    let user = User::new();
    let keys: BTreeSet<_> = (0..2).map(|_| node(&user.someone(&["--ephemeral"], "/nick x\n/quit\n"))).collect();
    assert_eq!(keys.len(), 2);
    assert!(!user.home.path().join(".local/share").exists());
}

#[cfg(unix)]
#[test]
fn a_key_that_is_not_safe_or_not_whole_is_refused_and_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let user = User::new();
    let first = node(&user.someone(&[], "/quit\n"));
    let path = user.profile("identity");
    let pem = fs::read_to_string(&path).unwrap();
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let refused = |text: &str| {
        let finished = user.someone(&[], "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""), "{finished:?}");
        assert_eq!(finished.err, format!("proximity-chat: {text}\n"));
    };
    let shown = path.display();
    mode(0o644);
    refused(&format!("Other users can read or change {shown}. Make it yours alone: chmod 600 {shown}"));
    mode(0o600);
    assert_eq!(node(&user.someone(&[], "/quit\n")), first);

    let restore = "Restore it from a copy, or move it away to become somebody new, whom nobody knows yet.";
    fs::write(&path, "").unwrap();
    refused(&format!("{shown} is damaged: it is empty. {restore}"));
    fs::write(&path, &pem[..60]).unwrap();
    refused(&format!(
        "{shown} is damaged: it holds no Ed25519 private key in PEM (\"-----BEGIN PRIVATE KEY-----\"). {restore}"
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), pem[..60], "it was not touched");

    let away = user.home.path().join("away");
    fs::write(&path, &pem).unwrap();
    fs::rename(&path, &away).unwrap();
    symlink("nowhere", &path).unwrap();
    refused(&format!(
        "{shown} is a link to a file that is not there. Bring that file back, or remove the link to become somebody new, \
         whom nobody knows yet."
    ));
    fs::remove_file(&path).unwrap();
    assert_ne!(node(&user.someone(&[], "/quit\n")), first, "who moves it away is somebody new");
    fs::rename(&away, &path).unwrap();
    assert_eq!(node(&user.someone(&[], "/quit\n")), first);

    let known = user.profile("known.json");
    fs::write(&known, "[{}]").unwrap();
    fs::set_permissions(&known, fs::Permissions::from_mode(0o600)).unwrap();
    refused(&format!(
        "{} is damaged: missing field `key` at line 1 column 3. Restore it from a copy, or move it away to start as if you \
         had met nobody: whom you verified or ignored is forgotten then.",
        known.display()
    ));
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_says_what_to_do() {
    let user = User::new();
    user.write("file", "");
    let finished = user.someone(&["--data-dir", "file"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    assert!(finished.err.starts_with("proximity-chat: Cannot use the directory file/default: "), "{}", finished.err);
    assert!(
        finished.err.ends_with("Give another one with --data-dir, or add --ephemeral to store nothing.\n"),
        "{}",
        finished.err
    );
}
