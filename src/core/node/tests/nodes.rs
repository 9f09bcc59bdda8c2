//! Nodes of our kind, one rule at a time.

use std::time::Duration;

use super::*;
use crate::{
    core::budgets::{MAX_NODES, MAX_NODES_PER_HOST, STRANGERS_PLACES},
    domain::{
        bus::{AlarmKind, ConnectFailure, Failure, NoticeCode, VerifyStep, WhoFailure},
        model::{Repute, Room, Target, Text, Trust, Who},
    },
    protocol::codec::mesh::{Sas, Sighting, Status},
};

const US: &str = "10.0.0.5:4565";
const SMALLER: &str = "10.0.0.2:4565";
const LARGER: &str = "10.0.0.8:4565";
const IN: LinkId = LinkId::Accepted(1);

fn secure(addr: &str) -> Secure {
    Secure { node: key(at(addr)), exporter: [7; 32] }
}

fn hello(addr: &str, boot: u64, nick: &str) -> Hello {
    Hello {
        card: None,
        min: 2,
        max: 2,
        caps: Caps::ours(),
        node: key(at(addr)),
        boot,
        nick: Nick::new(nick).ok(),
        wall: None,
        port: at(addr).port().try_into().ok(),
        version: "0".into(),
    }
}

/// The node at `addr` dials us.
fn introduced(n: u32, addr: &str, boot: u64, nick: &str) -> Input {
    let source = SocketAddr::new(at(addr).ip(), 50_000 + n as u16);
    Input::NodeArrived { link: LinkId::Accepted(n), source, secure: secure(addr), hello: hello(addr, boot, nick) }
}

/// We dial `addr` and get as far as our Hello.
fn offered(bench: &mut Harness, addr: &str) -> LinkId {
    offered_to(bench, addr, addr)
}

/// The same, where `addr` leads to the node whose own address is `node`.
fn offered_to(bench: &mut Harness, addr: &str, node: &str) -> LinkId {
    let link = dials(&bench.feed(Input::Found(at(addr))))[0].0;
    let outs = bench.feed(Input::DialConnected { link, secure: Some(secure(node)) });
    assert!(outs.iter().any(|out| matches!(out, Output::Offer { .. })), "{outs:?}");
    link
}

fn welcome(bench: &mut Harness, link: LinkId, addr: &str, boot: u64) -> Vec<Output> {
    bench.feed(Input::DialAnswered { link, hello: Some(hello(addr, boot, "bob")) })
}

fn told(link: LinkId, frame: Frame) -> Input {
    Input::Frames { link, frames: vec![frame] }
}

fn byes(outs: &[Output], link: LinkId) -> Vec<Frame> {
    let bye = |out: &Output| match out {
        Output::Close { link: closed, bye: Some(bye) } if *closed == link => mesh::decode(bye).ok(),
        _ => None,
    };
    outs.iter().filter_map(bye).collect()
}

fn frames(outs: &[Output], link: LinkId) -> Vec<Frame> {
    let frame = |out: &Output| match out {
        Output::Tell { link: told, frame } if *told == link => mesh::decode(frame).ok(),
        _ => None,
    };
    outs.iter().filter_map(frame).collect()
}

fn updates(outs: &[Output]) -> Vec<&Update> {
    outs.iter().filter_map(|out| if let Output::Update(update) = out { Some(update) } else { None }).collect()
}

fn who(name: &str) -> Who {
    Who::new(name).unwrap()
}

#[test]
fn a_node_that_claims_another_key_is_refused() {
    let mut bench = Harness::new(US);
    let outs = bench.feed(introduced(1, SMALLER, 1, "bob"));
    assert!(opens(&outs, IN) && bench.node.peers.table.peers.contains_key(&PeerId::Node(key(at(SMALLER)))));
    let stolen = Input::NodeArrived {
        link: LinkId::Accepted(2),
        source: at("10.0.0.9:50000"),
        secure: secure("10.0.0.9:4565"),
        hello: hello(LARGER, 1, "carol"),
    };
    let outs = bench.feed(stolen);
    assert_eq!(byes(&outs, LinkId::Accepted(2)), [Frame::Bye(Reason::Protocol)]);
    assert_eq!(bench.node.peers.table.peers.len(), 1);
}

#[test]
fn a_dial_links_nobody_without_a_valid_answer() {
    let mut bench = Harness::new(US);
    let link = offered(&mut bench, SMALLER);
    assert_eq!(bench.node.peers.table.peers.len(), 0);
    let outs = bench.feed(Input::DialAnswered { link, hello: Some(hello(LARGER, 1, "bob")) });
    assert_eq!(byes(&outs, link), [Frame::Bye(Reason::Protocol)]);
    assert_eq!(bench.node.peers.table.peers.len(), 0);
}

