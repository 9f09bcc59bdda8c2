//! What the contract and the text say about where the node is, and about what is wrong there.

use super::{super::printer::Printer, *};
use crate::domain::{
    bus::{NetworkStatus, Update},
    model::{Finding, LocalSubnet, Network, NoNetwork, Unusable},
};

fn print(json: bool, updates: impl IntoIterator<Item = Update>) -> String {
    let mut printer = Printer::new(options(json));
    updates.into_iter().for_each(|update| printer.update(update));
    let lines = String::from_utf8(printer.out().clone()).unwrap();
    if json {
        schema::in_contract(&lines);
    }
    lines
}

fn spot(interface: &str, ip: &str, network: &str) -> LocalSubnet {
    let (ip, network) = (ip.parse().unwrap(), network.parse().unwrap());
    LocalSubnet { interface: interface.into(), index: 2, ip, network, broadcast: None }
}

/// How the program starts by default.
fn closed() -> NetworkStatus {
    NetworkStatus {
        open: false,
        network: Network::loopback(),
        certain: true,
        may_be: Vec::new(),
        joined: Vec::new(),
        addrs: vec![addr(4565)],
        spots: Vec::new(),
        sweep: vec!["127.0.0.1/32".parse().unwrap()],
        offer: Ok(vec![spot("wlan0", "192.168.1.20", "192.168.1.0/24")]),
        lost: None,
    }
}

fn open() -> NetworkStatus {
    NetworkStatus {
        open: true,
        network: Network::new("gw 02:42:ac:11:00:01 192.168.1.0/24").unwrap(),
        certain: true,
        may_be: Vec::new(),
        joined: Vec::new(),
        addrs: vec!["192.168.1.20:4565".parse().unwrap(), "[fe80::20%2]:4565".parse().unwrap(), addr(4565)],
        spots: vec![spot("wlan0", "192.168.1.20", "192.168.1.0/24"), spot("wlan0", "fe80::20", "fe80::/64")],
        sweep: vec!["127.0.0.1/32".parse().unwrap(), "192.168.1.0/24".parse().unwrap()],
        offer: Ok(Vec::new()),
        ..closed()
    }
}

/// The same place without a network.
fn lost(place: NetworkStatus) -> NetworkStatus {
    let unplugged = Unusable { interface: "wlan0".into(), connected: false };
    NetworkStatus { lost: Some(NoNetwork::NoAddress(vec![unplugged])), ..place }
}

#[test]
fn network_events_match_the_contract_byte_for_byte() {
    let gone = lost(open());
    let never = lost(closed());
    let told = [closed(), open(), gone, never].map(Update::NetworkStatus);
    assert_eq!(
        print(true, told),
        concat!(
            r#"{"event":"network","open":false,"network":"loopback","certain":true,"addrs":["127.0.0.1:4565"],"interfaces":[],"looks":["127.0.0.1/32"]}"#,
            "\n",
            r#"{"event":"network","open":true,"network":"gw 02:42:ac:11:00:01 192.168.1.0/24","certain":true,"addrs":["192.168.1.20:4565","[fe80::20%2]:4565","127.0.0.1:4565"],"interfaces":[{"interface":"wlan0","ip":"192.168.1.20","network":"192.168.1.0/24"},{"interface":"wlan0","ip":"fe80::20","network":"fe80::/64"}],"looks":["127.0.0.1/32","192.168.1.0/24"]}"#,
            "\n",
            r#"{"event":"network","open":true,"network":"gw 02:42:ac:11:00:01 192.168.1.0/24","certain":true,"addrs":["192.168.1.20:4565","[fe80::20%2]:4565","127.0.0.1:4565"],"interfaces":[{"interface":"wlan0","ip":"192.168.1.20","network":"192.168.1.0/24"},{"interface":"wlan0","ip":"fe80::20","network":"fe80::/64"}],"looks":["127.0.0.1/32","192.168.1.0/24"],"lost":"No network: wlan0 is not connected. Plug in a cable or join a Wi-Fi."}"#,
            "\n",
            r#"{"event":"network","open":false,"network":"loopback","certain":true,"addrs":["127.0.0.1:4565"],"interfaces":[],"looks":["127.0.0.1/32"],"lost":"No network: wlan0 is not connected. Plug in a cable or join a Wi-Fi."}"#,
            "\n",
        )
    );
}

#[test]
fn text_says_where_the_node_is_when_that_changes() {
    let text = |places: &[NetworkStatus]| print(false, places.iter().cloned().map(Update::NetworkStatus));
    let opened = "-- open to wlan0 (192.168.1.20, 192.168.1.0/24), wlan0 (fe80::20, fe80::/64)\n";
    let down = "!! No network: wlan0 is not connected. Plug in a cable or join a Wi-Fi.\n";
    let gone = lost(open());
    assert_eq!(text(&[closed(), closed()]), "");
    assert_eq!(text(&[open(), gone.clone(), open()]), format!("{opened}{down}{opened}"));
    let shut = "-- closed: now on this machine only, nothing leaves it\n";
    assert_eq!(text(&[open(), closed(), closed()]), format!("{opened}{shut}"));
    assert_eq!(text(&[lost(closed())]), down);
    // An address that the user gave and no interface has.
    assert_eq!(text(&[NetworkStatus { spots: Vec::new(), ..open() }]), "-- open to 127.0.0.1/32, 192.168.1.0/24\n");
}

#[test]
fn a_diagnosis_lists_its_findings() {
    let captured = Finding::RouteCaptured {
        interface: "wlan0".into(),
        network: "192.168.1.0/24".parse().unwrap(),
        host: [192, 168, 1, 1].into(),
        by: Some("tun0".into()),
    };
    let agreed = Finding::ClocksAgree;
    let told = || [Update::Diagnosis(vec![captured.clone(), agreed.clone()]), Update::Diagnosis(Vec::new())];
    assert_eq!(
        print(true, told()),
        concat!(
            r#"{"event":"diagnosis","findings":[{"code":"route_captured","state":"fault","text":"Traffic for 192.168.1.1 in your own network 192.168.1.0/24 goes to tun0, not to wlan0.","todo":"A VPN often causes this. Let it leave your local network alone (\"allow LAN access\", split tunnelling), or disconnect it while you chat."},{"code":"clock_off","state":"ok","text":"The clocks agree.","todo":""}]}"#,
            "\n",
            r#"{"event":"diagnosis","findings":[]}"#,
            "\n",
        )
    );
    assert_eq!(
        print(false, told()),
        concat!(
            "-- Traffic for 192.168.1.1 in your own network 192.168.1.0/24 goes to tun0, not to wlan0. A VPN often causes ",
            "this. Let it leave your local network alone (\"allow LAN access\", split tunnelling), or disconnect it while ",
            "you chat.\n-- The clocks agree.\n"
        )
    );
}
