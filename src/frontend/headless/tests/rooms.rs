//! Rooms, as programs and people learn of them.

use super::{
    super::{Answer, printer::Printer},
    *,
};
use crate::domain::bus::{RoomFailure, RoomListing, RoomMembers, RoomView, Update};

fn dev() -> Room {
    Room::named("dev").unwrap()
}

fn joined(room: Room) -> Update {
    Update::RoomJoined { room, view: RoomView::default(), asked: true }
}

fn members(people: &[char]) -> Update {
    Update::RoomMembers(RoomMembers { room: dev(), people: people.iter().map(|digit| key(*digit)).collect() })
}

/// Prints for a front end that speaks in `spoken`.
fn print(json: bool, spoken: Room, updates: impl IntoIterator<Item = Update>) -> String {
    let mut printer = Printer::new(Options { room: spoken, ..options(json) });
    updates.into_iter().for_each(|update| printer.update(update));
    let output = String::from_utf8(printer.out().clone()).unwrap();
    if json {
        schema::in_contract(&output);
    }
    output
}

fn life() -> Vec<Update> {
    vec![
        joined(Room::Lobby),
        joined(dev()),
        Update::PeerJoined(node("bob", 'b', Trust::Known)),
        members(&['b', 'c']),
        Update::PeerLeft { peer: PeerId::Node(key('b')), reason: crate::domain::model::LeaveReason::Closed },
        members(&['c']),
        Update::RoomLeft { room: dev(), because: crate::domain::bus::LeftBecause::Asked },
    ]
}

