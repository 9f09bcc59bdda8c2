//! Who is who: names that look alike, people without a name, and how long somebody has been here.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const BOB: &str = "127.0.0.1:4566";
const EVE: &str = "127.0.0.1:4567";

fn screen(size: (u16, u16)) -> Screen {
    let mut s = Screen::up(loopback(), size);
    s.joins(addr(BOB), Some("bob"));
    s.says(addr(BOB), "bob", "the real one");
    s
}

#[test]
fn two_people_with_one_name_can_be_told_apart() {
    let mut s = screen((80, 24));
    s.joins(addr(EVE), Some("bob"));
    s.says(addr(EVE), "bob", "so am I");
    s.says(addr(BOB), "bob", "no");
    assert!(s.find("? bob#4566").is_some() && s.find("? bob#4567").is_some(), "{}", s.text());
    assert!(s.find("?bob#4567 │ so am I").is_some() && s.find("?bob#4566 │ no").is_some(), "{}", s.text());
    assert!(s.find(" ?bob │ the real one").is_some(), "what was said before stays: {}", s.text());
    assert!(s.find("⇄ ?bob#4567 joined").is_some(), "{}", s.text());
    s.leaves(addr(EVE));
    assert!(s.find("bob#4567 left").is_some(), "{}", s.text());
    s.says(addr(BOB), "bob", "alone again");
    assert!(s.find("?bob#4566 │ alone again").is_some(), "the other one is still listed: {}", s.text());
    s.wait(600);
    s.says(addr(BOB), "bob", "long alone");
    assert!(s.find(" ?bob#4566 │ long alone").is_some(), "{}", s.text());
}

#[test]
fn a_far_off_clock_is_shown_beside_its_owner() {
    let bob = node("7f3a", "192.168.1.23:4565");
    let mut s = Screen::up(lan(), (100, 24));
    s.joins(bob, Some("bob"));
    s.clock_is_off(bob, Some(3 * 86_400_000));
    let row = |s: &mut Screen, text: &str| s.text().lines().find(|row| row.contains(text)).map(str::to_owned);
    assert!(row(&mut s, "clock 3 days ahead").is_some(), "in the list: {}", s.text());
    s.enter("/who");
    let listed = row(&mut s, "here now").unwrap_or_default();
    assert!(listed.contains("bob") && listed.contains("clock 3 days ahead"), "{}", s.text());
    s.enter("/clear");
    s.clock_is_off(bob, None);
    assert!(row(&mut s, "clock").is_none() && row(&mut s, "192.168.1.23").is_some(), "set: {}", s.text());
    s.clock_is_off(bob, Some(-45 * 60_000));
    assert!(row(&mut s, "clock 45 min behind").is_some(), "{}", s.text());
    s.leaves(bob);
    assert!(row(&mut s, "clock 45 min").is_none(), "who is gone has no clock: {}", s.text());
    // On the smallest screens it takes nobody's place.
    for (cols, rows) in [(40, 12), (60, 10), (80, 24), (120, 35)] {
        s.joins(bob, Some("bob"));
        s.clock_is_off(bob, Some(-45 * 60_000));
        s.resize(cols, rows);
        s.draw();
        s.leaves(bob);
    }
}

#[test]
fn the_who_command_says_how_long_people_were_away() {
    let (bob, carol) = (node("7f3a", "192.168.1.23:4565"), node("0b1e", "192.168.1.31:4565"));
    for (size, ages) in [((120, 35), true), ((40, 24), false)] {
        let mut s = Screen::up(lan(), size);
        s.joins(bob, Some("bob"));
        s.joins(carol, Some("carol"));
        s.is_at(carol, Presence::away("holiday"), false);
        s.wait(7_200);
        s.is_at(bob, Presence::away("lunch"), false);
        s.wait(300);
        s.enter("/who");
        let row = |s: &mut Screen, name: &str| {
            let text = s.text();
            let row = text.lines().rfind(|row| row.starts_with(&format!("   ◐ {name}"))).unwrap();
            row.split('│').next().unwrap().to_owned()
        };
        for name in ["bob", "carol"] {
            let row = row(&mut s, name);
            assert!(row.matches("away").count() == 1 && !row.contains("here"), "{row}");
        }
        assert_eq!(row(&mut s, "bob").contains("away 5m"), ages, "{}", s.text());
        assert!(!row(&mut s, "carol").contains("away 2h"), "away since before: {}", s.text());
        assert!(s.find("2 people are here, 2 of them away:").is_some(), "{}", s.text());
        s.is_at(bob, Presence::Here, false);
        s.enter("/clear");
        s.enter("/who");
        assert!(!ages || s.find("here 2h").is_some(), "{}", s.text());
    }
}

/// The colour of the character `after` positions behind the start of `needle`.
fn colour(s: &mut Screen, needle: &str, after: usize) -> ratatui::style::Color {
    let text = s.text();
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(needle)).unwrap();
    let column = line.split(needle).next().unwrap().chars().count() + after;
    s.buffer()[(u16::try_from(column).unwrap(), u16::try_from(row).unwrap())].fg
}

