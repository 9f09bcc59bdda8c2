//! Hundreds of keys on one machine take no newcomer's place.

use std::time::Duration;

use super::{known_file, link_as, own_port};
use crate::{
    attack::{End, Face, Key, Link, connect, hello, proto::Reason},
    support::{Host, Lab, Node, Ports, seconds, until},
};

/// Places for strangers.
const STRANGERS: usize = 192;

/// How soon a newcomer gets in on a machine that has nothing else to do, and how many times longer the test waits.
const PROMISED: Duration = seconds(2);
const SLACK: u32 = 10;

/// Opens `each` links under new keys from each of these addresses. Returns those that the node let in, and how many it
/// turned away.
fn crowd(attacker: &Host, target: &str, sources: &[String], each: usize, victim: &str) -> (Vec<Link>, usize) {
    let (mut links, mut turned_away) = (Vec::new(), 0);
    for source in sources {
        // Connections to the target now come from this address.
        attacker.ip(&["route", "replace", target, "dev", "eth0", "src", source]);
        attacker.inside(|| {
            for n in 0..each {
                let key = Key::random();
                let mut link = Link::dial(connect(victim.parse().unwrap(), &Face::of(&key)).unwrap()).unwrap();
                match link.greet(hello(&key, &format!("s{n}"))) {
                    Ok(_) => links.push(link),
                    Err(End::Bye(Reason::Full)) => turned_away += 1,
                    // Too many links of one host in a second.
                    Err(_) => {}
                }
            }
        });
    }
    (links, turned_away)
}

/// Asserts that a newcomer gets in soon, and that the victim reports how scarce places are.
fn assert_newcomer_is_let_in(victim: &Node, newcomer: &Host) {
    let newbie = Node::start(&newcomer.lan("newbie", &["--peer", "10.77.0.1:4565"]));
    let ((), took) =
        until("the newcomer is in", PROMISED * SLACK, || victim.roster().contains(&newbie.id()).then_some(()));
    println!("a newcomer was in after {took:?}");
    let told = victim.wait_notice("room_full");
    assert!(told.contains("are taken"), "{told}");
    victim.assert_clean();
}

#[test]
#[ignore = "long: hundreds of links"]
fn nine_addresses_of_one_machine_keep_no_local_newcomer_out() {
    let test = "nine_addresses_of_one_machine_keep_no_local_newcomer_out";
    let Some(mut lab) = Lab::or_skip(test) else { return };
    let [here, attacker, newcomer] = ["10.77.0.1/24", "10.77.0.99/24", "10.77.0.30/24"].map(|addr| lab.host(addr));
    let victim = Node::start(&here.lan("victor", &[]));
    victim.addr();
    let sources: Vec<String> = (100..109).map(|n| format!("10.77.0.{n}")).collect();
    for source in &sources {
        attacker.add_address("eth0", &format!("{source}/24"));
    }
    let (links, turned_away) = crowd(&attacker, "10.77.0.1/32", &sources, 32, "10.77.0.1:4565");
    assert!(links.len() >= STRANGERS && turned_away > 0, "{} in, {turned_away} turned away", links.len());
    victim.wait_peers(STRANGERS);
    assert_newcomer_is_let_in(&victim, &newcomer);
}

#[test]
#[ignore = "long: hundreds of links"]
fn addresses_of_one_ipv6_network_keep_nobody_else_out() {
    let Some(mut lab) = Lab::or_skip("addresses_of_one_ipv6_network_keep_nobody_else_out") else { return };
    let [here, attacker, newcomer] = ["10.77.0.1/24", "10.77.0.99/24", "10.77.0.30/24"].map(|addr| lab.host(addr));
    here.add_address("eth0", "fd77::1/64");
    let sources: Vec<String> = (256..296).map(|n| format!("fd77::{n:x}")).collect();
    for source in &sources {
        attacker.add_address("eth0", &format!("{source}/64"));
    }
    let victim = Node::start(&here.lan("victor", &[]));
    victim.addr();
    let (links, turned_away) = crowd(&attacker, "fd77::1/128", &sources, 5, "[fd77::1]:4565");
    assert!(links.len() == STRANGERS && turned_away > 0, "{} in, {turned_away} turned away", links.len());
    assert_newcomer_is_let_in(&victim, &newcomer);
}

#[test]
fn strangers_turned_away_are_told_and_known_keys_get_in() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", own_port(&ports));
    let bob = Key::random();
    let first = link_as(&alice, &bob, "bob").unwrap();
    alice.wait_nick("bob");
    alice.say("/trust bob");
    alice.wait_notice("trust");
    drop(first);
    alice.wait_peers(0);
    let links: Vec<Link> = (0..STRANGERS).map(|n| link_as(&alice, &Key::random(), &format!("s{n}")).unwrap()).collect();
    let refused = link_as(&alice, &Key::random(), "late").map(drop);
    assert!(matches!(refused, Err(End::Bye(Reason::Full))), "{refused:?}");
    let told = alice.wait_notice("room_full");
    assert!(told.contains("late") && told.contains("/trust"), "{told}");
    // A complete program tells its user.
    let newcomer = Node::listening("newcomer", ports.port(5)..=ports.port(6));
    let told = newcomer.wait_notice("turned_away");
    assert!(told.contains(&alice.addr().to_string()), "{told}");
    let _again = link_as(&alice, &bob, "bob").unwrap();
    alice.wait_peer(&bob.id());
    assert_eq!(alice.roster().len(), STRANGERS + 1);
    drop(links);
    alice.wait_peer(&newcomer.id());
    assert!(known_file(&alice).is_file());
}
