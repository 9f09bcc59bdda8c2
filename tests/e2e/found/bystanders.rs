//! Interfaces that lead to no people, and networks that stay closed unless the user asks.

use serde_json::Value;

use super::{NO_SWEEP, assert_all_meet};
use crate::support::{Host, Lab, Node, seconds};

/// Where the node first says that it is.
fn network(node: &Node) -> Value {
    node.wait("the network", seconds(30), |events| events.iter().find(|event| event["event"] == "network").cloned()).0
}

fn interfaces(event: &Value) -> Vec<String> {
    let all = event["interfaces"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["interface"].as_str().unwrap(), one["ip"].as_str().unwrap())).collect()
}

/// Gives a machine what Docker makes: a bridge with the usual address, and a container.
fn with_containers(lab: &mut Lab, host: &Host) {
    let container = lab.machine();
    host.ip(&["link", "add", "docker0", "type", "bridge", "forward_delay", "0"]);
    host.ip(&["link", "add", "veth0a1b2c3", "type", "veth", "peer", "name", "eth0", "netns", container.name()]);
    host.ip(&["link", "set", "veth0a1b2c3", "master", "docker0", "up"]);
    host.ip(&["link", "set", "docker0", "up"]);
    host.add_address("docker0", "172.17.0.1/16");
    container.ip(&["link", "set", "eth0", "up"]);
    container.add_address("eth0", "172.17.0.2/16");
}

/// Both machines have containers at the same address, and a VPN between them.
#[test]
#[ignore = "long: several machines"]
fn containers_and_tunnels_stay_closed_and_nobody_is_listed_twice() {
    let test = "containers_and_tunnels_stay_closed_and_nobody_is_listed_twice";
    let Some(mut lab) = Lab::with_tunnels_or_skip(test) else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    first.ip(&["link", "add", "wg0", "type", "veth", "peer", "name", "wg0", "netns", second.name()]);
    for (host, address) in [(&first, "10.8.0.1/24"), (&second, "10.8.0.2/24")] {
        with_containers(&mut lab, host);
        host.ip(&["link", "set", "wg0", "up"]);
        host.add_address("wg0", address);
        // A tunnel with another name is recognised by its kind. Nobody is at its other end.
        host.ip(&["tuntap", "add", "office", "mode", "tun"]);
        host.ip(&["link", "set", "office", "up"]);
        host.add_address("office", "10.9.0.1/24");
    }
    let alice = Node::start(&first.lan("alice", &NO_SWEEP));
    let bob = Node::start(&second.lan("bob", &NO_SWEEP));
    for (node, ip) in [(&alice, "10.77.0.1"), (&bob, "10.77.0.2")] {
        let (event, own) = (network(node), format!("eth0 {ip}"));
        let shown = interfaces(&event);
        assert!(shown[0] == own && shown.iter().all(|one| one.starts_with("eth0 ")), "{event}");
        let addrs = event["addrs"].to_string();
        assert!(!["172.17.", "10.8.", "10.9."].iter().any(|part| addrs.contains(part)), "{addrs}");
    }
    assert_all_meet("beside containers and tunnels", &[alice, bob], seconds(1));
}

#[test]
#[ignore = "long: several starts"]
fn a_public_address_is_opened_only_on_request() {
    let Some(mut lab) = Lab::or_skip("a_public_address_is_opened_only_on_request") else { return };
    // A documentation address (RFC 5737), which counts as public.
    let host = lab.host("203.0.113.7/24");
    let closed = Node::start(&host.lan("closed", &NO_SWEEP));
    let event = network(&closed);
    assert_eq!((&event["open"], event["addrs"].as_array().unwrap().len()), (&Value::Bool(false), 1), "{event}");
    assert!(event["lost"].as_str().unwrap().contains("--any-network"), "{event}");
    let open = Node::start(&host.lan("open", &[&["--any-network"], &NO_SWEEP[..]].concat()));
    let event = network(&open);
    assert_eq!(interfaces(&event)[0], "eth0 203.0.113.7", "{event}");
    assert_eq!(event["open"], true, "{event}");
}

#[test]
#[ignore = "long: several starts"]
fn beyond_a_16_only_our_own_24_is_swept_unasked() {
    let test = "beyond_a_16_only_our_own_24_is_swept_unasked";
    let Some(mut lab) = Lab::or_skip(test) else { return };
    let host = lab.host("10.1.2.3/8");
    let near = Node::start(&host.lan("near", &["--sweep-rate", "1"]));
    assert_eq!(network(&near)["looks"], serde_json::json!(["127.0.0.1/32", "10.1.2.0/24"]));
    assert!(near.wait_notice("network").contains("--any-network"));
    let all = Node::start(&host.lan("all", &["--sweep-rate", "1", "--any-network"]));
    assert_eq!(network(&all)["looks"], serde_json::json!(["127.0.0.1/32", "10.0.0.0/8"]));
}
