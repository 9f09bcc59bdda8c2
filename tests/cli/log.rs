//! `proximity-chat log`, and what is on disk after a chat.

use std::{fs, io::BufRead, io::BufReader, io::Write, process::Command};

use serde_json::Value;

use crate::{
    support::arguments,
    user::{ALONE, Finished, Running, User, lines},
};

impl User {
    /// Runs `log` with these arguments.
    fn log(&self, args: &[&str]) -> Finished {
        self.run(&[&["log"], args].concat(), "")
    }

    /// What `log` prints; it must succeed.
    fn printed(&self, args: &[&str]) -> String {
        let finished = self.log(args);
        assert_eq!(finished.code, Some(0), "{args:?}: {finished:?}");
        finished.out
    }
}

#[test]
fn log_prints_the_chat_afterwards() {
    let user = User::new();
    let chat = user.node(&["--json"], "hello\n/me waves\n//quit\n/quit\n");
    assert_eq!(chat.code, ALONE, "{chat:?}");
    let texts = |out: &str| -> Vec<String> {
        out.lines().map(|line| line.split_once("  ").expect("a date").1.to_owned()).collect()
    };
    let text = user.printed(&[]);
    assert_eq!(texts(&text), ["alice: hello", "* alice waves", "alice: /quit"], "{text}");
    assert_eq!(user.printed(&["#LOBBY"]), text);
    assert_eq!(user.printed(&["lobby", "--profile", "default", "--ip", "127.0.0.1"]), text);
    assert_eq!(user.printed(&["--count"]), "3\n");
    let hash = user.printed(&["--hash"]);
    assert!(hash.len() == 65 && hash.trim_end().chars().all(|c| c.is_ascii_hexdigit()), "{hash}");

    // The same events as in the pipe, except that they are marked as history.
    let said: Vec<Value> = chat.events().into_iter().filter(|event| event["event"] == "message").collect();
    let log: Vec<Value> =
        user.printed(&["--json"]).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(log.len(), said.len());
    for (log, mut said) in log.into_iter().zip(said) {
        said["history"] = true.into();
        assert_eq!(log, said);
    }
}

