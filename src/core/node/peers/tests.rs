//! The links alone: what is known about keys is a set, and outputs for the other machines are only inspected.

use std::collections::BTreeSet;

use super::*;
use crate::{
    core::node::{
        output,
        transport::{DialFailure, Secure, Via},
        views::Links as _,
    },
    domain::{
        bus::{LinkNotice, Notice, NoticeCode},
        model::{Guests, Nick, Repute, Text, Timestamp, Trust},
    },
    protocol::codec::{
        ReferenceLine,
        mesh::{self, Caps, Frame, Hello, Status},
    },
};

/// Keys that the user knows.
#[derive(Default)]
struct FakeReputation {
    acquainted: BTreeSet<NodeId>,
}

impl Reputation for FakeReputation {
    fn is_acquainted(&self, node: &NodeId) -> bool {
        self.acquainted.contains(node)
    }
}

/// The codes of the notices among outputs.
fn notices(outs: &[Output]) -> Vec<NoticeCode> {
    let code = |out: &Output| match out {
        Output::Shell(output::Output::Update(Update::Notice(notice))) => Some(notice.code()),
        _ => None,
    };
    outs.iter().filter_map(code).collect()
}

/// The notices about links among outputs.
fn said(outs: &[Output]) -> Vec<&LinkNotice> {
    outs.iter()
        .filter_map(|out| match out {
            Output::Shell(output::Output::Update(Update::Notice(Notice::Link(notice)))) => Some(notice),
            _ => None,
        })
        .collect()
}

struct Harness {
    peers: Peers,
    me: Myself,
    reputation: FakeReputation,
    now: Now,
}

impl Harness {
    fn new() -> Self {
        let me = Myself::sample(key(5), at(5), Guests::Network);
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(0) };
        let peers = Peers::new(&[], fastrand::Rng::with_seed(1));
        Self { peers, me, reputation: FakeReputation::default(), now }
    }

    fn run(&mut self, handle: impl FnOnce(&mut Peers, &Context<'_>, &mut Vec<Output>)) -> Vec<Output> {
        let mut out = Vec::new();
        let context = Context { me: &self.me, reputation: &self.reputation, now: self.now };
        handle(&mut self.peers, &context, &mut out);
        out
    }

    /// The node `n` dials us on link `n`, in the run `boot` of its program. Does the router's part, too. Returns
    /// whether it is let in.
    fn introduced(&mut self, n: u8, boot: u64) -> bool {
        let (link, source) = (LinkId::Accepted(u32::from(n)), SocketAddr::from(([10, 0, 0, n], 50_000)));
        let outs = self.run(|peers, context, out| {
            peers.introduced(link, source, secure(n), &hello(n, boot), context, out);
        });
        self.join(outs)
    }

    /// Lets newcomers join, as the router does. Returns whether there was one.
    fn join(&mut self, outs: Vec<Output>) -> bool {
        let mut joined = false;
        for output in outs {
            if let Output::Newcomer(newcomer) = output {
                let link = newcomer.link;
                self.run(|peers, _, out| peers.join(*newcomer, Repute::of(Trust::New), out));
                self.run(|peers, context, out| peers.greet(link, context, out));
                joined = true;
            }
        }
        joined
    }

    fn dial(&mut self, n: u8, via: Via) -> LinkId {
        let now = self.now;
        let outs = self.run(|peers, _, out| peers.dial(at(n), via, now, out));
        let [Output::Shell(output::Output::Dial { link, .. })] = outs.as_slice() else { panic!("{outs:?}") };
        *link
    }

    fn event(&mut self, link: LinkId, event: DialEvent) -> Vec<Output> {
        self.run(|peers, context, out| peers.dial_event(link, event, context, out))
    }

    fn nodes(&self) -> Vec<NodeId> {
        self.peers.nodes()
    }
}

fn at(host: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], 4565))
}

