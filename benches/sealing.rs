//! What sealing costs for each line, beside the signature that every line has.
//!
//! `cargo bench --bench sealing`. It fails if sealing and opening a line of 70 bytes takes longer than signing it and
//! checking the signature, which every line costs anyway. Compare within one run only.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use proximity_chat::{
    domain::model::{EventId, LogId, RoomId},
    protocol::{
        codec::event::KIND_SAID,
        identity::{Identity, is_signed_by},
        sealing::{self, Card, Generation, Opened, PairSecret, SaltSource, SealingKey, Slot},
    },
};

/// Lines of each round.
const LINES: u32 = 2_000;
/// Rounds, taken in turns. The fastest counts, because other programs can only make a round slower.
const ROUNDS: usize = 10;

/// The time of one line in the fastest round.
fn fastest(rounds: &[Duration]) -> Duration {
    rounds.iter().min().copied().unwrap_or_default() / LINES
}

fn time(work: impl Fn(u32)) -> Duration {
    let begun = Instant::now();
    (0..LINES).for_each(work);
    begun.elapsed()
}

fn sealed(generation: &Generation, slot: &Slot, payload: &[u8], n: u32) -> bytes::Bytes {
    let inside = Opened { kind: KIND_SAID, payload: payload.to_vec().into(), deps: Vec::new() };
    let mut random = [7; 32];
    random[..4].copy_from_slice(&n.to_be_bytes());
    let salt = SaltSource { secret: &[1; 32], random: &random };
    sealing::seal(generation, slot, &inside, salt).expect("it fits")
}

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("Nothing is measured outside `cargo bench`.");
        return ExitCode::SUCCESS;
    }
    let (alice, bob) = (Identity::from_secret(&[1; 32]), Identity::from_secret(&[2; 32]));
    let pair = PairSecret::new(&SealingKey::of(&alice), &Card::sign(&bob, 0)).expect("two people");
    let generation = pair.generation();
    let log = LogId { room: RoomId([5; 32]), author: alice.node(), epoch: 1 };
    let slot = Slot { log, seq: 2, prev: Some(EventId([9; 32])) };
    let mut is_slow = false;
    for length in [70, 1_000, 60_000] {
        let payload = vec![b'x'; length];
        let content = sealed(generation, &slot, &payload, 0);
        let signature = alice.sign(&payload);
        let (mut seal, mut open, mut sign, mut check) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            seal.push(time(|n| drop(black_box(sealed(generation, &slot, &payload, n)))));
            open.push(time(|_| drop(black_box(sealing::open(generation, &slot, &content)))));
            sign.push(time(|_| {
                black_box(alice.sign(&payload));
            }));
            check.push(time(|_| {
                black_box(is_signed_by(&alice.node(), &payload, &signature));
            }));
        }
        let [seal, open, sign, check] = [seal, open, sign, check].map(|rounds| fastest(&rounds));
        let ratio = (seal + open).as_secs_f64() / (sign + check).as_secs_f64();
        println!(
            "{length:>6} bytes: seal {seal:>9.1?}  open {open:>9.1?}  sign {sign:>9.1?}  check {check:>9.1?}  ratio {ratio:.2}"
        );
        is_slow |= length == 70 && ratio > 1.0;
    }
    if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
