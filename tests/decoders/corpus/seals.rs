//! Cards and sealed content.

use proximity_chat::{
    domain::model::LogId,
    protocol::{
        codec::event::Dep,
        identity::Identity,
        sealing::{Card, Opened, SaltSource, Slot, seal},
    },
};

use super::Corpus;
use crate::{
    protobuf::{bytes, number},
    seals::{SECRETS, pair, slot},
};

/// A sealing key of small order.
const POINT_OF_ORDER_EIGHT: [u8; 32] = [
    0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d,
    0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
];

pub(super) fn card(corpus: &mut Corpus) {
    let own = Identity::from_secret(&SECRETS[0]);
    let good = Card::sign(&own, 1);
    let (node, key) = (*good.node().as_bytes(), *good.sealing_key().as_bytes());
    // Signed by its node, whatever is in it.
    let signed = |key: &[u8]| {
        let message = [b"proximity-chat/1 card\0".as_slice(), &node, key, &1_u64.to_be_bytes()].concat();
        [bytes(1, node), bytes(2, key), number(3, 1), bytes(4, own.sign(&message))].concat()
    };
    let high_bit = key.map(|byte| byte | 0x80);
    for (name, card) in [
        ("good", good.encode()),
        ("serial-zero", Card::sign(&own, 0).encode()),
        ("serial-highest", Card::sign(&own, u64::MAX).encode()),
        ("unknown-field", [good.encode(), number(6, 1)].concat()),
        ("serial-twice", [good.encode(), number(3, 1)].concat()),
        ("serial-zero-written", [bytes(1, node), bytes(2, key), number(3, 0), bytes(4, [0; 64])].concat()),
        ("small-order", signed(&POINT_OF_ORDER_EIGHT)),
        ("key-of-zeros", signed(&[0; 32])),
        ("key-not-canonical", signed(&high_bit)),
        ("key-too-long", signed(&[9; 33])),
        ("not-signed", [bytes(1, node), bytes(2, key), number(3, 1), bytes(4, [7; 64])].concat()),
        ("no-signature", [bytes(1, node), bytes(2, key), number(3, 1)].concat()),
        ("truncated", good.encode().split_at(100).0.to_vec()),
        ("nothing", Vec::new()),
    ] {
        corpus.add("card", name, card);
    }
}

pub(super) fn sealed(corpus: &mut Corpus) {
    let pair = pair();
    let slot = slot(pair.room());
    let salt = SaltSource { secret: &[1; 32], random: &[2; 32] };
    let other = Dep { log: LogId { epoch: 8, ..slot.log }, seq: 3 };
    let inside = |length, deps| Opened { kind: 1, payload: vec![b'x'; length].into(), deps };
    let content = |slot, inside: &Opened| seal(pair.generation(), slot, inside, salt).expect("a content").to_vec();
    let good = content(&slot, &inside(5, Vec::new()));
    let mut other_generation = good.clone();
    other_generation[20] ^= 1;
    for (name, content) in [
        ("empty", content(&slot, &inside(0, Vec::new()))),
        ("deps", content(&slot, &inside(5, vec![other; 16]))),
        ("whole-step", content(&slot, &inside(4096 - 9, Vec::new()))),
        ("second-step", content(&slot, &inside(4096, Vec::new()))),
        ("other-number", content(&Slot { seq: 3, ..slot }, &inside(5, Vec::new()))),
        ("other-generation", other_generation),
        ("truncated", good.split_at(100).0.to_vec()),
        ("front-only", good.split_at(64).0.to_vec()),
        ("nothing", Vec::new()),
        ("good", good),
    ] {
        corpus.add("sealed", name, content);
    }
}
