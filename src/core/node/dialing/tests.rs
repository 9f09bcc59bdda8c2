//! The dialing machine alone: the links are faked with a few lists.

use std::{collections::BTreeSet, time::Duration};

use super::*;
use crate::{
    core::node::{local_addrs::LocalAddrs, myself::Myself},
    domain::{
        bus::{ConnectFailure, Failure, FailureCode, NoLink, NoticeCode, Update},
        model::{Guests, LinkId, Now, Target, Timestamp},
    },
    protocol::codec::mesh::{self, Frame, Sighting},
};

/// Links as the machine sees them.
#[derive(Default)]
struct FakeLinks {
    linked: BTreeSet<SocketAddr>,
    nodes: Vec<(NodeId, LinkId, Vec<SocketAddr>)>,
    dials: Vec<OpenDial>,
    full: bool,
}

impl Links for FakeLinks {
    fn is_node_linked(&self, node: &NodeId) -> bool {
        self.nodes.iter().any(|(other, ..)| other == node)
    }

    fn is_linked(&self, addr: SocketAddr) -> bool {
        self.linked.contains(&addr)
    }

    fn is_busy(&self, addr: SocketAddr) -> bool {
        self.linked.contains(&addr)
    }

    fn is_claimed(&self, _: SocketAddr) -> bool {
        false
    }

    fn is_ourselves(&self, _: SocketAddr, _: Instant) -> bool {
        false
    }

    fn is_full(&self) -> bool {
        self.full
    }

    fn dials(&self) -> Vec<OpenDial> {
        self.dials.clone()
    }

    fn nodes(&self) -> Vec<NodeId> {
        self.nodes.iter().map(|(node, ..)| *node).collect()
    }

    fn addresses(&self, node: &NodeId) -> Vec<SocketAddr> {
        self.nodes.iter().find(|(other, ..)| other == node).map(|(.., addrs)| addrs.clone()).unwrap_or_default()
    }

    fn exchanging(&self) -> Vec<LinkId> {
        self.nodes.iter().map(|(_, link, _)| *link).collect()
    }
}

/// Everybody is a stranger.
struct Nobody;

impl crate::core::node::views::Reputation for Nobody {
    fn is_acquainted(&self, _: &NodeId) -> bool {
        false
    }
}

struct Harness {
    dialing: Dialing,
    me: Myself,
    links: FakeLinks,
    now: Now,
}

impl Harness {
    fn new() -> Self {
        let me = Myself::sample(key(5), at(5), Guests::None);
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(0) };
        Self { dialing: Dialing::new(fastrand::Rng::with_seed(1)), me, links: FakeLinks::default(), now }
    }

    /// The outputs of an input, and of the tick that follows every input.
    fn feed(&mut self, input: Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        let context = Context { me: &self.me, links: &self.links, reputation: &Nobody, now: self.now };
        self.dialing.handle(input, &context, &mut out);
        self.dialing.handle(Input::Tick, &context, &mut out);
        out
    }

    fn wait(&mut self, ms: u64) -> Vec<Output> {
        self.now.mono += Duration::from_millis(ms);
        self.feed(Input::Tick)
    }

    /// The dial of `addr` fails.
    fn fails(&mut self, addr: SocketAddr, only: Option<NodeId>, failure: DialFailure) -> Vec<Output> {
        let why = Some(FailedDial::Dial(failure));
        self.feed(Input::News(News::Failed { addr, only, why, soon_over: false }))
    }
}

fn at(host: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], 4565))
}

