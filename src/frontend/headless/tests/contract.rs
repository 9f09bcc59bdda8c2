//! What programs rely on: the spelling and order of every key.

use std::time::Duration;

use super::{
    super::{Answer, printer::Printer},
    *,
};
use crate::{
    domain::{
        bus::{ConnectFailure, DiskState, LinkNotice, NoLink, SweepProgress, SweepState, Update},
        model::{DiskTrouble, LeaveReason, Target},
    },
    frontend::slash,
};

fn print(json: bool, updates: impl IntoIterator<Item = Update>) -> String {
    let mut printer = Printer::new(options(json));
    updates.into_iter().for_each(|update| printer.update(update));
    String::from_utf8(printer.out().clone()).unwrap()
}

fn sweep(state: SweepState) -> Update {
    let took = Duration::from_micros(12_700);
    Update::Sweep(SweepProgress { state, probed: 4, total: 5, found: 1, took, left: Duration::ZERO })
}

/// One of everything.
fn everything() -> Vec<Update> {
    vec![
        Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') },
        sweep(SweepState::Running),
        sweep(SweepState::Running),
        sweep(SweepState::Done),
        Update::PeerJoined(peer(None, 4566)),
        Update::PeerRenamed { peer: PeerId::Guest(addr(4566)), nick: nick("bob") },
        Update::Message(message("say \"hi\"\n  再见\\")),
        Update::Message(Message { action: true, ..message("waves") }),
        Update::Message(Message { nick: None, ..message("who am I") }),
        Update::Message(own("hello", Delivery::Sent)),
        Update::Message(own("anybody?", Delivery::NotSent)),
        Update::Message(own("later", Delivery::Waiting)),
        Update::Delivery { id: MessageId([0xab; 16]), delivered: 1, of: 2 },
        Update::Waiting { node: key('b'), lines: 3 },
        Update::Message(Message { history: true, mark: Mark::Late, ..from_node("I was away") }),
        Update::Message(Message { mark: Mark::Forked, ..from_node("two tongues") }),
        Update::Sync { received: 1, total: 2, refused: 0 },
        Update::Sync { received: 2, total: 2, refused: 3 },
        Update::Erased { room: Room::Lobby, lines: 12 },
        Update::PeerLeft { peer: PeerId::Guest(addr(4566)), reason: LeaveReason::Timeout },
        Update::NickSet(nick("Zoë")),
        LinkNotice::TooSlow { name: "carol".to_owned() }.into(),
        ConnectFailure::NotLinked {
            target: Target::Socket("127.0.0.9:4565".parse().unwrap()),
            why: NoLink::NoAnswer,
            from: [127, 0, 0, 1].into(),
            tries: 3,
            took: Duration::from_secs(2),
            again: false,
        }
        .into(),
    ]
}

