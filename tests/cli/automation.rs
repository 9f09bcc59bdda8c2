//! The examples of docs/automation.md, run as they stand there.

use std::{fs, path::Path, process::Command, process::Stdio};

use serde_json::Value;

use crate::{
    support::{Node, PATIENCE, Ports, program},
    user::{Finished, Running, User, finish},
};

const PAGE: &str = include_str!("../../docs/automation.md");

/// The examples in a language.
fn examples(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    PAGE.split(begin.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The only example in a language with these words.
fn example(language: &str, words: &str) -> &'static str {
    let all: Vec<_> = examples(language).into_iter().filter(|example| example.contains(words)).collect();
    let [example] = all[..] else { panic!("{} examples with {words:?}", all.len()) };
    example
}

/// A user whose scripts find the program, and somebody who listens.
fn stage() -> (User, Node) {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let bob = Node::listening("bob", user.ports.range());
    (user, bob)
}

/// The command with what the scripts need around them. It stays on this machine.
fn prepared(user: &User, mut command: Command) -> Command {
    let directory = Path::new(&program()).parent().expect("a directory").to_owned();
    let path = std::env::join_paths(
        std::iter::once(directory).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    command.env_clear().env("PATH", path.expect("directories")).env("HOME", user.home.path());
    command.env("PROXIMITY_CHAT_MIN_PORT", user.ports.first().to_string());
    command.env("PROXIMITY_CHAT_MAX_PORT", user.ports.last().to_string());
    command.current_dir(user.home.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn runs(user: &User, script: &str) -> Finished {
    assert!(!script.contains("--lan"), "{script}");
    let mut command = Command::new("sh");
    command.args(["-euc", script]);
    finish(prepared(user, command), "")
}

#[test]
fn the_examples_for_cron_say_their_line() {
    let (user, bob) = stage();
    let finished = runs(&user, example("sh", "stand-up"));
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""), "{finished:?}");
    bob.wait_said("cron", "stand-up in ten minutes");
    // The same behind the five fields of a time, but on this machine only.
    let (time, job) = example("crontab", "stand-up").split_once("  ").expect("a time and a job");
    assert_eq!(time.split(' ').count(), 5);
    assert_eq!(job.replace(" --lan", ""), example("sh", "stand-up"));
}

#[test]
fn the_example_for_builds_tells_success_and_failure() {
    let (user, bob) = stage();
    let script = example("sh", "make test");
    user.write("Makefile", "test:\n\t@printf '/usr/bin/ld: \\033[31mcannot find -lfoo\\033[0m\\n'; exit 1\n");
    let red = runs(&user, script);
    assert_eq!(red.code, Some(0), "{red:?}");
    let log = fs::read_to_string(user.home.path().join("build.log")).expect("a log");
    assert!(log.contains("cannot find"), "{log}");
    user.write("Makefile", "test:\n\t@echo fine\n");
    let green = runs(&user, script);
    assert_eq!((green.code, green.err.as_str()), (Some(0), ""), "{green:?}");
    bob.wait_said("ci", "the build is green");
    drop(bob);
    let alone = runs(&user, script);
    assert_eq!((alone.code, alone.err.as_str()), (Some(0), "not everyone has it yet\n"), "{alone:?}");
    let said = runs(&user, example("sh", "jq"));
    assert_eq!((said.code, said.out.matches("the build is green\n").count()), (Some(0), 2), "{said:?}");
}

#[test]
fn the_bot_answers_in_the_lobby_and_alone() {
    let (user, mut bob) = stage();
    let [bot] = examples("python")[..] else { panic!("one bot") };
    user.write("clock.py", bot);
    let mut command = Command::new("python3");
    command.arg("clock.py");
    let bot = Running(prepared(&user, command).spawn().expect("Python"));
    bob.wait_nick("clock");
    for (line, room) in [("!time", '#'), ("/msg clock !time", '@')] {
        bob.say(line);
        let answers = |event: &&Value| {
            let text = event["text"].as_str().unwrap_or_default();
            let is_there = event["room"].as_str().is_some_and(|name| name.starts_with(room));
            event["nick"] == "clock" && is_there && text.starts_with("it is ") && text.contains("\nand ")
        };
        bob.wait(&format!("an answer to {line}"), PATIENCE, |events| events.iter().find(answers).map(drop));
    }
    drop(bot);
}
