//! Names and keys, as people meet them.

use tempfile::TempDir;

use super::*;
use crate::support::Node;

/// A screen whose user has given no name on the command line.
fn nameless(ports: &Ports, data: &TempDir) -> Builder {
    let arguments = arguments("", ports).into_iter().skip(2);
    let data = data.path().to_str().expect("a path in UTF-8").to_owned();
    Builder::new(&program()).args(arguments).args(["--data-dir".to_owned(), data])
}

fn data() -> TempDir {
    tempfile::tempdir().expect("a directory for profiles")
}

#[test]
fn the_first_run_asks_for_a_name_and_remembers_it() {
    let (ports, data) = (Ports::reserve(2), data());
    let bob = Node::listening("bob", ports.range());
    let term = nameless(&ports, &data).spawn();
    term.wait_text("Type the name others should see and press Enter.");
    term.wait_text("○ welcome");
    assert!(!term.text().contains("bob"), "nobody is met before there is a name: {}", term.text());
    term.send("\x15a:b\r");
    term.wait_text("A name cannot contain ':'");
    assert_eq!(input_line(&term), "> a:b");
    term.send("\x15carol\r");
    bob.wait_nick("carol");
    term.wait_text("● bob");
    term.wait_text(EMPTY_INPUT);
    term.send("hello\r");
    bob.wait_said("carol", "hello");
    term.send("\x11");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_given_back(&term);

    let term = nameless(&ports, &data).spawn();
    term.wait_text(EMPTY_INPUT);
    term.wait_text("carol");
    term.wait_text("● bob");
    assert!(!term.text().contains("Welcome"), "{}", term.text());
}

#[test]
fn the_first_run_can_be_left_without_a_name() {
    let (ports, data) = (Ports::reserve(1), data());
    for leave in ["\x03\x03\x03", "\x11", "\x15/quit\r"] {
        let term = nameless(&ports, &data).spawn();
        term.wait_text("○ welcome");
        term.send(leave);
        assert_eq!(term.wait_exit().exit_code(), 0, "{leave:?}");
        assert_given_back(&term);
    }
}

/// The short code in the last question on a screen.
fn code(term: &Term) -> String {
    let text = term.text();
    let groups = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let is_code = |words: &[String]| words.iter().all(|w| w.len() == 3 && w.bytes().all(|b| b.is_ascii_digit()));
    let lines = text.lines().rev().map(|line| groups(line.split('│').next().unwrap_or_default()));
    lines
        .filter_map(|words| words.rchunks(3).next().map(<[String]>::to_vec))
        .find(|words| words.len() == 3 && is_code(words))
        .expect("a code on the screen")
        .concat()
}

#[test]
fn two_people_compare_codes_and_an_impostor_is_reported() {
    let ports = Ports::reserve(3);
    let alice = alice(&ports);
    let bob = chat("bob", &ports).spawn();
    alice.wait_text("● bob");
    bob.wait_text("● alice");
    alice.send("/verify bob\r");
    alice.wait_text("Compare this code with bob");
    bob.wait_text("alice asks you to compare codes");
    alice.wait_text("/verify bob no");
    bob.wait_text("/verify alice no");
    assert_eq!(code(&alice), code(&bob));
    alice.send("/verify bob yes\r");
    bob.send("/verify alice yes\r");
    alice.wait_text("● bob ✓");
    bob.wait_text("● alice ✓");

    alice.send("/whois bob\r");
    alice.wait_text("verified by you");
    alice.send("/clear\r");
    bob.send("\x11");
    bob.wait_exit();
    alice.wait_text("○ bob ✓");
    let mallory = chat("bob", &ports).spawn();
    alice.wait_text("!! \"bob\" has a NEW KEY.");
    alice.wait_text("/trust bob#");
    alice.wait_text("! bob#");
    mallory.wait_text("● alice");
    mallory.send("it is me\r");
    alice.wait_for("a line under a name with a tag", |screen| {
        screen.contents().lines().any(|line| line.contains('#') && line.contains("│ it is me"))
    });
}

#[test]
fn away_and_typing_people_are_shown() {
    let ports = Ports::reserve(2);
    let alice = alice(&ports);
    let bob = chat("bob", &ports).spawn();
    alice.wait_text("● bob");
    bob.wait_text("● alice");
    bob.send("hm");
    alice.wait_text("bob is typing");
    bob.send("\x03");
    alice.wait_no_text("bob is typing");
    bob.send("/away lunch\r");
    bob.wait_text("You are away: lunch.");
    alice.wait_text("◐ bob");
    alice.send("/whois bob\r");
    alice.wait_text("away: lunch");
    bob.send("/back\r");
    alice.wait_text("● bob");
}