#[test]
fn the_dial_of_the_smaller_key_wins() {
    let mut bench = Harness::new(US);
    let dial = offered(&mut bench, LARGER);
    let outs = bench.feed(introduced(1, LARGER, 1, "bob"));
    assert_eq!(byes(&outs, IN), [Frame::Bye(Reason::Duplicate)]);
    assert!(opens(&welcome(&mut bench, dial, LARGER, 1), dial));

    let mut bench = Harness::new(US);
    let dial = offered(&mut bench, SMALLER);
    let outs = bench.feed(introduced(1, SMALLER, 1, "bob"));
    assert!(opens(&outs, IN) && !closes(&outs, dial));
    let outs = bench.feed(Input::DialRefused { link: dial, reason: Some(Reason::Duplicate) });
    assert!(dials(&outs).is_empty() && bench.node.peers.table.peers.len() == 1, "{outs:?}");
}

#[test]
fn a_dial_stuck_at_a_relay_keeps_nobody_out() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "mallory"));
    let relay = Sighting { node: key(at(LARGER)), addrs: vec![at("10.0.0.2:4568")] };
    let (link, _) = dials(&bench.feed(told(IN, Frame::Peers(vec![relay]))))[0];
    bench.feed(Input::DialConnected { link, secure: Some(secure(LARGER)) });
    // Our dial of its real address leads to the same key: it is dropped now, but soon repeated.
    let (direct, _) = dials(&bench.feed(Input::Found(at(LARGER))))[0];
    assert!(closes(&bench.feed(Input::DialConnected { link: direct, secure: Some(secure(LARGER)) }), direct));
    assert_eq!(dials(&bench.wait(300)).len(), 1);
    // And its own dial is let in.
    assert!(opens(&bench.feed(introduced(2, LARGER, 1, "bob")), LinkId::Accepted(2)));
}

#[test]
fn a_guests_claim_keeps_no_node_out() {
    let mut bench = Harness::new("127.0.0.1:4565");
    let bob = "127.0.0.1:4566";
    bench.feed(arrived(1, "127.0.0.1:50000", Some(bob)));
    assert_eq!(bench.node.linked(), BTreeSet::new());
    let (link, addr) = dials(&bench.wait(3_000))[0];
    assert_eq!(addr, at(bob));
    bench.feed(Input::DialConnected { link, secure: Some(secure(bob)) });
    welcome(&mut bench, link, bob, 1);
    let guest = PeerId::Guest(at("127.0.0.1:50000"));
    assert_eq!(bench.node.peers.table.peers.keys().copied().collect::<Vec<_>>(), [PeerId::Node(key(at(bob))), guest]);
    // The other way round: a guest that comes later is believed as little.
    let outs = bench.feed(arrived(2, "127.0.0.1:50001", Some(bob)));
    assert!(opens(&outs, LinkId::Accepted(2)));
    assert!(bench.node.peers.table.peers.contains_key(&PeerId::Guest(at("127.0.0.1:50001"))));
}

#[test]
fn passed_on_addresses_are_never_dialled_in_plain_text() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "mallory"));
    let hint = Sighting { node: key(at(LARGER)), addrs: vec![at(LARGER)] };
    let (link, _) = dials(&bench.feed(told(IN, Frame::Peers(vec![hint]))))[0];
    assert_eq!(dials(&bench.feed(Input::DialFailed { link, failure: DialFailure::NotTls })), []);
}

#[test]
fn a_node_that_reconnects_repeatedly_is_passed_on_once() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    bench.wait(1_000);
    let mut told_of = 0;
    for n in 2..100 {
        bench.feed(introduced(n, LARGER, u64::from(n), "mallory"));
        let outs = bench.wait(100);
        told_of += frames(&outs, IN).iter().filter(|frame| matches!(frame, Frame::Peers(_))).count();
    }
    assert!((1..=2).contains(&told_of), "{told_of}");
    let links = bench.node.peers.table.links.values().filter(|link| link.session().is_some()).count();
    assert_eq!(links, 2);
}

#[test]
fn a_key_that_connects_too_often_is_refused() {
    let mut bench = Harness::new(US);
    let let_in =
        (1..100).filter(|n| opens(&bench.feed(introduced(*n, SMALLER, 1, "bob")), LinkId::Accepted(*n))).count();
    assert_eq!(let_in, 10);
    bench.wait(5_000);
    assert!(opens(&bench.feed(introduced(200, SMALLER, 1, "bob")), LinkId::Accepted(200)));
}

/// A node at `addr`, and as many known people as there are places kept for them.
fn with_acquaintances(addr: &str) -> (Harness, Vec<String>) {
    let people: Vec<String> = (0..MAX_NODES - STRANGERS_PLACES).map(|n| format!("127.0.0.1:{}", 20_000 + n)).collect();
    let known = people.iter().map(|addr| verified(key(at(addr)), "friend"));
    let mut bench = Harness::new(addr);
    bench.node = Node::new(Me { known: known.chain([bob()]).collect(), ..me(addr, 1) });
    (bench, people)
}

