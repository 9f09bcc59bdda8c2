//! `/search`.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};
use ratatui::style::Modifier;

use crate::{disk::*, screen::*, states::shoot};

/// A history in which some messages are about the lab.
fn lab(s: &Screen) -> Disk {
    let by = |n: u64| match n % 3 {
        0 => (Author::Peer(bob().id), "bob"),
        1 => (Author::Peer(node("5e11", "10.0.0.1:1").id), "Zoë 山田"),
        _ => (Author::Own, "alice"),
    };
    Disk::new((0..3_000_u64).map(|n| {
        let (author, nick) = by(n);
        let text = match n % 500 {
            20 => "who has the key to the lab?".to_owned(),
            21 => "我有办公室的钥匙，在二楼".to_owned(),
            22 => format!("{} and then the Lab was open", "it was a long and winding road to the key ".repeat(4)),
            _ => format!("line {n}."),
        };
        s.old(author, nick, &text, (3_000 - n) * 7_200)
    }))
}

fn searched(query: &str, size: (u16, u16)) -> (Screen, Disk) {
    let (mut s, mut disk) = opened(lab, size);
    s.enter(&format!("/search {query}"));
    disk.answer(&mut s);
    (s, disk)
}

#[test]
fn search_list() {
    shoot("search", |size| searched("lab key", size).0);
}

#[test]
fn search_cjk() {
    shoot("search_cjk", |size| searched("钥匙", size).0);
}

#[test]
fn search_nothing() {
    shoot("search_nothing", |size| searched("unicorn", size).0);
}

#[test]
fn search_hit() {
    shoot("search_hit", |size| {
        let (mut s, mut disk) = searched("lab key", size);
        s.press(KeyCode::Down);
        s.press(KeyCode::Down);
        s.press(KeyCode::Enter);
        disk.answer(&mut s);
        s
    });
}

#[test]
fn a_hit_is_shown_in_context_and_esc_comes_back() {
    let (mut s, mut disk) = searched("lab key", (80, 24));
    assert!(s.find("\"lab key\": 12 found, newest first").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    s.press(KeyCode::Enter);
    disk.answer(&mut s);
    let row = s.find("who has the key to the lab?").unwrap();
    assert!(row > 3 && row < 12 && s.find("line 19.").is_some() && s.find("line 23.").is_some(), "{}", s.text());
    let y = u16::try_from(row).unwrap();
    let buffer = s.buffer();
    let x = (0..50).find(|&x| buffer[(x, y)].symbol() == "k" && buffer[(x + 1, y)].symbol() == "e").unwrap();
    assert!(buffer[(x, y)].modifier.contains(Modifier::BOLD | Modifier::UNDERLINED));
    assert!(s.find("+ messages below · End").is_some(), "{}", s.text());
    s.press(KeyCode::Esc);
    assert!(s.find("line 2999.").is_some() && s.find("below").is_none(), "{}", s.text());
    // The list is kept, with the selected hit.
    s.enter("/search");
    assert!(s.find("> 16 Mar").is_some() || s.find(">").is_some());
    s.press(KeyCode::Esc);
    assert!(s.find("found").is_none());
}

#[test]
fn the_input_keeps_the_focus() {
    let (mut s, _) = searched("lab key", (80, 24));
    s.typed("hello");
    assert_eq!(s.input(), "hello");
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), ["hello"]);
    assert!(s.find("12 found").is_some(), "and the list stays until it is closed");
    s.press(KeyCode::Esc);
    assert!(s.find("12 found").is_none());
}

#[test]
fn the_list_makes_room_for_the_answer_of_a_command() {
    let (mut s, _) = searched("lab key", (80, 24));
    s.enter("/who");
    assert!(s.find("12 found").is_none() && s.find("No one else is here").is_some(), "{}", s.text());
    s.enter("/search");
    assert!(s.find("12 found").is_some(), "it comes back with the choice");
}

#[test]
fn a_list_without_hits_is_closed_by_the_next_line() {
    let (mut s, _) = searched("unicorn", (80, 24));
    assert!(s.find("Nothing was found.").is_some(), "{}", s.text());
    s.enter("hello");
    assert!(s.find("Nothing was found.").is_none() && s.said() == ["hello"], "{}", s.text());
}

#[test]
fn older_hits_are_loaded_near_the_end() {
    let (mut s, mut disk) = searched("line", (80, 24));
    assert!(s.find("50+ found").is_some(), "{}", s.text());
    for _ in 0..3_000 {
        s.press(KeyCode::Down);
        disk.answer(&mut s);
    }
    assert!(s.find("1,000+ found").is_some(), "a thousand is enough: {}", s.text());
    s.press(KeyCode::Home);
    assert!(s.find("line 2999.").is_some());
}

#[test]
fn an_answer_to_another_search_is_dropped() {
    let (mut s, _) = opened(lab, (80, 24));
    s.enter("/search");
    assert!(s.find("Type /search WORDS").is_some() && s.input() == "/search");
    s.ctrl('c');
    s.enter("/search one");
    s.enter("/search two");
    let hit = s.old(Author::Own, "alice", "one", 5);
    s.update(Update::Found {
        room: Some(Room::Lobby),
        query: "one".into(),
        messages: vec![hit.clone()],
        more: false,
        behind: 0,
    });
    assert!(s.find("found").is_none());
    s.update(Update::Found { room: Some(Room::Lobby), query: "two".into(), messages: vec![], more: false, behind: 3 });
    assert!(s.find("\"two\": 0 found. 3 newer lines cannot be searched yet.").is_some(), "{}", s.text());
}

#[test]
fn a_flood_does_not_hide_the_other_hits() {
    let mallory = node("ba0d", "10.0.0.9:1");
    let make = |s: &Screen| {
        let honest = |n: u64| s.old(Author::Peer(bob().id), "bob", &format!("the key, {n}."), 900 + n * 400);
        let junk = (0..700).map(|n| {
            let message = s.old(Author::Peer(mallory.id), "mallory", "key key key", 1_000);
            let hlc = Hlc::at(Timestamp::from_millis(message.sent_at.as_millis() + n));
            Message { position: Position { hlc, ..message.position }, ..message }
        });
        Disk::new((0..3).map(honest).chain(junk))
    };
    let (mut s, mut disk) = opened(make, (80, 24));
    s.enter("/search key");
    disk.answer(&mut s);
    let text = s.text();
    for n in 0..3 {
        assert!(text.contains(&format!("the key, {n}.")), "{text}");
    }
    assert_eq!(text.matches("mallory  key key key").count(), 3, "{text}");
    assert!(text.contains("+697 more") && text.contains("703 found"), "{text}");
}
