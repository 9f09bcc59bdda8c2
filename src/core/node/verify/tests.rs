//! The verify machine alone: two of them, and a wire.

use std::{net::SocketAddr, time::Duration};

use super::*;
use crate::{
    core::node::{trust::Keyring, views::Directory},
    domain::model::{Nick, Peer, Repute, Software, Timestamp, Trust},
};

const LINK: LinkId = LinkId::Accepted(1);

/// The peer that is linked.
struct FakeDirectory(Vec<Peer>);

impl Directory for FakeDirectory {
    fn everyone(&self) -> Box<dyn Iterator<Item = &Peer> + '_> {
        Box::new(self.0.iter())
    }

    fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.0.iter().find(|peer| peer.id == id)
    }
}

/// A node that is linked with another one, called bob.
struct Side {
    verify: Verify,
    keyring: Keyring,
    here: FakeDirectory,
    now: Instant,
}

impl Side {
    fn new(own: u8, other: u8) -> Self {
        let addr = SocketAddr::from(([10, 0, 0, 7], 4565));
        let nick = Nick::new("bob").ok();
        let id = PeerId::Node(key(other));
        let peer = Peer { id, nick, addr, software: Software::Reference, repute: Repute::of(Trust::New) };
        let mut side = Self {
            verify: Verify::new(key(own), [own; 32]),
            keyring: Keyring::new(Vec::new(), key(own), &Nick::new("zoe").unwrap()),
            here: FakeDirectory(vec![peer]),
            now: Instant::now(),
        };
        side.feed(Input::LinkUp { link: LINK, node: key(other), exporter: [9; 32], capable: true });
        side
    }

    fn feed(&mut self, input: Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        self.verify.handle(input, self.keyring.people(&self.here, Timestamp::from_millis(0)), self.now, &mut out);
        out
    }

    fn answer(&mut self, who: &str, same: bool) -> Vec<Output> {
        self.feed(Input::Answer { who: &Who::new(who).unwrap(), same })
    }
}

fn key(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn steps(outs: &[Output]) -> Vec<Sas> {
    let step = |out: &Output| match out {
        Output::Tell { frame, .. } => match mesh::decode(frame) {
            Ok(Frame::Sas(step)) => Some(step),
            _ => None,
        },
        _ => None,
    };
    outs.iter().filter_map(step).collect()
}

fn code(outs: &[Output]) -> Option<String> {
    outs.iter().find_map(|out| match out {
        Output::Update(Update::Verify { step: VerifyStep::Code { code, .. }, .. }) => Some(code.clone()),
        _ => None,
    })
}

/// The user at `one` starts a comparison. Returns the codes that both see.
fn compare(one: &mut Side, other: &mut Side) -> [Option<String>; 2] {
    let mut codes = [None, None];
    let mut to_other = steps(&one.feed(Input::Begin(&Who::new("bob").unwrap())));
    while !to_other.is_empty() {
        let mut to_one = Vec::new();
        for step in to_other.drain(..) {
            let outs = other.feed(Input::Step { link: LINK, step });
            codes[1] = code(&outs).or(codes[1].take());
            to_one.extend(steps(&outs));
        }
        for step in to_one {
            let outs = one.feed(Input::Step { link: LINK, step });
            codes[0] = code(&outs).or(codes[0].take());
            to_other.extend(steps(&outs));
        }
    }
    codes
}

#[test]
fn both_users_see_one_code_and_answer_it_once() {
    let (mut alice, mut bob) = (Side::new(1, 2), Side::new(2, 1));
    let [one, other] = compare(&mut alice, &mut bob);
    assert!(one.is_some() && one == other, "{one:?} {other:?}");
    let outs = alice.answer("bob", true);
    assert!(outs.contains(&Output::Compared { node: key(2), same: true }), "{outs:?}");
    let again = alice.answer("bob", true);
    assert!(matches!(&again[..], [Output::Update(Update::Failed(_))]), "{again:?}");
}

#[test]
fn a_code_expires_when_its_timer_says() {
    let (mut alice, mut bob) = (Side::new(1, 2), Side::new(2, 1));
    assert_eq!(alice.verify.next_timer(), None);
    compare(&mut alice, &mut bob);
    let due = alice.verify.next_timer().unwrap();
    assert_eq!(due, alice.now + Duration::from_mins(2));
    alice.now = due;
    let outs = alice.feed(Input::Tick);
    assert!(matches!(&outs[..], [Output::Update(Update::Verify { step: VerifyStep::Ended, .. })]), "{outs:?}");
    assert_eq!(alice.verify.next_timer(), None);
}

#[test]
fn a_rename_ends_the_shown_code() {
    let (mut alice, mut bob) = (Side::new(1, 2), Side::new(2, 1));
    compare(&mut alice, &mut bob);
    alice.here.0[0].nick = Nick::new("carol").ok();
    let outs = alice.feed(Input::Tick);
    assert!(matches!(&outs[..], [Output::Update(Update::Verify { step: VerifyStep::Ended, .. })]), "{outs:?}");
    assert!(!alice.answer("carol", true).iter().any(|out| matches!(out, Output::Compared { .. })));
}

#[test]
fn a_link_that_goes_down_ends_its_comparison() {
    let (mut alice, mut bob) = (Side::new(1, 2), Side::new(2, 1));
    compare(&mut alice, &mut bob);
    let outs = alice.feed(Input::LinkDown(LINK));
    assert!(matches!(&outs[..], [Output::Update(Update::Verify { step: VerifyStep::Ended, .. })]), "{outs:?}");
    assert!(!alice.answer("bob", true).iter().any(|out| matches!(out, Output::Compared { .. })));
}

#[test]
fn ignored_peers_show_no_code_and_misbehaving_ones_are_cut() {
    let mut alice = Side::new(1, 2);
    alice.here.0[0].repute.ignored = true;
    assert_eq!(alice.feed(Input::Step { link: LINK, step: Sas::Commit([7; 32]) }), []);
    alice.here.0[0].repute.ignored = false;
    alice.feed(Input::Begin(&Who::new("bob").unwrap()));
    let outs = alice.feed(Input::Step { link: LINK, step: Sas::Reveal([7; 32]) });
    assert!(outs.contains(&Output::Misbehaved(LINK)), "{outs:?}");
}

#[test]
fn a_program_that_cannot_compare_codes_is_not_asked_to() {
    let mut alice = Side::new(1, 2);
    alice.feed(Input::LinkDown(LINK));
    let bob = Who::new("bob").unwrap();
    let refused = |outs: &[Output]| matches!(outs, [Output::Update(Update::Failed(_))]);
    assert!(refused(&alice.feed(Input::Begin(&bob))), "not linked");
    alice.feed(Input::LinkUp { link: LINK, node: key(2), exporter: [9; 32], capable: false });
    assert!(refused(&alice.feed(Input::Begin(&bob))), "not capable");
}