#[test]
fn known_people_get_places_in_a_room_full_of_strangers() {
    let (mut bench, people) = with_acquaintances("127.0.0.1:4565");
    for n in 0..STRANGERS_PLACES as u32 {
        assert!(opens(&bench.feed(introduced(n, &format!("127.0.0.1:{}", 6_000 + n), 1, "x")), LinkId::Accepted(n)));
        bench.now.mono += Duration::from_millis(1);
    }
    let outs = bench.feed(introduced(900, "127.0.0.1:9000", 1, "stranger"));
    assert_eq!(byes(&outs, LinkId::Accepted(900)), [Frame::Bye(Reason::Full)]);
    for (n, addr) in (1_000..).zip(&people) {
        assert!(opens(&bench.feed(introduced(n, addr, 1, "friend")), LinkId::Accepted(n)), "a place is kept");
    }
    let outs = bench.feed(introduced(901, LARGER, 1, "bob"));
    assert!(opens(&outs, LinkId::Accepted(901)));
    let newest = LinkId::Accepted(STRANGERS_PLACES as u32 - 1);
    assert_eq!(byes(&outs, newest), [Frame::Bye(Reason::Full)]);
    assert_eq!(bench.node.peers.table.peers.len(), MAX_NODES);
}

#[test]
fn constant_name_changes_are_sent_at_a_limited_rate() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let mut told = Vec::new();
    for n in 0..1_000 {
        let outs = bench.feed(Input::Command(Command::SetNick(Nick::new(&format!("me{n}")).unwrap())));
        told.extend(frames(&outs, IN));
        bench.now.mono += Duration::from_millis(1);
    }
    told.extend(frames(&bench.wait(200), IN));
    let names =
        told.iter().filter_map(|frame| if let Frame::Status(status) = frame { status.nick.clone() } else { None });
    let names: Vec<_> = names.collect();
    assert!(names.len() <= 12 && names.last() == Nick::new("me999").ok().as_ref(), "{names:?}");
}

#[test]
fn two_quick_lines_leave_nobody_typing() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let text = |text| Text::new(text).unwrap();
    let mut told = Vec::new();
    for line in ["x", "y"] {
        let say = Command::Say { room: Room::Lobby, text: text(line), action: false, network: None };
        for command in [Command::Typing(true), say] {
            told.extend(frames(&bench.feed(Input::Command(command)), IN));
        }
    }
    told.extend(frames(&bench.wait(200), IN));
    let typing = |frame: &Frame| if let Frame::Status(status) = frame { Some(status.typing) } else { None };
    assert_eq!(told.iter().filter_map(typing).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn turning_typing_notices_off_ends_them_for_others() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let mut told = frames(&bench.feed(Input::Command(Command::Typing(true))), IN);
    let outs = bench.feed(Input::Command(Command::ShareTyping(false)));
    assert_eq!(updates(&outs), [&Update::TypingShared(false)]);
    told.extend(frames(&bench.wait(200), IN));
    let typing = |frame: &Frame| if let Frame::Status(status) = frame { Some(status.typing) } else { None };
    assert_eq!(told.iter().filter_map(typing).collect::<Vec<_>>(), [true, false]);
    let outs = bench.feed(Input::Command(Command::ShareTyping(true)));
    assert_eq!(updates(&outs), [&Update::TypingShared(true)]);
    assert_eq!(frames(&outs, IN), [], "there is nothing to tell");
}

#[test]
fn a_later_dial_replaces_a_link_the_peer_has_lost() {
    let mut bench = Harness::new(US);
    let dial = offered(&mut bench, LARGER);
    welcome(&mut bench, dial, LARGER, 1);
    let early = bench.feed(introduced(1, LARGER, 1, "bob"));
    assert_eq!(byes(&early, IN), [Frame::Bye(Reason::Duplicate)], "two dials at once");
    bench.wait(6_000);
    let outs = bench.feed(introduced(2, LARGER, 1, "bob"));
    assert!(opens(&outs, LinkId::Accepted(2)));
    assert_eq!(byes(&outs, dial), [Frame::Bye(Reason::Duplicate)]);
    let news = updates(&outs);
    assert!(!news.iter().any(|u| matches!(u, Update::PeerJoined(_) | Update::PeerLeft { .. })), "{news:?}");
}

