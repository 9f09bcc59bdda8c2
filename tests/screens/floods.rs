//! People who say more than anybody can read: what others say stays in view.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{disk::*, screen::*};

/// The smallest common size of a terminal.
const SIZE: (u16, u16) = (80, 24);

fn guest(port: u16) -> std::net::SocketAddr {
    addr(&format!("127.0.0.1:{port}"))
}

/// Alice's screen with carol, whom she knows, and dave, whom she does not.
fn room() -> (Screen, Whom, Whom) {
    let mut s = Screen::up(loopback(), SIZE);
    let (carol, dave) = (node("0b1e", "127.0.0.1:4566"), node("da7e", "127.0.0.1:4567"));
    s.joins(carol, Some("carol"));
    s.trust(carol, Trust::Known);
    s.joins(dave, Some("dave"));
    s.trust(dave, Trust::New);
    (s, carol, dave)
}

/// The rows where these texts stand on the screen, if all do.
fn places(s: &mut Screen, texts: &[&str]) -> Option<Vec<usize>> {
    texts.iter().map(|text| s.find(text)).collect()
}

#[test]
fn others_lines_keep_their_place_around_a_flood() {
    let (mut s, carol, dave) = room();
    s.says(dave, "dave", "lunch?");
    s.joins(guest(5_000), Some("mallory"));
    for n in 0..12_000 {
        if n % 12 == 0 {
            s.wait_ms(1);
        }
        s.says(guest(5_000), "mallory", &format!("spam {n}."));
        if n == 3_000 {
            s.says(carol, "carol", "yes, at noon");
            s.says(dave, "dave", "alice too?");
        }
        if n == 3_100 || n == 11_999 {
            let text = s.text();
            let at =
                places(&mut s, &["lunch?", "spam 2.", "more messages from ?mallory", "yes, at noon", "alice too?"]);
            assert_eq!(at, Some(vec![3, 7, 8, 11, 12]), "{text}");
        }
    }
    assert!(s.find("▸ 11,997 more messages from ?mallory").is_some(), "{}", s.text());
    assert!(s.find("spam 11999.").is_some() && s.find("spam 3.").is_none(), "the end of it is in view: {}", s.text());
}

#[test]
fn several_floods_below_the_limit_per_second_fold_too() {
    let (mut s, carol, dave) = room();
    for second in 0..120 {
        for port in 5_000..5_003 {
            for n in 0..49 {
                s.says(guest(port), &format!("m{port}"), &format!("{second} {n}"));
            }
        }
        s.wait(1);
        if second == 60 {
            s.says(carol, "carol", "are you there?");
            s.says(dave, "dave", "me too");
        }
    }
    let text = s.text();
    assert!(places(&mut s, &["are you there?", "me too"]).is_some(), "{text}");
    assert_eq!(text.matches(" more messages from ?m500").count(), 3, "{text}");
}

#[test]
fn floods_that_pause_are_one_fold() {
    let (mut s, carol, _) = room();
    s.says(carol, "carol", "are you there?");
    for _ in 0..10 {
        for n in 0..100 {
            s.says(guest(5_000), "mallory", &format!("spam {n}."));
        }
        s.wait(4);
    }
    assert_eq!(s.text().matches(" more messages from ?mallory").count(), 1, "{}", s.text());
    assert!(s.find("are you there?").is_some(), "{}", s.text());
}

#[test]
fn throw_away_names_share_one_fold_and_hide_nobody_known() {
    let (mut s, carol, _) = room();
    s.says(carol, "carol", "are you there?");
    for n in 0..3_000_u16 {
        s.joins(guest(5_000 + n), Some(&format!("m{n}")));
        s.says(guest(5_000 + n), &format!("m{n}"), "alice, buy this");
        s.says(guest(5_000 + n), &format!("m{n}"), "buy this");
        s.leaves(guest(5_000 + n));
        s.wait_ms(10);
        if n == 1_500 {
            s.says(carol, "carol", "I am");
        }
    }
    assert!(s.find("I am").is_some(), "{}", s.text());
    s.feed(Input::Scroll(8));
    let text = s.text();
    assert!(places(&mut s, &["are you there?", " or more strangers"]).is_some(), "{text}");
}

#[test]
fn a_flood_of_mentions_rings_and_shows_only_a_few() {
    let (mut s, carol, _) = room();
    s.feed(Input::Focus(false));
    for n in 0..60 {
        s.says(guest(5_000), "mallory", &format!("spam {n}."));
    }
    for n in 0..1_000 {
        s.says(guest(5_000), "mallory", &format!("alice! {n}."));
        s.wait_ms(100);
    }
    let bells = s.effects.iter().filter(|effect| matches!(effect, Output::Bell)).count();
    assert!((3..10).contains(&bells), "{bells}");
    let text = s.text();
    let shown = (0..1_000).filter(|n| text.contains(&format!("┃ alice! {n}."))).count();
    assert!((3..10).contains(&shown), "{shown} {text}");
    assert!(text.contains(" mention you"), "{text}");
    s.says(carol, "carol", "alice?");
    assert!(s.find("alice?").is_some());
}

