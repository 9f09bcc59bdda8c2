//! The rules of comparing codes, one by one.

mod random;

use std::collections::VecDeque;

use super::{
    super::pace::{OUR_INTERVAL, THEIR_INTERVAL},
    *,
};

use crate::core::secrets::Secrets;

const ALICE: NodeId = NodeId::new([1; 32]);
const BOB: NodeId = NodeId::new([2; 32]);
const EXPORTER: [u8; 32] = [9; 32];

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// One end of a link.
struct End {
    session: Comparison,
    nonces: Secrets,
    pace: Pace,
    node: NodeId,
}

impl End {
    fn new(node: NodeId, other: NodeId) -> Self {
        let nonces = Secrets::new(Secrets::NONCES, *node.as_bytes());
        Self { session: Comparison::new(node, other, EXPORTER), nonces, pace: Pace::default(), node }
    }

    /// Another link takes the place of this one. Returns what that ended.
    fn relink(&mut self, other: NodeId) -> Vec<Event> {
        let mut out = Vec::new();
        self.session.end(&mut out);
        self.session = Comparison::new(self.node, other, EXPORTER);
        out
    }

    fn begin(&mut self, now: Instant) -> (Result<(), VerifyFailure>, Vec<Event>) {
        let mut out = Vec::new();
        (self.session.begin(self.nonces.next(), &mut self.pace, now, &mut out), out)
    }

    fn take(&mut self, step: Step, now: Instant) -> (Result<(), Broken>, Vec<Event>) {
        let mut out = Vec::new();
        (self.session.received(step, || self.nonces.next(), &mut self.pace, now, &mut out), out)
    }

    fn expire(&mut self, now: Instant) -> Vec<Event> {
        let mut out = Vec::new();
        self.session.expire(now, &mut out);
        out
    }

    fn bound_to(&self, nonce: [u8; NONCE_BYTES]) -> Step {
        Step::Commit(short_code::commitment(&nonce, &self.node))
    }
}

fn pair() -> (End, End, Instant) {
    (End::new(ALICE, BOB), End::new(BOB, ALICE), Instant::now())
}

fn sent(events: &[Event]) -> Vec<Step> {
    events.iter().filter_map(|event| if let Event::Send(step) = event { Some(*step) } else { None }).collect()
}

fn codes(events: &[Event]) -> Vec<(String, bool)> {
    let code = |event: &Event| match event {
        Event::Code { code, began } => Some((code.clone(), *began)),
        _ => None,
    };
    events.iter().filter_map(code).collect()
}

/// Carries steps to and fro until none are left. Returns all that happened at each side.
fn carry(alice: &mut End, bob: &mut End, to_bob: Vec<Event>, to_alice: Vec<Event>, now: Instant) -> [Vec<Event>; 2] {
    let (mut at_alice, mut at_bob) = (to_bob, to_alice);
    let (mut to_bob, mut to_alice) = (VecDeque::from(sent(&at_alice)), VecDeque::from(sent(&at_bob)));
    while !to_bob.is_empty() || !to_alice.is_empty() {
        if let Some(step) = to_bob.pop_front() {
            let (result, out) = bob.take(step, now);
            assert_eq!(result, Ok(()));
            to_alice.extend(sent(&out));
            at_bob.extend(out);
        }
        if let Some(step) = to_alice.pop_front() {
            let (result, out) = alice.take(step, now);
            assert_eq!(result, Ok(()));
            to_bob.extend(sent(&out));
            at_alice.extend(out);
        }
    }
    [at_alice, at_bob]
}

/// Alice starts a comparison, and both show a code. Returns the code.
fn compared(alice: &mut End, bob: &mut End, now: Instant) -> String {
    let (result, out) = alice.begin(now);
    assert_eq!(result, Ok(()));
    let [at_alice, at_bob] = carry(alice, bob, out, Vec::new(), now);
    let code = codes(&at_alice)[0].0.clone();
    assert_eq!(codes(&at_alice), [(code.clone(), true)]);
    assert_eq!(codes(&at_bob), [(code.clone(), false)]);
    code
}

