//! Private rooms and direct messages, as three people at their terminals see them.

use std::path::Path;

use super::{EMPTY_INPUT, FOOTER, chat};
use crate::support::{DIRECTORIES, Ports, Term};

/// Wide enough that no sentence of this test is broken.
const SIZE: (u16, u16) = (140, 40);

/// Rooms besides the lobby.
const ROOMS: usize = 30;

/// Somebody whose things are in this directory, and who listens.
fn person(nick: &str, home: &Path, ports: &Ports) -> Term {
    let mut builder = chat(nick, ports).size(SIZE.0, SIZE.1);
    for name in DIRECTORIES {
        builder = builder.env(name, home.to_str().expect("a path in UTF-8"));
    }
    let term = builder.spawn();
    term.wait_text(FOOTER);
    term.wait_text(&format!("{nick}  127.0.0.1:"));
    term
}

/// Types a line into the room that must be in view.
fn types(term: &Term, tab: &str, line: &str) {
    shows(term, tab);
    term.send(format!("{line}\r"));
}

/// Waits until this tab is in view.
#[track_caller]
fn shows(term: &Term, tab: &str) {
    term.wait_text(&format!("[{tab}]"));
}

/// Waits until no tab has this name.
#[track_caller]
fn has_closed(term: &Term, tab: &str) {
    term.wait_for(&format!("no tab {tab}"), |screen| {
        screen.contents().lines().next().is_some_and(|tabs| !tabs.contains(tab))
    });
}

/// Everybody says something in the room, and everybody reads it.
fn talk(people: &[(&str, &Term)], about: &str) {
    for (nick, term) in people {
        types(term, "2:*#plan", &format!("{about} from {nick}"));
        for (_, term) in people {
            term.wait_text(&format!("│ {about} from {nick}"));
        }
    }
}

#[test]
fn three_people_invite_talk_remove_and_leave() {
    let ports = Ports::reserve(4);
    let homes = [(); 3].map(|()| tempfile::tempdir().expect("a directory"));
    let alice = person("alice", homes[0].path(), &ports);
    let bob = person("bob", homes[1].path(), &ports);
    let carol = person("carol", homes[2].path(), &ports);
    for (term, others) in [(&alice, ["bob", "carol"]), (&bob, ["alice", "carol"]), (&carol, ["alice", "bob"])] {
        for nick in others {
            term.wait_text(&format!("● {nick}"));
        }
    }

    alice.send("/create plan private\r");
    types(&alice, "2:*#plan", "/invite bob");
    alice.wait_text("You invited bob.");
    bob.wait_text("alice invites you to the private room #plan");
    bob.wait_text("/decline #plan");
    bob.send("/join #plan\r");
    talk(&[("alice", &alice), ("bob", &bob)], "hello");

    // From tab to tab, in both directions, and around.
    bob.send("\x0e");
    shows(&bob, "1:#lobby");
    bob.send("\x10");
    shows(&bob, "2:*#plan");
    bob.send("\x10");
    shows(&bob, "1:#lobby");
    bob.wait_no_text("hello from alice");
    bob.send("\x0e");
    shows(&bob, "2:*#plan");

    types(&alice, "2:*#plan", "/kick bob");
    alice.wait_text("You removed bob.");
    bob.wait_text("alice removed you from #plan. What was said there is still on this machine.");
    has_closed(&bob, "#plan");
    bob.wait_text(EMPTY_INPUT);
    alice.send("without bob\r");
    alice.wait_text("│ without bob");

    types(&alice, "2:*#plan", "/invite bob carol");
    carol.wait_text("alice invites you to the private room #plan");
    carol.send("/join #plan\r");
    shows(&carol, "2:*#plan");
    bob.wait_for("another invitation", |screen| screen.contents().matches("alice invites you").count() == 2);
    bob.send("/join #plan\r");
    talk(&[("alice", &alice), ("bob", &bob), ("carol", &carol)], "again");

    types(&bob, "2:*#plan", "/part");
    bob.wait_text("Leave #plan? Only alice, who owns it, can bring you back.");
    bob.send("/part yes\r");
    has_closed(&bob, "#plan");
    for term in [&alice, &carol] {
        term.wait_text("bob has left the room for good.");
    }
    talk(&[("alice", &alice), ("carol", &carol)], "at last");
    bob.wait_no_text("at last");
    assert!([&alice, &bob, &carol].iter().all(|term| term.runs()));
}

/// Alice has written to bob, who has not looked.
fn written_to(homes: &[tempfile::TempDir; 2], ports: &Ports) -> (Term, Term) {
    let alice = person("alice", homes[0].path(), ports);
    let bob = person("bob", homes[1].path(), ports);
    alice.wait_text("● bob");
    bob.wait_text("● alice");
    alice.send("/query bob\r");
    types(&alice, "2:@bob", "are you there");
    bob.wait_text("2:@alice (1!)");
    (alice, bob)
}

#[test]
fn a_direct_message_waits_for_who_is_away() {
    let ports = Ports::reserve(3);
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
    let (alice, bob) = written_to(&homes, &ports);
    bob.send("/quit\r");
    bob.wait_exit();
    alice.wait_text("bob is not here now. What you write is delivered when you meet again.");
    alice.send("cake at four\r");
    alice.wait_text("│ cake at four");
    let bob = person("bob", homes[1].path(), &ports);
    bob.wait_text("2:@alice (");
    bob.send("\x0e");
    shows(&bob, "2:@alice");
    bob.wait_text("│ cake at four");
    bob.wait_text("│ are you there");
    bob.send("yes please\r");
    alice.wait_text("│ yes please");
}

#[test]
fn a_direct_tab_never_opened_keeps_its_count() {
    let ports = Ports::reserve(3);
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
    let (alice, bob) = written_to(&homes, &ports);
    for term in [&bob, &alice] {
        term.send("/quit\r");
        term.wait_exit();
    }
    // Alice is gone, so nothing new comes.
    let bob = person("bob", homes[1].path(), &ports);
    bob.wait_text("2:@alice (1!)");
    bob.send("\x0e");
    shows(&bob, "2:@alice");
    bob.wait_text("│ are you there");
}

#[test]
fn thirty_tabs_are_gone_through_in_turn() {
    let ports = Ports::reserve(2);
    let home = tempfile::tempdir().expect("a directory");
    let alice = person("alice", home.path(), &ports);
    let tabs: Vec<_> = (2..=ROOMS + 1).map(|number| format!("{number}:#room-{number}")).collect();
    for (number, tab) in (2..).zip(&tabs) {
        alice.send(format!("/join room-{number}\r"));
        shows(&alice, tab);
    }
    alice.send("\x0e");
    shows(&alice, "1:#lobby");
    for tab in &tabs {
        alice.send("\x0e");
        shows(&alice, tab);
    }
    for tab in tabs.iter().rev().skip(1) {
        alice.send("\x10");
        shows(&alice, tab);
    }
    alice.send("/go 31\r");
    shows(&alice, "31:#room-31");
    alice.send("/quit\r");
    alice.wait_exit();
    // All of them are there again.
    let alice = person("alice", home.path(), &ports);
    alice.wait_text("2:#room-2");
    alice.send("/go 31\r");
    shows(&alice, "31:#room-31");
}
