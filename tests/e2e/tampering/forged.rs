//! Events that their author has not signed so.

use super::{assert_never_shown, assert_well, link, pair, until_cut};
use crate::{
    attack::{
        Author, batch, have,
        proto::{Event, LogId, Signed},
        read, unhex,
    },
    support::Ports,
};

/// Somebody's own key below somebody else's name.
fn in_the_name_of(author: &Author, node: &str, seq: u64, prev: Vec<u8>, text: &str) -> Signed {
    let log = LogId { author: unhex(node).to_vec(), ..author.log() };
    author.sign(Event { log: Some(log), seq, prev, ..author.draft() }, author.content(text))
}

#[test]
fn what_somebody_signs_in_the_name_of_another_is_never_shown() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let bobs = bob.id();
    let (_, mallory, first) = link(&alice, "mallory");
    until_cut(first, |n| in_the_name_of(&mallory, &bobs, 1, Vec::new(), &format!("forged {n}")));
    // Not even in alice's own name.
    let (_, mallory, second) = link(&alice, "mallory");
    let own = alice.id();
    until_cut(second, |n| in_the_name_of(&mallory, &own, 1, Vec::new(), &format!("forged {n}")));
    alice.wait_peers(1);
    assert_never_shown(&[&alice, &bob], "forged");
    assert_well(&mut alice, &bob);
}

/// Somebody passes on what carol has said, and something about it is changed.
#[test]
fn what_somebody_changes_on_the_way_is_never_shown() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (_, mut carol, mut honest) = link(&alice, "carol");
    honest.say(&mut carol, "pay ten").unwrap();
    alice.wait_text("pay ten");
    let next = carol.try_line("pay twenty");
    let changes: [&dyn Fn(usize) -> Signed; 6] = [
        // Other words under the same body and signature.
        &|n| Signed { content: carol.content(&format!("changed {n}")), ..next.clone() },
        // Other words, and a body that fits them.
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
        // None at all.
        &|_| Signed { sig: vec![0; 64], ..next.clone() },
        // More bytes in the body, which readers pass over.
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
    // Carol's own next line finds its place as if nothing had been.
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
