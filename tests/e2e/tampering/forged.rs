//! Events that differ from what their author signed.

use super::{assert_never_shown, assert_well, link, pair, until_cut};
use crate::{
    attack::{
        Author, batch, have,
        proto::{Event, LogId, Signed},
        read, unhex,
    },
    support::Ports,
};

/// An event in the log of `node`, signed with the author's own key.
fn in_the_name_of(author: &Author, node: &str, seq: u64, prev: Vec<u8>, text: &str) -> Signed {
    let log = LogId { author: unhex(node).to_vec(), ..author.log() };
    author.sign(Event { log: Some(log), seq, prev, ..author.draft() }, author.content(text))
}

#[test]
fn events_signed_in_anothers_name_are_never_shown() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let bobs = bob.id();
    let (_, mallory, first) = link(&alice, "mallory");
    until_cut(first, |n| in_the_name_of(&mallory, &bobs, 1, Vec::new(), &format!("forged {n}")));
    // Not even alice's own name works.
    let (_, mallory, second) = link(&alice, "mallory");
    let own = alice.id();
    until_cut(second, |n| in_the_name_of(&mallory, &own, 1, Vec::new(), &format!("forged {n}")));
    alice.wait_peers(1);
    assert_never_shown(&[&alice, &bob], "forged");
    assert_well(&mut alice, &bob);
}

/// Somebody passes on one of carol's events with a change.
#[test]
fn events_changed_on_the_way_are_never_shown() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (_, mut carol, mut honest) = link(&alice, "carol");
    honest.say(&mut carol, "pay ten").unwrap();
    alice.wait_text("pay ten");
    let next = carol.try_line("pay twenty");
    let changes: [&dyn Fn(usize) -> Signed; 6] = [
        // Another text under the same body and signature.
        &|n| Signed { content: carol.content(&format!("changed {n}")), ..next.clone() },
        // Another text, with a body that matches it.
        &|n| Signed { sig: next.sig.clone(), ..carol.sign(read(&next), carol.content(&format!("changed {n}"))) },
        // Another time.
        &|_| {
            let event = Event { hlc: read(&next).hlc + (1 << 16), ..read(&next) };
            Signed { sig: next.sig.clone(), ..carol.sign(event, carol.content("changed")) }
        },
        // Another signature.
        &|n| {
            let mut changed = Signed { ..next.clone() };
            changed.sig[n % 64] ^= 1 << (n % 8);
            changed
        },
        // No signature.
        &|_| Signed { sig: vec![0; 64], ..next.clone() },
        // Extra bytes in the body, which readers ignore.
        &|n| {
            let mut changed = Signed { ..next.clone() };
            changed.body.extend([0x98, 6, n as u8 & 0x7f]);
            changed
        },
    ];
    for change in changes {
        let (_, _, mallory) = link(&alice, "mallory");
        until_cut(mallory, change);
    }
    // Carol's own next line is accepted as if nothing had happened.
    honest.send(batch(vec![next.clone()])).unwrap();
    carol.follow(&next);
    honest.send(have(vec![carol.range()])).unwrap();
    alice.wait_text("pay twenty");
    bob.wait_text("pay twenty");
    assert_never_shown(&[&alice, &bob], "changed");
    let carols = alice.all(|e| (e["event"] == "message" && e["nick"] == "carol").then(|| e["text"].clone()));
    assert_eq!(carols, ["pay ten", "pay twenty"]);
    drop(honest);
    alice.wait_peers(1);
    assert_well(&mut alice, &bob);
}