#[test]
fn programs_learn_who_is_in_which_room() {
    let printed = print(true, Room::Lobby, life());
    let rooms = printed.lines().filter(|line| !line.contains(r#""event":"peer""#));
    let rooms: Vec<_> = rooms.map(|line| line.replace(&key('b').to_string(), "BOB")).collect();
    assert_eq!(
        rooms,
        [
            r##"{"event":"room","room":"#dev","change":"joined"}"##.to_owned(),
            r##"{"event":"member","room":"#dev","from":"BOB","nick":"bob","change":"joined"}"##.to_owned(),
            format!(r##"{{"event":"member","room":"#dev","from":"{}","nick":null,"change":"joined"}}"##, key('c')),
            r##"{"event":"member","room":"#dev","from":"BOB","nick":"bob","change":"left"}"##.to_owned(),
            r##"{"event":"room","room":"#dev","change":"left"}"##.to_owned(),
        ]
    );
}

#[test]
fn people_learn_the_same_in_words() {
    let text = print(false, Room::Lobby, life());
    assert_eq!(
        text,
        "\
-- you are in #dev
-- bob joined (127.0.0.1:4567)
-- bob joined #dev
-- cccccccc joined #dev
-- bob left (127.0.0.1:4567)
-- bob left #dev
-- you left #dev
"
    );
}

#[test]
fn lines_of_other_rooms_are_marked_in_text() {
    let direct = Room::Direct(key('b'));
    let said = |room: Room| Update::Message(Message { room, ..from_node("hi\nthere") });
    let waves = Update::Message(Message { room: dev(), action: true, ..from_node("waves") });
    let updates = || [said(Room::Lobby), said(dev()), waves.clone(), said(direct.clone())];
    assert_eq!(
        print(false, Room::Lobby, updates()),
        "\
03:04 <bob> hi
    there
03:04 #dev <bob> hi
    there
03:04 #dev * bob waves
03:04 @bob <bob> hi
    there
"
    );
    let in_dev = print(false, dev(), updates());
    assert!(in_dev.starts_with("03:04 #lobby <bob> hi") && in_dev.contains("03:04 <bob> hi"), "{in_dev}");
    let json = print(true, Room::Lobby, [joined(direct.clone()), said(direct)]);
    assert_eq!(json.matches(&format!(r#""room":"@{}""#, key('b'))).count(), 2, "{json}");
}

/// Bob has set this topic.
fn topic(room: Room, topic: &str) -> Message {
    Message { room, kind: MessageKind::Topic, ..from_node(topic) }
}

fn told(room: Room, text: &str) -> Update {
    Update::RoomTopic { room: room.clone(), topic: Some(Box::new(topic(room, text))) }
}

#[test]
fn programs_learn_what_a_room_is_about() {
    let update = told(dev(), "code freeze");
    let gone = Update::RoomTopic { room: dev(), topic: None };
    let json = print(true, Room::Lobby, [update, joined(dev()), told(dev(), "thaw"), gone]);
    let bob = key('b');
    let id = "ab".repeat(16);
    let set = |topic| {
        format!(
            r##"{{"event":"room","room":"#dev","change":"topic","topic":"{topic}","id":"{id}","from":"{bob}","nick":"bob","sent_at":"2026-01-02T03:04:05.678Z"}}"##
        )
    };
    let joined = r##"{"event":"room","room":"#dev","change":"joined"}"##.to_owned();
    let gone = r##"{"event":"room","room":"#dev","change":"topic","topic":null}"##.to_owned();
    assert_eq!(json.lines().collect::<Vec<_>>(), [joined, set("code freeze"), set("thaw"), gone]);
}

#[test]
fn a_topic_is_a_message_of_its_kind() {
    let said = || Update::Message(topic(dev(), "code freeze"));
    assert_eq!(print(false, Room::Lobby, [said()]), "03:04 #dev * bob set the topic: code freeze\n");
    let json = print(true, Room::Lobby, [said()]);
    assert!(json.contains(r#""text":"code freeze""#) && json.trim_end().ends_with(r#""kind":6}"#), "{json}");
    let unknown = Message { kind: MessageKind::Unknown(4), mark: Mark::Unknown, ..from_node("unknown kind 4") };
    let unknown = || Update::Message(unknown.clone());
    let sentence = "reacted to a line. This release cannot show that.";
    assert_eq!(print(false, Room::Lobby, [unknown()]), format!("03:04 * bob {sentence}\n"));
    let json = print(true, Room::Lobby, [unknown()]);
    assert!(
        json.contains(&format!(r#""text":"{sentence}""#)) && json.contains(r#""mark":"unknown","kind":4}"#),
        "{json}"
    );
}

#[test]
fn text_says_the_topic_when_asked() {
    let mut printer = Printer::new(options(false));
    printer.update(joined(dev()));
    printer.update(told(dev(), "code freeze"));
    printer.out().clear();
    printer.answer(Answer::Topic(dev()));
    printer.answer(Answer::Topic(Room::Lobby));
    let output = String::from_utf8(printer.out().clone()).unwrap();
    assert_eq!(
        output,
        "-- The topic of #dev, set by bob: code freeze\n-- #lobby has no topic. /topic TEXT sets one.\n"
    );
}

#[test]
fn open_rooms_are_listed() {
    let listing = |name, people, joined| RoomListing { room: Room::named(name).unwrap(), people, joined };
    let list = || Update::RoomList(vec![listing("dev", 1, true), listing("ops", 3, false)]);
    let expected = r##"{"event":"rooms","rooms":[{"room":"#dev","people":1,"joined":true},{"room":"#ops","people":3,"joined":false}]}"##;
    assert_eq!(print(true, Room::Lobby, [list()]).trim_end(), expected);
    assert_eq!(print(false, Room::Lobby, [list()]), "-- #dev: 1 person, and you\n-- #ops: 3 people\n");
    let none = Update::RoomList(Vec::new());
    assert_eq!(print(false, Room::Lobby, [none]), "-- there are no rooms besides #lobby\n");
}

#[test]
fn a_room_of_an_earlier_run_is_joined_silently() {
    let failed = || Update::from(RoomFailure::Joined(dev()));
    let kept = Update::RoomJoined { room: dev(), view: RoomView::default(), asked: false };
    assert!(!print(true, dev(), [kept, failed()]).contains("error"));
    assert_eq!(print(true, dev(), [failed()]), "");
    assert!(print(true, dev(), [failed(), failed()]).contains(r#""code":"not_possible""#), "asked for by a line");
    assert!(print(true, Room::Lobby, [failed()]).contains(r#""code":"not_possible""#));
}

#[test]
fn a_line_to_an_empty_room_waits() {
    let waiting = || Update::Message(Message { room: dev(), ..own("x", Delivery::Waiting) });
    let bob = || Update::PeerJoined(node("bob", 'b', Trust::Known));
    let listening = Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') };
    let waits = |mut updates: Vec<Update>| {
        updates.insert(0, listening.clone());
        print(true, dev(), updates).contains(r#""delivered":0,"of":0"#)
    };
    assert!(waits(vec![bob(), joined(dev()), waiting()]), "bob is in the lobby only");
    assert!(!waits(vec![bob(), joined(dev()), members(&['b']), waiting()]));
}