#[test]
fn a_restarted_program_replaces_its_old_link_at_once() {
    let mut bench = Harness::new(US);
    let dial = offered(&mut bench, LARGER);
    welcome(&mut bench, dial, LARGER, 1);
    let outs = bench.feed(introduced(1, LARGER, 2, "bob"));
    assert!(opens(&outs, IN) && closes(&outs, dial));
    let news = updates(&outs);
    assert!(matches!(news[..2], [Update::PeerLeft { .. }, Update::PeerJoined(_)]), "{news:?}");
    assert_eq!(bench.feed(Input::Closed { link: dial, reason: CloseReason::Ended }), []);
    assert_eq!(bench.node.peers.table.peers.len(), 1);
}

#[test]
fn a_node_with_several_addresses_is_linked_once() {
    let mut bench = Harness::new(US);
    let dial = offered(&mut bench, LARGER);
    welcome(&mut bench, dial, LARGER, 1);
    let other = dials(&bench.feed(Input::Found(at("10.0.1.8:4565"))))[0].0;
    let outs = bench.feed(Input::DialConnected { link: other, secure: Some(secure(LARGER)) });
    assert!(closes(&outs, other) && outs.contains(&Output::LinkedChanged), "{outs:?}");
    assert_eq!(bench.node.linked(), [at(LARGER), at("10.0.1.8:4565")].into());
    assert_eq!(bench.feed(Input::Found(at("10.0.1.8:4565"))), []);
}

/// We dial the larger key, which dials us from another of its addresses, lets our dial in and gives up its own. What it
/// says on the two connections may come in any order. Returns our dial, and the outputs when it gives up its own.
fn given_up_for_our_dial(bench: &mut Harness) -> (LinkId, Vec<Output>) {
    let dial = offered(bench, LARGER);
    let source = at("10.0.1.8:50000");
    let outs =
        bench.feed(Input::NodeArrived { link: IN, source, secure: secure(LARGER), hello: hello(LARGER, 1, "bob") });
    assert!(opens(&outs, IN), "{outs:?}");
    (dial, bench.feed(told(IN, Frame::Bye(Reason::Duplicate))))
}

fn comes_or_goes(outs: &[Output]) -> bool {
    updates(outs).iter().any(|update| matches!(update, Update::PeerJoined(_) | Update::PeerLeft { .. }))
}

#[test]
fn a_node_that_switches_to_our_dial_has_not_left() {
    let mut bench = Harness::new(US);
    let (dial, outs) = given_up_for_our_dial(&mut bench);
    assert!(!comes_or_goes(&outs), "{outs:?}");
    let outs = welcome(&mut bench, dial, LARGER, 1);
    assert!(opens(&outs, dial) && !comes_or_goes(&outs), "{outs:?}");
}

#[test]
fn a_node_that_switches_but_never_answers_has_left() {
    let left = |outs: &[Output]| updates(outs).iter().any(|update| matches!(update, Update::PeerLeft { .. }));
    let mut bench = Harness::new(US);
    let (dial, _) = given_up_for_our_dial(&mut bench);
    assert!(bench.node.linked_peers().count() == 1 && bench.node.peers.table.peers.is_empty());
    assert!(left(&bench.feed(Input::DialFailed { link: dial, failure: DialFailure::Timeout })));
    assert_eq!(bench.node.linked_peers().count(), 0);

    // Another start of the program is another arrival.
    let mut bench = Harness::new(US);
    let (dial, _) = given_up_for_our_dial(&mut bench);
    let outs = welcome(&mut bench, dial, LARGER, 2);
    assert!(left(&outs) && comes_or_goes(&outs), "{outs:?}");
    assert_eq!(bench.node.linked_peers().count(), 1);
}

#[test]
fn a_claimed_port_hides_nobody() {
    let mut bench = Harness::new(US);
    // Somebody at the host of `LARGER` claims its port.
    let impostor = Input::NodeArrived {
        link: IN,
        source: at("10.0.0.8:50001"),
        secure: secure("10.0.0.9:1"),
        hello: Hello { port: 4565.try_into().ok(), ..hello("10.0.0.9:1", 1, "mallory") },
    };
    bench.feed(impostor);
    assert_eq!(bench.node.linked(), BTreeSet::new());
    assert_eq!(bench.node.known()[0].addrs, [], "or the next run would take it for proven, and secure");
    let outs = bench.wait(3_000);
    let (link, addr) = dials(&outs)[0];
    assert_eq!(addr, at(LARGER), "somebody looks who is there");
    let outs = bench.feed(Input::DialConnected { link, secure: Some(secure(LARGER)) });
    assert!(outs.iter().any(|out| matches!(out, Output::Offer { .. })));
    welcome(&mut bench, link, LARGER, 1);
    assert_eq!(bench.node.peers.table.peers.len(), 2);
    let addrs: Vec<_> = bench.node.known().into_iter().flat_map(|known| known.addrs).collect();
    assert_eq!(addrs, [at(LARGER)]);
}

