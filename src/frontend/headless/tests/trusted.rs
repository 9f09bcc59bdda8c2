//! What the contract and the text say about keys: trust, presence, alarms, `/whois` and `/verify`.

use std::time::Duration;

use super::{
    super::{Answer, printer::Printer},
    *,
};
use crate::domain::{
    bus::{Alarm, AlarmKind, Update, VerifyStep, Whois},
    model::{Known, LeaveReason, Presence, Repute},
};

const BOB: char = 'b';

fn bob() -> PeerId {
    PeerId::Node(key(BOB))
}

/// What is printed after bob has joined.
fn print(json: bool, updates: impl IntoIterator<Item = Update>) -> String {
    let mut printer = Printer::new(options(json));
    printer.update(Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') });
    printer.update(Update::PeerJoined(node("bob", BOB, Trust::Known)));
    printer.out().clear();
    updates.into_iter().for_each(|update| printer.update(update));
    String::from_utf8(printer.out().clone()).unwrap()
}

/// Both forms, with names in place of the keys.
fn both(updates: &[Update]) -> (String, String) {
    let short = |text: String| text.replace(&key(BOB).to_string(), "BOB").replace(&key('c').to_string(), "CAROL");
    let json = print(true, updates.iter().cloned());
    schema::in_contract(&json);
    (short(json), short(print(false, updates.iter().cloned())))
}

fn known() -> Known {
    Known {
        last_seen: Timestamp::from_millis(1_767_409_445_678),
        nick: Some(nick("bob")),
        addrs: vec![addr(4567)],
        verified: true,
        ..Known::new(key(BOB), Timestamp::from_millis(1_767_323_045_678))
    }
}

#[test]
fn a_node_has_a_key_and_speaks_the_mesh_protocol() {
    let repute = Repute::of(Trust::Verified);
    let said = Message { author: Author::Peer(bob()), repute, ..message("hi") };
    let left = Update::PeerLeft { peer: bob(), reason: LeaveReason::Closed };
    let (json, text) = both(&[Update::PeerJoined(node("bob", BOB, Trust::Verified)), Update::Message(said), left]);
    let id = "ab".repeat(16);
    assert_eq!(
        json.lines().collect::<Vec<_>>(),
        [
            r#"{"event":"peer","change":"joined","peer":"BOB","nick":"bob","addr":"127.0.0.1:4567","protocol":"mesh","verified":true,"trust":"verified"}"#.to_owned(),
            format!(r##"{{"event":"message","id":"{id}","room":"#lobby","from":"BOB","nick":"bob","trust":"verified","text":"hi","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"mesh"}}"##),
            r#"{"event":"peer","change":"left","peer":"BOB","nick":"bob","addr":"127.0.0.1:4567","protocol":"mesh","reason":"closed"}"#.to_owned(),
        ]
    );
    assert_eq!(text, "-- bob joined (127.0.0.1:4567)\n03:04 <bob> hi\n-- bob left (127.0.0.1:4567)\n");
}

#[test]
fn two_people_with_one_name_are_told_apart_in_text() {
    let taken = Repute { namesake: true, ..Repute::of(Trust::Suspect) };
    let from = |author, repute| Update::Message(Message { author: Author::Peer(author), repute, ..message("hi") });
    let other = PeerId::Node(key('c'));
    let (json, text) = both(&[
        Update::PeerJoined(Peer { repute: taken, ..node("bob", 'c', Trust::New) }),
        from(bob(), Repute::of(Trust::Known)),
        from(other, taken),
        Update::PeerLeft { peer: other, reason: LeaveReason::Closed },
        from(other, taken),
    ]);
    assert!(!json.contains("bob#"), "the name in JSON is what they say: {json}");
    assert_eq!(json.matches(r#""nick":"bob","tag":"cccc","trust":"suspect""#).count(), 2, "{json}");
    assert_eq!(
        text,
        "-- !bob#cccc joined (127.0.0.1:4567)\n03:04 <bob> hi\n03:04 <!bob#cccc> hi\n-- !bob#cccc left \
         (127.0.0.1:4567)\n03:04 <!bob#cccc> hi\n"
    );
}

#[test]
fn a_peer_named_by_an_address_needs_no_tag() {
    let guest = PeerId::Guest(addr(4567));
    let unnamed = Message { author: Author::Peer(guest), nick: None, ..message("hi") };
    let (_, text) = both(&[
        Update::PeerJoined(peer(Some("bob"), 4567)),
        Update::Message(unnamed),
        Update::Message(Message { author: Author::Peer(guest), ..message("ho") }),
    ]);
    assert_eq!(text.lines().nth(1), Some("03:04 <?127.0.0.1:4567> hi"), "{text}");
    assert!(text.lines().nth(2).is_some_and(|line| line.starts_with("03:04 <?bob#")), "{text}");
}

#[test]
fn trust_and_presence_are_changes_of_a_peer() {
    let presence = |presence, typing| Update::PeerPresence { peer: bob(), presence, typing };
    let (json, text) = both(&[
        Update::PeerTrust { peer: bob(), repute: Repute { ignored: true, ..Repute::of(Trust::Suspect) } },
        presence(Presence::Here, true),
        presence(Presence::away("lunch"), false),
        presence(Presence::Here, false),
        Update::PresenceSet(Presence::away("lunch")),
        Update::PresenceSet(Presence::away("")),
        Update::PresenceSet(Presence::Here),
    ]);
    let peer = r#""peer":"BOB","nick":"bob","tag":"bbbb","addr":"127.0.0.1:4567","protocol":"mesh","verified":false,"trust":"suspect","ignored":true"#;
    assert_eq!(
        json.lines().collect::<Vec<_>>(),
        [
            format!(r#"{{"event":"peer","change":"trust",{peer}}}"#),
            format!(r#"{{"event":"peer","change":"presence",{peer},"away":false,"typing":true}}"#),
            format!(r#"{{"event":"peer","change":"presence",{peer},"away":true,"note":"lunch","typing":false}}"#),
            format!(r#"{{"event":"peer","change":"presence",{peer},"away":false,"typing":false}}"#),
            r#"{"event":"notice","code":"presence","text":"You are away: lunch"}"#.to_owned(),
            r#"{"event":"notice","code":"presence","text":"You are away."}"#.to_owned(),
            r#"{"event":"notice","code":"presence","text":"You are back."}"#.to_owned(),
        ]
    );
    assert_eq!(
        text,
        "-- !bob#bbbb is away: lunch\n-- !bob#bbbb is back\n-- You are away: lunch\n-- You are away.\n-- You are back.\n"
    );
}

#[test]
fn a_clock_far_off_is_a_listed_peer_change() {
    let clock = |ahead_ms| Update::PeerClock { peer: bob(), ahead_ms };
    let (json, text) = both(&[clock(Some(-45 * 60_000)), clock(None)]);
    let off = r#""trust":"known","clock_off_ms":-2700000}"#;
    let lines: Vec<&str> = json.lines().collect();
    assert!(
        lines[0].starts_with(r#"{"event":"peer","change":"clock","peer":"BOB""#) && lines[0].ends_with(off),
        "{json}"
    );
    assert!(lines[1].ends_with(r#""trust":"known"}"#), "{json}");
    assert_eq!(text, "-- bob's clock is 45 min behind\n-- bob's clock is right again\n");

    for (json, wanted) in
        [(true, r#""clock_off_ms":259200000"#), (false, "-- bob (127.0.0.1:4567), clock 3 days ahead\n")]
    {
        let mut printer = Printer::new(options(json));
        printer.update(Update::PeerJoined(node("bob", BOB, Trust::Known)));
        printer.update(clock(Some(259_200_000)));
        printer.out().clear();
        printer.answer(Answer::Who);
        let listed = String::from_utf8(printer.out().clone()).unwrap();
        assert!(listed.contains(wanted), "{listed}");
    }
}

#[test]
fn an_alarm_is_a_notice_with_both_keys() {
    let alarm = |kind, name: &str, verified| {
        Update::Alarm(Alarm {
            kind,
            node: key('c'),
            nick: nick(name),
            known: key(BOB),
            known_nick: nick("bob"),
            known_last_seen: Timestamp::from_millis(1_767_323_045_678),
            known_verified: verified,
        })
    };
    let (json, text) = both(&[alarm(AlarmKind::KeyChanged, "bob", true), alarm(AlarmKind::LookAlike, "b0b", false)]);
    let changed = "bob has a NEW KEY: cccc cccc cccc cccc. The bob you know has the key bbbb bbbb bbbb bbbb (verified), \
                   last seen 2026-01-02 03:04. Either bob has reinstalled, or someone is pretending to be bob. Ask in \
                   person. /trust bob#cccccccc accepts the key, /ignore cccccccc hides its messages.";
    let alike = "b0b with the key cccc cccc cccc cccc looks like bob with the key bbbb bbbb bbbb bbbb, last seen 2026-01-02 \
                 03:04, but is someone else. Ask in person. /trust b0b#cccccccc accepts the key, /ignore cccccccc hides \
                 its messages.";
    assert_eq!(text, format!("!! {changed}\n!! {alike}\n"));
    let keys = |nick| format!(r#""peer":"CAROL","nick":"{nick}","known":"BOB","known_nick":"bob""#);
    assert_eq!(
        json,
        format!(
            "{{\"event\":\"notice\",\"code\":\"key_changed\",\"text\":\"{changed}\",{}}}\n\
             {{\"event\":\"notice\",\"code\":\"look_alike\",\"text\":\"{alike}\",{}}}\n",
            keys("bob"),
            keys("b0b")
        )
    );
}

#[test]
fn whois_says_what_is_known() {
    let here = Whois {
        repute: Repute::of(Trust::Verified),
        peer: Some(node("bob", BOB, Trust::Verified)),
        known: Some(known()),
        addrs: vec![addr(4567), addr(4568)],
        presence: Presence::away("lunch"),
        round_trip: Some(Duration::from_micros(310)),
        clock_ahead_ms: Some(-20),
    };
    let gone = Whois { peer: None, round_trip: None, clock_ahead_ms: None, presence: Presence::Here, ..here.clone() };
    let repute = Repute::of(Trust::Guest);
    let guest =
        Whois { peer: Some(peer(Some("gus"), 4569)), repute, known: None, addrs: vec![addr(4569)], ..gone.clone() };
    let nobody = Whois { peer: None, ..guest.clone() };
    let (json, text) = both(&[here, gone, guest, nobody].map(|whois| Update::Whois(Box::new(whois))));
    let seen = r#""first_seen":"2026-01-02T03:04:05.678Z","last_seen":"2026-01-03T03:04:05.678Z""#;
    let addrs = r#""addrs":["127.0.0.1:4567","127.0.0.1:4568"]"#;
    let print = r#""fingerprint":"bbbb bbbb bbbb bbbb""#;
    assert_eq!(
        json.lines().collect::<Vec<_>>(),
        [
            format!(
                r#"{{"event":"whois","peer":"BOB","nick":"bob","present":true,"protocol":"mesh","verified":true,"trust":"verified","ignored":false,{print},{addrs},{seen},"away":true,"note":"lunch","round_trip_us":310,"clock_ahead_ms":-20,"version":"0.1.0"}}"#
            ),
            format!(
                r#"{{"event":"whois","peer":"BOB","nick":"bob","present":false,"protocol":"mesh","verified":true,"trust":"verified","ignored":false,{print},{addrs},{seen},"away":false}}"#
            ),
            r#"{"event":"whois","peer":"guest:127.0.0.1:4569","nick":"gus","present":true,"protocol":"reference","verified":false,"trust":"guest","ignored":false,"addrs":["127.0.0.1:4569"],"away":false}"#.to_owned(),
        ]
    );
    assert_eq!(
        text,
        "\
-- bob has the key bbbb bbbb bbbb bbbb (BOB)
-- bob is at 127.0.0.1:4567, 127.0.0.1:4568, but away: lunch
-- bob is verified: you compared codes
-- bob was first seen 2026-01-02 03:04, last seen 2026-01-03 03:04
-- bob answers in 0.3 ms
-- bob runs version 0.1.0
-- bob has the key bbbb bbbb bbbb bbbb (BOB)
-- bob is not here; known addresses: 127.0.0.1:4567, 127.0.0.1:4568
-- bob is verified: you compared codes
-- bob was first seen 2026-01-02 03:04, last seen 2026-01-03 03:04
-- ?gus is a guest: the name is only a claim, and what you write reaches them unencrypted
-- ?gus is here, at 127.0.0.1:4569
"
    );
}

#[test]
fn a_comparison_of_codes_is_reported_step_by_step() {
    let step = |step| Update::Verify { peer: bob(), step };
    let code = |began| step(VerifyStep::Code { code: "493 201 778".to_owned(), began });
    let (json, text) = both(&[
        code(true),
        code(false),
        step(VerifyStep::Verified),
        step(VerifyStep::Differs),
        step(VerifyStep::Ended),
    ]);
    let event =
        |step: &str, more: &str| format!(r#"{{"event":"verify","step":"{step}","peer":"BOB","nick":"bob"{more}}}"#);
    assert_eq!(
        json.lines().collect::<Vec<_>>(),
        [
            event("code", r#","code":"493 201 778","began":true"#),
            event("code", r#","code":"493 201 778","began":false"#),
            event("verified", ""),
            event("differs", ""),
            event("ended", ""),
        ]
    );
    let compare = "-- your code with bob is 493 201 778: ask for theirs, by voice or in person\n\
                   -- same code: /verify bbbbbbbb yes   different code: /verify bbbbbbbb no\n";
    assert_eq!(
        text,
        format!(
            "{compare}-- bob wants to compare codes with you\n{compare}-- bob is now verified\n\
             !! The codes differ: this is not bob, or someone is between you. NOT verified.\n\
             -- bob did not confirm. /verify bbbbbbbb starts again.\n"
        )
    );
}

#[test]
fn who_shows_the_latest_of_everything() {
    let mut printer = Printer::new(options(true));
    let peer = bob();
    printer.update(Update::PeerJoined(node("bob", BOB, Trust::New)));
    printer.update(Update::PeerTrust { peer, repute: Repute { ignored: true, ..Repute::of(Trust::Verified) } });
    printer.update(Update::PeerPresence { peer, presence: Presence::away("lunch"), typing: false });
    let before = printer.out().len();
    printer.update(Update::RoundTrip { peer, time: Duration::from_micros(2_700) });
    assert_eq!(printer.out().len(), before, "a round trip is no event");
    printer.out().clear();
    printer.answer(Answer::Who);
    let who = String::from_utf8(printer.out().clone()).unwrap().replace(&key(BOB).to_string(), "BOB");
    assert_eq!(
        who,
        "{\"event\":\"who\",\"peers\":[{\"peer\":\"BOB\",\"nick\":\"bob\",\"addr\":\"127.0.0.1:4567\",\"protocol\":\"mesh\",\
         \"verified\":true,\"trust\":\"verified\",\"ignored\":true,\"away\":true,\"note\":\"lunch\",\"typing\":false,\
         \"round_trip_us\":2700}]}\n"
    );
    let mut printer = Printer::new(options(false));
    printer.update(Update::PeerJoined(node("bob", BOB, Trust::Verified)));
    printer.update(Update::RoundTrip { peer, time: Duration::from_micros(2_700) });
    printer.out().clear();
    printer.answer(Answer::Who);
    assert_eq!(printer.out(), b"-- bob (127.0.0.1:4567), verified, 2 ms\n");
}

#[test]
fn updates_about_unknown_people_are_ignored() {
    let mut printer = Printer::new(options(true));
    let peer = bob();
    printer.update(Update::PeerTrust { peer, repute: Repute::of(Trust::Known) });
    printer.update(Update::PeerPresence { peer, presence: Presence::Here, typing: true });
    printer.update(Update::RoundTrip { peer, time: Duration::ZERO });
    assert!(printer.out().is_empty());
}

/// Every class, here and gone, in text and in JSON: the mark and the tag belong to the key.
#[test]
fn every_class_looks_the_same_live_and_found() {
    let namesake = |trust| Repute { namesake: true, ..Repute::of(trust) };
    for (repute, shown, tag) in [
        (Repute::of(Trust::New), "bob", None),
        (Repute::of(Trust::Known), "bob", None),
        (Repute::of(Trust::Verified), "bob", None),
        (namesake(Trust::Known), "bob#bbbb", Some("bbbb")),
        (namesake(Trust::Verified), "bob#bbbb", Some("bbbb")),
        (namesake(Trust::Suspect), "!bob#bbbb", Some("bbbb")),
        (Repute::of(Trust::Differs), "!bob#bbbb", Some("bbbb")),
    ] {
        for here in [true, false] {
            let said = || Message { repute, ..from_node("hi") };
            let first = if here {
                Update::PeerJoined(Peer { repute, ..node("bob", BOB, repute.trust) })
            } else {
                Update::PeerLeft { peer: bob(), reason: LeaveReason::Closed }
            };
            let found = Update::Found {
                room: Some(Room::Lobby),
                query: "hi".into(),
                messages: vec![said()],
                more: false,
                behind: 0,
            };
            let (json, text) = both(&[first, Update::Message(said()), found]);
            let tag = tag.map(|tag| format!(r#""tag":"{tag}","#)).unwrap_or_default();
            let keys = format!(r#""nick":"bob",{tag}"trust":"{}","#, repute.trust.as_str());
            assert_eq!(json.matches(&keys).count(), 2, "{repute:?}, here: {here}: {json}");
            assert!(text.contains(&format!("<{shown}> hi")), "{repute:?}, here: {here}: {text}");
            assert!(text.matches(shown).count() >= 2, "{repute:?}, here: {here}: {text}");
            assert!(!here || text.starts_with(&format!("-- {shown} joined")), "{text}");
        }
    }
}
