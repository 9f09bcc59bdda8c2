//! A machine that moves from one network to another takes nothing along for the people there.

use std::sync::Arc;

use super::{OFFICE, OTHER, certain, leads_through, router, set_hardware, wait_network};
use crate::support::{Lab, Node, Place, Setup, seconds, until};

const SECRET: &str = "the merger is on Friday";

/// Asserts that the stranger never hears the secret, in a time in which anything sent would have arrived.
fn heard_after_a_while(stranger: &Node) {
    stranger.never("what was said at the office", seconds(5), |events| {
        events.iter().find(|event| event["text"] == SECRET).cloned()
    });
}

/// The cable moves to a café that has the office's addresses. There is no router there, or one with the hardware
/// address of the office's.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_cafe_with_the_offices_addresses_never_gets_its_history() {
    for cloned in [false, true] {
        let Some(mut lab) = Lab::or_skip("a_cafe_with_the_offices_addresses_never_gets_its_history") else {
            return;
        };
        let cafe = lab.segment();
        let (host, stranger) = (lab.host("10.77.0.1/24"), lab.machine());
        router(&mut lab, OFFICE);
        lab.plug(&stranger, cafe, &["10.77.0.66/24"]);
        if cloned {
            let there = lab.router(&[(cafe, "10.77.0.254/24")]);
            there.ip(&["link", "set", &format!("eth{cafe}"), "address", OFFICE]);
        }
        leads_through(&host, "10.77.0.254");
        let mut victor = Node::start(&host.lan("victor", &[]));
        let office = certain(&victor);
        victor.say(SECRET);
        victor.wait_own(SECRET);
        let eve = Node::start(&stranger.lan("eve", &[]));
        lab.cable(&host, 0, false);
        wait_network(&victor, "no network", |event| event["lost"].is_string());
        lab.recable(&host, 0, cafe);
        leads_through(&host, "10.77.0.254");
        let event = wait_network(&victor, "a network", |event| event["lost"].is_null());
        assert_eq!(event["network"] == office.as_str(), cloned, "{event}");
        eve.wait_peer(&victor.id());
        heard_after_a_while(&eve);
        if cloned {
            assert!(victor.wait_notice("history_withheld").contains("eve"));
        }
        victor.say("said in the café");
        eve.wait_text("said in the café");
        // Only if the user says so.
        if cloned {
            victor.say("/lan share");
            eve.wait_text(SECRET);
        }
    }
}

#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_second_network_stays_closed_and_gets_nothing() {
    for remembered in [false, true] {
        let Some(mut lab) = Lab::or_skip("a_second_network_stays_closed_and_gets_nothing") else { return };
        let cafe = lab.segment();
        let (desk, host, guest) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"), lab.machine());
        lab.plug(&guest, cafe, &["192.168.50.1/24"]);
        let mut xavier = Node::start(&desk.lan("xavier", &[]));
        let place = if remembered { Place::Unsaid } else { Place::Lan };
        let mut yves = Node::start(&Setup { place, ..host.lan("yves", &[]) });
        yves.addr();
        if remembered {
            yves.say("/lan on");
        }
        yves.wait_peer(&xavier.id());
        xavier.say(SECRET);
        yves.wait_text(SECRET);
        let wanda = Node::start(&guest.lan("wanda", &[]));
        wanda.addr();
        lab.plug(&host, cafe, &["192.168.50.9/24"]);
        let told = yves.wait_notice("network");
        assert!(told.contains("eth1 leads to another network") && told.contains("/lan on eth1"), "{told}");
        heard_after_a_while(&wanda);
        assert_eq!(wanda.roster(), [""; 0]);
        // The user opens that network.
        yves.say("/lan on eth1");
        yves.wait_peer(&wanda.id());
        yves.say("from the office");
        wanda.wait_text("from the office");
        heard_after_a_while(&wanda);
        xavier.wait_left(&yves.id(), seconds(30));
    }
}

/// When a machine starts, programs run before there is a network.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn lines_typed_before_any_network_go_to_the_first_one() {
    let Some(mut lab) = Lab::or_skip("lines_typed_before_any_network_go_to_the_first_one") else {
        return;
    };
    let (desk, host) = (lab.host("10.77.0.1/24"), lab.machine());
    let xavier = Node::start(&desk.lan("xavier", &[]));
    let mut yves = Node::start(&host.lan("yves", &[]));
    wait_network(&yves, "no network", |event| event["lost"].is_string());
    yves.say("typed before any network");
    let id = yves.wait_own("typed before any network");
    lab.plug(&host, 0, &["10.77.0.2/24"]);
    yves.wait_peer(&xavier.id());
    xavier.wait_text("typed before any network");
    yves.wait_delivered(&id, 1, 1);
}

/// Home and office have the same addresses, and the profile knows both.
#[test]
#[ignore = "long: several starts"]
fn two_networks_with_the_same_addresses_have_separate_histories() {
    let Some(mut lab) = Lab::or_skip("two_networks_with_the_same_addresses_have_separate_histories") else {
        return;
    };
    let host = lab.host("10.77.0.1/24");
    let there = router(&mut lab, OFFICE);
    leads_through(&host, "10.77.0.254");
    let mut home = None;
    for (hardware, said) in [(OFFICE, "office 1"), (OTHER, "home 1"), (OFFICE, "office 2"), (OTHER, "home 2")] {
        set_hardware(&there, hardware);
        host.ip(&["neigh", "flush", "all"]);
        let setup = host.lan("alice", &["--profile", "default"]);
        let mut node = match &home {
            None => Node::start(&setup),
            Some(home) => Node::start_at(&Arc::clone(home), &setup),
        };
        certain(&node);
        node.say(said);
        node.wait_own(said);
        let place = said.split(' ').next().unwrap();
        assert!(node.history_texts().iter().all(|text| text.starts_with(place)), "{:?}", node.history_texts());
        home = Some(node.home());
        node.quit();
    }
}

/// Two lines are typed on this machine only, before the chat is opened to the network.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn lines_typed_alone_reach_the_network_only_on_request() {
    let Some(mut lab) = Lab::or_skip("lines_typed_alone_reach_the_network_only_on_request") else { return };
    let (desk, host) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let xavier = Node::start(&desk.lan("xavier", &[]));
    let mut yves = Node::start(&Setup { place: Place::Unsaid, ..host.lan("yves", &["--profile", "default"]) });
    for text in ["hello everyone", "is anybody here?"] {
        yves.say(text);
        yves.wait_own(text);
    }
    yves.say("/lan on");
    yves.wait_peer(&xavier.id());
    let (told, _) = yves
        .wait("what waits", seconds(30), |events| events.iter().find(|event| event["event"] == "undelivered").cloned());
    assert_eq!((&told["network"], &told["lines"]), (&"loopback".into(), &2.into()), "{told}");
    xavier.never("what was not said here", seconds(2), |events| {
        events.iter().find(|event| event["text"] == "hello everyone").cloned()
    });
    yves.say("/deliver");
    xavier.wait_text("hello everyone");
    xavier.wait_text("is anybody here?");
    until("both are in the history once", seconds(30), || {
        (yves.history_texts() == ["hello everyone", "is anybody here?"]).then_some(())
    });
    // At the next start, nothing is waiting.
    let home = yves.home();
    yves.quit();
    let yves = Node::start_at(&home, &Setup { place: Place::Lan, ..host.lan("yves", &["--profile", "default"]) });
    yves.wait_peer(&xavier.id());
    yves.never("something that waits", seconds(1), |events| {
        events.iter().find(|event| event["event"] == "undelivered").cloned()
    });
}