#[test]
fn plain_text_is_dialled_under_three_conditions_only() {
    let falls_back = |guests: Guests, addr: &str, seen_secure: bool, failure: DialFailure| {
        let mut bench = Harness::new(US);
        bench.node = Node::new(Me { guests, ..me(US, 1) });
        if seen_secure {
            let link = offered(&mut bench, addr);
            bench.feed(Input::DialFailed { link, failure: DialFailure::Ended });
            bench.wait(60_000);
        }
        let link = dials(&bench.feed(Input::Found(at(addr))))[0].0;
        let outs = bench.feed(Input::DialFailed { link, failure });
        outs.iter().any(|out| matches!(out, Output::Dial { via: Via::Plain, .. }))
    };
    assert!(falls_back(Guests::Loopback, "127.0.0.1:4566", false, DialFailure::NotTls));
    assert!(falls_back(Guests::Network, "10.0.0.2:4565", false, DialFailure::NotTls));
    assert!(!falls_back(Guests::Loopback, "127.0.0.1:4566", false, DialFailure::Untrusted), "a broken handshake");
    assert!(!falls_back(Guests::Loopback, "10.0.0.2:4565", false, DialFailure::NotTls), "no guests from there");
    assert!(!falls_back(Guests::None, "127.0.0.1:4566", false, DialFailure::NotTls), "no guests");
    assert!(!falls_back(Guests::Loopback, "127.0.0.1:4566", true, DialFailure::NotTls), "it was secure before");
}

#[test]
fn guests_come_in_from_where_the_user_lets_them() {
    for (guests, source, welcome) in [
        (Guests::Loopback, "127.0.0.1:50000", true),
        (Guests::Loopback, "10.0.0.2:50000", false),
        (Guests::Network, "10.0.0.2:50000", true),
        (Guests::None, "127.0.0.1:50000", false),
    ] {
        let mut bench = Harness::new(US);
        bench.node = Node::new(Me { guests, ..me(US, 1) });
        assert_eq!(opens(&bench.feed(arrived(1, source, None)), IN), welcome, "{guests:?} {source}");
    }
}

#[test]
fn newcomers_are_passed_on_and_dialled_only_for_their_key() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let outs = bench.feed(introduced(2, LARGER, 1, "carol"));
    let of = |addr: &str| Frame::Peers(vec![Sighting { node: key(at(addr)), addrs: vec![at(addr)] }]);
    assert!(frames(&outs, LinkId::Accepted(2)).contains(&of(SMALLER)), "{outs:?}");
    let outs = bench.wait(50);
    assert!(frames(&outs, IN).iter().any(|frame| matches!(frame, Frame::Peers(all) if all.len() == 2)), "{outs:?}");

    let hint = |addr: &str| told(IN, of(addr));
    let outs = bench.feed(hint("10.0.0.99:4565"));
    let node = key(at("10.0.0.99:4565"));
    assert!(
        matches!(outs[..], [Output::Dial { via: Via::Secure { only: Some(only) }, .. }] if only == node),
        "{outs:?}"
    );
    assert_eq!(bench.feed(hint("192.168.0.1:4565")), [], "outside the user's networks");
    assert_eq!(bench.feed(hint(LARGER)), [], "here already");
    assert_eq!(bench.feed(hint(US)), [], "ourselves");
}

#[test]
fn hints_cause_a_bounded_number_of_dials() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let mut count = 0;
    for n in 0..200u32 {
        let sightings = (0..64u32)
            .map(|m| {
                let [_, _, high, low] = (n * 64 + m).to_be_bytes();
                let addr = at(&format!("10.9.{high}.{low}:4565"));
                Sighting { node: key(addr), addrs: vec![addr] }
            })
            .collect();
        let mut outs = bench.feed(told(IN, Frame::Peers(sightings)));
        while !dials(&outs).is_empty() {
            count += dials(&outs).len();
            let links: Vec<_> = dials(&outs).into_iter().map(|(link, _)| link).collect();
            outs = links
                .into_iter()
                .flat_map(|link| bench.feed(Input::DialFailed { link, failure: DialFailure::Refused }))
                .collect();
        }
    }
    assert!((200..=300).contains(&count), "{count}");
    // A peer that comes back gets no new allowance.
    bench.feed(introduced(2, SMALLER, 2, "bob"));
    let again = Sighting { node: key(at("10.8.0.1:1")), addrs: vec![at("10.8.0.1:1")] };
    assert_eq!(dials(&bench.feed(told(LinkId::Accepted(2), Frame::Peers(vec![again])))), []);
}

#[test]
fn a_flood_of_frames_is_ignored_then_ends_the_link() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let mut outs = Vec::new();
    for token in 0..3_000 {
        outs.extend(bench.feed(told(IN, Frame::Ping { token, answer: false, wall: None })));
    }
    assert_eq!(byes(&outs, IN), [Frame::Bye(Reason::Protocol)]);
    assert!(frames(&outs, IN).len() < 600);
    assert_eq!(bench.node.peers.table.peers.len(), 0);
}

