//! Genuine events at the wrong time or in the wrong order.

use super::{assert_well, link, link_as, pair};
use crate::{
    attack::{Author, Key, batch, have},
    support::{Node, Ports, seconds},
};

/// The texts shown under this name, in order of arrival.
fn shown(node: &Node, nick: &str) -> Vec<String> {
    node.all(|e| (e["event"] == "message" && e["nick"] == nick).then(|| e["text"].as_str().unwrap().to_owned()))
}

#[test]
fn events_sent_again_and_again_are_shown_once() {
    let ports = Ports::take();
    let (alice, bob) = pair(&ports);
    let (carols, mut carol, mut honest) = link(&alice, "carol");
    let lines = carol.lines((1..=3).map(|n| format!("carol {n}")));
    honest.send(batch(lines.clone())).unwrap();
    honest.send(have(vec![carol.range()])).unwrap();
    alice.wait_text("carol 3");
    drop(honest);
    alice.wait_left(&carols.id(), seconds(30));

    let replay = |alice: &Node| {
        let (_, mut own, mut mallory) = link(alice, "mallory");
        for n in 0..200 {
            let some = &lines[n % 3..];
            mallory.send(batch(some.to_vec())).unwrap();
            mallory.send(have(vec![carol.range()])).unwrap();
        }
        // This comes after all of it.
        let last = format!("over {}", alice.mark());
        mallory.say(&mut own, &last).unwrap();
        alice.wait_text(&last);
    };
    replay(&alice);
    assert_eq!(shown(&alice, "carol"), ["carol 1", "carol 2", "carol 3"]);
    bob.wait_text("carol 3");
    // Nor are they shown after a restart.
    let mut alice = alice;
    alice.quit();
    let mut alice = alice.start_again();
    alice.wait_peer(&bob.id());
    replay(&alice);
    let now = alice.all(|e| (e["nick"] == "carol" && e["history"] == false).then(|| e.clone()));
    assert!(now.is_empty(), "{now:?}");
    let kept = alice.history_texts().into_iter().filter(|text| text.starts_with("carol")).collect::<Vec<_>>();
    assert_eq!(kept, ["carol 1", "carol 2", "carol 3"]);
    assert_eq!(shown(&bob, "carol"), ["carol 1", "carol 2", "carol 3"]);
    alice.wait_peers(1);
    assert_well(&mut alice, &bob);
}

/// A log that arrives backwards does not count until it is complete from its beginning.
#[test]
fn an_authors_order_survives_any_order_of_arrival() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let mut dave = Author::new(&Key::random(), "dave");
    let lines = dave.lines((1..=20).map(|n| format!("dave {n}")));
    let mut backwards = lines.clone();
    backwards.reverse();
    let (_, _, mut mallory) = link(&alice, "mallory");
    mallory.send(have(vec![dave.range()])).unwrap();
    for line in &backwards {
        mallory.send(batch(vec![line.clone()])).unwrap();
    }
    mallory.send(batch(backwards.clone())).unwrap();
    // Each round lets at least one more find its place.
    for _ in 0..lines.len() {
        mallory.send(batch(backwards.clone())).unwrap();
    }
    let expected: Vec<_> = (1..=20).map(|n| format!("dave {n}")).collect();
    alice.wait_text("dave 20");
    assert_eq!(shown(&alice, "dave"), expected);
    let kept = alice.history_texts().into_iter().filter(|text| text.starts_with("dave")).collect::<Vec<_>>();
    assert_eq!(kept, expected);
    drop(mallory);
    alice.wait_peers(1);
    assert_well(&mut alice, &bob);
}

/// An event waits for the event that it names as its cause, even if they come in the wrong order from different peers.
#[test]
fn an_answer_is_not_shown_before_what_it_answers() {
    let ports = Ports::take();
    let (alice, bob) = pair(&ports);
    let (carols, mut carol, mut from_carol) = link(&alice, "carol");
    // Without a line of her log, carol's question would not be waited for as long.
    from_carol.say(&mut carol, "hello").unwrap();
    for node in [&alice, &bob] {
        node.wait_text("hello");
    }
    let question = carol.line("what is it?");
    let (_, mut dave, mut from_dave) = link(&alice, "dave");
    dave.set_clock((carol.clock() >> 16) + 1);
    let dep = crate::attack::proto::Dep { author: carols.bytes().to_vec(), epoch: carol.log().epoch, seq: 2 };
    let answer = dave.line_after("forty-two", vec![dep]);
    from_dave.send(batch(vec![answer])).unwrap();
    from_dave.send(have(vec![dave.range()])).unwrap();
    alice.never("the answer alone", seconds(1), |events| events.iter().find(|e| e["text"] == "forty-two").cloned());
    from_carol.send(batch(vec![question])).unwrap();
    from_carol.send(have(vec![carol.range()])).unwrap();
    for node in [&alice, &bob] {
        node.wait_text("forty-two");
        assert_eq!(node.texts(), ["hello", "what is it?", "forty-two"], "{}", node.nick);
        assert_eq!(node.history_texts(), ["hello", "what is it?", "forty-two"], "{}", node.nick);
    }
}

/// Two links under one key, one after the other, carry the same log.
#[test]
fn a_log_continues_over_another_link() {
    let ports = Ports::take();
    let (alice, _bob) = pair(&ports);
    let (key, mut carol, mut first) = link(&alice, "carol");
    first.say(&mut carol, "carol 1").unwrap();
    alice.wait_text("carol 1");
    drop(first);
    alice.wait_left(&key.id(), seconds(30));
    let mut second = link_as(&alice, &key, "carol");
    second.say(&mut carol, "carol 2").unwrap();
    alice.wait_text("carol 2");
    assert_eq!(shown(&alice, "carol"), ["carol 1", "carol 2"]);
}
