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
    Room(InRooms),
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
            Update::Found {
                room: Some(Room::Lobby),
                query: query.unwrap_or_default(),
                messages,
                more,
                behind: count % 3,
            }
        }
        Log::Erased => Update::Erased { room: Room::Lobby, lines: 5 },
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
                card: None,
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

/// What the node may report of rooms, and what the user does there.
#[derive(Debug, Clone)]
enum InRooms {
    Joined(usize, String, Option<u64>, bool),
    Left(usize),
    Members(usize, Vec<&'static str>),
    Says(usize, &'static str, String),
    /// So many lines of a room, from so many seconds ago on, in answer to whatever was asked of it.
    Page(usize, u64, u64),
    Topic(usize, Option<String>),
    List(usize),
    Erased(usize),
    Rearranged(usize),
    Returned(usize, bool),
    /// An invitation from one of those who may be here, with so many members.
    Invited(usize, &'static str, usize),
    Declined(usize),
    /// Who was invited, removed, and left.
    Changed(usize, &'static str, [Vec<&'static str>; 3]),
    /// Somebody asks for an invitation, or the user does.
    Asked(usize, &'static str, bool),
    ListsMembers(usize, Vec<&'static str>),
    Removed(usize, &'static str),
    Shows(char),
    Types(&'static str),
}

/// A few rooms of every kind.
fn some_room(number: usize) -> Room {
    match number {
        0 => Room::Lobby,
        1 => Room::Direct(key("c04e5d")),
        2 => Room::Direct(key("7f3a")),
        3 => Room::named(&"山".repeat(32)).unwrap(),
        8.. if number < 12 => Room::Private(some_private(number)),
        _ => Room::named(&format!("room-{number}")).unwrap(),
    }
}

/// A few private rooms. Some have the name of another one.
fn some_private(number: usize) -> PrivateRoom {
    let (byte, name) = match number % 4 {
        0 => (0x31, "room-5".to_owned()),
        1 => (0x32, "room-5".to_owned()),
        2 => (0x31, "山".repeat(32)),
        _ => (0x77, "plan".to_owned()),
    };
    PrivateRoom { id: RoomId([byte; 32]), name: RoomName::new(&name).unwrap() }
}

fn in_rooms() -> impl Strategy<Value = InRooms> {
    let room = || 0_usize..12;
    let private = || 0_usize..4;
    let people = || prop::collection::vec(prop::sample::select(&KEYS), 0..4);
    let commands = vec![
        "/join room-5",
        "/part",
        "/part yes",
        "/part ro",
        "/part plan yes",
        "/go r",
        "/go 2",
        "/list",
        "/topic",
        "/query bob",
        "/msg bob hi",
        "/create plan private",
        "/invite bob",
        "/members",
        "/kick bob",
        "/decline room-5#31",
        "/renew",
    ];
    prop_oneof![
        3 => (private(), prop::sample::select(&KEYS), 0_usize..300)
            .prop_map(|(room, who, others)| InRooms::Invited(room, who, others)),
        1 => private().prop_map(InRooms::Declined),
        3 => (private(), prop::sample::select(&KEYS), [people(), people(), people()])
            .prop_map(|(room, who, nodes)| InRooms::Changed(room, who, nodes)),
        2 => (private(), prop::sample::select(&KEYS), any::<bool>())
            .prop_map(|(room, who, own)| InRooms::Asked(room, who, own)),
        1 => (private(), people()).prop_map(|(room, nodes)| InRooms::ListsMembers(room, nodes)),
        1 => (private(), prop::sample::select(&KEYS)).prop_map(|(room, who)| InRooms::Removed(room, who)),
        6 => (room(), "\\PC{0,9}", prop::option::of(0_u64..9_000), any::<bool>())
            .prop_map(|(room, draft, read, asked)| InRooms::Joined(room, draft, read, asked)),
        3 => room().prop_map(InRooms::Left),
        3 => (room(), prop::collection::vec(prop::sample::select(&KEYS), 0..4))
            .prop_map(|(room, people)| InRooms::Members(room, people)),
        12 => (room(), prop::sample::select(&KEYS), "(alice )?\\PC{1,90}")
            .prop_map(|(room, who, text)| InRooms::Says(room, who, text)),
        6 => (room(), 0_u64..300, 0_u64..9_000).prop_map(|(room, n, ago)| InRooms::Page(room, n, ago)),
        2 => (room(), prop::option::of("\\PC{1,120}")).prop_map(|(room, topic)| InRooms::Topic(room, topic)),
        1 => (0_usize..40).prop_map(InRooms::List),
        1 => room().prop_map(InRooms::Erased),
        1 => room().prop_map(InRooms::Rearranged),
        1 => (room(), any::<bool>()).prop_map(|(room, shown)| InRooms::Returned(room, shown)),
        12 => prop::sample::select("123456789anp".chars().collect::<Vec<_>>()).prop_map(InRooms::Shows),
        3 => prop::sample::select(commands).prop_map(InRooms::Types),
    ]
}

fn told_of_rooms(s: &mut Screen, what: InRooms) {
    let author = |who| Author::Peer(PeerId::Node(key(who)));
    let update = match what {
        InRooms::Joined(room, draft, ago, asked) => {
            let read = ago.map(|ago| s.old(author(KEYS[0]), "bob", "seen", ago).position);
            let at = read.filter(|_| room % 2 == 0);
            Update::RoomJoined { room: some_room(room), view: RoomView { draft, read, at }, asked }
        }
        InRooms::Left(room) => Update::RoomLeft { room: some_room(room), because: LeftBecause::Asked },
        InRooms::Members(room, people) => {
            Update::RoomMembers(RoomMembers { room: some_room(room), people: people.into_iter().map(key).collect() })
        }
        InRooms::Says(_, _, text) if Text::new(&text).is_err() => return,
        InRooms::Says(room, who, text) => {
            Update::Message(Message { room: some_room(room), ..s.message(author(who), "bob", &text) })
        }
        InRooms::Page(room, lines, ago) => {
            let room = some_room(room);
            let asked = s.effects.iter().rev().find_map(|effect| match effect {
                Output::Send(Command::Page { room: of, seek, .. }) if *of == room => Some(*seek),
                _ => None,
            });
            let line =
                |n| Message { room: room.clone(), ..s.old(author(KEYS[1]), "bob", "alice said", ago + lines - n) };
            let messages = (0..lines).map(line).collect();
            let page = page(asked.unwrap_or(Seek::Newest), messages, ago % 2 == 0, false);
            Update::Page(Page { room: room.clone(), ..page })
        }
        InRooms::Topic(_, Some(text)) if Topic::new(&text).is_err() => return,
        InRooms::Topic(room, text) => {
            let topic = text.and_then(|text| Topic::new(&text).ok());
            let message = |topic: Topic| Message {
                room: some_room(room),
                kind: MessageKind::Topic,
                ..s.message(author(KEYS[1]), "bob", topic.as_str())
            };
            Update::RoomTopic { room: some_room(room), topic: topic.map(message).map(Box::new) }
        }
        InRooms::List(rooms) => {
            let listing = |n| RoomListing { room: some_room(3 + n), people: n, joined: n % 2 == 0 };
            Update::RoomList((0..rooms).map(listing).collect())
        }
        InRooms::Erased(room) => Update::Erased { room: some_room(room), lines: 3 },
        InRooms::Rearranged(room) => Update::Rearranged { room: some_room(room) },
        InRooms::Returned(room, shown) => Update::Returned {
            room: some_room(room),
            text: Text::new("mine").unwrap(),
            action: false,
            topic: shown,
            trouble: DiskTrouble::Full,
            shown,
        },
        InRooms::Invited(room, who, members) => {
            Update::Invited(Invitation { room: some_private(room), owner: key(who), members })
        }
        InRooms::Declined(room) => Update::Declined(some_private(room)),
        InRooms::Changed(room, owner, nodes) => {
            let [invited, removed, left] = nodes.map(|nodes| nodes.into_iter().map(key).collect());
            Update::MembersChanged(MemberChange { room: some_private(room), owner: key(owner), invited, removed, left })
        }
        InRooms::Asked(room, who, true) => {
            Update::InviteRequested { room: some_private(room), owner: key(who), who: vec![key(KEYS[0])] }
        }
        InRooms::Asked(room, who, false) => {
            Update::InviteAsked { room: some_private(room), by: key(who), who: key(KEYS[0]) }
        }
        InRooms::ListsMembers(room, nodes) => {
            let states = [MemberState::Oneself, MemberState::Here, MemberState::Away, MemberState::Invited];
            let members = nodes.into_iter().map(key).zip(states).map(|(node, state)| Member { node, state }).collect();
            Update::Members(MemberList { room: some_private(room), owner: key(KEYS[1]), members })
        }
        InRooms::Removed(room, by) => {
            let because = LeftBecause::Removed { by: key(by) };
            Update::RoomLeft { room: Room::Private(some_private(room)), because }
        }
        InRooms::Shows(key @ ('n' | 'p')) => return s.ctrl(key),
        InRooms::Shows(key) => return s.alt(key),
        InRooms::Types(line) => return s.enter(line),
    };
    s.update(update);
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
        24 => in_rooms().prop_map(Step::Room),
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
            Some(feed(Input::Refused(Command::Say { room: Room::Lobby, text, action: false, network: None })))
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
        Step::Room(what) => told_of_rooms(s, what),
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

/// What happens to a few rooms while the user goes from one to another.
#[derive(Debug, Clone, Copy)]
enum Tabs {
    Joins(usize, bool),
    Leaves(usize),
    Shows(usize),
    Next(bool),
    /// Somebody says something there, which may name the user.
    Says(usize, bool),
}

fn tabs() -> impl Strategy<Value = Tabs> {
    let room = || 0_usize..6;
    prop_oneof![
        2 => (room(), prop::bool::weighted(0.2)).prop_map(|(room, asked)| Tabs::Joins(room, asked)),
        1 => room().prop_map(Tabs::Leaves),
        2 => room().prop_map(Tabs::Shows),
        1 => any::<bool>().prop_map(Tabs::Next),
        6 => (room(), prop::bool::weighted(0.3)).prop_map(|(room, names)| Tabs::Says(room, names)),
    ]
}

/// The row of tabs as it should be: every room, with what was said there and not seen, and for whom.
#[derive(Debug)]
struct Expected {
    rooms: Vec<(usize, usize, usize)>,
    current: usize,
}

impl Expected {
    /// The user leaves the tab in view, and so has seen what is in it.
    fn show(&mut self, at: usize) {
        if at < self.rooms.len() && at != self.current {
            if let Some((_, unread, mentions)) = self.rooms.get_mut(self.current) {
                (*unread, *mentions) = (0, 0);
            }
            self.current = at;
        }
    }

    fn text(&self) -> String {
        let tab = |(at, (room, unread, mentions)): (usize, &(usize, usize, usize))| {
            let name = if *room == 0 { "#lobby".to_owned() } else { format!("#room-{room}") };
            let mark = if *mentions > 0 { "!" } else { "" };
            let count = if *unread == 0 || at == self.current { String::new() } else { format!(" ({unread}{mark})") };
            let (open, close) = if at == self.current && self.rooms.len() > 1 { ("[", "]") } else { (" ", " ") };
            format!("{open}{}:{name}{count}{close}", at + 1)
        };
        self.rooms.iter().enumerate().map(tab).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn the_counts_of_all_rooms_add_up(steps in prop::collection::vec(tabs(), 1..60)) {
        let mut s = Screen::up(lan(), (240, 24));
        let bob = node("b0b5", "192.168.1.23:4565");
        s.joins(bob, Some("bob"));
        let room = |n: usize| if n == 0 { Room::Lobby } else { Room::named(&format!("room-{n}")).unwrap() };
        let mut expected = Expected { rooms: vec![(0, 0, 0)], current: 0 };
        for step in steps {
            // So that nothing is folded.
            s.wait(5);
            let tab = |expected: &Expected, n| expected.rooms.iter().position(|(room, ..)| *room == n);
            match step {
                Tabs::Joins(n, asked) => {
                    s.update(Update::RoomJoined { room: room(n), view: RoomView::default(), asked });
                    if tab(&expected, n).is_none() {
                        expected.rooms.push((n, 0, 0));
                    }
                    if let Some(at) = tab(&expected, n).filter(|_| asked) {
                        expected.show(at);
                    }
                }
                Tabs::Leaves(n) => {
                    s.update(Update::RoomLeft { room: room(n), because: LeftBecause::Asked });
                    if let Some(at) = tab(&expected, n).filter(|at| *at > 0) {
                        expected.rooms.remove(at);
                        expected.current -= usize::from(expected.current >= at);
                    }
                }
                Tabs::Shows(at) => {
                    s.alt(char::from_digit(u32::try_from(at).unwrap() + 1, 10).unwrap());
                    expected.show(at);
                }
                Tabs::Next(back) => {
                    s.ctrl(if back { 'p' } else { 'n' });
                    let count = expected.rooms.len();
                    expected.show((expected.current + if back { count - 1 } else { 1 }) % count);
                }
                Tabs::Says(n, names) => {
                    let text = if names { "alice?" } else { "hello" };
                    let message = Message { room: room(n), ..s.message(Author::Peer(bob.id), "bob", text) };
                    s.update(Update::Message(message));
                    if let Some(at) = tab(&expected, n).filter(|at| *at != expected.current) {
                        expected.rooms[at].1 += 1;
                        expected.rooms[at].2 += usize::from(names);
                    }
                }
            }
            let shown = s.row(0);
            prop_assert!(shown.starts_with(expected.text().trim_end()), "{shown:?} is not {:?}", expected.text());
            let elsewhere: usize = expected.rooms.iter().enumerate().filter(|(at, _)| *at != expected.current).map(|(_, room)| room.1).sum();
            s.resize(60, 24);
            let short = s.row(0);
            if expected.rooms.len() > 1 {
                let counted = short.split_once(" (").map_or(0, |(_, rest)| {
                    rest.split(['!', ')']).next().unwrap().parse::<usize>().unwrap()
                });
                prop_assert_eq!(counted, elsewhere, "{}", short);
            }
            s.resize(240, 24);
        }
    }
}