#[test]
fn a_second_hello_ends_the_link() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    let outs = bench.feed(told(IN, Frame::Hello(hello(SMALLER, 1, "bob"))));
    assert_eq!(byes(&outs, IN), [Frame::Bye(Reason::Protocol)]);
}

#[test]
fn presence_names_and_round_trips_reach_the_front_end() {
    let mut bench = Harness::new(US);
    let outs = bench.feed(introduced(1, SMALLER, 1, "bob"));
    let Some(Frame::Ping { token, answer: false, wall: None }) = frames(&outs, IN).first().cloned() else {
        panic!("{outs:?}")
    };
    bench.now.mono += Duration::from_millis(3);
    let peer = PeerId::Node(key(at(SMALLER)));
    let pong = Frame::Ping { token, answer: true, wall: None };
    let outs = bench.feed(told(IN, pong.clone()));
    assert_eq!(updates(&outs), [&Update::RoundTrip { peer, time: Duration::from_millis(3) }]);
    assert_eq!(bench.feed(told(IN, pong)), [], "answered once");
    let asked = bench.feed(told(IN, Frame::Ping { token: 9, answer: false, wall: None }));
    assert_eq!(frames(&asked, IN), [Frame::Ping { token: 9, answer: true, wall: None }], "this clock shows 1970");

    let status = Status { nick: Nick::new("robert").ok(), presence: Presence::away("lunch"), typing: true };
    let outs = bench.feed(told(IN, Frame::Status(status)));
    let presence = Presence::away("lunch");
    assert!(updates(&outs).contains(&&Update::PeerPresence { peer, presence, typing: true }));
    assert!(updates(&outs).contains(&&Update::PeerRenamed { peer, nick: Nick::new("robert").unwrap() }));

    let outs = bench.feed(Input::Command(Command::SetNick(Nick::new("alice").unwrap())));
    assert!(matches!(&frames(&outs, IN)[..], [Frame::Status(status)] if status.nick == Nick::new("alice").ok()));
}

#[test]
fn a_hello_without_a_time_is_not_read_as_1970() {
    let mut bench = Harness::new(US);
    bench.now.wall = Timestamp::from_millis(1_795_000_000_000);
    let said = mesh::encode(&Frame::Hello(hello(SMALLER, 1, "bob")));
    let Ok(Frame::Hello(hello)) = mesh::decode(&said) else { panic!("no Hello") };
    let (source, secure) = (at("10.0.0.2:50000"), secure(SMALLER));
    let outs = bench.feed(Input::NodeArrived { link: IN, source, secure, hello });
    let Some(Frame::Ping { token, .. }) = frames(&outs, IN).first().cloned() else { panic!("{outs:?}") };
    let clock = |outs: &[Output]| {
        let off = |update: &&Update| if let Update::PeerClock { ahead_ms, .. } = update { *ahead_ms } else { None };
        updates(outs).iter().find_map(off)
    };
    assert_eq!(clock(&bench.wait(3_000)), None);
    let hour = 3_600_000;
    let wall = Some(Timestamp::from_millis(bench.now.wall.as_millis() + hour));
    bench.feed(told(IN, Frame::Ping { token, answer: true, wall }));
    assert!(clock(&bench.wait(3_000)) >= Some(hour), "the answer to a ping says it");
}

#[test]
fn an_unknown_version_is_refused_and_reported_once() {
    let mut bench = Harness::new(US);
    let from_the_future = |n: u32| Input::NodeArrived {
        link: LinkId::Accepted(n),
        source: at("10.0.0.2:50000"),
        secure: secure(SMALLER),
        hello: Hello { min: 7, max: 9, ..hello(SMALLER, 1, "bob") },
    };
    let outs = bench.feed(from_the_future(1));
    assert_eq!(byes(&outs, IN), [Frame::Bye(Reason::Version)]);
    assert!(matches!(updates(&outs)[..], [Update::Notice(notice)] if notice.code() == NoticeCode::Version));
    assert_eq!(updates(&bench.feed(from_the_future(2))), [] as [&Update; 0]);
}