#[test]
fn every_message_of_a_flood_counts_as_new() {
    let (mut s, _, _) = room();
    s.feed(Input::Focus(false));
    for n in 0..5_000 {
        s.says(guest(5_000), "mallory", &format!("spam {n}."));
    }
    let title =
        s.effects.iter().rev().find_map(|e| if let Output::SetTitle(title) = e { Some(title.clone()) } else { None });
    assert_eq!(title.as_deref(), Some("(5000) proximity-chat"), "{}", s.text());
    assert!(s.find("── 5,000 new messages ──").is_some(), "{}", s.text());
}

#[test]
fn the_view_stays_while_a_flood_goes_on_below() {
    let (mut s, carol, _) = room();
    for n in 0..60 {
        s.wait(1);
        s.says(carol, "carol", &format!("line {n}."));
    }
    s.feed(Input::Scroll(20));
    let shown = |s: &mut Screen| {
        s.text().lines().skip(1).take(20).map(|row| row.chars().take(56).collect()).collect::<Vec<String>>()
    };
    let before = shown(&mut s);
    for n in 0..5_000 {
        s.says(guest(5_000), "mallory", &format!("spam {n}."));
    }
    assert_eq!(shown(&mut s), before);
    // Nothing that is being read is folded either.
    s.press(KeyCode::End);
    for n in 0..40 {
        s.says(guest(5_001), "trudy", &format!("page {n}."));
    }
    s.feed(Input::Scroll(5));
    let before = shown(&mut s);
    for n in 0..100 {
        s.says(guest(5_001), "trudy", &format!("more {n}."));
    }
    assert_eq!(shown(&mut s), before);
}

#[test]
fn unfolding_shows_both_ends_and_says_where_the_rest_is() {
    let (mut s, _, _) = room();
    for n in 0..5_000 {
        s.says(guest(5_000), "mallory", &format!("spam {n}."));
    }
    assert!(s.find("▸ 4,997 more messages from ?mallory · Ctrl-O").is_some(), "{}", s.text());
    s.ctrl('o');
    assert!(s.find("spam 4999.").is_some() && s.find("▸").is_none(), "{}", s.text());
    s.feed(Input::Scroll(90));
    assert!(s.find("… 4,797 messages in between are not shown here.").is_some(), "{}", s.text());
    assert!(s.find("spam 102.").is_some() && s.find("spam 4900.").is_some(), "{}", s.text());
}

#[test]
fn late_honest_lines_stay_in_view_during_a_huge_flood() {
    let (mut s, carol, dave) = room();
    let mallory = node("ba0d", "127.0.0.1:4568");
    s.joins(mallory, Some("mallory"));
    s.trust(mallory, Trust::New);
    let mut late = Vec::new();
    for n in 0..10_000 {
        if n % 2_000 == 0 {
            let (whom, name) = if n % 4_000 == 0 { (carol, "carol") } else { (dave, "dave") };
            late.push((n + 3_000, s.message(Author::Peer(whom.id), name, &format!("honest {n}."))));
        }
        s.says(mallory, "mallory", &format!("spam {n}."));
        if n % 3 == 0 {
            s.wait_ms(1);
        }
        if let Some(at) = late.iter().position(|(due, _)| *due == n) {
            s.update(Update::Message(late.remove(at).1));
        }
    }
    for n in [2_000, 4_000, 6_000] {
        assert!(s.find(&format!("honest {n}.")).is_some(), "{n}: {}", s.text());
    }
}

#[test]
fn opening_a_room_after_a_flood_shows_others_lines() {
    let mallory = node("ba0d", "10.0.0.9:1");
    let make = |s: &Screen| {
        let at = |n: i64, message: Message| {
            let hlc = Hlc::at(Timestamp::from_millis(message.sent_at.as_millis() + n));
            Message { position: Position { hlc, ..message.position }, ..message }
        };
        // Five minutes of a guest's flood at the pace at which guests are read, and of bob beside it.
        Disk::new((0..3_000).map(|n| match n % 50 {
            49 => at(n * 100, s.old(Author::Peer(bob().id), "bob", &format!("honest {}.", n / 50), 900)),
            _ => at(n * 100, s.old(Author::Peer(mallory.id), "mallory", &format!("junk {n}."), 900)),
        }))
    };
    let (mut s, mut disk) = opened(make, SIZE);
    for n in 56..60 {
        assert!(s.find(&format!("honest {n}.")).is_some(), "{n}: {}", s.text());
    }
    s.ctrl('o');
    assert!(s.find("junk 2997.").is_some() && s.find("junk 2996.").is_some(), "{}", s.text());
    s.press(KeyCode::Home);
    disk.answer(&mut s);
    assert!(s.find("junk 0.").is_some(), "{}", s.text());
    for _ in 0..400 {
        s.press(KeyCode::PageDown);
        disk.answer(&mut s);
    }
    assert!(s.find("honest 59.").is_some(), "{}", s.text());
}
