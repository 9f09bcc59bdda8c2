//! Why nobody comes, as the screen says it.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    place::{SIZE, alone, closed, halves, hides, shows},
    screen::*,
    states::{chat, people, shoot},
};

fn finding(fault: Fault, severity: Severity, what: &str, todo: &str) -> Finding {
    Finding { fault, severity, what: what.to_owned(), todo: todo.to_owned() }
}

pub(crate) fn isolated() -> Finding {
    let what = "wlan0 keeps its clients apart: the router answers, and nobody else does.";
    let todo = "Guest Wi-Fi often does that. Try a cable or another network.";
    finding(Fault::ClientsIsolated, Severity::Warning, what, todo)
}

/// About as long as a sentence of a diagnosis gets.
fn captured() -> Finding {
    let what = "What is for 192.168.1.0/24 goes out by tun0, most likely a VPN, and not by wlan0, so that nobody on your \
                own network gets it.";
    let todo = "Let the VPN leave the local network alone (\"allow LAN access\", \"split tunnelling\"), or leave it while \
                you chat.";
    finding(Fault::RouteCaptured, Severity::Fault, what, todo)
}

pub(crate) fn diagnosis(s: &mut Screen, findings: impl IntoIterator<Item = Finding>) {
    s.update(Update::Diagnosis(findings.into_iter().collect()));
}

#[test]
fn a_diagnosis_is_said_to_who_is_alone() {
    let mut s = alone(SIZE);
    diagnosis(&mut s, [captured(), isolated()]);
    let (left, right) = halves(&mut s);
    let Finding { what, todo, .. } = captured();
    assert!(left.contains(&format!("{what} {todo}")), "{}", s.text());
    assert_eq!(right, format!("PEOPLE nobody here {what}"), "in short, and no word is cut: {}", s.text());
    hides(&mut s, "Guest Wi-Fi");
    shows(&mut s, "visible as \"alice\" at");

    let bob = node("7f3a", "192.168.1.23:4565");
    s.joins(bob, Some("bob"));
    assert!(!s.text().contains("tun0"), "{}", s.text());
    s.leaves(bob);
    let (left, right) = halves(&mut s);
    assert!(left.contains(&todo) && right.contains(&format!("{what} ○ bob")), "{}", s.text());
    diagnosis(&mut s, []);
    hides(&mut s, "tun0");
}

#[test]
fn a_diagnosis_that_finds_nothing_leaves_the_general_advice() {
    let mut s = alone(SIZE);
    let advice = s.text();
    diagnosis(&mut s, [finding(Fault::ClockOff, Severity::Fine, "Clocks agree.", "")]);
    assert_eq!(s.text(), advice, "what is as it should be keeps nobody away");
    let what = "Nobody answers, and nothing is wrong that can be seen from here.";
    diagnosis(&mut s, [finding(Fault::NobodyFound, Severity::Warning, what, "Are they here?")]);
    let (left, right) = halves(&mut s);
    assert!(left.contains(&format!("{what} 1. They must be")) && right.ends_with(what), "{}", s.text());
    assert!(left.contains("in another terminal."), "all of it is in sight: {}", s.text());
    hides(&mut s, "Are they here?");

    let mut s = closed();
    s.sweeps(4, 4);
    diagnosis(&mut s, [finding(Fault::Closed, Severity::Warning, "Nothing leaves this machine.", "Press F2.")]);
    let (left, right) = halves(&mut s);
    assert!(right.ends_with("nobody here Nothing leaves this machine.") && !left.contains("Press"), "{}", s.text());
}

#[test]
fn the_begin_of_what_is_said_is_in_sight_however_long_it_is() {
    let ports = "Every port of 4565-4569 is taken. ".repeat(9);
    for size in [(120, 35), SIZE, (80, 12), (60, 10), (40, 12), (40, 8), (20, 5)] {
        for what in [&captured().what, ports.trim_end()] {
            let mut s = alone(size);
            diagnosis(&mut s, [finding(Fault::PortTaken, Severity::Fault, what, &captured().todo)]);
            let (left, right) = (s.text(), if size.0 < 60 { String::new() } else { halves(&mut s).1 });
            let begin = if left.contains("Nobody else") { "Nobody" } else { what.split(' ').next().unwrap() };
            // A window that is too low for any of it shows its end, as it does with everything.
            if size.1 > 8 && what.len() < 150 {
                assert!(left.lines().take(2).any(|row| row.contains(begin)), "{size:?}: {left}");
            }
            let cut = right.strip_suffix('…').unwrap_or(&right);
            let said = cut.strip_prefix("PEOPLE nobody here").unwrap_or_default().trim();
            assert!(what.starts_with(said), "{size:?}: {left}");
            assert!(said.len() == what.len() || what[said.len()..].starts_with(' ') || size.0 < 60, "{size:?}: {left}");
        }
    }
}

#[test]
fn a_long_reason_is_drawn_at_every_size() {
    let mut s = alone(SIZE);
    diagnosis(&mut s, [captured()]);
    for _ in 0..2 {
        for cols in (1..=45).chain([59, 60, 79, 99, 100, 300]) {
            for rows in (1..=25).chain([80]) {
                s.resize(cols, rows);
                s.draw();
            }
        }
        s.press(KeyCode::F(8));
    }
}

#[test]
fn snapshots() {
    for (name, finding) in [("reason", isolated()), ("long_reason", captured())] {
        shoot(&format!("alone_{name}"), |size| {
            let mut s = alone(size);
            diagnosis(&mut s, [finding.clone()]);
            s
        });
    }
    shoot("left_alone_reason", |size| {
        let mut s = chat(lan(), size);
        for peer in people() {
            s.leaves(peer);
        }
        diagnosis(&mut s, [isolated()]);
        s
    });
}
