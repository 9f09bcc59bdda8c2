//! Lines said in one network's lobby stay in that network.

use super::{few, wait_history, with_options};
use crate::support::{Node, Ports, seconds};

#[test]
fn another_networks_lines_are_neither_offered_nor_shown() {
    let ports = Ports::take();
    let at = |nick: &str, network: &str| with_options(nick, few(&ports), &["--network", network]);
    let mut alice = Node::start(&at("alice", "office"));
    let mut bob = Node::start(&at("bob", "office"));
    bob.wait_peer(&alice.id());
    alice.wait_peer(&bob.id());
    alice.say("the figures are bad");
    bob.wait_text("the figures are bad");
    bob.say("tell nobody");
    alice.wait_text("tell nobody");
    let home = bob.home();
    bob.quit();
    alice.quit();

    let mut bob = Node::start_at(&home, &at("bob", "cafe"));
    let mut carol = Node::start(&at("carol", "cafe"));
    carol.wait_peer(&bob.id());
    bob.wait_peer(&carol.id());
    carol.say("a coffee, please");
    bob.wait_text("a coffee, please");
    bob.say("two of them");
    carol.wait_text("two of them");
    // Nodes begin to forward other people's lines after two seconds.
    carol.never("what was said elsewhere", seconds(4), |events| {
        events.iter().find(|e| e["text"] == "the figures are bad" || e["text"] == "tell nobody").cloned()
    });
    wait_history(&bob, &["a coffee, please", "two of them"]);
    wait_history(&carol, &["a coffee, please", "two of them"]);
    bob.quit();
    carol.quit();

    let bob = Node::start_at(&home, &at("bob", "office"));
    bob.addr();
    wait_history(&bob, &["the figures are bad", "tell nobody"]);
}
