//! How long it takes to find five nodes on a /24 where nobody else answers, beside a bare sweep with the same limits.
//!
//! The bare sweep connects to one port of every host, in random order, 200 per second, with at most 768 sockets and 2.3
//! s for each. It is done when the fifth connection is open: no handshake, no link. Both take turns, on a network that
//! this program makes in namespaces. Without root it measures nothing. `cargo bench --bench find`

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark reports on standard output and ends at the first thing that is wrong"
)]

#[cfg(target_os = "linux")]
mod bare;

#[path = "../../tests/support/mod.rs"]
mod support;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("Nothing is measured outside `cargo bench`.");
        return;
    }
    #[cfg(target_os = "linux")]
    measure();
    #[cfg(not(target_os = "linux"))]
    println!("measured on Linux only");
}

/// The host numbers of the nodes that wait to be found.
#[cfg(target_os = "linux")]
const FIVE: [u8; 5] = [23, 71, 119, 167, 213];

#[cfg(target_os = "linux")]
fn measure() {
    // A single node is found at a random time of the pass. The mean of this many is accurate to some ten percent.
    compare(&FIVE[..1], 40);
    // Of five nodes, the first one met passes on the others.
    compare(&FIVE, 10);
}

/// Prints the mean times that a bare sweep and ours take to find all these hosts, measured in turns.
#[cfg(target_os = "linux")]
fn compare(hosts: &[u8], rounds: u32) {
    use std::{net::Ipv4Addr, time::Duration};

    use support::{Lab, Node, Setup, seconds};

    let Some(mut lab) = Lab::or_skip("the sweep") else { return };
    let here = lab.machine();
    lab.plug(&here, 0, &[]);
    let addresses: Vec<Ipv4Addr> = hosts.iter().map(|n| Ipv4Addr::new(10, 77, 0, *n)).collect();
    let quiet = ["--no-announce", "--cidr", "127.0.0.1/32"];
    let waiting = |ip: &Ipv4Addr| {
        let setup = lab.host(&format!("{ip}/24")).lan(&format!("n{}", ip.octets()[3]), &quiet);
        let node = Node::start(&Setup { ports: 4_565..=4_565, ..setup });
        node.addr();
        node
    };
    let nodes: Vec<Node> = addresses.iter().map(waiting).collect();
    let (mut ours, mut bares) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        // A node that was linked is dialled again at its old address. So each time we come as somebody else, from
        // somewhere else.
        let address = format!("10.77.0.{}/24", 2 + 2 * round);
        here.add_address("eth0", &address);
        bares += here.inside(|| bare::find(&addresses));
        let node = Node::start(&Setup { ports: 4_565..=4_565, ..here.lan("last", &["--no-announce"]) });
        node.wait_peers_within(nodes.len(), seconds(30));
        let listened = node.first_at(|event| event["event"] == "listening").expect("it listens");
        let last = nodes.iter().filter_map(|other| node.joined_at(&other.id())).max().expect("it met them");
        ours += last.saturating_duration_since(listened);
        drop(node);
        for other in &nodes {
            other.wait_peers(nodes.len() - 1);
        }
        here.remove_address("eth0", &address);
    }
    let (ours, bares, count) = (ours / rounds, bares / rounds, hosts.len());
    println!("  {count} found by a bare sweep after      mean {bares:>9.1?}   ({rounds} times each)");
    println!("  {count} linked by ours after             mean {ours:>9.1?}");
    println!(
        "  ratio                              {:.2} (target: below 1.3)",
        ours.as_secs_f64() / bares.as_secs_f64()
    );
}
