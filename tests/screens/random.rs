//! Whatever happens, in any order and in any window: no panic, and the cursor stays in the frame.

use std::time::Duration;

use proptest::prelude::*;
use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

fn pressed() -> impl Strategy<Value = Key> {
    let code = prop_oneof![
        8 => prop_oneof![any::<char>(), Just('山'), Just('👍'), Just('\u{301}'), Just(' '), Just('/'), "[a-z]".prop_map(|s| s.chars().next().unwrap())].prop_map(KeyCode::Char),
        8 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Tab, KeyCode::Backspace, KeyCode::Delete, KeyCode::Left, KeyCode::Right, KeyCode::Up,
            KeyCode::Down, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Esc, KeyCode::F(1),
            KeyCode::F(8), KeyCode::F(5), KeyCode::F(2),
        ]),
    ];
    (code, prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(code, ctrl, alt, shift)| Key { code, ctrl, alt, shift })
}

#[derive(Debug, Clone)]
enum Step {
    Feed(Box<Input>),
    Resize(u16, u16),
    Wait(u64),
    Joins(u16, Option<String>),
    Leaves(u16),
    Says(u16, String),
    Own(String, bool),
    Flood(u16),
    Mesh(&'static str, Mesh),
    Log(Log),
    Place(Place),
}

/// What the node may tell of the history, asked for or not.
#[derive(Debug, Clone, Copy)]
enum Log {
    /// This many messages, starting this many seconds ago, as the answer to the latest request.
    Page(u64, u64, bool, bool),
    Late(u64, bool, Mark),
    Own(Delivery),
    Delivery(u64, u32, u32),
    Waiting(&'static str, u64),
    Sync(u64, u64),
    Found(u64, bool),
    Erased,
}

fn log() -> impl Strategy<Value = Log> {
    let mark =
        prop::sample::select(vec![Mark::None, Mark::Late, Mark::Ahead, Mark::Forked, Mark::Unknown, Mark::NotKept]);
    prop_oneof![
        6 => (0_u64..300, 0_u64..200_000, any::<bool>(), any::<bool>()).prop_map(|(n, ago, b, a)| Log::Page(n, ago, b, a)),
        6 => (0_u64..200_000, any::<bool>(), mark).prop_map(|(ago, history, mark)| Log::Late(ago, history, mark)),
        3 => (0_u32..4).prop_map(|n| Log::Own(if n == 0 { Delivery::Waiting } else { Delivery::Partly { delivered: n, of: 4 } })),
        3 => (0_u64..400, 0_u32..4, 0_u32..4).prop_map(|(id, n, of)| Log::Delivery(id, n, of)),
        2 => (prop::sample::select(&KEYS), 0_u64..9).prop_map(|(key, lines)| Log::Waiting(key, lines)),
        1 => (0_u64..300, 0_u64..300).prop_map(|(n, of)| Log::Sync(n, of)),
        3 => (0_u64..60, any::<bool>()).prop_map(|(n, more)| Log::Found(n, more)),
        1 => Just(Log::Erased),
    ]
}

fn told_of_log(s: &mut Screen, log: Log) {
    let peer =
        |n: u64| Author::Peer(PeerId::Node(key(KEYS.iter().cycle().nth(usize::try_from(n % 4).unwrap()).unwrap())));
    let line = |s: &Screen, n: u64, ago: u64| s.old(peer(n), "bob", &format!("山 alice line {n}\nand another"), ago);
    let wanted = s.effects.iter().rev().find_map(|effect| match effect {
        Output::Send(Command::Page { seek, .. }) => Some(*seek),
        _ => None,
    });
    let query = s.effects.iter().rev().find_map(|effect| match effect {
        Output::Send(Command::Search { query, .. }) => Some(query.clone()),
        _ => None,
    });
    let update = match log {
        Log::Page(count, ago, before, after) => {
            let messages = (0..count).map(|n| line(s, n, ago + count - n)).collect();
            Update::Page(page(wanted.unwrap_or(Seek::Newest), messages, before, after))
        }
        Log::Late(ago, history, mark) => Update::Message(Message { history, mark, ..line(s, ago, ago) }),
        Log::Own(delivery) => Update::Message(Message { delivery, ..s.message(Author::Own, "alice", "mine") }),
        Log::Delivery(id, delivered, of) => {
            Update::Delivery { id: MessageId(u128::from(id).to_be_bytes()), delivered, of }
        }
        Log::Waiting(begin, lines) => Update::Waiting { node: key(begin), lines },
        Log::Sync(received, total) => Update::Sync { received, total, refused: received % 2 },
        Log::Found(count, more) => {
            let messages = (0..count).map(|n| line(s, n, n)).collect();
            Update::Found { query: query.unwrap_or_default(), messages, more, behind: count % 3 }
        }
        Log::Erased => Update::Erased { room: Room::LOBBY, lines: 5 },
    };
    s.update(update);
}

/// What the node may tell about one of a few keys, in any order.
#[derive(Debug, Clone)]
enum Mesh {
    Joins(Option<String>, Trust, bool),
    Leaves,
    Says(String),
    Renamed(String),
    Trust(Trust, bool),
    Presence(bool, bool),
    RoundTrip(u64),
    Alarm(AlarmKind, &'static str, bool, i64),
    Whois(bool, bool, Option<i64>),
    Verify(u8),
}

/// Keys with a common prefix, and one without.
const KEYS: [&str; 4] = ["c04e", "c04e5d", "c04e5d17aa", "7f3a"];

fn mesh() -> impl Strategy<Value = Mesh> {
    let name = || "(bob|B0B|bοb|alice|[a-z]{1,24}|Zoë 山田)";
    let trust = || prop::sample::select(vec![Trust::New, Trust::Known, Trust::Verified, Trust::Suspect, Trust::Guest]);
    prop_oneof![
        4 => (prop::option::of(name()), trust(), any::<bool>()).prop_map(|(n, t, i)| Mesh::Joins(n, t, i)),
        2 => Just(Mesh::Leaves),
        3 => "\\PC{1,90}".prop_map(Mesh::Says),
        2 => name().prop_map(Mesh::Renamed),
        2 => (trust(), prop::bool::weighted(0.2)).prop_map(|(t, i)| Mesh::Trust(t, i)),
        3 => any::<(bool, bool)>().prop_map(|(a, t)| Mesh::Presence(a, t)),
        2 => (0..20_000_000_u64).prop_map(Mesh::RoundTrip),
        2 => (any::<bool>(), prop::sample::select(&KEYS), any::<bool>(), any::<i64>()).prop_map(|(same, known, verified, seen)| {
            Mesh::Alarm(if same { AlarmKind::KeyChanged } else { AlarmKind::LookAlike }, known, verified, seen)
        }),
        2 => any::<(bool, bool, Option<i64>)>().prop_map(|(p, k, c)| Mesh::Whois(p, k, c)),
        2 => (0_u8..5).prop_map(Mesh::Verify),
    ]
}

fn told(s: &mut Screen, begin: &str, mesh: Mesh) {
    let whom = node(begin, &format!("127.0.0.1:{}", 4600 + begin.len()));
    let id = whom.id;
    let nick = |name: &str| Nick::new(name).unwrap();
    match mesh {
        Mesh::Joins(name, trust, ignored) => {
            s.update(Update::PeerJoined(Peer {
                repute: Repute { ignored, ..repute(trust) },
                ..peer(whom, name.as_deref())
            }));
        }
        Mesh::Leaves => s.leaves(whom),
        Mesh::Says(text) if Text::new(&text).is_ok() => s.says(whom, "bob", &text),
        Mesh::Says(_) => {}
        Mesh::Renamed(name) => s.update(Update::PeerRenamed { peer: id, nick: nick(&name) }),
        Mesh::Trust(trust, ignored) => {
            s.update(Update::PeerTrust { peer: id, repute: Repute { ignored, ..repute(trust) } });
        }
        Mesh::Presence(away, typing) => {
            s.is_at(whom, if away { Presence::away("a note 山") } else { Presence::Here }, typing);
        }
        Mesh::RoundTrip(us) => s.update(Update::RoundTrip { peer: id, time: Duration::from_micros(us) }),
        Mesh::Alarm(kind, known, verified, seen) => s.update(Update::Alarm(Alarm {
            kind,
            node: key(begin),
            nick: nick("bob"),
            known: key(known),
            known_nick: nick("Zoë 山田"),
            known_last_seen: Timestamp::from_millis(seen),
            known_verified: verified,
        })),
        Mesh::Whois(here, known, clock_ahead_ms) => {
            let known = known.then(|| Known {
                node: key(begin),
                nick: here.then(|| nick("bob")),
                first_seen: Timestamp::from_millis(i64::MIN),
                last_seen: s.now.wall,
                addrs: vec![whom.addr],
                verified: here,
                differs: false,
                displaced: false,
                trusted: !here,
                ignored: here,
                met: None,
            });
            s.update(Update::Whois(Box::new(Whois {
                peer: here.then(|| peer(whom, Some("bob"))),
                known,
                repute: repute(if here { Trust::Suspect } else { Trust::Differs }),
                addrs: vec![whom.addr; begin.len() - 4],
                presence: Presence::away("a note"),
                round_trip: here.then_some(Duration::ZERO),
                clock_ahead_ms,
            })));
        }
        Mesh::Verify(step) => {
            let step = match step {
                0 => VerifyStep::Verified,
                1 => VerifyStep::Differs,
                2 => VerifyStep::Ended,
                n => VerifyStep::Code { code: "493 201 778".into(), began: n == 3 },
            };
            s.update(Update::Verify { peer: id, step });
        }
    }
}

/// What the node may tell about where it is, and about what is wrong there.
#[derive(Debug, Clone)]
enum Place {
    /// Whether it is open, on which of a few networks, with how many addresses, and what is missing there.
    At(bool, u8, usize, Option<NoNetwork>),
    Wrong(Vec<Finding>),
}

fn place() -> impl Strategy<Value = Place> {
    let text = || "([a-z0-9./:]{1,40}[ .]?|山|\\PC){0,12}";
    let missing = || prop::collection::vec(text(), 0..3).prop_map(NoNetwork::NotThere);
    let finding = prop_oneof![
        Just(Finding::Closed),
        Just(Finding::ClocksAgree),
        Just(Finding::NobodyFound { someone_here: false }),
        missing().prop_map(Finding::NoNetwork),
        (text(), text()).prop_map(|(interface, error)| Finding::Mute { interface: interface.into(), error }),
    ];
    prop_oneof![
        (any::<bool>(), 0_u8..3, 0_usize..4, prop::option::weighted(0.3, missing()))
            .prop_map(|(o, n, s, l)| Place::At(o, n, s, l)),
        prop::collection::vec(finding, 0..3).prop_map(Place::Wrong),
    ]
}

fn placed(s: &mut Screen, place: Place) {
    s.update(match place {
        Place::At(open, network, spots, lost) => {
            let spots = vec![wifi(); spots];
            Update::NetworkStatus(NetworkStatus {
                network: Network::new(&format!("network {network}")).unwrap(),
                offer: lost.clone().map_or(Ok(spots.clone()), Err),
                spots,
                lost,
                ..network_status(open)
            })
        }
        Place::Wrong(findings) => Update::Diagnosis(findings),
    });
}

fn step() -> impl Strategy<Value = Step> {
    let feed = |input| Step::Feed(Box::new(input));
    let port = 4565_u16..4570;
    prop_oneof![
        20 => pressed().prop_map(move |k| feed(Input::Key(k))),
        4 => "(\\PC|\n|\r|\t|\u{1b}|山|👨‍👩‍👧){0,80}".prop_map(move |t| feed(Input::Paste(t))),
        4 => (-50_i32..50).prop_map(move |r| feed(Input::Scroll(r))),
        1 => any::<i32>().prop_map(move |r| feed(Input::Scroll(r))),
        2 => any::<bool>().prop_map(move |f| feed(Input::Focus(f))),
        6 => (1_u16..130, 1_u16..45).prop_map(|(c, r)| Step::Resize(c, r)),
        3 => (0_u64..4_000).prop_map(Step::Wait),
        4 => (port.clone(), prop::option::of("[a-z]{1,12}")).prop_map(|(p, n)| Step::Joins(p, n)),
        4 => port.clone().prop_map(Step::Leaves),
        12 => (port.clone(), "(\\PC|\n|山|e\u{301}|https://a.b/c ){1,200}").prop_map(|(p, t)| Step::Says(p, t)),
        3 => ("\\PC{1,60}", any::<bool>()).prop_map(|(t, s)| Step::Own(t, s)),
        1 => port.prop_map(Step::Flood),
        20 => (prop::sample::select(&KEYS), mesh()).prop_map(|(begin, mesh)| Step::Mesh(begin, mesh)),
        20 => log().prop_map(Step::Log),
        6 => place().prop_map(Step::Place),
        2 => "[a山]{0,2}".prop_map(move |words| feed(Input::Paste(format!("/search {words}")))),
        1 => prop::sample::select(vec!["/clear", "/erase yes", "/search", "/lan"]).prop_map(move |c| feed(Input::Paste(c.into()))),
        1 => any::<bool>().prop_map(move |away| feed(Input::Update(Update::PresenceSet(
            if away { Presence::away("gone") } else { Presence::Here },
        )))),
        1 => Just(feed(Input::NodeGone)),
        2 => (0_u64..10).prop_map(move |n| feed(Input::Update(Update::Sweep(SweepProgress {
            state: if n < 9 { SweepState::Running } else { SweepState::Done },
            probed: n, total: 9, found: 0, took: std::time::Duration::ZERO, left: std::time::Duration::ZERO,
        })))),
        1 => "\\PC{1,30}".prop_filter_map("a text", move |t| {
            let text = Text::new(&t).ok()?;
            Some(feed(Input::Refused(Command::Say { room: Room::LOBBY, text, action: false, network: None })))
        }),
    ]
}

fn take(s: &mut Screen, step: Step) {
    let at = |port| addr(&format!("127.0.0.1:{port}"));
    match step {
        Step::Feed(input) => s.feed(*input),
        Step::Resize(cols, rows) => s.resize(cols, rows),
        Step::Wait(seconds) => s.wait(seconds),
        Step::Joins(port, nick) => s.joins(at(port), nick.as_deref()),
        Step::Leaves(port) => s.leaves(at(port)),
        Step::Says(port, text) => {
            if Text::new(&text).is_ok() {
                s.says(at(port), "bob", &text);
            }
        }
        Step::Own(text, sent) => {
            if Text::new(&text).is_ok() {
                s.own(&text, if sent { Delivery::Sent } else { Delivery::NotSent });
            }
        }
        Step::Mesh(begin, mesh) => told(s, begin, mesh),
        Step::Log(log) => told_of_log(s, log),
        Step::Place(place) => placed(s, place),
        Step::Flood(port) => (0..80).for_each(|i| s.says(at(port), "flood", &format!("{i} alice"))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn anything_can_happen(steps in prop::collection::vec(step(), 1..80), cap in 1_usize..200, ask_name: bool) {
        let mut s = Screen::new(loopback().with(|s| (s.history_cap, s.ask_name) = (cap, ask_name)), (80, 24));
        if !ask_name {
            s.listens("alice");
        }
        for step in steps {
            take(&mut s, step);
            // Drawing asserts that the cursor is in the frame.
            s.draw();
            prop_assert!(!s.app.needs_draw());
            for cell in &s.buffer().content {
                prop_assert!(!visible(cell.symbol()).contains(char::is_control), "{:?}", cell.symbol());
            }
        }
    }
}