#[test]
fn one_begins_and_both_show_the_same_code() {
    let (mut alice, mut bob, now) = pair();
    let code = compared(&mut alice, &mut bob, now);
    assert!(alice.session.answered() && bob.session.answered());
    assert!(!alice.session.answered(), "once");
    assert_eq!((alice.session.next_due(), bob.session.next_due()), (None, None));
    assert_ne!(compared(&mut alice, &mut bob, now + OUR_INTERVAL), code, "never the same twice");
}

#[test]
fn both_may_begin_at_once() {
    let (mut alice, mut bob, now) = pair();
    let ((_, from_alice), (_, from_bob)) = (alice.begin(now), bob.begin(now));
    let [at_alice, at_bob] = carry(&mut alice, &mut bob, from_alice, from_bob, now);
    assert_eq!(codes(&at_alice), codes(&at_bob));
    assert_eq!(codes(&at_alice).len(), 1);
}

#[test]
fn nothing_is_revealed_before_the_other_side_is_bound() {
    let (mut alice, bob, now) = pair();
    assert!(matches!(sent(&alice.begin(now).1)[..], [Step::Commit(_)]));
    assert!(matches!(sent(&alice.take(bob.bound_to([7; 32]), now).1)[..], [Step::Reveal(_)]));
}

#[test]
fn an_unrequested_code_is_shown_when_our_nonce_is_sent() {
    let (mut alice, mallory, now) = pair();
    let (result, out) = alice.take(mallory.bound_to([7; 32]), now);
    assert_eq!(result, Ok(()));
    assert!(matches!(sent(&out)[..], [Step::Commit(_)]), "no nonce: {out:?}");
    let (result, out) = alice.take(Step::Reveal([7; 32]), now);
    assert_eq!(result, Ok(()));
    assert!(matches!(out[..], [Event::Send(Step::Reveal(_)), Event::Code { began: false, .. }]), "{out:?}");
}

#[test]
fn a_broken_commitment_does_not_reveal_our_nonce() {
    let (mut alice, mallory, now) = pair();
    alice.take(mallory.bound_to([7; 32]), now).0.unwrap();
    assert_eq!(
        alice.take(Step::Reveal([8; 32]), now),
        (Err(Broken::Mismatch), Vec::new()),
        "and nobody was told of it"
    );
    assert_eq!(alice.session.next_due(), None);
    let (mut alice, mallory, now) = pair();
    let bound = mallory.bound_to([7; 32]);
    alice.take(bound, now).0.unwrap();
    assert_eq!(alice.take(bound, now), (Err(Broken::Order), Vec::new()), "twice");
}

#[test]
fn a_new_link_allows_no_extra_comparison() {
    let (mut alice, mallory, now) = pair();
    let mut codes_seen = 0;
    for second in 0..60 {
        let now = now + secs(second);
        alice.relink(BOB);
        alice.take(mallory.bound_to([7; 32]), now).0.unwrap();
        codes_seen += codes(&alice.take(Step::Reveal([7; 32]), now).1).len();
    }
    assert_eq!(codes_seen, 2);
    alice.begin(now + secs(60)).0.unwrap();
    alice.relink(BOB);
    assert!(matches!(alice.begin(now + secs(61)).0, Err(VerifyFailure::TooSoon(_))), "they would not answer");
}

#[test]
fn hundreds_of_keys_do_not_fill_the_screen_with_codes() {
    let start = Instant::now();
    let (mut nonces, mut pace) = (Secrets::new(Secrets::NONCES, [1; 32]), Pace::default());
    let mut shown = 0;
    for n in 0..1_000u16 {
        let now = start + Duration::from_millis(100) * u32::from(n);
        let mut key = [3; 32];
        key[..2].copy_from_slice(&n.to_be_bytes());
        let mallory = End::new(NodeId::new(key), ALICE);
        let (mut session, mut out) = (Comparison::new(ALICE, mallory.node, EXPORTER), Vec::new());
        for step in [mallory.bound_to([7; 32]), Step::Reveal([7; 32])] {
            session.received(step, || nonces.next(), &mut pace, now, &mut out).unwrap();
        }
        shown += codes(&out).len();
    }
    assert_eq!(shown, 5 + 3, "in 99.9 seconds");
    assert!(pace.theirs.len() <= 6, "{}", pace.theirs.len());
}