#[test]
fn present_people_have_distinct_colours_everywhere() {
    let mut s = Screen::up(lan(), (120, 35));
    let names = ["bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mike", "niaj", "olivia"];
    let whom = |at: usize| node(&format!("{at:02x}"), &format!("192.168.1.{}:4565", 20 + at));
    let mut colours = Vec::new();
    for (at, name) in names.iter().enumerate() {
        s.joins(whom(at), Some(name));
        s.says(whom(at), name, &format!("hello from number {at}."));
        colours.push(colour(&mut s, &format!("{name} │ hello from number {at}."), 0));
    }
    let different: std::collections::BTreeSet<_> = colours.iter().map(|colour| format!("{colour:?}")).collect();
    assert_eq!(different.len(), names.len());
    for (at, name) in names.iter().enumerate() {
        assert_eq!(colour(&mut s, &format!("{name} │ hello from number {at}."), 0), colours[at], "it stays");
        assert_eq!(colour(&mut s, &format!("● {name}"), 2), colours[at], "in the list too: {}", s.text());
    }
    let found: Vec<_> = (0..names.len()).map(|at| s.old(Author::Peer(whom(at).id), names[at], "a hit", 60)).collect();
    s.enter("/search hit");
    s.update(Update::Found { room: Some(Room::Lobby), query: "hit".into(), messages: found, more: false, behind: 0 });
    for at in 1..names.len() {
        assert_eq!(
            colour(&mut s, &format!("{}  a hit", names[at]), 0),
            colours[at],
            "and where it was found: {}",
            s.text()
        );
    }
}

/// A guest's name cannot be mistaken for that of a person whose key is known: in columns, inline, and for copying.
#[test]
fn a_guest_is_marked_wherever_it_is_named() {
    for (size, plain) in [((120, 35), false), ((80, 24), false), ((59, 24), false), ((40, 12), false), ((80, 24), true)]
    {
        let mut s = Screen::up(loopback(), size);
        let bob = node("7f3a", BOB);
        s.joins(bob, Some("bob"));
        s.trust(bob, Trust::Verified);
        s.leaves(bob);
        s.enter("/clear");
        if plain {
            s.key(Key::alt('l'));
        }
        s.joins(addr(EVE), Some("bob"));
        assert!(s.find("⇄ ?bob#4567 joined").is_some(), "{size:?}: {}", s.text());
        s.says(addr(EVE), "bob", "send me");
        let columns = size.0 >= 80 && !plain || size.0 == 59;
        let shown = if columns { "?bob#4567 │ send me" } else { "?bob#4567: send me" };
        assert!(s.find(shown).is_some(), "{size:?}: {}", s.text());
        let mut action = s.message(Author::Peer(addr(EVE).into_id()), "bob", "waves");
        action.action = true;
        s.update(Update::Message(action));
        let row = s.find("waves").unwrap();
        assert!(s.row(row).contains("* ?"), "{size:?}: {}", s.text());
        s.update(Update::PeerRenamed { peer: addr(EVE).into_id(), nick: Nick::new("alexandria thegreat").unwrap() });
        assert!(s.find("?bob#4567 is now ?alexandria").is_some() || size.0 < 80, "{size:?}: {}", s.text());
        s.says(addr(EVE), "alexandria thegreat", "cut");
        assert!(s.find("?alexan").is_some() && s.text().matches("?alex").count() >= 2, "{size:?}: {}", s.text());
        s.enter("/clear");
        s.leaves(addr(EVE));
        assert!(s.find("⇄ ?alexandria thegreat left").is_some(), "{size:?}: {}", s.text());
        if size.0 >= 60 && !plain {
            assert!(s.find("○ ?alex").is_some() && s.find("○ bob ✓").is_some(), "{size:?}: {}", s.text());
        }
        for i in 0..52 {
            s.says(addr(EVE), "bob", &i.to_string());
        }
        assert!(s.find("?bob#4567: 51").is_some(), "{size:?}: {}", s.text());
        // In the lowest window the first row of the fold is just out of sight, and then below the day.
        s.feed(Input::Scroll(2));
        assert!(s.find("more messages from ?bob#4567").is_some(), "{size:?}: {}", s.text());
    }
}

#[test]
fn a_guest_that_gives_no_name_is_marked_too() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(EVE), None);
    let mut unnamed = s.message(Author::Peer(addr(EVE).into_id()), "x", "who am I");
    unnamed.nick = None;
    s.update(Update::Message(unnamed));
    assert!(s.find("?….1:4567 │ who am I").is_some() && s.find("⇄ ?127.0.0.1:4567 joined").is_some(), "{}", s.text());
}

