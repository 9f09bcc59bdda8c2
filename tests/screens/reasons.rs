//! Why nobody comes, as the screen explains it.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    place::{SIZE, alone, closed, halves, hides, shows},
    screen::*,
    states::{chat, people, shoot},
};

pub(crate) fn isolated() -> Finding {
    Finding::OnlyRouter { router: [192, 168, 1, 1].into(), hosts: 253 }
}

/// About as long as a sentence of a diagnosis gets.
fn captured() -> Finding {
    let (interface, network) = ("wlan0".into(), "192.168.1.0/24".parse().unwrap());
    Finding::RouteCaptured { interface, network, host: [192, 168, 1, 1].into(), by: Some("tun0".into()) }
}

const CAPTURED: &str = "Traffic for 192.168.1.1 in your own network 192.168.1.0/24 goes to tun0, not to wlan0.";
const CAPTURED_TODO: &str = "A VPN often causes this. Let it leave your local network alone (\"allow LAN access\", split \
                             tunnelling), or disconnect it while you chat.";

/// A reason that is too long for the sidebar.
fn many_interfaces() -> (Finding, String) {
    let names: Vec<String> = (0..25).map(|n| format!("wlan{n}")).collect();
    let names_said = names.join(", ").replace(", wlan24", " and wlan24");
    let said = format!(
        "None of the interfaces {names_said} is up and has a network address. Correct their names, or leave them out."
    );
    (Finding::NoNetwork(NoNetwork::NotThere(names)), said)
}

pub(crate) fn diagnosis(s: &mut Screen, findings: impl IntoIterator<Item = Finding>) {
    s.update(Update::Diagnosis(findings.into_iter().collect()));
}

#[test]
fn a_lone_user_is_told_the_diagnosis() {
    let mut s = alone(SIZE);
    diagnosis(&mut s, [captured(), isolated()]);
    let (left, right) = halves(&mut s);
    let (what, todo) = (CAPTURED, CAPTURED_TODO);
    assert!(left.contains(&format!("{what} {todo}")), "{}", s.text());
    assert_eq!(right, format!("PEOPLE no one here {what}"), "in short, and no word is cut: {}", s.text());
    hides(&mut s, "Guest Wi-Fi");
    shows(&mut s, "visible as \"alice\" at");

    let bob = node("7f3a", "192.168.1.23:4565");
    s.joins(bob, Some("bob"));
    assert!(!s.text().contains("tun0"), "{}", s.text());
    s.leaves(bob);
    let (left, right) = halves(&mut s);
    assert!(left.contains(todo) && right.contains(&format!("{what} ○ bob")), "{}", s.text());
    diagnosis(&mut s, []);
    hides(&mut s, "tun0");
}

#[test]
fn an_empty_diagnosis_leaves_the_general_advice() {
    let mut s = alone(SIZE);
    let advice = s.text();
    diagnosis(&mut s, [Finding::ClocksAgree]);
    assert_eq!(s.text(), advice, "what is as it should be keeps nobody away");
    let what = "No one was found, and nothing wrong can be seen from here.";
    diagnosis(&mut s, [Finding::NobodyFound { someone_here: false }]);
    let (left, right) = halves(&mut s);
    assert!(left.contains(&format!("{what} 1. Others must be")) && right.ends_with(what), "{}", s.text());
    assert!(left.contains("in another terminal."), "all of it is in sight: {}", s.text());
    hides(&mut s, "Are the others on this same");

    let mut s = closed();
    s.sweeps(4, 4);
    diagnosis(&mut s, [Finding::Closed]);
    let (left, right) = halves(&mut s);
    let what = "The chat is on this machine only, so no one else on your network can find you.";
    assert!(right.ends_with(&format!("no one here {what}")) && !left.contains("press F2"), "{}", s.text());
}

#[test]
fn a_reasons_beginning_is_in_sight_at_any_length() {
    let (many, said) = many_interfaces();
    for size in [(120, 35), SIZE, (80, 12), (60, 10), (40, 12), (40, 8), (20, 5)] {
        for (finding, what) in [(captured(), CAPTURED), (many.clone(), said.as_str())] {
            let mut s = alone(size);
            diagnosis(&mut s, [finding]);
            let (left, right) = (s.text(), if size.0 < 60 { String::new() } else { halves(&mut s).1 });
            let begin = if left.contains("No one else") { "No one" } else { what.split(' ').next().unwrap() };
            // A window that is too low for the reason shows the end of it, as of everything else.
            if size.1 > 8 && what.len() < 150 {
                assert!(left.lines().take(2).any(|row| row.contains(begin)), "{size:?}: {left}");
            }
            let cut = right.strip_suffix('…').unwrap_or(&right);
            let said = cut.strip_prefix("PEOPLE no one here").unwrap_or_default().trim();
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