#[test]
fn a_user_who_asked_hears_that_no_code_came() {
    let (mut alice, mut bob, now) = pair();
    alice.begin(now).0.unwrap();
    alice.take(bob.bound_to([7; 32]), now).0.unwrap();
    assert_eq!(alice.expire(now + EXPIRY), [Event::Ended], "they know the code and do not show theirs");

    bob.take(alice.bound_to([7; 32]), now).0.unwrap();
    assert_eq!(bob.begin(now), (Err(VerifyFailure::UnderWay), Vec::new()));
    assert_eq!(bob.expire(now + EXPIRY), [Event::Ended], "his user has asked since");
    assert_eq!(bob.begin(now + EXPIRY).0, Ok(()));
}

#[test]
fn replacing_a_link_ends_its_comparison() {
    let (mut alice, mut bob, now) = pair();
    let (result, out) = alice.begin(now);
    assert_eq!(result, Ok(()));
    let answer = bob.take(sent(&out)[0], now).1;
    assert_eq!((alice.relink(BOB), bob.relink(ALICE)), (vec![Event::Ended], Vec::new()));
    // What was said on the old link means nothing on the new one, and gives no code.
    let (result, out) = alice.take(sent(&answer)[0], now);
    assert_eq!((result, codes(&out)), (Ok(()), Vec::new()));
    assert!(matches!(sent(&out)[..], [Step::Commit(_)]), "{out:?}");
    alice.relink(BOB);
    compared(&mut alice, &mut bob, now + OUR_INTERVAL);
}

#[test]
fn steps_out_of_order_or_mismatched_break_the_rules() {
    let now = Instant::now();
    let mut mallory = End::new(BOB, ALICE);
    let bound = mallory.bound_to([7; 32]);
    for (steps, fault) in [
        (vec![Step::Reveal([7; 32])], Broken::Order),
        (vec![bound, bound], Broken::Order),
        (vec![bound, Step::Reveal([8; 32])], Broken::Mismatch),
        (vec![bound, Step::Reveal([7; 32]), Step::Reveal([7; 32])], Broken::Order),
    ] {
        let (mut alice, mut last) = (End::new(ALICE, BOB), (Ok(()), Vec::new()));
        alice.begin(now).0.unwrap();
        for step in steps {
            assert_eq!(last.0, Ok(()));
            last = alice.take(step, now);
        }
        assert_eq!(last, (Err(fault), vec![Event::Ended]));
        assert_eq!(alice.session.next_due(), None);
        assert!(!alice.session.answered());
    }
    assert_eq!(mallory.take(Step::Reveal([7; 32]), now), (Ok(()), Vec::new()), "perhaps of what has expired");
}

#[test]
fn steps_echoed_to_their_sender_give_no_code() {
    let (mut alice, _, now) = pair();
    let [commit] = sent(&alice.begin(now).1)[..] else { panic!("a commitment") };
    let [reveal] = sent(&alice.take(commit, now).1)[..] else { panic!("a nonce") };
    assert_eq!(alice.take(reveal, now), (Err(Broken::Mismatch), vec![Event::Ended]));
}

#[test]
fn another_tls_session_of_the_same_keys_changes_the_code() {
    let (mut alice, mut bob, now) = pair();
    bob.session.exporter = [8; 32];
    let (_, out) = alice.begin(now);
    let [at_alice, at_bob] = carry(&mut alice, &mut bob, out, Vec::new(), now);
    assert_ne!(codes(&at_alice)[0].0, codes(&at_bob)[0].0);
}

#[test]
fn an_unanswered_code_is_not_replaced() {
    let (mut alice, mut bob, now) = pair();
    let code = compared(&mut alice, &mut bob, now);
    assert!(alice.session.answered());
    let later = now + OUR_INTERVAL;
    let (result, out) = alice.begin(later);
    assert_eq!(result, Ok(()));
    let [_, at_bob] = carry(&mut alice, &mut bob, out, Vec::new(), later);
    assert_eq!(at_bob, [], "alice wants to compare once more, bob has not said anything yet");
    assert_eq!(codes(&bob.begin(later).1), [(code, false)], "and is shown what he asked for");
    assert!(bob.session.answered());
    let (result, out) = bob.begin(later);
    assert_eq!(result, Ok(()));
    let [at_alice, at_bob] = carry(&mut alice, &mut bob, Vec::new(), out, later);
    assert_eq!(codes(&at_alice), codes(&at_bob));
    assert_eq!(codes(&at_alice).len(), 1, "now both want to");
}