#[test]
fn a_flood_of_arrivals_takes_few_rows_and_hides_nobody() {
    let mut s = Screen::up(loopback(), (80, 24));
    let bob = node("7f3a", BOB);
    s.joins(bob, Some("bob"));
    s.says(bob, "bob", "still in sight");
    s.leaves(bob);
    for port in 10_000..11_550 {
        let guest = addr(&format!("127.0.0.1:{port}"));
        s.joins(guest, Some(&format!("flood{port}")));
        s.leaves(guest);
    }
    assert!(s.find("1,543 others came").is_some(), "{}", s.text());
    assert!(s.find("still in sight").is_some() && s.find("○ bob").is_some(), "{}", s.text());
}

trait IntoId {
    fn into_id(self) -> PeerId;
}

impl IntoId for std::net::SocketAddr {
    fn into_id(self) -> PeerId {
        PeerId::Guest(self)
    }
}

#[test]
fn people_with_the_users_name_or_look_alikes_are_marked() {
    let mut s = screen((80, 24));
    s.joins(addr(EVE), None);
    for (name, shown) in
        [("alice", "alice#4567"), ("ALICE", "ALICE#4567"), ("аlice", "аlice#4567"), ("B0B", "B0B#4567")]
    {
        s.says(addr(EVE), name, "it is me");
        let row = s.find("it is me").unwrap();
        assert!(s.row(row).contains(if width(shown) > 9 { &shown[shown.find('#').unwrap()..] } else { shown }));
        s.enter("/clear");
    }
    s.own("mine", Delivery::Sent);
    assert!(s.find("  alice │ mine").is_some(), "{}", s.text());
    s.enter("/who");
    s.resize(120, 30);
    s.says(addr(EVE), "alice", "wide");
    assert!(s.find("alice#4567 │ wide").is_some(), "{}", s.text());
    s.update(Update::PeerRenamed { peer: PeerId::Guest(addr(EVE)), nick: Nick::new("Alice").unwrap() });
    assert!(s.find("? Alice#4567").is_some(), "{}", s.text());
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[test]
fn a_mark_does_not_move_the_view() {
    let mut s = screen((40, 12));
    for i in 0..60 {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("{i} is a line that takes two rows in this window"));
    }
    s.press(KeyCode::PageUp);
    let before = s.text();
    s.joins(addr(EVE), Some("bob"));
    let rows = |text: &str| text.lines().take(8).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&s.text()), rows(&before));
}

#[test]
fn the_end_of_an_address_is_kept() {
    let mut s = Screen::up(loopback(), (80, 24));
    for port in [31250, 31251] {
        let mut guest = s.message(Author::Peer(PeerId::Guest(([127, 0, 0, 1], port).into())), "x", "hi");
        guest.nick = None;
        s.joins(std::net::SocketAddr::from(([127, 0, 0, 1], port)), None);
        s.update(Update::Message(guest));
        assert!(s.find(&format!("?…1:{port} │ hi")).is_some(), "{}", s.text());
    }
    s.joins(addr("127.120.130.140:31252"), None);
    s.leaves(addr("127.120.130.140:31252"));
    assert!(s.find("○ ?…40:31252 just now").is_some(), "{}", s.text());
}

#[test]
fn a_long_name_hides_the_word_guest_beside_it() {
    let mut s = screen((80, 24));
    s.joins(addr("127.0.0.1:4568"), Some("alexandria the"));
    s.joins(addr(EVE), Some("eve"));
    s.leaves(addr(EVE));
    s.wait(60);
    let row = |s: &mut Screen, name: &str| s.text().lines().find(|row| row.contains(name)).map(str::to_owned).unwrap();
    assert!(row(&mut s, "? bob").ends_with("   guest"), "{}", s.text());
    assert!(row(&mut s, "? alexandria").ends_with("│ ? alexandria the"), "{}", s.text());
    assert!(row(&mut s, "○ ?eve").ends_with(" 1m ago"), "{}", s.text());
    s.enter("/who");
    assert!(s.find("guest  127.0.0.1:4566  here 1m").is_some(), "{}", s.text());
}

#[test]
fn the_status_line_says_that_guests_read_along() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(node("c04e", "127.0.0.1:4570"), Some("carol"));
    assert!(s.find("plain text").is_none());
    s.joins(addr(EVE), None);
    assert!(s.find("2 here  1 guest reads along in plain text  alice  127.0.0.1:4565").is_some(), "{}", s.text());
    s.joins(addr(BOB), Some("bob"));
    assert!(s.find("3 here  2 guests read along in plain text").is_some(), "{}", s.text());
    s.resize(50, 24);
    assert!(s.find("3 here  2 in plain text  alice").is_some(), "{}", s.text());
    s.leaves(addr(EVE));
    s.leaves(addr(BOB));
    assert!(s.find("plain text").is_none(), "{}", s.text());
}

#[test]
fn a_guest_without_a_name_is_completed_as_shown() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(EVE), None);
    s.typed("/whois ?");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), format!("/whois ?{EVE}"));
    s.press(KeyCode::Enter);
    let asked = s.sent().into_iter().find_map(|command| match command {
        Command::Whois(who) => Some(who.to_string()),
        _ => None,
    });
    assert_eq!(asked, Some(format!("?{EVE}")));
    s.typed("12");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), format!("{EVE}:"));
}
