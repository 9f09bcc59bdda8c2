//! An author who signs two different events with the same number.

use serde_json::Value;

use super::{link, link_as, pair};
use crate::{
    attack::{batch, have},
    support::{Node, Ports, seconds, until},
};

fn notices(node: &Node) -> Vec<Value> {
    node.all(|e| (e["event"] == "notice" && e["code"] == "forked").then(|| e.clone()))
}

/// The lines of mallory's log that a node has on disk, and whether each is marked.
fn kept(node: &Node) -> Vec<(String, bool)> {
    let theirs = node.history().into_iter().filter(|line| line["nick"] == "mallory");
    theirs.map(|line| (line["text"].as_str().unwrap().to_owned(), line["mark"] == "forked")).collect()
}

#[test]
fn two_histories_told_to_two_peers_are_found_out() {
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let (key, mut log, mut to_alice) = link(&alice, "mallory");
    let mut to_bob = link_as(&bob, &key, "mallory");
    let same = log.line("the same for all");
    let mut other = log.clone();
    for (link, log, line) in [(&mut to_alice, &mut log, "yes"), (&mut to_bob, &mut other, "no")] {
        let line = log.line(line);
        link.send(batch(vec![same.clone(), line])).unwrap();
        link.send(have(vec![log.range()])).unwrap();
    }
    alice.wait_text("yes");
    bob.wait_text("no");
    for node in [&alice, &bob] {
        node.wait("a word of it", seconds(30), |events| events.iter().find(|e| e["code"] == "forked").map(|_| ()));
    }
    for node in [&alice, &bob] {
        until("the marks", seconds(30), || {
            let kept = kept(node);
            let marked = |text: &str| kept.iter().any(|(other, marked)| other == text && *marked);
            let unmarked = |text: &str| kept.iter().any(|(other, marked)| other == text && !*marked);
            ((marked("yes") || marked("no")) && unmarked("the same for all")).then_some(())
        });
    }
    // Whatever else comes of it, honest nodes are not held up, and are told nothing more.
    for n in 0..5 {
        let _ = to_alice.say(&mut log, &format!("yes and {n}"));
        let _ = to_bob.say(&mut other, &format!("no and {n}"));
    }
    alice.say("never mind them");
    bob.wait_text("never mind them");
    bob.say("whom?");
    alice.wait_text("whom?");
    alice.never("another word of it", seconds(4), |events| {
        (events.iter().filter(|e| e["code"] == "forked").count() > 1).then_some(())
    });
    assert_eq!((notices(&alice).len(), notices(&bob).len()), (1, 1), "{:?} {:?}", notices(&alice), notices(&bob));
    // Nor after a restart, and the marks stay. Mallory leaves first, because she never acknowledges anything.
    drop((to_alice, to_bob));
    alice.wait_peers(1);
    let before = kept(&alice);
    alice.quit();
    let alice = alice.start_again();
    alice.wait_peer(&bob.id());
    alice.never("the same again", seconds(2), |events| events.iter().find(|e| e["code"] == "forked").cloned());
    assert_eq!(
        kept(&alice).iter().filter(|(_, marked)| *marked).count(),
        before.iter().filter(|(_, marked)| *marked).count()
    );
}

/// Both histories go to the same peer, one after the other.
#[test]
fn two_histories_told_to_one_peer_are_found_out() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (_, mut log, mut mallory) = link(&alice, "mallory");
    let first = log.line("yes");
    let mut other = log.clone();
    let lines = [log.line("of course"), other.line("of course not")];
    let [one, two] = lines;
    mallory.send(batch(vec![first, one])).unwrap();
    mallory.send(have(vec![log.range()])).unwrap();
    alice.wait_text("of course");
    mallory.send(batch(vec![two])).unwrap();
    alice.wait_notice("forked");
    // Peers that got it from alice are told too.
    bob.wait_notice("forked");
    alice.say("and bob?");
    bob.wait_text("and bob?");
    for node in [&alice, &bob] {
        until("the mark", seconds(30), || kept(node).iter().any(|(_, marked)| *marked).then_some(()));
        assert!(kept(node).contains(&("yes".to_owned(), false)), "{:?}", kept(node));
        assert_eq!(notices(node).len(), 1);
    }
}