#[test]
fn only_another_program_with_our_key_raises_a_notice() {
    let mut bench = Harness::new(US);
    let outs = bench.feed(introduced(1, US, 1, "me"));
    assert!(closes(&outs, IN) && updates(&outs).is_empty(), "{outs:?}");
    let outs = bench.feed(introduced(2, US, 2, "me"));
    assert!(matches!(updates(&outs)[..], [Update::Notice(notice)] if notice.code() == NoticeCode::OwnKey), "{outs:?}");
    // By another address of this machine: we are at both ends.
    let other = "10.0.7.7:4565";
    let link = offered_to(&mut bench, other, US);
    bench.feed(introduced(3, US, 1, "me"));
    let outs = bench.feed(Input::DialRefused { link, reason: Some(Reason::OwnKey) });
    assert!(updates(&outs).is_empty(), "{outs:?}");
    assert_eq!(bench.feed(Input::Found(at(other))), []);
    // A copy that we dial.
    bench.wait(61_000);
    let link = offered_to(&mut bench, "10.0.7.8:4565", US);
    let outs = bench.feed(Input::DialRefused { link, reason: Some(Reason::OwnKey) });
    assert!(matches!(updates(&outs)[..], [Update::Notice(notice)] if notice.code() == NoticeCode::OwnKey), "{outs:?}");
}

#[test]
fn a_guest_that_takes_a_known_name_is_pointed_out() {
    let mut bench = Harness::new(US);
    bench.node = Node::new(Me { known: vec![bob()], ..me(US, 1) });
    bench.feed(arrived(1, "10.0.0.2:50000", None));
    let line = |nick: &str| {
        let (nick, text) = (Nick::new(nick).ok(), Text::new("send me the password").unwrap());
        Input::GuestLines { link: IN, lines: vec![crate::protocol::codec::ReferenceLine { nick, text, action: false }] }
    };
    let points_out = |outs: &[Output]| {
        updates(outs)
            .iter()
            .any(|update| matches!(update, Update::Notice(notice) if notice.code() == NoticeCode::GuestName))
    };
    assert!(!points_out(&bench.feed(line("carol"))));
    assert!(points_out(&bench.feed(line("b0b"))));
    assert!(!points_out(&bench.feed(line("bob"))), "once a minute");
}

#[test]
fn a_new_key_under_a_known_name_alarms_until_trusted() {
    let mut bench = Harness::new(US);
    bench.node = Node::new(Me { known: vec![bob()], ..me(US, 1) });
    let outs = bench.feed(introduced(1, SMALLER, 1, "Bob"));
    let alarms: Vec<_> = updates(&outs)
        .into_iter()
        .filter_map(|u| if let Update::Alarm(a) = u { Some(a.clone()) } else { None })
        .collect();
    assert!(matches!(&alarms[..], [alarm] if alarm.kind == AlarmKind::KeyChanged && alarm.known == key(at(LARGER))));
    assert!(
        updates(&outs).iter().any(|u| matches!(u, Update::PeerJoined(peer) if peer.repute.trust == Trust::Suspect))
    );
    let outs = bench.feed(Input::Command(Command::Trust { who: who(&key(at(SMALLER)).tag(8)), sure: true }));
    let cleared = Repute::of(Trust::New);
    let cleared = |u: &&Update| matches!(u, Update::PeerTrust { repute, .. } if *repute == cleared);
    assert!(updates(&outs).iter().any(cleared), "{outs:?}");
}

#[test]
fn a_namesake_does_not_inherit_a_name() {
    let mut bench = Harness::new(US);
    bench.node = Node::new(Me { known: vec![bob()], ..me(US, 1) });
    let alarmed = |outs: &[Output]| updates(outs).iter().any(|update| matches!(update, Update::Alarm(_)));
    assert!(!alarmed(&bench.feed(introduced(1, LARGER, 1, "bob"))));
    let outs = bench.feed(introduced(2, SMALLER, 1, "bob"));
    assert!(alarmed(&outs), "two people of one name");
    let is_suspect = |bench: &Harness| {
        let peer = bench.node.peers.peer(PeerId::Node(key(at(SMALLER)))).unwrap();
        (peer.repute.trust, peer.repute.namesake) == (Trust::Suspect, true)
    };
    assert!(is_suspect(&bench));
    let gone = Input::Closed { link: LinkId::Accepted(1), reason: CloseReason::Ended };
    assert!(!alarmed(&bench.feed(gone)), "that was said");
    assert!(is_suspect(&bench));
}

#[test]
fn a_command_finds_the_person_or_asks() {
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    bench.feed(introduced(2, LARGER, 1, "bob"));
    let whois = |bench: &mut Harness, name: &str| {
        let outs = bench.feed(Input::Command(Command::Whois(who(name))));
        match updates(&outs)[..] {
            [Update::Whois(whois)] => Ok(whois.peer.as_ref().unwrap().id),
            [Update::Failed(Failure::Who(failure))] => Err(failure.clone()),
            _ => panic!("{outs:?}"),
        }
    };
    let bob = PeerId::Node(key(at(SMALLER)));
    assert_eq!(whois(&mut bench, "bob#0a000002"), Ok(bob));
    assert_eq!(whois(&mut bench, "0a00 0002"), Ok(bob));
    let Err(WhoFailure::Several { people, .. }) = whois(&mut bench, "bob") else { panic!("there are two") };
    assert!(people.iter().any(|name| name.name == "bob#0a000002"), "{people:?}");
    assert_eq!(whois(&mut bench, "carol"), Err(WhoFailure::Nobody(who("carol"))));
}