fn key(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn secure(n: u8) -> Secure {
    Secure { node: key(n), exporter: [7; 32] }
}

fn hello(n: u8, boot: u64) -> Hello {
    Hello {
        card: None,
        min: 2,
        max: 2,
        caps: Caps::ours(),
        node: key(n),
        boot,
        nick: Nick::new("bob").ok(),
        wall: None,
        port: at(n).port().try_into().ok(),
        version: "0".into(),
    }
}

const ANY: Via = Via::Secure { only: None };

fn closed(outs: &[Output], link: LinkId) -> bool {
    outs.iter().any(|out| matches!(out, Output::Shell(output::Output::Close { link: closed, .. }) if *closed == link))
}

fn news(outs: &[Output]) -> Vec<News> {
    outs.iter().filter_map(|out| if let Output::Address(news) = out { Some(*news) } else { None }).collect()
}

#[test]
fn a_dial_goes_through_its_states_to_a_link() {
    let mut harness = Harness::new();
    let link = harness.dial(7, ANY);
    assert!(matches!(harness.peers.table.get(link), Some(Link::Dialling(_))));
    let outs = harness.event(link, DialEvent::Connected(Some(secure(7))));
    assert!(matches!(outs[..], [Output::Shell(output::Output::Offer { .. })]), "{outs:?}");
    assert!(matches!(harness.peers.table.get(link), Some(Link::Offered(_))));
    let outs = harness.event(link, DialEvent::Answered(Some(hello(7, 1))));
    assert!(harness.join(outs));
    assert!(matches!(harness.peers.table.get(link), Some(Link::Up { .. })));
    assert_eq!(harness.nodes(), [key(7)]);
    assert!(harness.peers.is_linked(at(7)), "its address is proved by our dial");
}

#[test]
fn events_that_do_not_fit_a_links_state_change_nothing() {
    let mut harness = Harness::new();
    let gone = LinkId::Dialled(99);
    assert!(closed(&harness.event(gone, DialEvent::Connected(None)), gone), "given up meanwhile");
    assert!(closed(&harness.event(gone, DialEvent::Answered(Some(hello(7, 1)))), gone));
    assert!(harness.event(gone, DialEvent::Refused(None)).is_empty());
    assert!(harness.event(gone, DialEvent::Failed(DialFailure::Timeout)).is_empty());
    let link = harness.dial(7, ANY);
    harness.event(link, DialEvent::Connected(Some(secure(7))));
    assert!(harness.event(link, DialEvent::Connected(Some(secure(7)))).is_empty(), "twice");
    let outs = harness.event(link, DialEvent::Answered(Some(hello(7, 1))));
    harness.join(outs);
    assert!(harness.event(link, DialEvent::Failed(DialFailure::Timeout)).is_empty(), "up");
    assert_eq!(harness.nodes(), [key(7)]);
}

#[test]
fn a_tls_dial_that_proves_no_key_is_closed_silently() {
    let mut harness = Harness::new();
    let link = harness.dial(7, ANY);
    let outs = harness.event(link, DialEvent::Connected(None));
    assert!(closed(&outs, link) && outs.len() == 1, "{outs:?}");
    assert!(harness.peers.table.get(link).is_none());
}

#[test]
fn other_machines_are_told_when_a_link_is_replaced() {
    let mut harness = Harness::new();
    assert!(harness.introduced(7, 1));
    let source = SocketAddr::from(([10, 0, 0, 7], 50_001));
    let outs = harness.run(|peers, context, out| {
        peers.introduced(LinkId::Accepted(70), source, secure(7), &hello(7, 2), context, out);
    });
    let old = LinkId::Accepted(7);
    assert!(closed(&outs, old));
    assert!(outs.iter().any(|out| matches!(out, Output::Down { link, node: Some(_) } if *link == old)), "{outs:?}");
    let left = |out: &Output| matches!(out, Output::Shell(output::Output::Update(Update::PeerLeft { .. })));
    assert!(outs.iter().any(left), "its program was started again");
    assert!(harness.join(outs));
    assert_eq!(harness.nodes(), [key(7)]);
}

#[test]
fn a_closed_link_reports_where_to_redial_its_node() {
    let mut harness = Harness::new();
    harness.introduced(7, 1);
    let outs = harness.run(|peers, context, out| {
        peers.closed(LinkId::Accepted(7), CloseReason::TooSlow, context, out);
    });
    assert_eq!(news(&outs), [News::Lost(at(7))]);
    assert!(matches!(outs.first(), Some(Output::Down { .. })), "the others hear first: {outs:?}");
    assert!(outs.iter().any(|out| matches!(out, Output::NameLeft(_))));
    assert!(harness.nodes().is_empty());
}

#[test]
fn a_full_room_makes_way_only_for_known_people() {
    let mut harness = Harness::new();
    let node = |n: u16| NodeId::new(std::array::from_fn(|at| if at < 2 { n.to_be_bytes()[at] } else { 1 }));
    // This machine has no limit per host.
    let join = |harness: &mut Harness, n: u16| {
        let node = node(n);
        let (link, source) = (LinkId::Accepted(u32::from(n)), SocketAddr::from(([127, 0, 0, 1], 10_000 + n)));
        let secure = Secure { node, exporter: [7; 32] };
        let hello = Hello { node, port: None, ..hello(1, 1) };
        harness.now.mono += Duration::from_millis(1);
        let outs = harness.run(|peers, context, out| peers.introduced(link, source, secure, &hello, context, out));
        let newest_closed = closed(&outs, LinkId::Accepted(191));
        let told = notices(&outs);
        (harness.join(outs), newest_closed, told)
    };
    assert!((0..192).all(|n| join(&mut harness, n).0));
    assert_eq!(join(&mut harness, 192), (false, false, vec![NoticeCode::RoomFull]));
    assert_eq!(join(&mut harness, 193), (false, false, vec![]), "once a minute");
    harness.reputation.acquainted.extend((200..300).map(node));
    assert!((200..264).all(|n| join(&mut harness, n).0), "a quarter is kept for them");
    assert_eq!(join(&mut harness, 264), (true, true, vec![]), "in place of the newest stranger");
    assert_eq!(harness.nodes().len(), 256);
}

#[test]
fn the_user_is_told_when_a_node_is_full() {
    let mut harness = Harness::new();
    let link = harness.dial(7, ANY);
    harness.event(link, DialEvent::Connected(Some(secure(7))));
    let outs = harness.event(link, DialEvent::Refused(Some(Reason::Full)));
    assert_eq!(notices(&outs), [NoticeCode::TurnedAway]);
    harness.introduced(8, 1);
    harness.now.mono += Duration::from_mins(1);
    let outs = harness.run(|peers, context, out| peers.dismissed(LinkId::Accepted(8), Reason::Full, context, out));
    assert_eq!(notices(&outs), [NoticeCode::TurnedAway]);
    assert_eq!(news(&outs), [News::Lost(at(8)), News::Unwanted(at(8))], "it is not dialled again at once");
}

#[test]
fn a_guests_excess_lines_are_counted_and_reported() {
    let mut harness = Harness::new();
    let source = SocketAddr::from(([10, 0, 0, 7], 50_000));
    let link = LinkId::Accepted(1);
    harness.run(|peers, context, out| peers.arrived(link, source, None, context, out));
    let say = |harness: &mut Harness, lines: usize| {
        let one = ReferenceLine { nick: None, text: Text::new("hi").unwrap(), action: false };
        let outs = harness.run(|peers, context, out| peers.heard(link, vec![one; lines], context.now.mono, out));
        outs.iter().filter(|out| matches!(out, Output::GuestSaid { .. })).count()
    };
    assert_eq!(say(&mut harness, 100), 100, "a page");
    assert_eq!(harness.peers.next_timer(), None);
    assert_eq!(say(&mut harness, 12_345), 0);
    let tick = |harness: &mut Harness| {
        harness.now.mono = harness.peers.next_timer().unwrap();
        said(&harness.run(Peers::tick)).into_iter().cloned().collect::<Vec<_>>()
    };
    let guest = source;
    assert_eq!(tick(&mut harness), [LinkNotice::GuestFlood { guest, lines: 12_345 }]);
    assert_eq!(say(&mut harness, 1_000), 10, "ten a second");
    assert!(harness.peers.next_timer().unwrap() >= harness.now.mono + Duration::from_secs(9));
    assert_eq!(tick(&mut harness), [LinkNotice::GuestFlood { guest, lines: 13_335 }]);
    assert!(tick(&mut harness).is_empty(), "the flood is over");
    assert_eq!(harness.peers.next_timer(), None);
    say(&mut harness, 1_000);
    let outs = harness.run(|peers, context, out| {
        peers.closed(link, CloseReason::Ended, context, out);
        peers.tick(context, out);
    });
    let ended = said(&outs).into_iter().any(|notice| matches!(notice, LinkNotice::GuestFlood { lines: 900, .. }));
    assert!(ended, "the end is told at once: {outs:?}");
}

#[test]
fn guests_that_reconnect_and_flood_do_not_fill_the_screen() {
    let mut harness = Harness::new();
    let mut told = Vec::new();
    for n in 0..1_000 {
        let (link, source) = (LinkId::Accepted(n), SocketAddr::from(([10, 0, 0, 7], 50_000 + n as u16)));
        let lines = vec![ReferenceLine { nick: None, text: Text::new("hi").unwrap(), action: false }; 200];
        harness.run(|peers, context, out| peers.arrived(link, source, None, context, out));
        harness.run(|peers, context, out| peers.heard(link, lines, context.now.mono, out));
        let outs = harness.run(|peers, context, out| {
            peers.closed(link, CloseReason::Ended, context, out);
            peers.tick(context, out);
        });
        told.extend(said(&outs).into_iter().cloned());
        harness.now.mono += Duration::from_millis(10);
    }
    assert!((9..=14).contains(&told.len()), "{told:?}");
    assert!(told.iter().any(|notice| matches!(notice, LinkNotice::EarlierGuestFlood { .. })), "{told:?}");
}

#[test]
fn all_guests_together_have_a_rate_limit() {
    let mut harness = Harness::new();
    let mut lines = 0;
    for n in 0..60 {
        let (link, source) = (LinkId::Accepted(n), SocketAddr::from(([10, 0, 0, 7], 50_000 + n as u16)));
        harness.run(|peers, context, out| peers.arrived(link, source, None, context, out));
        let said = vec![ReferenceLine { nick: None, text: Text::new("hi").unwrap(), action: false }; 100];
        let outs = harness.run(|peers, context, out| peers.heard(link, said, context.now.mono, out));
        lines += outs.iter().filter(|out| matches!(out, Output::GuestSaid { .. })).count();
    }
    assert_eq!(lines, 1_000);
}

#[test]
fn a_guests_claimed_address_counts_once_a_check_confirms_it() {
    let mut harness = Harness::new();
    let source = SocketAddr::from(([10, 0, 0, 7], 50_000));
    let outs = harness.run(|peers, context, out| {
        peers.arrived(LinkId::Accepted(1), source, Some(at(7)), context, out);
    });
    assert_eq!(news(&outs), [News::Claimed(at(7))]);
    assert!(!harness.peers.is_linked(at(7)), "a claim is not believed");
    // The check finds a reference node there.
    let link = harness.dial(7, ANY);
    let outs = harness.event(link, DialEvent::Failed(DialFailure::NotTls));
    assert_eq!(news(&outs), [News::Linked(at(7)), News::Answered(at(7))]);
    assert!(harness.peers.is_linked(at(7)));
}

#[test]
fn an_ignored_guests_lines_and_names_are_dropped() {
    let mut harness = Harness::new();
    let source = SocketAddr::from(([10, 0, 0, 7], 50_000));
    let link = LinkId::Accepted(1);
    harness.run(|peers, context, out| peers.arrived(link, source, None, context, out));
    let said = || ReferenceLine { nick: Nick::new("eve").ok(), text: Text::new("hi").unwrap(), action: false };
    let outs = harness.run(|peers, context, out| peers.heard(link, vec![said()], context.now.mono, out));
    let named = outs.iter().filter(|out| matches!(out, Output::GuestNamed { .. })).count();
    let lines = outs.iter().filter(|out| matches!(out, Output::GuestSaid { .. })).count();
    assert_eq!((named, lines), (1, 1));
    harness.run(|peers, _, out| peers.guest_ignored(source, true, out));
    assert!(harness.run(|peers, context, out| peers.heard(link, vec![said()], context.now.mono, out)).is_empty());
}

#[test]
fn repeated_refusals_lead_to_respelling_then_to_a_notice() {
    let mut harness = Harness::new();
    let refused = |harness: &mut Harness| {
        let link = harness.dial(7, Via::Plain);
        let outs = harness.event(link, DialEvent::Connected(None));
        let [Output::Shell(output::Output::Offer { first, .. })] = &outs[..] else { panic!("{outs:?}") };
        let offered = String::from_utf8(first.to_vec()).unwrap();
        (offered, notices(&harness.event(link, DialEvent::Refused(None))))
    };
    let all: Vec<_> = (0..7).map(|_| refused(&mut harness)).collect();
    assert!(all[..3].iter().all(|(offered, _)| offered == "10.0.0.5:4565"), "{all:?}");
    assert!(all[3..].iter().all(|(offered, _)| offered == "[::ffff:10.0.0.5]:4565"), "{all:?}");
    let told: Vec<_> = all.iter().flat_map(|(_, told)| told).collect();
    assert_eq!(told, [&NoticeCode::TurnedAway]);
    let link = harness.dial(7, Via::Plain);
    harness.event(link, DialEvent::Connected(None));
    harness.event(link, DialEvent::Answered(None));
    harness.run(|peers, context, out| peers.closed(link, CloseReason::Ended, context, out));
    assert_eq!(refused(&mut harness).0, "10.0.0.5:4565", "it let us in meanwhile");
}

/// What the trust machine is told about guests that left: the address of each, and the one where its link goes on.
fn guests_left(outs: &[Output]) -> Vec<(SocketAddr, Option<SocketAddr>)> {
    let left = |out: &Output| {
        if let Output::GuestLeft { addr, moved_to, .. } = out { Some((*addr, *moved_to)) } else { None }
    };
    outs.iter().filter_map(left).collect()
}

#[test]
fn the_next_guest_at_an_address_is_not_ignored() {
    let mut harness = Harness::new();
    let source = SocketAddr::from(([10, 0, 0, 7], 50_000));
    let arrives = |harness: &mut Harness, link| {
        let outs = harness.run(|peers, context, out| peers.arrived(link, source, None, context, out));
        let joined = outs.iter().find_map(|out| match out {
            Output::Shell(output::Output::Update(Update::PeerJoined(peer))) => Some(peer.clone()),
            _ => None,
        });
        joined.unwrap()
    };
    assert!(!arrives(&mut harness, LinkId::Accepted(1)).repute.ignored);
    harness.run(|peers, _, out| peers.guest_ignored(source, true, out));
    let outs = harness.run(|peers, context, out| peers.closed(LinkId::Accepted(1), CloseReason::Ended, context, out));
    assert_eq!(guests_left(&outs), [(source, None)]);
    assert!(!arrives(&mut harness, LinkId::Accepted(2)).repute.ignored, "the user said nothing of this one");
}

#[test]
fn status_is_sent_at_most_ten_times_a_second() {
    let mut harness = Harness::new();
    harness.introduced(7, 1);
    let told =
        |outs: &[Output]| outs.iter().filter(|out| matches!(out, Output::Shell(output::Output::Tell { .. }))).count();
    assert_eq!(told(&harness.run(|peers, context, out| peers.tell_status(true, context, out))), 1);
    assert_eq!(told(&harness.run(|peers, context, out| peers.tell_status(false, context, out))), 0);
    let due = harness.peers.next_timer().unwrap();
    assert_eq!(due, harness.now.mono + Duration::from_millis(100));
    harness.now.mono = due;
    assert_eq!(told(&harness.run(Peers::tick)), 1);
}

#[test]
fn a_line_cancels_a_pending_typing_notice() {
    let mut harness = Harness::new();
    harness.introduced(7, 1);
    let typing = |outs: &[Output]| {
        let status = |out: &Output| match out {
            Output::Shell(output::Output::Tell { frame, .. }) => match mesh::decode(frame) {
                Ok(Frame::Status(status)) => Some(status.typing),
                _ => None,
            },
            _ => None,
        };
        outs.iter().filter_map(status).collect::<Vec<_>>()
    };
    assert_eq!(typing(&harness.run(|peers, context, out| peers.tell_status(true, context, out))), [true]);
    harness.peers.said();
    assert_eq!(
        typing(&harness.run(|peers, context, out| peers.tell_status(true, context, out))),
        [false; 0],
        "it waits"
    );
    harness.peers.said();
    harness.now.mono = harness.peers.next_timer().unwrap();
    assert_eq!(typing(&harness.run(Peers::tick)), [false], "two quick lines");
    harness.run(|peers, context, out| peers.tell_status(true, context, out));
    harness.peers.said();
    harness.run(|peers, context, out| peers.tell_status(true, context, out));
    harness.now.mono = harness.peers.next_timer().unwrap();
    assert_eq!(typing(&harness.run(Peers::tick)), [true], "the next line is being typed");
}

#[test]
fn the_trust_machine_is_told_when_a_node_is_renamed() {
    let mut harness = Harness::new();
    harness.introduced(7, 1);
    let status = Status { nick: Nick::new("carol").ok(), presence: Presence::Here, typing: false };
    let outs = harness.run(|peers, _, out| peers.status_changed(LinkId::Accepted(7), status, out));
    assert!(outs.iter().any(|out| matches!(out, Output::Renamed { node, .. } if *node == key(7))), "{outs:?}");
}

#[test]
fn leaving_the_networks_ends_links_beyond_this_machine() {
    let mut harness = Harness::new();
    harness.introduced(7, 1);
    let dial = harness.dial(8, ANY);
    let outs = harness.run(Peers::leave_networks);
    assert!(closed(&outs, dial) && closed(&outs, LinkId::Accepted(7)));
    assert!(harness.nodes().is_empty() && harness.peers.dials().is_empty());
}
