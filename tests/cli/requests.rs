//! A program that writes JSON, and text that would be commands if it were typed.

use std::fmt::Write as _;

use proximity_chat::frontend::slash::COMMANDS;
use serde_json::Value;

use crate::user::{ALONE, User};

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

/// Lines of every kind that do something when they are typed, or that a terminal would take for something else.
fn hostile(lines: usize) -> (String, usize) {
    let mut input = String::new();
    let (mut said, long) = (0, "x".repeat(1024 * 1024));
    for n in 0..lines {
        let spec = &COMMANDS[n % COMMANDS.len()];
        match n % 7 {
            _ if n % 20_011 == 20_010 => {
                // Too long, so it is refused.
                writeln!(input, "/{} {long}", spec.name).unwrap();
                continue;
            }
            0 => writeln!(input, "/{}", spec.name),
            1 => writeln!(input, "/{} yes", spec.name),
            2 => writeln!(input, "\u{1b}[31m/{} eve {n}\u{1b}[0m", spec.name),
            3 => writeln!(input, "/{} \0\u{9b}2J\u{202e}{n}", spec.name),
            4 => writeln!(input, r#"{{"cmd":"{}","sure":true,"name":"eve","room":"dev"}}"#, spec.name),
            5 => writeln!(input, "/{} on", &spec.name[..1]),
            _ => writeln!(input, "/usr/bin/ld: cannot find -l{n}\r"),
        }
        .unwrap();
        said += 1;
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
    assert_eq!((finished.code, finished.err.as_str()), (ALONE, ""));
    assert_eq!(finished.out.matches("Message too long").count(), 4, "the lines of 1 MiB");
    assert_eq!(user.run(&["log", "--count"], "").out, format!("{}\n", said + 1));
    assert_eq!(settled(&user), before);
    assert!(user.run(&["log"], "").out.contains("alice: first"));
    assert!(!finished.out.contains(['\u{1b}', '\0', '\u{9b}']), "nothing reaches a terminal raw");
}
