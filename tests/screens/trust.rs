//! Who is who by their keys: tags, marks, alarms, comparisons, and ignored people.

use std::time::Duration;

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use ratatui::style::Color;

use crate::screen::*;

fn bob() -> Whom {
    node("7f3a", "127.0.0.1:4566")
}

fn eve() -> Whom {
    node("c04e", "127.0.0.1:4567")
}

fn screen() -> Screen {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(bob(), Some("bob"));
    s.says(bob(), "bob", "the real one");
    s
}

fn changed(s: &Screen, nick: &str, verified: bool) -> Alarm {
    Alarm {
        kind: AlarmKind::KeyChanged,
        node: *eve().id.node().unwrap(),
        nick: Nick::new(nick).unwrap(),
        known: *bob().id.node().unwrap(),
        known_nick: Nick::new("bob").unwrap(),
        known_last_seen: s.now.wall,
        known_verified: verified,
    }
}

/// Somebody's row in the sidebar.
fn beside(s: &mut Screen, name: &str) -> String {
    let text = s.text();
    let rows = text.lines().filter_map(|row| row.split_once('│').map(|(_, side)| side));
    let mut sides = rows.filter_map(|side| side.rsplit('│').next());
    sides.find(|side| side.contains(name)).unwrap_or_default().trim().to_owned()
}

#[test]
fn two_people_with_one_name_are_told_apart_by_key() {
    let mut s = screen();
    s.update(Update::PeerJoined(Peer { repute: repute(Trust::Suspect), ..peer(eve(), Some("bob")) }));
    s.says(eve(), "bob", "so am I");
    s.says(bob(), "bob", "no");
    assert!(s.find("!bob#c04e │ so am I").is_some(), "{}", s.text());
    assert!(s.find("  bob │ no").is_some() && s.find("  bob │ the real one").is_some(), "{}", s.text());
    assert!(s.find("⇄ !bob#c04e joined").is_some(), "{}", s.text());
    s.trust(bob(), Trust::Verified);
    assert!(beside(&mut s, "bob ✓").starts_with('●'), "the one who was first keeps the name");
    s.joins(addr("127.0.0.1:4568"), Some("B0B"));
    assert!(beside(&mut s, "B0B#4568").starts_with('?'));
    s.leaves(bob());
    s.says(eve(), "bob", "now it is mine");
    assert!(s.find("!bob#c04e │ now it is mine").is_some(), "{}", s.text());
}

#[test]
fn one_key_is_one_person_under_any_name() {
    let mut s = screen();
    s.enter("/clear");
    s.leaves(bob());
    s.wait(5);
    s.joins(node("7f3a", "127.0.0.1:4599"), Some("bob"));
    assert!(s.find("⇄ bob reconnected").is_some(), "{}", s.text());
    s.says(bob(), "bob", "back");
    s.leaves(bob());
    s.joins(bob(), Some("robert"));
    assert!(s.find("⇄ bob is now robert").is_some(), "{}", s.text());
    s.says(bob(), "robert", "me again");
    s.leaves(bob());
    s.wait(61);
    s.joins(bob(), Some("robert"));
    assert!(s.find("⇄ robert came back").is_some(), "{}", s.text());
}

#[test]
fn a_colour_belongs_to_the_key_not_the_name() {
    let mut s = screen();
    let colour = |s: &mut Screen, text: &str| {
        let y = u16::try_from(s.find(text).unwrap()).unwrap();
        s.buffer()[(14, y)].fg
    };
    let before = colour(&mut s, "bob │ the real one");
    s.update(Update::PeerRenamed { peer: bob().id, nick: Nick::new("rob").unwrap() });
    s.says(bob(), "rob", "renamed");
    assert_eq!(colour(&mut s, "rob │ renamed"), before);
    s.joins(eve(), Some("bob"));
    s.says(eve(), "bob", "imitated");
    assert_ne!(colour(&mut s, "bob │ imitated"), before);
}