#[test]
fn compared_codes_match_unless_someone_is_in_between() {
    let compare = |exporters: [[u8; 32]; 2]| {
        let [mut alice, mut bob] = [Harness::new(US), Harness::new(LARGER)];
        bob.node = Node::new(Me { secret: [9; 32], ..me(LARGER, 2) });
        let [near, far] = exporters;
        for (bench, peer, exporter) in [(&mut alice, LARGER, near), (&mut bob, US, far)] {
            let secure = Secure { node: key(at(peer)), exporter };
            let source = at("10.0.0.3:50000");
            bench.feed(Input::NodeArrived { link: IN, source, secure, hello: hello(peer, 1, "peer") });
        }
        let mut outs = [alice.feed(Input::Command(Command::Verify { who: who("peer"), same: None })), Vec::new()];
        let mut codes = [None, None];
        while outs.iter().any(|outs| !outs.is_empty()) {
            let [a, b] = std::mem::take(&mut outs);
            for (side, outs) in [&a, &b].into_iter().enumerate() {
                for update in updates(outs) {
                    if let Update::Verify { step: VerifyStep::Code { code, began }, .. } = update {
                        assert_eq!(*began, side == 0);
                        codes[side] = Some(code.clone());
                    }
                }
            }
            let sas = |outs: &[Output]| -> Vec<Frame> {
                frames(outs, IN).into_iter().filter(|frame| matches!(frame, Frame::Sas(_))).collect()
            };
            outs[1] = sas(&a).into_iter().flat_map(|frame| bob.feed(told(IN, frame))).collect();
            outs[0] = sas(&b).into_iter().flat_map(|frame| alice.feed(told(IN, frame))).collect();
        }
        (codes, alice)
    };
    let ([one, other], mut alice) = compare([[1; 32], [1; 32]]);
    assert!(one.is_some() && one == other, "{one:?} {other:?}");
    let outs = alice.feed(Input::Command(Command::Verify { who: who("peer"), same: Some(true) }));
    assert!(
        updates(&outs)
            .iter()
            .any(|u| matches!(u, Update::PeerTrust { repute: Repute { trust: Trust::Verified, .. }, .. })),
        "{outs:?}"
    );
    let ([one, other], _) = compare([[1; 32], [2; 32]]);
    assert!(one.is_some() && other.is_some() && one != other);
    // A step out of order ends the link.
    let mut bench = Harness::new(US);
    bench.feed(introduced(1, SMALLER, 1, "bob"));
    bench.feed(Input::Command(Command::Verify { who: who("bob"), same: None }));
    let outs = bench.feed(told(IN, Frame::Sas(Sas::Reveal([0; 32]))));
    assert_eq!(byes(&outs, IN), [Frame::Bye(Reason::Protocol)]);
}

#[test]
fn connect_says_when_the_room_is_full() {
    let (mut bench, people) = with_acquaintances(US);
    for n in 0..MAX_NODES_PER_HOST as u32 {
        bench.feed(introduced(n + 2_000, &format!("10.2.0.1:{}", 1_000 + n), 1, "x"));
    }
    let outs = bench.feed(introduced(3_000, "10.2.0.1:5000", 1, "x"));
    assert_eq!(byes(&outs, LinkId::Accepted(3_000)), [Frame::Bye(Reason::Full)], "one host");
    // All others are let in, in the end in place of those of the one host.
    let from = |n: u32| format!("10.1.{}.{}:4565", n % 4, n / 4 + 1);
    let strangers = STRANGERS_PLACES as u32 - 1;
    for n in 0..strangers {
        assert!(opens(&bench.feed(introduced(n, &from(n), 1, "x")), LinkId::Accepted(n)));
    }
    let outs = bench.feed(introduced(900, "10.1.0.200:4565", 1, "late"));
    assert_eq!(byes(&outs, LinkId::Accepted(900)), [Frame::Bye(Reason::Full)], "as many in one network");
    for (n, addr) in (4_000..).zip(&people) {
        bench.feed(introduced(n, addr, 1, "friend"));
    }
    assert_eq!(bench.node.peers.table.peers.len(), MAX_NODES);
    let outs = bench.feed(Input::Command(Command::Connect(Target::Socket(at("10.0.0.77:4565")))));
    assert!(matches!(updates(&outs)[..], [Update::Failed(Failure::Connect(ConnectFailure::Full { .. }))]));
    // A node that is already here may come again.
    assert!(opens(&bench.feed(introduced(901, &from(0), 2, "x")), LinkId::Accepted(901)));
}

/// Somebody at `LARGER` who was verified before.
fn bob() -> Known {
    verified(key(at(LARGER)), "bob")
}