fn key(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn dial(addr: SocketAddr, only: Option<NodeId>) -> Output {
    Output::Dial { addr, via: Via::Secure { only } }
}

#[test]
fn only_dials_of_announced_addresses_are_pinned_to_a_key() {
    let mut harness = Harness::new();
    assert_eq!(harness.feed(Input::Found(at(7))), [dial(at(7), None)]);
    assert_eq!(harness.feed(Input::Announced { node: key(8), addr: at(8) }), [dial(at(8), Some(key(8)))]);
    harness.links.linked.insert(at(9));
    assert_eq!(harness.feed(Input::Found(at(9))), [], "linked already");
    assert_eq!(harness.feed(Input::Found(at(5))), [], "ourselves");
}

#[test]
fn connect_gives_up_but_configured_addresses_are_retried() {
    for (configured, again) in [(false, false), (true, true)] {
        let mut harness = Harness::new();
        let target = Target::Socket(at(7));
        let first = harness.feed(if configured { Input::Configured(target) } else { Input::Connect(target) });
        assert!(first.contains(&dial(at(7), None)), "{first:?}");
        let mut said = Vec::new();
        for _ in 0..3 {
            let outs = harness.fails(at(7), None, DialFailure::Timeout);
            said.extend(outs.into_iter().filter(|out| matches!(out, Output::Update(_))));
            harness.wait(2_000);
        }
        let [Output::Update(Update::Failed(Failure::Connect(ConnectFailure::NotLinked { why, again: told, .. })))] =
            said.as_slice()
        else {
            panic!("{said:?}")
        };
        assert_eq!((*why, *told), (NoLink::NoAnswer, again));
        let later: Vec<Output> = (0..20).flat_map(|_| harness.wait(10_000)).collect();
        assert_eq!(later.contains(&dial(at(7), None)), again);
    }
}

#[test]
fn connect_reports_obstacles_before_it_dials() {
    let mut harness = Harness::new();
    let code = |outs: &[Output]| match outs.first() {
        Some(Output::Update(Update::Failed(failure))) => Err(failure.code()),
        Some(Output::Update(Update::Notice(notice))) if notice.code() == NoticeCode::Connect => Ok(()),
        _ => panic!("{outs:?}"),
    };
    assert_eq!(code(&harness.feed(Input::Connect(Target::Socket(at(5))))), Err(FailureCode::OwnAddress));
    harness.links.full = true;
    assert_eq!(code(&harness.feed(Input::Connect(Target::Socket(at(7))))), Err(FailureCode::RoomFull));
    harness.links.linked.insert(at(7));
    assert_eq!(code(&harness.feed(Input::Connect(Target::Socket(at(7))))), Ok(()), "here already");
    harness.me.local.open = false;
    assert_eq!(code(&harness.feed(Input::Connect(Target::Socket(at(7))))), Err(FailureCode::Unreachable));
}

#[test]
fn pinned_dials_leave_slots_for_others() {
    let mut harness = Harness::new();
    harness.links.dials = vec![OpenDial { began: harness.now.mono, pinned: true }; 8];
    assert_eq!(harness.feed(Input::Announced { node: key(7), addr: at(7) }), []);
    assert_eq!(harness.feed(Input::Found(at(8))), [dial(at(8), None)]);
    harness.links.dials.clear();
    assert_eq!(harness.wait(0), [dial(at(7), Some(key(7)))]);
}

#[test]
fn fresh_dials_are_bounded_and_wait_for_a_timer() {
    let mut harness = Harness::new();
    let began = harness.now.mono;
    harness.links.dials = vec![OpenDial { began, pinned: false }; 64];
    assert_eq!(harness.feed(Input::Found(at(7))), []);
    assert_eq!(harness.dialing.next_timer(&harness.links), Some(began + Duration::from_millis(300)));
    assert_eq!(harness.wait(300), [dial(at(7), None)]);
    harness.links.dials = vec![OpenDial { began, pinned: false }; 256];
    assert_eq!(harness.feed(Input::Found(at(8))), []);
    assert_eq!(harness.dialing.next_timer(&harness.links), None, "only the end of a dial gives a slot");
}

#[test]
fn newcomers_are_batched_and_passed_on_to_all() {
    let mut harness = Harness::new();
    harness.links.nodes = vec![(key(1), LinkId::Accepted(1), vec![at(1)]), (key(2), LinkId::Accepted(2), vec![at(2)])];
    let told = |outs: &[Output]| -> Vec<(LinkId, Vec<Sighting>)> {
        let frame = |out: &Output| match out {
            Output::Tell { link, frame } => match mesh::decode(frame) {
                Ok(Frame::Peers(sightings)) => Some((*link, sightings)),
                _ => None,
            },
            _ => None,
        };
        outs.iter().filter_map(frame).collect()
    };
    let sighting = |n: u8| Sighting { node: key(n), addrs: vec![at(n)] };
    let outs = harness.feed(Input::NodeLinked { link: LinkId::Accepted(2), node: key(2) });
    assert_eq!(told(&outs), [(LinkId::Accepted(2), vec![sighting(1)])], "the newcomer hears of the others at once");
    let outs = harness.wait(20);
    let all = [1, 2].map(|n| (LinkId::Accepted(n), vec![sighting(2)]));
    assert_eq!(told(&outs), all, "and the others of it a little later");
    harness.feed(Input::NodeLinked { link: LinkId::Accepted(2), node: key(2) });
    assert_eq!(told(&harness.wait(9_000)), [], "one node is not passed on again so soon");
}

#[test]
fn passed_on_addresses_outside_the_users_networks_are_not_dialled() {
    let mut harness = Harness::new();
    let [inside, outside] = [at(7), "192.168.7.7:4565".parse().unwrap()];
    let sightings =
        [Sighting { node: key(7), addrs: vec![inside, outside] }, Sighting { node: key(5), addrs: vec![at(8)] }];
    let outs = harness.feed(Input::PassedOn { from: key(1), sightings: &sightings });
    assert_eq!(outs, [dial(inside, Some(key(7)))], "not outside, and nobody with our own key");
}

#[test]
fn an_unreachable_announced_node_is_noted_and_answered() {
    let mut harness = Harness::new();
    harness.feed(Input::Announced { node: key(7), addr: at(7) });
    let outs = harness.fails(at(7), Some(key(7)), DialFailure::Refused);
    assert_eq!(outs, [Output::Announce]);
    let now = harness.now.mono;
    assert_eq!(harness.dialing.unreachable(now).collect::<Vec<_>>(), [(at(7), Trouble::Refused)]);
    assert!(harness.dialing.has_heard(&key(7), now) && !harness.dialing.has_heard(&key(8), now));
    harness.feed(Input::News(News::Reached(at(7))));
    assert_eq!(harness.dialing.unreachable(now).count(), 0);
}

#[test]
fn closing_the_networks_forgets_addresses_outside_this_machine() {
    let mut harness = Harness::new();
    harness.links.dials = vec![OpenDial { began: harness.now.mono, pinned: false }; 256];
    harness.feed(Input::Found(at(7)));
    harness.feed(Input::Connect(Target::Socket(at(8))));
    harness.me.local = LocalAddrs::at("127.0.0.1:4565".parse().unwrap(), vec!["127.0.0.0/8".parse().unwrap()]);
    harness.feed(Input::Relocated { last_known: vec![at(9)], closed: true });
    harness.links.dials.clear();
    assert_eq!(harness.wait(60_000), []);
}
