//! One rule at a time.

use super::*;
use crate::{
    domain::{
        bus::{ConnectFailure, Failure, FailureCode, NoLink},
        model::{Author, Delivery, Message, Room, Target, Text},
    },
    protocol::codec::ReferenceLine,
};

const IN: LinkId = LinkId::Accepted(1);

fn joined(outs: &[Output]) -> Vec<PeerId> {
    outs.iter().filter_map(|o| if let Output::Update(Update::PeerJoined(p)) = o { Some(p.id) } else { None }).collect()
}

fn messages(outs: &[Output]) -> Vec<&Message> {
    outs.iter().filter_map(|o| if let Output::Update(Update::Message(m)) = o { Some(m) } else { None }).collect()
}

fn say(text: &str) -> Input {
    Input::Command(Command::Say { room: Room::Lobby, text: Text::new(text).unwrap(), action: false, network: None })
}

/// Dials `addr` and gets as far as the first frame.
fn offered(bench: &mut Harness, addr: &str) -> LinkId {
    let outs = bench.feed(Input::Found(at(addr)));
    let link = bench.plain(dials(&outs)[0].0);
    let first = bench.node.myself.local.addrs[0].to_string().into();
    assert!(bench.feed(Input::DialConnected { link, secure: None }).contains(&Output::Offer { link, first }));
    link
}

#[test]
fn a_guest_without_a_believable_claim_keeps_its_source_address() {
    let mut bench = Harness::new("10.0.0.1:4565");
    let outs = bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    assert_eq!(joined(&outs), [PeerId::Guest(at("10.0.0.2:4565"))]);
    let outs = bench.feed(arrived(2, "10.0.0.3:50001", Some("10.0.0.9:4565")));
    assert_eq!(joined(&outs), [PeerId::Guest(at("10.0.0.3:50001"))]);
    let outs = bench.feed(arrived(3, "10.0.0.4:50002", None));
    assert_eq!(joined(&outs), [PeerId::Guest(at("10.0.0.4:50002"))]);
    // We check whether it listens there. A source address is not checked, since nobody listens there.
    let looks = dials(&bench.wait(3_000));
    assert_eq!(looks.iter().map(|(_, addr)| *addr).collect::<Vec<_>>(), [at("10.0.0.2:4565")]);
    let settled = bench.feed(Input::DialFailed { link: looks[0].0, failure: DialFailure::NotTls });
    assert!(dials(&settled).is_empty() && bench.node.linked().contains(&at("10.0.0.2:4565")), "{settled:?}");
    bench.feed(Input::Closed { link: LinkId::Accepted(2), reason: CloseReason::Ended });
    assert_eq!(dials(&bench.wait(60_000)), []);
    bench.feed(Input::Closed { link: IN, reason: CloseReason::Ended });
    assert_eq!(dials(&bench.wait(60_000))[0].1, at("10.0.0.2:4565"));
}