#[test]
fn a_commitment_about_to_expire_is_not_answered() {
    let (mut alice, mut bob, now) = pair();
    compared(&mut bob, &mut alice, now);
    assert!(alice.session.answered());
    let (result, out) = alice.begin(now + secs(10));
    assert_eq!(result, Ok(()));
    carry(&mut alice, &mut bob, out, Vec::new(), now + secs(10));
    assert_eq!(bob.expire(now + EXPIRY), [Event::Ended]);
    assert_eq!(
        bob.begin(now + EXPIRY),
        (Err(VerifyFailure::TooSoon(MAX_DELAY)), Vec::new()),
        "alice waits for ten more seconds"
    );
    let later = now + EXPIRY + MAX_DELAY;
    let (result, out) = bob.begin(later);
    assert_eq!(result, Ok(()));
    let [at_alice, at_bob] = carry(&mut alice, &mut bob, Vec::new(), out, later);
    assert_eq!(codes(&at_alice)[0].0, codes(&at_bob)[0].0);
}

#[test]
fn they_begin_at_most_every_half_minute() {
    let (mut alice, bob, now) = pair();
    let mut shown = 0;
    for tenth in 0..1_200 {
        let now = now + Duration::from_millis(100 * tenth);
        let (_, out) = alice.take(bob.bound_to([7; 32]), now);
        let (_, more) = alice.take(Step::Reveal([7; 32]), now);
        shown += codes(&out).len() + codes(&more).len();
        alice.session.answered();
    }
    assert_eq!(shown, 4);
}

#[test]
fn we_begin_at_most_as_often_as_they_would_answer() {
    let (mut alice, mut bob, now) = pair();
    compared(&mut alice, &mut bob, now);
    alice.session.answered();
    bob.session.answered();
    let (result, out) = alice.begin(now + secs(2));
    assert_eq!((result, out), (Err(VerifyFailure::TooSoon(secs(30))), Vec::new()));
    compared(&mut bob, &mut alice, now + secs(2));
}

#[test]
fn unanswered_comparisons_expire() {
    let (mut alice, mut bob, now) = pair();
    alice.begin(now).0.unwrap();
    assert_eq!(alice.begin(now).0, Err(VerifyFailure::UnderWay));
    assert_eq!(alice.session.next_due(), Some(now + EXPIRY));
    assert_eq!(alice.expire(now + secs(119)), []);
    assert_eq!(alice.expire(now + EXPIRY), [Event::Ended]);
    assert_eq!(alice.expire(now + EXPIRY), []);

    let first = alice.bound_to([7; 32]);
    bob.take(first, now).0.unwrap();
    assert_eq!(bob.expire(now + EXPIRY), [], "the user has not heard of it");
    assert_eq!(bob.session.next_due(), None);

    let now = now + secs(600);
    compared(&mut alice, &mut bob, now);
    assert_eq!(alice.expire(now + EXPIRY), [Event::Ended], "nobody has said anything");
    assert!(!alice.session.answered());
}

#[test]
fn a_closed_link_ends_the_pending_comparison() {
    let (mut alice, mut bob, now) = pair();
    let ended = |end: &mut End| {
        let mut out = Vec::new();
        end.session.end(&mut out);
        out
    };
    assert_eq!(ended(&mut alice), []);
    compared(&mut alice, &mut bob, now);
    assert_eq!((ended(&mut alice), ended(&mut bob)), (vec![Event::Ended], vec![Event::Ended]));
}

#[test]
fn nonces_never_repeat_or_print_their_secret() {
    let mut nonces = Secrets::new(Secrets::NONCES, [7; 32]);
    let drawn: std::collections::BTreeSet<_> = (0..1_000).map(|_| nonces.next::<32>()).collect();
    assert_eq!(drawn.len(), 1_000);
    assert_ne!(Secrets::new(Secrets::NONCES, [8; 32]).next::<32>(), Secrets::new(Secrets::NONCES, [7; 32]).next());
    assert_eq!(format!("{nonces:?}"), "Secrets { count: 1000, .. }");
}
