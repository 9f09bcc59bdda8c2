//! What all tests of sealing use.

mod cards;
mod contents;
mod inside;
mod pairs;
mod room_keys;
mod two_keys;
mod vectors;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::*;
use crate::{
    domain::model::{EventId, LogId, NodeId, RoomId, RoomName},
    protocol::{codec::event::Dep, identity::Identity},
};

const SALT: SaltSource<'static> = SaltSource { secret: &[0x11; 32], random: &[0x22; 32] };

/// The person of that number: its secret is 32 bytes that count up.
fn person(number: u8) -> Identity {
    Identity::from_secret(&std::array::from_fn(|at| 32 * number + at as u8))
}

fn alice() -> Identity {
    person(0)
}

fn bob() -> Identity {
    person(1)
}

fn room_key(byte: u8) -> RoomKey {
    RoomKey::new(Zeroizing::new([byte; 32]))
}

/// A room in these tests.
const ROOM: RoomId = RoomId([
    0x12, 0x67, 0xb5, 0xb8, 0x25, 0x9a, 0xb6, 0x08, 0x7e, 0x59, 0x3c, 0x06, 0xaf, 0xa6, 0xa9, 0x76, 0x20, 0xd3, 0xa7,
    0x57, 0x89, 0xfa, 0xc9, 0x49, 0x90, 0xb4, 0x35, 0x08, 0xeb, 0x3b, 0x00, 0xd7,
]);

/// A generation with any name.
fn generation(id: u8, key: u8) -> Generation {
    Generation::direct(GenerationId([id; 32]), room_key(key))
}

/// The second event of alice's log in [`ROOM`].
fn slot() -> Slot {
    let log = LogId { room: ROOM, author: alice().node(), epoch: 0x0102_0304_0506_0708 };
    Slot { log, seq: 2, prev: Some(EventId([0x55; 32])) }
}

fn dep(author: NodeId) -> Dep {
    Dep { log: LogId { author, epoch: 9, ..slot().log }, seq: 3 }
}

fn said(payload: impl Into<Bytes>) -> Opened {
    Opened { kind: 1, payload: payload.into(), deps: Vec::new() }
}

fn pair(own: &Identity, other: &Identity) -> PairSecret {
    PairSecret::new(&SealingKey::of(own), &Card::sign(other, 1)).unwrap()
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
