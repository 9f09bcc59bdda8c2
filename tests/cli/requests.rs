//! A program that writes JSON, and text that would be commands if it were typed.

use proximity_chat::frontend::slash::COMMANDS;
use serde_json::Value;

use crate::{
    support::{Node, Ports},
    user::{ALONE, User},
};

#[test]
fn a_program_says_lines_in_rooms_and_knows_its_answers() {
    let user = User::new();
    let finished = user.pipe(
        &["--json"],
        concat!(
            r##"{"cmd":"join","room":"#dev","ref":1}"##,
            "\n",
            r##"{"cmd":"say","room":"#dev","text":"two\nlines","ref":2}"##,
            "\n",
            r##"{"cmd":"say","room":"#ops","text":"not there","ref":3}"##,
            "\n",
            r##"{"cmd":"topic","room":"#dev","topic":"code","ref":4}"##,
            "\n",
            r##"{"cmd":"nick","name":"robot","ref":"five"}"##,
            "\n{\"cmd\":\"say\",\"text\":\n/quit\n",
            r##"{"cmd":"search","room":"#dev","query":"lines","ref":6}"##,
            "\n",
        ),
    );
    // The last line of #ops was not accepted.
    assert_eq!((finished.code, finished.err.as_str()), (Some(3), ""), "{finished:?}");
    let answer = |reference: Value| finished.event(|event| event["ref"] == reference);
    assert_eq!(answer(1.into())["change"], "joined");
    let said = answer(2.into());
    assert_eq!((&said["text"], &said["room"]), (&"two\nlines".into(), &"#dev".into()));
    assert_eq!((&answer(3.into())["event"], &answer(3.into())["code"]), (&"error".into(), &"not_possible".into()));
    assert_eq!(answer(4.into())["text"], "code");
    assert_eq!(answer("five".into())["code"], "nick");
    assert_eq!(finished.event(|event| event["code"] == "json")["event"], "error");
    let typed = finished.event(|event| event["text"] == "/quit");
    assert_eq!((&typed["room"], typed.get("ref")), (&"#lobby".into(), None));
    assert_eq!(answer(6.into())["event"], "found");
}

#[test]
fn the_end_waits_for_lines_to_single_people() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let bob = Node::listening("bob", user.ports.range());
    let finished = user.node(&[], "/msg bob are you there\n");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""), "{finished:?}");
    bob.wait_said("alice", "are you there");
    assert_eq!(user.node(&[], "/msg nobody hello\n").code, Some(3), "it was not said");
    let said_then_left = "/join dev\n/msg bob in time\n/part dev\n";
    assert_eq!(user.node(&[], said_then_left).code, Some(0));
}

#[test]
fn a_query_at_the_end_is_answered() {
    let user = User::new();
    assert_eq!(user.pipe(&[], "the key\n").code, ALONE);
    for _ in 0..5 {
        let finished = user.pipe(&["--json"], "{\"cmd\":\"search\",\"query\":\"key\",\"all\":true,\"ref\":1}\n");
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert_eq!(finished.event(|event| event["event"] == "found")["ref"], 1);
    }
}

#[test]
fn a_line_too_long_is_no_success() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let bob = Node::listening("bob", user.ports.range());
    let finished = user.pipe(&[], &format!("{}\nshort\n", "x".repeat(70_000)));
    assert_eq!(finished.code, Some(3), "{}", finished.err);
    bob.wait_said("alice", "short");
}

/// Lines of every kind that do something when they are typed, or that a terminal would take for something else. Also
/// how many of them are short enough to be said.
fn hostile(lines: usize) -> (String, usize) {
    let long = "x".repeat(1024 * 1024);
    let (mut input, mut said) = (String::new(), lines);
    for (n, spec) in (0..lines).zip(COMMANDS.iter().cycle()) {
        let name = spec.name;
        let line = match n % 7 {
            _ if n % 20_011 == 20_010 => {
                said -= 1;
                format!("/{name} {long}")
            }
            0 => format!("/{name}"),
            1 => format!("/{name} yes"),
            2 => format!("\u{1b}[31m/{name} eve {n}\u{1b}[0m"),
            3 => format!("/{name} \0\u{9b}2J\u{202e}{n}"),
            4 => format!(r#"{{"cmd":"{name}","sure":true,"name":"eve","room":"dev"}}"#),
            5 => format!("/{} on", name.chars().take(1).collect::<String>()),
            _ => format!("/usr/bin/ld: cannot find -l{n}\r"),
        };
        input.push_str(&line);
        input.push('\n');
    }
    (input, said)
}

/// What a user has on disk besides the lines: the name, the people, the rooms.
fn settled(user: &User) -> Vec<Option<Vec<u8>>> {
    let files = ["settings.json", "known.json", "rooms.json", "networks.json", "identity"];
    files.map(|file| std::fs::read(user.profile(file)).ok()).into()
}

#[test]
#[ignore = "takes half a minute"]
fn a_hundred_thousand_hostile_lines_are_only_said() {
    let user = User::new();
    assert_eq!(user.pipe(&[], "first\n").code, ALONE);
    let before = settled(&user);
    let (input, said) = hostile(100_000);
    let finished = user.pipe(&[], &input);
    assert_eq!((finished.code, finished.err.as_str()), (Some(3), ""), "some were refused");
    assert_eq!(finished.out.matches("Message too long").count(), 4, "the lines of 1 MiB");
    assert_eq!(user.run(&["log", "--count"], "").out, format!("{}\n", said + 1));
    assert_eq!(settled(&user), before);
    assert!(user.run(&["log"], "").out.contains("alice: first"));
    assert!(!finished.out.contains(['\u{1b}', '\0', '\u{9b}']), "nothing reaches a terminal raw");
}
