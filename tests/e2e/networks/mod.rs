//! Which network this is, and what was said there: today, tomorrow, and nowhere else.

mod carried;
mod restarts;

use serde_json::Value;

use crate::support::{Host, Lab, Node, seconds};

/// How long a test waits until a node knows where it is. Interfaces are checked every two seconds; the rest is for a
/// machine that is busy with other tests.
const SETTLED: std::time::Duration = seconds(30);

/// Hardware addresses: two that makers gave to their routers, and one that many routers share.
const OFFICE: &str = "00:1b:21:00:00:01";
const OTHER: &str = "00:1b:21:00:00:02";
const VRRP: &str = "00:00:5e:00:01:01";

/// Gives the first segment a router with this hardware address, at 10.77.0.254.
fn router(lab: &mut Lab, hardware: &str) -> Host {
    let router = lab.router(&[(0, "10.77.0.254/24")]);
    set_hardware(&router, hardware);
    router
}

fn set_hardware(router: &Host, hardware: &str) {
    router.ip(&["link", "set", "eth0", "address", hardware]);
}

/// Sets the default route.
fn leads_through(host: &Host, router: &str) {
    host.ip(&["route", "replace", "default", "via", router]);
}

/// The last event about where the node is, once it is as wanted.
fn wait_network(node: &Node, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    node.wait(what, SETTLED, |events| {
        events.iter().rev().find(|event| event["event"] == "network").filter(|event| wanted(event)).cloned()
    })
    .0
}

/// The node's network, once it is certain which one that is.
fn certain(node: &Node) -> String {
    let event = wait_network(node, "a certain network", |event| event["open"] == true && event["certain"] == true);
    event["network"].as_str().unwrap().to_owned()
}