#[test]
fn programs_and_people_learn_that_the_disk_accepts_nothing() {
    let updates = || {
        let full = Some(DiskTrouble::Full);
        vec![
            Update::Disk(DiskState { trouble: full, held_back: false }),
            Update::Message(Message { mark: Mark::NotKept, ..from_node("are you there?") }),
            Update::Returned {
                room: Room::Lobby,
                text: Text::new("my\nanswer").unwrap(),
                action: true,
                topic: false,
                trouble: DiskTrouble::Full,
                shown: false,
            },
            Update::Returned {
                room: Room::Lobby,
                text: Text::new("shown").unwrap(),
                action: false,
                topic: false,
                trouble: DiskTrouble::Full,
                shown: true,
            },
            Update::Disk(DiskState { trouble: full, held_back: true }),
            Update::Kept { id: MessageId([0xab; 16]), mark: Mark::None },
            Update::Kept { id: MessageId([0xab; 16]), mark: Mark::Late },
            Update::Disk(DiskState::default()),
        ]
    };
    let json = print(true, updates());
    schema::in_contract(&json);
    let lines: Vec<_> = json.lines().filter(|line| !line.contains(r#""event":"message""#)).collect();
    let id = "ab".repeat(16);
    assert_eq!(
        lines,
        [
            r#"{"event":"disk","trouble":"full","held_back":false}"#.to_owned(),
            r##"{"event":"notice","code":"not_sent","text":"\"/me my answer\" was not sent: the disk is full. Send it again when the disk works.","room":"#lobby"}"##.to_owned(),
            r#"{"event":"disk","trouble":"full","held_back":true}"#.to_owned(),
            format!(r#"{{"event":"kept","id":"{id}"}}"#),
            format!(r#"{{"event":"kept","id":"{id}","mark":"late"}}"#),
            r#"{"event":"disk","trouble":null,"held_back":false}"#.to_owned(),
        ]
    );
    assert!(json.contains(r#""mark":"not_kept""#), "{json}");
    let text = print(false, updates());
    assert!(text.contains("-- \"/me my answer\" was not sent: the disk is full."), "{text}");
}

#[test]
fn json_matches_the_contract_byte_for_byte() {
    let id = "ab".repeat(16);
    let expected = [
        r#"{"event":"listening","addr":"127.0.0.1:4565","node":"OWN","nick":"alice","version":"0.1.0"}"#,
        r#"{"event":"sweep","state":"running","probed":4,"total":5,"found":1,"took_ms":12,"left_ms":0}"#,
        r#"{"event":"sweep","state":"running","probed":4,"total":5,"found":1,"took_ms":12,"left_ms":0}"#,
        r#"{"event":"sweep","state":"done","probed":4,"total":5,"found":1,"took_ms":12,"left_ms":0}"#,
        r#"{"event":"peer","change":"joined","peer":"guest:127.0.0.1:4566","nick":null,"addr":"127.0.0.1:4566","protocol":"reference","verified":false,"trust":"guest"}"#,
        r#"{"event":"peer","change":"renamed","peer":"guest:127.0.0.1:4566","nick":"bob","addr":"127.0.0.1:4566","protocol":"reference","verified":false,"trust":"guest"}"#,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"guest:127.0.0.1:4566","nick":"bob","trust":"guest","text":"say \"hi\"\n  再见\\","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"reference"}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"guest:127.0.0.1:4566","nick":"bob","trust":"guest","text":"waves","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"reference","action":true}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"guest:127.0.0.1:4566","nick":null,"trust":"guest","text":"who am I","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"reference"}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"OWN","nick":"alice","trust":"own","text":"hello","sent_at":"2026-01-02T03:04:05.678Z","own":true,"history":false,"protocol":"mesh"}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"OWN","nick":"alice","trust":"own","text":"anybody?","sent_at":"2026-01-02T03:04:05.678Z","own":true,"history":false,"protocol":"mesh"}"##,
        r##"{"event":"notice","code":"not_sent","text":"This line could not be saved, so it was not sent. Send it again.","id":"ID","room":"#lobby"}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"OWN","nick":"alice","trust":"own","text":"later","sent_at":"2026-01-02T03:04:05.678Z","own":true,"history":false,"protocol":"mesh"}"##,
        r#"{"event":"delivery","id":"ID","delivered":0,"of":0}"#,
        r#"{"event":"delivery","id":"ID","delivered":1,"of":2}"#,
        r#"{"event":"waiting","peer":"BOB","lines":3}"#,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"BOB","nick":"bob","trust":"known","text":"I was away","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":true,"protocol":"mesh","mark":"late"}"##,
        r##"{"event":"message","id":"ID","room":"#lobby","from":"BOB","nick":"bob","trust":"known","text":"two tongues","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"mesh","mark":"forked"}"##,
        r#"{"event":"sync","received":1,"total":2}"#,
        r#"{"event":"sync","received":2,"total":2,"refused":3}"#,
        r##"{"event":"erased","room":"#lobby","lines":12}"##,
        r#"{"event":"peer","change":"left","peer":"guest:127.0.0.1:4566","nick":"bob","addr":"127.0.0.1:4566","protocol":"reference","reason":"timeout"}"#,
        r#"{"event":"notice","code":"nick","text":"Your name is now Zoë."}"#,
        r#"{"event":"notice","code":"peer_too_slow","text":"carol reads too slowly and missed lines, so its link was closed."}"#,
        r#"{"event":"error","code":"no_answer","text":"No answer from 127.0.0.9:4565 (3 attempts, 2 s). Is the program running there?"}"#,
    ];
    let printed = print(true, everything());
    schema::in_contract(&printed);
    let lines: Vec<_> = printed.lines().collect();
    for (line, expected) in lines.iter().zip(expected) {
        let expected = expected
            .replace("ID", &id)
            .replace("OWN", &key('a').to_string())
            .replace("BOB", &key('b').to_string())
            .replace("0.1.0", env!("CARGO_PKG_VERSION"));
        assert_eq!(*line, expected);
    }
    assert_eq!(lines.len(), expected.len());
    assert!(printed.ends_with('\n'));
}

#[test]
fn text_says_the_same_for_people() {
    assert_eq!(
        print(false, everything()),
        "\
-- you are alice, at 127.0.0.1:4565
-- checking 5 ports for people
-- checked 4 ports in 12 ms: 1 answers
-- ?127.0.0.1:4566 joined (127.0.0.1:4566)
-- ?127.0.0.1:4566 is now ?bob
03:04 <?bob> say \"hi\"
      再见\\
03:04 * ?bob waves
03:04 <?127.0.0.1:4566> who am I
03:04 <alice> hello
03:04 <alice> anybody?
-- This line could not be saved, so it was not sent. Send it again.
03:04 <alice> later
-- No one else is here. Saved; it is delivered when someone joins.
03:04 <bob> I was away
03:04 <!bob> two tongues
-- caught up: 2 earlier lines
-- left out 3 lines from strangers
-- erased 12 lines of #lobby from this machine
-- ?bob#4566 left (127.0.0.1:4566): stopped answering
-- Your name is now Zoë.
-- carol reads too slowly and missed lines, so its link was closed.
!! No answer from 127.0.0.9:4565 (3 attempts, 2 s). Is the program running there?
"
    );
}

#[test]
fn a_sweep_is_described_in_words() {
    for (total, found, expected) in [
        (0, 0, "-- checked 0 ports in 3 ms: nobody new\n"),
        (1, 1, "-- checked 1 port in 3 ms: 1 answers\n"),
        (254, 2, "-- checked 254 ports in 3 ms: 2 answer\n"),
    ] {
        let (state, took, left) = (SweepState::Done, Duration::from_millis(3), Duration::ZERO);
        let progress = SweepProgress { state, probed: total, total, found, took, left };
        assert_eq!(print(false, [Update::Sweep(progress)]), expected);
    }
}

#[test]
fn text_says_nobody_is_here_once_until_somebody_joins() {
    let alone = || Update::Message(own("x", Delivery::Waiting));
    let joined = || Update::PeerJoined(peer(Some("bob"), 4566));
    let left = || Update::PeerLeft { peer: PeerId::Guest(addr(4566)), reason: LeaveReason::Closed };
    let updates = || [alone(), alone(), alone(), joined(), left(), alone(), alone()];
    let notices = |json| print(json, updates()).lines().filter(|line| line.contains("No one else is here")).count();
    assert_eq!(notices(false), 2);
    assert_eq!(print(false, updates()).lines().filter(|line| line.ends_with("<alice> x")).count(), 5);
    // A program looks for the id of each line.
    let told = print(true, updates()).lines().filter(|line| line.contains(r#""delivered":0,"of":0"#)).count();
    assert_eq!((notices(true), told), (0, 5));
    // If somebody can receive a line, its delivery is reported later.
    let met = || Update::PeerJoined(node("carol", 'c', Trust::New));
    assert_eq!(print(false, [met(), alone()]).lines().count(), 2);
    assert_eq!(print(true, [met(), alone()]).lines().count(), 2);
    // Lines from earlier are reported elsewhere.
    let before = Update::Message(Message { history: true, ..own("x", Delivery::Waiting) });
    assert_eq!(print(true, [before.clone()]).lines().count(), 1);
    assert_eq!(print(false, [before]).lines().count(), 1);
}

#[test]
fn a_new_name_is_shown_beside_the_old_one() {
    let id = PeerId::Guest(addr(4566));
    let rename = |name| Update::PeerRenamed { peer: id, nick: nick(name) };
    let text = print(false, [Update::PeerJoined(peer(None, 4566)), rename("bob"), rename("rob")]);
    assert!(text.ends_with("-- ?127.0.0.1:4566 is now ?bob\n-- ?bob is now ?rob\n"), "{text}");
}

#[test]
fn no_message_can_pass_for_another_line() {
    let text = print(false, [Update::Message(message("x\n-- bob left\n\n03:04 <alice> I owe bob 5\n!! error"))]);
    assert_eq!(text.lines().count(), 5);
    assert!(text.lines().skip(1).all(|line| line.starts_with("    ")), "{text}");
}

#[test]
fn every_reason_and_code_is_printed_as_its_word() {
    for reason in [LeaveReason::Closed, LeaveReason::Timeout, LeaveReason::TooSlow, LeaveReason::Protocol] {
        let left = Update::PeerLeft { peer: PeerId::Guest(addr(1)), reason };
        let lines = print(true, [Update::PeerJoined(peer(Some("bob"), 1)), left]);
        assert!(lines.trim_end().ends_with(&format!(r#""reason":"{}"}}"#, reason.as_str())), "{lines}");
    }
}

fn answer(json: bool, answer: Answer) -> String {
    let mut printer = Printer::new(options(json));
    printer.update(Update::PeerJoined(peer(Some("bob"), 4566)));
    printer.update(Update::PeerJoined(peer(None, 4567)));
    printer.update(Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') });
    printer.out().clear();
    printer.answer(answer);
    String::from_utf8(printer.out().clone()).unwrap()
}

#[test]
fn who_lists_the_peers() {
    schema::in_contract(&answer(true, Answer::Who));
    assert_eq!(
        answer(true, Answer::Who),
        concat!(
            r#"{"event":"who","peers":["#,
            r#"{"peer":"guest:127.0.0.1:4566","nick":"bob","addr":"127.0.0.1:4566","protocol":"reference","verified":false,"trust":"guest","away":false,"typing":false},"#,
            r#"{"peer":"guest:127.0.0.1:4567","nick":null,"addr":"127.0.0.1:4567","protocol":"reference","verified":false,"trust":"guest","away":false,"typing":false}"#,
            "]}\n"
        )
    );
    assert_eq!(answer(false, Answer::Who), "-- ?bob (127.0.0.1:4566)\n-- ?127.0.0.1:4567 (127.0.0.1:4567)\n");
    let mut alone = Printer::new(options(false));
    alone.answer(Answer::Who);
    assert_eq!(alone.out(), b"-- no one else is here\n");
}

#[test]
fn hits_are_one_event_for_programs_and_lines_for_people() {
    let late = |messages: Vec<Message>, more, behind| Update::Found {
        room: Some(Room::Lobby),
        query: "hi \u{1b}[2J".to_owned(),
        messages,
        more,
        behind,
    };
    let found = |messages, more| late(messages, more, 0);
    let messages = || vec![message("newer\nhi"), Message { mark: Mark::Ahead, ..message("hi") }];
    let json = print(true, [found(messages(), true)]);
    schema::in_contract(&json);
    let hit = |text, mark| {
        format!(
            r##"{{"id":"{}","room":"#lobby","from":"guest:127.0.0.1:4566","nick":"bob","trust":"guest","text":"{text}","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":false,"protocol":"reference"{mark}}}"##,
            "ab".repeat(16)
        )
    };
    let (newer, older) = (hit("newer\\nhi", ""), hit("hi", r#","mark":"ahead""#));
    let query = "hi \\u001b[2J";
    assert_eq!(
        json,
        format!(
            "{{\"event\":\"found\",\"room\":\"#lobby\",\"query\":\"{query}\",\"messages\":[{newer},{older}],\"more\":true}}\n"
        )
    );
    assert_eq!(
        print(false, [found(messages(), true), found(messages(), false), found(vec![message("hi")], false)]),
        "\
-- the newest 2 lines that contain \"hi [2J\":
-- 2026-01-02 03:04 <?bob> hi
-- 2026-01-02 03:04 <?bob> newer
    hi
-- 2 lines contain \"hi [2J\":
-- 2026-01-02 03:04 <?bob> hi
-- 2026-01-02 03:04 <?bob> newer
    hi
-- 1 line contains \"hi [2J\":
-- 2026-01-02 03:04 <?bob> hi
"
    );
    assert_eq!(print(false, [found(Vec::new(), false)]), "-- no line contains \"hi [2J\"\n");
    let all =
        |query: &str, messages| Update::Found { room: None, query: query.into(), messages, more: false, behind: 0 };
    let in_dev = || Message { room: Room::named("dev").unwrap(), ..message("hi") };
    let json = print(true, [all("hi", vec![in_dev()])]);
    schema::in_contract(&json);
    assert!(json.starts_with("{\"event\":\"found\",\"query\":\"hi\",") && json.contains("\"room\":\"#dev\""), "{json}");
    assert_eq!(
        print(false, [all("from:bob", vec![in_dev(), message("hi")]), all("\"hi\"", Vec::new())]),
        "\
-- 2 lines match from:bob:
-- 2026-01-02 03:04 #lobby <?bob> hi
-- 2026-01-02 03:04 #dev <?bob> hi
-- no line matches \"hi\"
"
    );
    assert_eq!(
        print(true, [late(Vec::new(), false, 3)]),
        format!(
            "{{\"event\":\"found\",\"room\":\"#lobby\",\"query\":\"{query}\",\"messages\":[],\"more\":false,\"behind\":3}}\n"
        )
    );
    assert_eq!(
        print(false, [late(Vec::new(), false, 1), late(Vec::new(), false, 3)]),
        "\
-- no line contains \"hi [2J\"
-- 1 newer line cannot be searched yet; try again in a moment
-- no line contains \"hi [2J\"
-- 3 newer lines cannot be searched yet; try again in a moment
"
    );
}

#[test]
fn requests_that_need_no_network_are_answered() {
    assert_eq!(answer(false, Answer::OwnNick), "-- Your name is alice.\n");
    assert_eq!(answer(false, Answer::Version), format!("-- proximity-chat {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(
        answer(true, Answer::Clear),
        "{\"event\":\"notice\",\"code\":\"clear\",\"text\":\"There is no screen to clear here.\"}\n"
    );
    let spec = slash::find("nick").unwrap();
    assert_eq!(answer(false, Answer::Help(Some(spec))), "-- /nick [NAME]            Change or show your name\n");
    assert_eq!(answer(false, Answer::Help(None)).lines().count(), slash::COMMANDS.len());
    let error = Answer::Error { code: "unknown_command", text: "Unknown command /jion.".to_owned() };
    assert_eq!(
        answer(true, error),
        "{\"event\":\"error\",\"code\":\"unknown_command\",\"text\":\"Unknown command /jion.\"}\n"
    );
}

#[test]
fn warnings_come_first() {
    let mut printer = Printer::new(Options { warnings: vec!["a".to_owned(), "b".to_owned()], ..options(true) });
    let lines = String::from_utf8(printer.out().clone()).unwrap();
    assert_eq!(lines.lines().next(), Some(r#"{"event":"notice","code":"config","text":"a"}"#));
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn updates_about_unknown_peers_are_ignored() {
    let id = PeerId::Guest(addr(9));
    let updates =
        [Update::PeerRenamed { peer: id, nick: nick("x") }, Update::PeerLeft { peer: id, reason: LeaveReason::Closed }];
    assert_eq!(print(true, updates), "");
}
