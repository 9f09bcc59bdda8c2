//! Where the node listens, and which peers it looks for there.

use super::*;
use crate::domain::model::{Target, Trust};

const OPEN: &str = "10.0.0.5:4565";

/// The node stays on this machine from now on.
fn close(bench: &mut Harness) -> Vec<Output> {
    let networks = vec!["127.0.0.0/8".parse().unwrap()];
    bench.feed(Input::Relocated(LocalAddrs { addrs: vec![at("127.0.0.1:4565")], networks, open: false }))
}

fn announced(addr: &str, key: u8) -> Input {
    Input::Announced { node: NodeId::new([key; 32]), addr: at(addr) }
}

fn dialled(outs: &[Output]) -> Vec<SocketAddr> {
    dials(outs).into_iter().map(|(_, addr)| addr).collect()
}

#[test]
fn late_sweep_results_are_not_dialled_once_networks_are_closed() {
    let mut bench = Harness::new(OPEN);
    close(&mut bench);
    assert_eq!(dialled(&bench.feed(Input::Found(at("10.0.0.7:4565")))), []);
    assert_eq!(dialled(&bench.feed(announced("10.0.0.7:4565", 7))), []);
    assert_eq!(dialled(&bench.wait(60_000)), []);
    assert_eq!(dialled(&bench.feed(Input::Found(at("127.0.0.1:4566")))), [at("127.0.0.1:4566")]);
}

#[test]
fn a_closed_node_redials_a_local_peer_only_locally() {
    let mut bench = Harness::new(OPEN);
    // Dialled at two addresses: the first one stays the link.
    let secure = Secure { node: NodeId::new([9; 32]), exporter: [7; 32] };
    let link = dials(&bench.feed(Input::Found(at("127.0.0.1:4566"))))[0].0;
    bench.feed(Input::DialConnected { link, secure: Some(secure) });
    let hello = Hello {
        card: None,
        min: 2,
        max: 2,
        caps: Caps::ours(),
        node: secure.node,
        boot: 1,
        nick: Nick::new("bob").ok(),
        wall: None,
        port: None,
        version: "0".into(),
    };
    let outs = bench.feed(Input::DialAnswered { link, hello: Some(hello) });
    assert!(
        outs.iter()
            .any(|out| matches!(out, Output::Update(Update::PeerJoined(peer)) if peer.repute.trust == Trust::New))
    );
    let second = dials(&bench.feed(Input::Found(at("10.0.0.5:4566"))))[0].0;
    bench.feed(Input::DialConnected { link: second, secure: Some(secure) });
    assert!(bench.node.linked().contains(&at("10.0.0.5:4566")));
    close(&mut bench);
    bench.feed(Input::Closed { link, reason: CloseReason::Ended });
    assert_eq!(dialled(&bench.wait(5_000)), [at("127.0.0.1:4566")]);
}

#[test]
fn addresses_found_on_the_previous_network_are_forgotten() {
    let mut bench = Harness::new(OPEN);
    let named = at("10.0.0.8:4565");
    bench.feed(Input::Found(at("10.0.0.7:4565")));
    bench.feed(Input::Configured(Target::Socket(named)));
    let networks = vec!["192.168.7.0/24".parse().unwrap()];
    let outs = bench.feed(Input::Relocated(LocalAddrs { addrs: vec![at("192.168.7.5:4565")], networks, open: true }));
    // The runtime that moved us sweeps the new place and announces us there.
    assert!(!outs.iter().any(|out| matches!(out, Output::Sweep | Output::Announce)), "{outs:?}");
    for link in bench.node.peers.table.links.keys().copied().collect::<Vec<_>>() {
        bench.feed(Input::DialFailed { link, failure: DialFailure::Timeout });
    }
    let later: Vec<_> = (0..20).flat_map(|_| dialled(&bench.wait(1_000))).collect();
    assert_eq!(later, [named]);
}

#[test]
fn ports_that_accept_but_stay_silent_do_not_delay_others() {
    let mut bench = Harness::new(OPEN);
    let silent = |n: u16| at(&format!("10.0.0.{}:4565", 10 + n));
    let begun: usize = (0..200).map(|n| dialled(&bench.feed(Input::Found(silent(n)))).len()).sum();
    assert_eq!(begun, 64);
    assert_eq!(dialled(&bench.feed(Input::Found(at("10.0.0.7:4565")))), []);
    let waits = bench.node.next_timer().unwrap() - bench.now.mono;
    assert!(waits <= std::time::Duration::from_millis(300), "{waits:?}");
    let mut all = Vec::new();
    for _ in 0..3 {
        all.extend(dialled(&bench.wait(300)));
    }
    assert!(all.contains(&at("10.0.0.7:4565")));
    assert_eq!(all.len(), 137, "one after the other, 64 at a time");
    let more: usize = (200..240).map(|n| dialled(&bench.feed(Input::Found(silent(n)))).len()).sum();
    bench.wait(300);
    assert!(more <= 40 && bench.node.peers.table.links.len() <= 256);
}

#[test]
fn an_unreachable_node_is_remembered_for_a_minute() {
    let mut bench = Harness::new(OPEN);
    let link = dials(&bench.feed(announced("10.0.0.7:4565", 7)))[0].0;
    bench.feed(Input::DialFailed { link, failure: DialFailure::Refused });
    let troubles = |bench: &Harness| bench.node.unreachable(bench.now).collect::<Vec<_>>();
    assert_eq!(troubles(&bench), [(at("10.0.0.7:4565"), Trouble::Refused)]);
    bench.wait(59_000);
    assert_eq!(troubles(&bench).len(), 1);
    bench.wait(1_000);
    assert_eq!(troubles(&bench), [], "it was about to end, most likely");
}

#[test]
fn announcements_cannot_make_us_dial_system_services() {
    let mut bench = Harness::new(OPEN);
    for port in [22, 25, 445, 1_023] {
        assert_eq!(dialled(&bench.feed(announced(&format!("10.0.0.7:{port}"), 7))), [], "{port}");
    }
    assert_eq!(dialled(&bench.feed(announced("10.0.0.7:4565", 7))), [at("10.0.0.7:4565")]);
}

#[test]
fn one_host_announcing_many_keys_does_not_crowd_out_others() {
    let mut bench = Harness::new(OPEN);
    let refuse = |bench: &mut Harness, outs: &[Output]| {
        for (link, _) in dials(outs) {
            bench.feed(Input::DialFailed { link, failure: DialFailure::Refused });
        }
        dials(outs).len()
    };
    let mut count = 0;
    for n in 0..1_000u16 {
        let outs = bench.feed(announced(&format!("10.0.0.66:{}", 2_000 + n), n as u8));
        count += refuse(&mut bench, &outs);
    }
    assert!((1..=16).contains(&count), "{count}");
    for n in 100..140u8 {
        let addr = format!("10.0.0.{n}:4565");
        let outs = bench.feed(announced(&addr, n));
        assert_eq!(dialled(&outs), [at(&addr)]);
        refuse(&mut bench, &outs);
    }
}
