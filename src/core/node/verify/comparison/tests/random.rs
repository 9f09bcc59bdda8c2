//! Two honest sides, and a hostile one, at random times.

use proptest::prelude::*;

use super::*;

/// What two honest users and the network do.
#[derive(Debug, Clone, Copy)]
enum Act {
    Begin(bool),
    Answer(bool),
    Deliver(bool),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => any::<bool>().prop_map(Act::Begin),
        2 => any::<bool>().prop_map(Act::Answer),
        6 => any::<bool>().prop_map(Act::Deliver),
        2 => prop_oneof![0u64..500, 10_000u64..60_000, 100_000u64..130_000].prop_map(Act::Wait),
    ]
}

/// What a hostile other side may try; numbers pick from what it has seen or made.
#[derive(Debug, Clone, Copy)]
enum Try {
    Echo(usize),
    Commit(u8),
    Reveal(u8),
    Garbage([u8; 32]),
    Begin,
    Answer,
    Wait(u64),
    Relink,
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        any::<usize>().prop_map(Try::Echo),
        (0u8..3).prop_map(Try::Commit),
        (0u8..3).prop_map(Try::Reveal),
        any::<[u8; 32]>().prop_map(Try::Garbage),
        Just(Try::Begin),
        Just(Try::Answer),
        (0u64..40_000).prop_map(Try::Wait),
        Just(Try::Relink),
    ]
}

proptest! {
    /// Whatever honest users do, and however the steps are delayed (never by more than a link survives), nobody is
    /// taken for hostile, and when both look at a code, it is the same.
    #[test]
    fn honest_sides_never_break_the_rules(acts in proptest::collection::vec(act(), 0..120)) {
        let (mut alice, mut bob, mut now) = pair();
        let mut shown: [Option<String>; 2] = [None, None];
        // Towards alice, towards bob; with the time of sending.
        let mut ways: [VecDeque<(Step, Instant)>; 2] = [VecDeque::new(), VecDeque::new()];
        let mut queue: VecDeque<Act> = acts.into();
        while let Some(act) = queue.pop_front() {
            let oldest = ways.iter().flatten().map(|(_, at)| *at).min();
            if let (Act::Wait(ms), Some(oldest)) = (act, oldest)
                && now + Duration::from_millis(ms) > oldest + MAX_DELAY / 2
            {
                // The network delivers first.
                queue.push_front(act);
                queue.push_front(Act::Deliver(ways[0].is_empty()));
                continue;
            }
            let (at, out) = match act {
                Act::Begin(at_bob) => (at_bob, if at_bob { &mut bob } else { &mut alice }.begin(now).1),
                Act::Answer(at_bob) => {
                    if at_bob { &mut bob } else { &mut alice }.session.answered();
                    shown[usize::from(at_bob)] = None;
                    continue;
                }
                Act::Deliver(at_bob) => {
                    let Some((step, _)) = ways[usize::from(at_bob)].pop_front() else { continue };
                    let (result, out) = if at_bob { &mut bob } else { &mut alice }.take(step, now);
                    prop_assert_eq!(result, Ok(()));
                    (at_bob, out)
                }
                Act::Wait(ms) => {
                    now += Duration::from_millis(ms);
                    for (at, end) in [&mut alice, &mut bob].into_iter().enumerate() {
                        if end.expire(now).contains(&Event::Ended) {
                            shown[at] = None;
                        }
                    }
                    continue;
                }
            };
            for event in out {
                match event {
                    Event::Send(step) => ways[usize::from(!at)].push_back((step, now)),
                    Event::Code { code, .. } => shown[usize::from(at)] = Some(code),
                    Event::Ended => shown[usize::from(at)] = None,
                }
            }
            if let [Some(one), Some(other)] = &shown {
                prop_assert_eq!(one, other);
            }
        }
    }

    /// Whatever the other side sends, over whatever links: our nonce goes out only when our user has asked, to a side
    /// that is bound, or together with the code that our user sees. A code is shown only for a nonce that fits its
    /// commitment. They start a comparison at most every half minute, and nothing waits for ever.
    #[test]
    fn a_hostile_side_gains_nothing(tries in proptest::collection::vec(attempt(), 0..120)) {
        let (mut alice, mallory, mut now) = pair();
        let mut seen: Vec<Step> = Vec::new();
        let mut bound: Option<[u8; COMMIT_BYTES]> = None;
        let mut they_began: Option<Instant> = None;
        // Whether the user waits for the outcome of a comparison that they started.
        let mut asked = false;
        for attempt in tries {
            let mut out = Vec::new();
            let mut step = None;
            match attempt {
                Try::Echo(n) => step = seen.get(n % seen.len().max(1)).copied(),
                Try::Commit(n) => step = Some(mallory.bound_to([n; 32])),
                Try::Reveal(n) => step = Some(Step::Reveal([n; 32])),
                Try::Garbage(bytes) => {
                    step = Some(if bytes[0] % 2 == 0 { Step::Commit(bytes) } else { Step::Reveal(bytes) });
                }
                Try::Begin => {
                    let (result, events) = alice.begin(now);
                    prop_assert!(sent(&events).iter().all(|step| matches!(step, Step::Commit(_))) || bound.is_some());
                    asked |= result.is_ok() && !sent(&events).is_empty();
                    seen.extend(sent(&events));
                }
                Try::Answer => { alice.session.answered(); }
                Try::Wait(ms) => { now += Duration::from_millis(ms); out = alice.expire(now); }
                Try::Relink => { out = alice.relink(BOB); bound = None; }
            }
            if let Some(step) = step {
                if let Step::Commit(commit) = step {
                    bound = Some(commit);
                }
                let (result, events) = alice.take(step, now);
                prop_assert!(result.is_ok() || alice.session.next_due().is_none());
                for event in &events {
                    match event {
                        Event::Send(Step::Reveal(_)) => match step {
                            Step::Commit(_) => prop_assert!(asked, "a nonce for nothing"),
                            Step::Reveal(_) => prop_assert_eq!(codes(&events).len(), 1, "a code that nobody sees"),
                        },
                        Event::Send(Step::Commit(_)) => {
                            prop_assert!(matches!(step, Step::Commit(_)));
                            prop_assert!(they_began.is_none_or(|last| now >= last + THEIR_INTERVAL));
                            they_began = Some(now);
                        }
                        Event::Code { .. } => {
                            let Step::Reveal(nonce) = step else { panic!("a code without a nonce") };
                            prop_assert!(bound.is_some() && !seen.contains(&step), "an echo");
                            prop_assert!(nonce[1..] == nonce[..31], "garbage");
                        }
                        Event::Ended => {}
                    }
                }
                seen.extend(sent(&events));
                out = events;
            }
            for event in out {
                match event {
                    Event::Ended => asked = false,
                    Event::Code { began, .. } => { prop_assert_eq!(began, asked); asked = false; }
                    Event::Send(_) => {}
                }
            }
            prop_assert!(!asked || alice.session.next_due().is_some(), "the user waits, and hears nothing");
            prop_assert!(alice.session.next_due().is_none_or(|due| due <= now + EXPIRY));
        }
    }
}