#[test]
fn only_a_repeated_claim_is_refused() {
    let mut bench = Harness::new("10.0.0.1:4565");
    assert!(opens(&bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565"))), IN));
    let again = bench.feed(arrived(2, "10.0.0.2:50001", Some("10.0.0.2:4565")));
    assert!(closes(&again, LinkId::Accepted(2)) && joined(&again).is_empty());
    let neighbour = bench.feed(arrived(3, "10.0.0.2:50002", Some("10.0.0.2:4566")));
    assert!(opens(&neighbour, LinkId::Accepted(3)));
}

#[test]
fn the_owner_of_an_address_gets_in_despite_false_claims() {
    let mut bench = Harness::new("127.0.0.1:4565");
    bench.feed(arrived(1, "127.0.0.1:50000", Some("127.0.0.1:4567")));
    // The owner comes and is refused, and we check who really answers there.
    let outs = bench.feed(arrived(2, "127.0.0.1:50001", Some("127.0.0.1:4567")));
    assert!(closes(&outs, LinkId::Accepted(2)));
    let (link, addr) = dials(&outs)[0];
    assert_eq!(addr, at("127.0.0.1:4567"));
    let link = bench.plain(link);
    bench.feed(Input::DialConnected { link, secure: None });
    let outs = bench.feed(Input::DialAnswered { link, hello: None });
    assert!(opens(&outs, link));
    assert_eq!(joined(&outs), [PeerId::Guest(at("127.0.0.1:50000")), PeerId::Guest(at("127.0.0.1:4567"))]);
    assert!(!closes(&outs, IN), "who claimed it falsely stays, under its own address");
}

#[test]
fn a_source_port_does_not_hold_a_listeners_address() {
    let mut bench = Harness::new("127.0.0.1:4565");
    bench.feed(arrived(1, "127.0.0.1:4567", None));
    assert_eq!(bench.node.linked(), BTreeSet::new());
    let outs = bench.feed(Input::Found(at("127.0.0.1:4567")));
    let link = bench.plain(dials(&outs)[0].0);
    bench.feed(Input::DialConnected { link, secure: None });
    let outs = bench.feed(Input::DialAnswered { link, hello: None });
    assert!(opens(&outs, link) && closes(&outs, IN));
    assert_eq!(bench.node.peers.table.peers, [(PeerId::Guest(at("127.0.0.1:4567")), link)].into());
}

#[test]
fn a_false_claimant_with_no_address_left_is_closed() {
    let mut bench = Harness::new("127.0.0.1:4565");
    bench.feed(arrived(1, "127.0.0.1:50000", Some("127.0.0.1:4567")));
    bench.feed(arrived(2, "127.0.0.1:50001", Some("127.0.0.1:50000")));
    let outs = bench.feed(arrived(3, "127.0.0.1:50002", Some("127.0.0.1:4567")));
    let link = bench.plain(dials(&outs)[0].0);
    bench.feed(Input::DialConnected { link, secure: None });
    let outs = bench.feed(Input::DialAnswered { link, hello: None });
    assert!(opens(&outs, link) && closes(&outs, IN));
    assert_eq!(bench.node.peers.table.peers.len(), 2);
    assert_eq!(bench.node.peers.table.peers[&PeerId::Guest(at("127.0.0.1:50000"))], LinkId::Accepted(2));
}

#[test]
fn an_honest_claim_survives_a_dispute() {
    let mut bench = Harness::new("127.0.0.1:4565");
    bench.feed(arrived(1, "127.0.0.1:50000", Some("127.0.0.1:4567")));
    let outs = bench.feed(arrived(2, "127.0.0.1:50001", Some("127.0.0.1:4567")));
    let link = bench.plain(dials(&outs)[0].0);
    bench.feed(Input::DialConnected { link, secure: None });
    assert_eq!(bench.feed(Input::DialRefused { link, reason: None }), []);
    assert_eq!(bench.node.peers.table.peers.len(), 1);
}

#[test]
fn the_dial_of_the_smaller_address_wins() {
    let mut small = Harness::new("10.0.0.1:4565");
    let dial = offered(&mut small, "10.0.0.2:4565");
    let outs = small.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    assert!(closes(&outs, IN) && !closes(&outs, dial));

    let mut large = Harness::new("10.0.0.2:4565");
    let dial = offered(&mut large, "10.0.0.1:4565");
    let outs = large.feed(arrived(1, "10.0.0.1:50000", Some("10.0.0.1:4565")));
    assert!(opens(&outs, IN) && !closes(&outs, dial));
    assert_eq!(large.feed(Input::DialRefused { link: dial, reason: None }), []);
    // Ports are compared as numbers, too: 9 is less than 10000.
    let mut by_port = Harness::new("10.0.0.1:9");
    offered(&mut by_port, "10.0.0.1:10000");
    assert!(closes(&by_port.feed(arrived(1, "10.0.0.1:50000", Some("10.0.0.1:10000"))), IN));
}

#[test]
fn a_guest_that_accepts_both_dials_is_linked_once() {
    let mut bench = Harness::new("10.0.0.2:4565");
    let dial = offered(&mut bench, "10.0.0.1:4565");
    bench.feed(arrived(1, "10.0.0.1:50000", Some("10.0.0.1:4565")));
    let outs = bench.feed(Input::DialAnswered { link: dial, hello: None });
    assert!(closes(&outs, dial) && bench.node.peers.table.peers.len() == 1);
}

#[test]
fn a_dial_without_a_first_frame_gives_way() {
    let mut bench = Harness::new("10.0.0.1:4565");
    let outs = bench.feed(Input::Found(at("10.0.0.2:4565")));
    let dial = bench.plain(dials(&outs)[0].0);
    let outs = bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    assert!(opens(&outs, IN) && closes(&outs, dial));
    assert_eq!(
        bench.feed(Input::DialConnected { link: dial, secure: None }),
        [Output::Close { link: dial, bye: None }]
    );
}

#[test]
fn a_refused_dial_is_retried_with_jitter() {
    let mut waits = Vec::new();
    for seed in 0..20 {
        let mut bench = Harness::new("10.0.0.1:4565");
        bench.node = node("10.0.0.1:4565", seed);
        let link = offered(&mut bench, "10.0.0.2:4565");
        assert_eq!(dials(&bench.feed(Input::DialRefused { link, reason: None })), []);
        let wait = bench.node.next_timer().unwrap() - bench.now.mono;
        assert!(wait < std::time::Duration::from_millis(250), "{wait:?}");
        waits.push(wait);
        assert_eq!(dials(&bench.wait(250)).len(), 1);
    }
    waits.dedup();
    assert!(waits.len() > 10, "{waits:?}");
}

#[test]
fn a_node_never_dials_itself_or_a_linked_peer() {
    let mut bench = Harness::new("10.0.0.1:4565");
    assert_eq!(bench.feed(Input::Found(at("10.0.0.1:4565"))), []);
    bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    assert_eq!(bench.feed(Input::Found(at("10.0.0.2:4565"))), []);
    let itself = bench.feed(arrived(2, "10.0.0.1:50000", Some("10.0.0.1:4565")));
    assert!(closes(&itself, LinkId::Accepted(2)));
    let outs = bench.feed(Input::Command(Command::Connect(Target::Socket(at("10.0.0.1:4565")))));
    assert!(matches!(&outs[..], [Output::Update(Update::Failed(Failure::Connect(ConnectFailure::OwnAddress(_))))]));
}

#[test]
fn guests_beyond_the_limit_are_refused_with_one_notice() {
    let mut bench = Harness::new("10.0.0.1:4565");
    for n in 0..crate::core::budgets::MAX_GUESTS as u32 {
        assert!(opens(&bench.feed(arrived(n, &format!("10.0.1.{n}:50000"), None)), LinkId::Accepted(n)));
    }
    let outs = bench.feed(arrived(900, "10.0.2.1:50000", None));
    assert!(closes(&outs, LinkId::Accepted(900)) && outs.len() == 2, "{outs:?}");
    assert_eq!(
        bench.feed(arrived(901, "10.0.2.2:50000", None)),
        [Output::Close { link: LinkId::Accepted(901), bye: None }]
    );
    let outs = bench.feed(Input::Found(at("10.0.3.1:4565")));
    let failed = Input::DialFailed { link: dials(&outs)[0].0, failure: DialFailure::NotTls };
    assert_eq!(dials(&bench.feed(failed)), [], "no guest is dialled while there is no room");
}

#[test]
fn a_requested_host_that_never_answers_is_reported_once() {
    let mut bench = Harness::new("10.0.0.1:4565");
    let mut outs = bench.feed(Input::Command(Command::Connect(Target::Host("10.0.0.9".parse().unwrap()))));
    let mut failures = Vec::new();
    for _ in 0..200 {
        let next: Vec<Output> = dials(&outs)
            .into_iter()
            .flat_map(|(link, _)| bench.feed(Input::DialFailed { link, failure: DialFailure::Refused }))
            .collect();
        failures.extend(next.iter().filter_map(|o| match o {
            Output::Update(Update::Failed(failure)) => Some(failure.clone()),
            _ => None,
        }));
        outs = bench.wait(100);
    }
    let [Failure::Connect(ConnectFailure::NotLinked { target, why, tries, again, .. })] = &failures[..] else {
        panic!("{failures:?}")
    };
    assert_eq!((target.to_string().as_str(), *why, *tries, *again), ("10.0.0.9", NoLink::NoAnswer, 3, false));
}

#[test]
fn a_requested_address_that_refuses_is_reported_once() {
    let mut bench = Harness::new("10.0.0.1:4565");
    let mut outs = bench.feed(Input::Command(Command::Connect(Target::Socket(at("10.0.0.9:4565")))));
    let mut failures = Vec::new();
    for n in 0..400 {
        let mut next = Vec::new();
        for (link, _) in dials(&outs) {
            let link = bench.plain(link);
            bench.feed(Input::DialConnected { link, secure: None });
            let refused = Input::DialRefused { link, reason: None };
            next.extend(bench.feed(if n == 0 {
                Input::DialFailed { link, failure: DialFailure::Ended }
            } else {
                refused
            }));
        }
        failures.extend(next.into_iter().filter_map(|o| match o {
            Output::Update(Update::Failed(failure)) => Some(failure.code()),
            _ => None,
        }));
        outs = bench.wait(100);
    }
    assert_eq!(failures, [FailureCode::Refused]);
}

#[test]
fn connecting_to_a_host_dials_its_other_ports_too() {
    let mut bench = Harness::new("10.0.0.1:4565");
    bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    let look = dials(&bench.wait(3_000))[0].0;
    bench.feed(Input::DialFailed { link: look, failure: DialFailure::NotTls });
    let outs = bench.feed(Input::Command(Command::Connect(Target::Host("10.0.0.2".parse().unwrap()))));
    assert_eq!(dials(&outs).len(), 4);
}

#[test]
fn lines_sent_only_to_guests_count_as_sent() {
    let mut bench = Harness::new("10.0.0.1:4565");
    assert_eq!(messages(&bench.feed(say("hello")))[0].delivery, Delivery::Waiting);
    bench.feed(arrived(1, "10.0.0.2:50000", None));
    let outs = bench.feed(say("hello big world"));
    assert_eq!(messages(&outs)[0].delivery, Delivery::Sent);
    let published: Vec<_> =
        outs.iter().filter_map(|o| if let Output::Publish(line) = o { Some(line) } else { None }).collect();
    let frames: Vec<_> =
        published.iter().flat_map(|line| line.get(crate::protocol::codec::Protocol::Reference)).collect();
    assert_eq!(frames.len(), 1);
    assert!(frames[0].ends_with(b"me: hello big world"));
}

#[test]
fn a_guests_line_is_shown_once_on_a_full_disk() {
    let mut bench = Harness::new("10.0.0.1:4565");
    bench.feed(arrived(1, "10.0.0.2:50000", None));
    let line = || Input::GuestLines {
        link: IN,
        lines: vec![ReferenceLine { nick: None, text: Text::new("hi").unwrap(), action: false }],
    };
    bench.store.fails = true;
    assert_eq!(messages(&bench.feed(line())).len(), 1);
    assert_eq!(messages(&bench.feed(line())).len(), 1, "nothing waits for a disk that may never be there");
    bench.store.fails = false;
    assert_eq!(messages(&bench.wait(2_000)).len(), 0);
    let now = messages(&bench.feed(line())).len();
    assert_eq!((now, bench.store.guests.len()), (1, 3), "all are kept when there is room");
}

#[test]
fn a_guest_takes_its_name_from_its_lines() {
    let mut bench = Harness::new("10.0.0.1:4565");
    let line = |nick: Option<&str>| ReferenceLine {
        nick: nick.map(|n| Nick::new(n).unwrap()),
        text: Text::new("hi").unwrap(),
        action: false,
    };
    assert_eq!(bench.feed(Input::GuestLines { link: IN, lines: vec![line(None)] }), []);
    bench.feed(arrived(1, "10.0.0.2:50000", Some("10.0.0.2:4565")));
    let outs =
        bench.feed(Input::GuestLines { link: IN, lines: vec![line(Some("bob")), line(None), line(Some("bob"))] });
    let renames = outs.iter().filter(|o| matches!(o, Output::Update(Update::PeerRenamed { .. }))).count();
    assert_eq!(renames, 1);
    let said = messages(&outs);
    assert_eq!(said.iter().map(|m| m.nick.is_some()).collect::<Vec<_>>(), [true, false, true]);
    assert!(said.iter().all(|m| m.author == Author::Peer(PeerId::Guest(at("10.0.0.2:4565")))));
    assert!(said[0].id != said[1].id);
}

#[test]
fn nothing_happens_after_quit() {
    let mut bench = Harness::new("10.0.0.1:4565");
    assert_eq!(bench.feed(Input::Command(Command::Quit)), [Output::Leave]);
    assert_eq!(bench.feed(arrived(1, "10.0.0.2:50000", None)), []);
    assert_eq!(bench.node.next_timer(), None);
}
