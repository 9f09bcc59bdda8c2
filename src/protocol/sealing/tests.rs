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
    domain::model::{EventId, LogId, NodeId, RoomId},
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

fn private_room() -> PrivateRoomId {
    PrivateRoomId::new(&alice().node(), &[0xaa; PRIVATE_NONCE_BYTES])
}

/// A generation of [`private_room`].
fn generation(id: u8, key: u8) -> Generation {
    let (room, key) = (private_room().room(), room_key(key));
    Generation::new(EventId([id; 32]), &Commitment::to(&room, &key), &room, key).unwrap()
}

/// The second event of alice's log in [`private_room`].
fn slot() -> Slot {
    let log = LogId { room: private_room().room(), author: alice().node(), epoch: 0x0102_0304_0506_0708 };
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