/// Red means doubt, even if the person is linked.
#[test]
fn doubtful_people_are_red_in_the_pane_and_list() {
    let mut s = screen();
    let red = |s: &mut Screen, text: &str, x: u16| {
        let y = u16::try_from(s.find(text).unwrap()).unwrap();
        s.buffer()[(x, y)].fg
    };
    // The colour for terminals that do not report their background.
    let error = Color::Indexed(197);
    s.says(bob(), "bob", "before");
    assert_ne!(red(&mut s, "bob │ before", 14), error);
    s.trust(bob(), Trust::Differs);
    assert_eq!(red(&mut s, "!bob#7f3a │ before", 14), error, "also what was said before");
    s.leaves(bob());
    let after = s.message(Author::Peer(bob().id), "bob", "after");
    s.update(Update::Message(Message { repute: repute(Trust::Differs), ..after }));
    assert_eq!(red(&mut s, "!bob#7f3a │ after", 14), error);
}

#[test]
fn an_alarm_names_its_subject_and_never_breaks_a_fingerprint() {
    for (cols, rows) in [(80, 24), (60, 24), (40, 24), (31, 24)] {
        let mut s = screen();
        s.resize(cols, rows);
        s.leaves(bob());
        s.update(Update::PeerJoined(Peer { repute: repute(Trust::Suspect), ..peer(eve(), Some("bob")) }));
        let alarm = changed(&s, "bob", true);
        s.update(Update::Alarm(alarm));
        for shown in
            ["!! \"bob\" has a NEW KEY.", "was  7f3a 5d17 9a3b 6620", "now  c04e 5d17 9a3b 6620", "/trust bob#c04e"]
        {
            assert!(s.find(shown).is_some(), "{cols}: {shown} in\n{}", s.text());
        }
    }
    // Where there is no room for a fingerprint, none of its groups is cut.
    let mut s = screen();
    s.resize(21, 24);
    let alarm = changed(&s, "bob", true);
    s.update(Update::Alarm(alarm));
    for group in ["7f3a", "c04e", "5d17", "9a3b", "6620"] {
        assert!(s.find(group).is_some(), "{group} in\n{}", s.text());
    }
}