#[test]
fn each_network_profile_and_directory_has_its_own_history() {
    let user = User::new();
    assert_eq!(user.node(&[], "at home\n/quit\n").code, ALONE);
    assert_eq!(user.node(&["--network", "office", "--profile", "work"], "at the office\n/quit\n").code, ALONE);
    let office = ["--network", "office", "--profile", "work"];
    assert!(user.printed(&office).contains("at the office"));
    for args in [&["--network", "office"][..], &["--profile", "work"]] {
        let finished = user.log(args);
        assert_eq!((finished.code, finished.out.as_str()), (Some(0), ""), "{finished:?}");
        assert!(
            finished.err.starts_with("proximity-chat: Profile ")
                && finished.err.contains(" has no messages in #lobby on "),
            "{finished:?}"
        );
    }
    // Options may stand before the command too, and settings count as in the chat.
    user.write("config.json", r#"{"network": "office", "profile": "work"}"#);
    for args in [
        &["--profile", "work", "log", "--network", "office", "--count"][..],
        &["log", "--count", "--config", "config.json"],
    ] {
        assert_eq!(user.run(args, "").out, "1\n", "{args:?}");
    }
    let elsewhere = user.log(&["--data-dir", "elsewhere"]);
    assert!(elsewhere.code == Some(0) && elsewhere.err.contains("There is no history"), "{elsewhere:?}");
    assert!(!user.home.path().join("elsewhere").exists());
    let absent = user.log(&["--profile", "absent"]);
    assert_eq!(absent.code, Some(1));
    assert!(absent.err.starts_with("proximity-chat: There is no profile absent. "), "{absent:?}");
}

#[test]
fn a_wrong_log_command_line_is_a_usage_error() {
    let user = User::new();
    for (args, error) in [
        (&["log", "kit chen"][..], "proximity-chat: The name of a room has only letters, digits, - and _. "),
        (&["log", "dev", "--room", "dev"], "error: "),
        (&["--ephemeral", "log"], "proximity-chat: With ephemeral, nothing is stored. "),
        (&["log", "--erase"], "error: "),
        (&["log", "--yes"], "error: "),
        (&["log", "--json", "--hash"], "error: "),
        (&["log", "--nick", "x"], "error: "),
    ] {
        let finished = user.run(args, "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{args:?}: {finished:?}");
        assert!(finished.err.starts_with(error), "{args:?}: {}", finished.err);
    }
}

#[test]
fn a_running_copys_history_is_readable_but_not_erasable() {
    let user = User::new();
    let (mut running, output) = user.start();
    let said = lines(output);
    let input = running.0.stdin.as_mut().expect("a pipe");
    writeln!(input, "hello").and_then(|()| input.flush()).expect("it reads");
    while said.next().expect("the message")["text"] != "hello" {}
    assert_eq!(user.printed(&["--count"]), "1\n");
    let refused = user.log(&["lobby", "--erase", "--yes"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert_eq!(
        refused.err,
        "proximity-chat: Profile default is in use by another copy. Type /erase there, or quit that copy and try again.\n"
    );
    assert_eq!(user.printed(&["--count"]), "1\n");
}

#[test]
fn erased_lines_are_gone_and_the_chat_continues() {
    let user = User::new();
    assert_eq!(user.node(&[], "the combination is 4711\n/quit\n").code, ALONE);
    let unasked = user.log(&["lobby", "--erase"]);
    assert_eq!(unasked.code, Some(2));
    assert!(unasked.err.contains("there is no terminal to ask you on. Add --yes"), "{unasked:?}");
    assert_eq!(user.printed(&["--count"]), "1\n");
    assert_eq!(user.printed(&["--erase", "lobby", "--yes"]), "Erased 1 line of #lobby from this machine.\n");
    assert_eq!(user.printed(&["--count"]), "0\n");
    for entry in fs::read_dir(user.profile("")).expect("the profile") {
        let bytes = fs::read(entry.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(11).any(|window| window == b"combination"));
    }
    assert_eq!(user.node(&[], "a new line\n/quit\n").code, ALONE);
    assert!(user.printed(&[]).ends_with("  alice: a new line\n"));
    assert_eq!(user.printed(&["--count"]), "1\n");
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let user = User::new();
    // More than a pipe holds at once.
    let long = format!("{}\n", "x".repeat(1_000)).repeat(200);
    assert_eq!(user.node(&[], &format!("{long}/quit\n")).code, ALONE);
    assert_eq!(user.printed(&["--count"]), "200\n");
    let mut child = user.command(&["log"]).spawn().expect("the program starts");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut String::new()).expect("a line");
    drop(output);
    let output = child.wait_with_output().expect("our child");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn an_ephemeral_chat_leaves_no_history() {
    let user = User::new();
    assert_eq!(user.node(&["--ephemeral"], "hello\n/quit\n").code, ALONE);
    let log = user.log(&[]);
    assert!(log.code == Some(0) && log.out.is_empty() && log.err.contains("There is no history"), "{log:?}");
}

#[test]
fn a_line_said_alone_reaches_later_peers_after_a_restart() {
    let user = User::new();
    let alone = user.node(&["--json"], "anybody here?\n/quit\n");
    assert_eq!(alone.code, ALONE, "{alone:?}");
    let message = alone.event(|event| event["text"] == "anybody here?");
    let delivery = alone.event(|event| event["event"] == "delivery");
    assert_eq!((&delivery["id"], &delivery["of"]), (&message["id"], &0.into()));

    let (_alice, _output) = user.start();
    let (bob, output, _) = user.start_with(&arguments("bob", &user.ports));
    let heard = lines(output);
    let mut got = Value::Null;
    while got["text"] != "anybody here?" {
        got = heard.next().expect("the line comes");
    }
    assert_eq!((&got["id"], &got["history"], &got["own"]), (&message["id"], &true.into(), &false.into()));
    assert_eq!(user.printed(&["--hash", "--profile", "default"]), user.printed(&["--hash", "--profile", "default-2"]));
    drop(bob);
}

/// Sends a signal to a process, `-STOP` or `-CONT`.
#[cfg(unix)]
fn signal(child: &Running, name: &str) {
    let status = Command::new("kill").args([name, &child.0.id().to_string()]).status().expect("kill is there");
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn leaving_before_a_line_is_delivered_exits_with_three() {
    let user = User::new();
    let (mut alice, output) = user.start();
    let (bob, _output, _) = user.start_with(&arguments("bob", &user.ports));
    let events = lines(output);
    while events.next().expect("bob joins")["change"] != "joined" {}
    signal(&bob, "-STOP");
    let input = alice.0.stdin.as_mut().expect("a pipe");
    input.write_all(b"are you there?\n/quit\n").expect("it reads");
    let code = alice.end();
    signal(&bob, "-CONT");
    assert_eq!(code, Some(3));
    // The line was kept all the same: bob gets it when they meet again.
    assert!(user.printed(&[]).ends_with("  alice: are you there?\n"));
}