#[test]
fn a_low_window_shows_alarms_and_answers_from_the_title() {
    for kind in [AlarmKind::KeyChanged, AlarmKind::LookAlike] {
        let mut s = screen();
        s.resize(40, 12);
        let alarm = Alarm { kind, ..changed(&s, "alexandria thegreat", true) };
        s.update(Update::Alarm(alarm));
        s.says(bob(), "bob", "one more line");
        for shown in ["!! \"alexandria thegreat\"", "7f3a 5d17 9a3b 6620", "c04e 5d17 9a3b 6620", "/trust", "/ignore"] {
            assert!(s.find(shown).is_some(), "{kind:?}: {shown} in\n{}", s.text());
        }
    }
    let mut s = screen();
    s.resize(40, 12);
    let (peer, addrs) = (Some(peer(bob(), Some("bob"))), vec![bob().addr; 9]);
    let (presence, round_trip) = (Presence::away("lunch"), Some(Duration::from_millis(2)));
    let repute = repute(Trust::Known);
    let whois = Whois { peer, known: None, repute, addrs, presence, round_trip, clock_ahead_ms: Some(7_200_000) };
    s.update(Update::Whois(Box::new(whois)));
    assert!(s.row(1) == " bob" && s.find("clock").is_none() && s.find("more below · End").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    assert!(s.find("clock").is_some(), "{}", s.text());
}

#[test]
fn an_alarm_is_never_folded_and_counts_as_new() {
    let mut s = screen();
    s.feed(Input::Focus(false));
    s.effects.clear();
    let alarm = changed(&s, "bob", false);
    s.joins(eve(), Some("bob"));
    s.update(Update::Alarm(alarm.clone()));
    s.joins(addr("127.0.0.1:4568"), Some("zoe"));
    s.update(Update::Alarm(Alarm { nick: Nick::new("Bob").unwrap(), ..alarm }));
    assert_eq!(s.text().matches("has a NEW KEY.").count(), 2, "{}", s.text());
    assert!(s.find("⇄ bob#c04e joined") < s.find("!! \"bob\"") && s.find("!! \"bob\"") < s.find("⇄ ?zoe joined"));
    assert!(s.find("─ 2 new notices ─").is_some(), "{}", s.text());
    assert_eq!(s.effects.iter().filter(|effect| **effect == Output::Bell).count(), 1);
}

#[test]
fn an_alarms_commands_name_one_key_despite_equal_prefixes() {
    let mut s = screen();
    let alarm = changed(&s, "bob", false);
    s.update(Update::Alarm(Alarm { node: key("7f3a00"), ..alarm }));
    assert!(s.find("/ignore bob#7f3a005d").is_some(), "{}", s.text());
}

#[test]
fn a_look_alike_is_named_by_its_key_prefix() {
    let mut s = screen();
    let alarm = Alarm { kind: AlarmKind::LookAlike, ..changed(&s, "bοb", true) };
    s.update(Update::Alarm(alarm));
    assert!(s.find("!! \"bοb\" looks like \"bob\", whom you know").is_some(), "{}", s.text());
    assert!(s.find("known     7f3a 5d17 9a3b 6620").is_some() && s.find("this one  c04e 5d17 9a3b 6620").is_some());
    assert!(s.find("is here now; verified by you.").is_some(), "{}", s.text());
    assert!(s.find("/ignore c04e5d17 ").is_some(), "{}", s.text());
}

#[test]
fn glyphs_and_marks_follow_what_is_known() {
    let mut s = screen();
    s.answers_in(bob(), 14);
    assert_eq!(beside(&mut s, "bob"), "● bob           14 ms");
    s.trust(bob(), Trust::Verified);
    assert_eq!(beside(&mut s, "bob"), "● bob ✓         14 ms");
    s.is_at(bob(), Presence::away("lunch"), false);
    assert_eq!(beside(&mut s, "bob"), "◐ bob ✓          away");
    s.trust(bob(), Trust::Suspect);
    assert_eq!(beside(&mut s, "bob"), "! bob#7f3a    suspect");
    s.trust(bob(), Trust::Known);
    s.is_at(bob(), Presence::Here, false);
    assert_eq!(beside(&mut s, "bob"), "● bob           14 ms");
    s.leaves(bob());
    assert_eq!(beside(&mut s, "bob"), "○ bob        just now");
}

#[test]
fn an_unchanged_round_trip_time_draws_nothing() {
    let mut s = screen();
    s.answers_in(bob(), 14);
    s.draw();
    s.answers_in(bob(), 14);
    assert!(!s.app.needs_draw());
    s.answers_in(bob(), 15);
    assert!(s.app.needs_draw());
}

#[test]
fn ignored_people_are_neither_heard_nor_announced() {
    let mut s = screen();
    s.enter("/clear");
    s.update(Update::PeerTrust { peer: bob().id, repute: Repute { ignored: true, ..repute(Trust::Known) } });
    assert_eq!(beside(&mut s, "bob"), "● bob         ignored");
    s.says(bob(), "bob", "can you hear me");
    s.update(Update::PeerRenamed { peer: bob().id, nick: Nick::new("rob").unwrap() });
    s.is_at(bob(), Presence::Here, true);
    s.leaves(bob());
    s.update(Update::PeerJoined(Peer {
        repute: Repute { ignored: true, ..repute(Trust::Known) },
        ..peer(bob(), Some("rob"))
    }));
    for hidden in ["hear me", "⇄", "typing"] {
        assert!(s.find(hidden).is_none(), "{}", s.text());
    }
    s.update(Update::PeerTrust { peer: bob().id, repute: Repute::of(Trust::Known) });
    s.says(bob(), "rob", "now you can");
    assert!(s.find("now you can").is_some(), "{}", s.text());
}

#[test]
fn commands_about_people_reach_the_node_or_come_back() {
    let who = |text| Who::new(text).unwrap();
    let mut s = screen();
    for (line, command) in [
        ("/away", Command::SetPresence(Presence::Away { note: None })),
        ("/away back at 3", Command::SetPresence(Presence::away("back at 3"))),
        ("/back", Command::SetPresence(Presence::Here)),
        ("/whois bob", Command::Whois(who("bob"))),
        ("/ignore bob", Command::Ignore(who("bob"))),
        ("/unignore Zoë 山田", Command::Unignore(who("Zoë 山田"))),
        ("/trust bob#7f3a", Command::Trust { who: who("bob#7f3a"), sure: false }),
        ("/verify bob", Command::Verify { who: who("bob"), same: None }),
        ("/verify bob yes", Command::Verify { who: who("bob"), same: Some(true) }),
        ("/verify Zoë 山田 no", Command::Verify { who: who("Zoë 山田"), same: Some(false) }),
    ] {
        s.effects.clear();
        s.enter(line);
        assert_eq!(s.sent().first(), Some(&command), "{line}");
        s.feed(Input::Refused(command));
        assert_eq!(s.input(), line);
        s.ctrl('u');
    }
}

#[test]
fn tab_completes_the_person_in_a_command() {
    let mut s = screen();
    s.joins(eve(), Some("bobby"));
    s.joins(node("bb", "127.0.0.1:4568"), Some("bob"));
    s.typed("/whois bob");
    let mut seen: Vec<_> = (0..3)
        .map(|_| {
            s.press(KeyCode::Tab);
            s.input()
        })
        .collect();
    seen.sort();
    assert_eq!(seen, ["/whois bob#7f3a", "/whois bob#bb5d", "/whois bobby"]);
}

#[test]
fn being_away_lasts_until_the_user_is_back() {
    let mut s = screen();
    s.update(Update::PresenceSet(Presence::away("back at 3")));
    assert!(s.find("You are away: back at 3. /back ends it.").is_some(), "{}", s.text());
    s.own("one more thing", Delivery::Sent);
    assert!(s.find("● online  away").is_some(), "{}", s.text());
    s.update(Update::PresenceSet(Presence::Here));
    assert!(s.find("You are back.").is_some() && s.find("● online  1 here").is_some(), "{}", s.text());
}

#[test]
fn a_comparison_runs_to_its_end() {
    let mut s = screen();
    let step = |s: &mut Screen, step| s.update(Update::Verify { peer: bob().id, step });
    s.feed(Input::Focus(false));
    s.effects.clear();
    step(&mut s, VerifyStep::Code { code: "493 201 778".into(), began: false });
    assert!(s.effects.contains(&Output::Bell), "somebody asks");
    assert!(s.find("bob asks you to compare codes").is_some(), "{}", s.text());
    assert!(s.find("493 201 778").is_some() && s.find("/verify bob yes").is_some(), "{}", s.text());
    step(&mut s, VerifyStep::Verified);
    assert!(s.find("✓ bob is verified").is_some(), "{}", s.text());
    step(&mut s, VerifyStep::Differs);
    assert!(s.find("!! The codes differ").is_some(), "{}", s.text());
    assert!(s.find("compare again in half a minute").is_some(), "at once it is refused: {}", s.text());
    step(&mut s, VerifyStep::Ended);
    assert!(s.find("did not confirm").is_some(), "{}", s.text());
}

#[test]
fn whois_says_what_is_known_of_absent_people() {
    let mut s = screen();
    s.resize(80, 40);
    let known = Known {
        card: None,
        node: *eve().id.node().unwrap(),
        nick: Nick::new("eve").ok(),
        first_seen: s.now.wall,
        last_seen: s.now.wall,
        addrs: vec![eve().addr],
        verified: false,
        differs: false,
        trusted: true,
        displaced: false,
        ignored: true,
        met: None,
    };
    let whois = Whois {
        peer: None,
        known: Some(known),
        repute: Repute { ignored: true, ..repute(Trust::New) },
        addrs: vec![eve().addr],
        presence: Presence::Here,
        round_trip: Some(Duration::from_millis(3)),
        clock_ahead_ms: Some(59_000),
    };
    s.update(Update::Whois(Box::new(whois.clone())));
    let row = s.find(" eve").unwrap();
    assert!(s.row(row + 1).contains("state       not here"), "{}", s.text());
    for told in [
        "NOT verified; key first seen today;",
        "accepted this key for the name; ignored",
        "ignored",
        "last seen   21 Nov, 18:22",
        "c04e 5d17 9a3b 6620 e8f4 017b 2c6d d395",
    ] {
        assert!(s.find(told).is_some(), "{told} in {}", s.text());
    }
    assert!(s.find("clock").is_none(), "less than a minute: {}", s.text());
    s.update(Update::Whois(Box::new(Whois { clock_ahead_ms: Some(7_200_000), ..whois })));
    assert!(s.find("clock       2 h ahead of yours").is_some(), "{}", s.text());
}

#[test]
fn whois_of_yourself_needs_no_node_but_namesakes_come_first() {
    let mut s = screen();
    s.enter("/whois Alice");
    assert_eq!(s.sent(), []);
    assert!(s.find("alice  (you)").is_some(), "{}", s.text());
    s.joins(eve(), Some("alice"));
    s.enter("/whois alice");
    assert_eq!(s.sent(), [Command::Whois(Who::new("alice").unwrap())]);
}

/// An innocent name does not clear what was said under another one.
#[test]
fn a_renamed_suspects_earlier_messages_keep_their_mark() {
    let mut s = screen();
    s.leaves(bob());
    s.update(Update::PeerJoined(Peer { repute: repute(Trust::Suspect), ..peer(eve(), Some("bob")) }));
    let said = s.message(Author::Peer(eve().id), "bob", "send me the password");
    s.update(Update::Message(Message { repute: repute(Trust::Suspect), ..said }));
    assert!(s.find("!bob#c04e │ send me the password").is_some(), "{}", s.text());
    s.update(Update::PeerRenamed { peer: eve().id, nick: Nick::new("zed").unwrap() });
    s.trust(eve(), Trust::New);
    assert!(s.find("!bob#c04e │ send me the password").is_some(), "{}", s.text());
    s.leaves(eve());
    s.joins(eve(), Some("zoe"));
    assert!(s.find("!bob#c04e is now zoe").is_some(), "{}", s.text());
}

/// Every class, present and gone, in the pane and the list: the mark belongs to the key.
#[test]
fn every_class_is_shown_alike_everywhere() {
    let namesake = |trust| Repute { namesake: true, ..Repute::of(trust) };
    for (repute, shown, glyph) in [
        (Repute::of(Trust::New), "zed", '●'),
        (Repute::of(Trust::Known), "zed", '●'),
        (Repute::of(Trust::Verified), "zed", '●'),
        (namesake(Trust::Known), "zed#c04e", '●'),
        (namesake(Trust::Verified), "zed#c04e", '●'),
        (namesake(Trust::Suspect), "!zed#c04e", '!'),
        (Repute::of(Trust::Differs), "!zed#c04e", '!'),
    ] {
        for here in [true, false] {
            let mut s = screen();
            s.leaves(bob());
            s.enter("/clear");
            s.update(Update::PeerJoined(Peer { repute, ..peer(eve(), Some("zed")) }));
            let bare = shown.trim_start_matches('!').to_owned();
            assert!(beside(&mut s, &bare).starts_with(glyph), "{repute:?} {}", s.text());
            if !here {
                s.leaves(eve());
                assert!(beside(&mut s, shown).starts_with('○'), "{repute:?} {}", s.text());
            }
            let said = |s: &Screen| Message { repute, ..s.message(Author::Peer(eve().id), "zed", "hi there") };
            let message = said(&s);
            s.update(Update::Message(message));
            assert!(s.find(&format!(" {shown} │ hi there")).is_some(), "{repute:?}, here: {here}\n{}", s.text());
        }
    }
}

/// The first sam is now called tom, and the user has given the name to the second one.
#[test]
fn messages_under_a_name_given_to_another_get_a_tag() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(bob(), Some("sam"));
    s.joins(eve(), Some("sam"));
    let taken = Repute { namesake: true, ..Repute::of(Trust::Suspect) };
    s.update(Update::PeerTrust { peer: eve().id, repute: taken });
    s.says(bob(), "sam", "I was first");
    s.says(eve(), "sam", "I was second");
    assert!(s.find("sam │ I was first").is_some() && s.find("!sam#c04e │ I was second").is_some(), "{}", s.text());
    s.update(Update::PeerRenamed { peer: bob().id, nick: Nick::new("tom").unwrap() });
    s.update(Update::PeerTrust { peer: eve().id, repute: Repute::of(Trust::New) });
    assert!(s.find(" sam │ I was second").is_some() && s.find("sam#7f3a │ I was first").is_some(), "{}", s.text());
}
