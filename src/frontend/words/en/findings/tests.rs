use super::*;
use crate::domain::model::{CannotListen, Finding, FoundPeer, LocalSubnet, Nick, NoNetwork, PortRange, Unreached, Way};

fn bob() -> FoundPeer {
    FoundPeer { nick: Nick::new("bob").ok(), addr: ([10, 77, 0, 30], 4_565).into() }
}

fn range(min: u16, max: u16) -> PortRange {
    PortRange::new(min.try_into().unwrap(), max.try_into().unwrap()).unwrap()
}

fn check(table: impl IntoIterator<Item = (Finding, &'static str, &'static str)>) {
    for (finding, what, todo) in table {
        assert_eq!(super::what(&finding), what);
        assert_eq!(super::todo(&finding), todo, "{what}");
    }
}

const VPN: &str = "A VPN often causes this. Let it leave your local network alone (\"allow LAN access\", split \
                   tunnelling), or disconnect it while you chat.";
const SLOWER: &str = "The sweep still finds people, only more slowly. Allow multicast, and UDP on the lowest port of the \
                      range, in the firewall. Switch off \"IGMP snooping\" or \"multicast filtering\" in the router.";
const PORTS: &str = "To see which programs use them, run: ss -ltnp. Close those programs, or give everyone the same new \
                     range.";

#[test]
fn faults_of_this_machine_say_what_to_do() {
    let (interface, ip): (std::sync::Arc<str>, std::net::IpAddr) = ("eth0".into(), [10, 77, 0, 20].into());
    let network: ipnetwork::IpNetwork = "10.77.0.0/24".parse().unwrap();
    let spot = LocalSubnet { interface: interface.clone(), index: 2, ip, network, broadcast: None };
    let captured = |by| {
        let (interface, host) = (interface.clone(), [10, 77, 0, 1].into());
        Finding::RouteCaptured { interface, network, host, by }
    };
    let addr = (ip, 80).into();
    check([
        (
            Finding::Closed,
            "The chat is on this machine only, so no one else on your network can find you.",
            "To open it to your network, press F2 in the chat or start it with --lan.",
        ),
        (Finding::Open(vec![spot]), "The chat is open to eth0 (10.77.0.20, 10.77.0.0/24).", ""),
        (Finding::Open(Vec::new()), "The chat is open to your network.", ""),
        (
            Finding::NoNetwork(NoNetwork::AddressesLost(vec![interface.clone()])),
            "No network: eth0 has lost its address.",
            "",
        ),
        (Finding::PortFree(4_565), "Port 4565 is free to listen on.", ""),
        (
            Finding::CannotListen(CannotListen::AllInUse { ip, ports: range(4_565, 4_569) }),
            "Ports 4565-4569 on 10.77.0.20 are all in use.",
            PORTS,
        ),
        (
            Finding::CannotListen(CannotListen::AllInUse { ip, ports: range(4_565, 4_565) }),
            "Port 4565 on 10.77.0.20 is in use.",
            PORTS,
        ),
        (
            Finding::CannotListen(CannotListen::NotOurs(ip)),
            "10.77.0.20 is not an address of this machine.",
            "Give one of this machine's addresses with --ip, or 127.0.0.1 for this machine only.",
        ),
        (
            Finding::CannotListen(CannotListen::NotAllowed(addr)),
            "You are not allowed to listen on 10.77.0.20:80.",
            "Ports below 1024 need special rights. Choose higher ones with --min-port.",
        ),
        (
            Finding::CannotListen(CannotListen::Other { addr, error: "no such device".to_owned() }),
            "Cannot listen on 10.77.0.20:80: no such device.",
            "Correct --ip, or leave it out.",
        ),
        (
            captured(Some("tun0".into())),
            "Traffic for 10.77.0.1 in your own network 10.77.0.0/24 goes to tun0, not to eth0.",
            VPN,
        ),
        (
            captured(None),
            "There is no route to 10.77.0.1, although it is in your own network 10.77.0.0/24 (eth0).",
            VPN,
        ),
        (
            Finding::NarrowMask { interface: interface.clone(), ip },
            "The network mask of eth0 (10.77.0.20/32) leaves no room for anyone else.",
            "Set the real mask of the network, usually 255.255.255.0 (/24), or let DHCP set it.",
        ),
        (
            Finding::RouterOutside {
                interface: interface.clone(),
                router: [10, 78, 0, 1].into(),
                networks: vec![network, "10.79.0.0/24".parse().unwrap()],
            },
            "The router 10.78.0.1 on eth0 is outside your networks 10.77.0.0/24 and 10.79.0.0/24.",
            "The network mask or the address is wrong. Let DHCP set them, or compare them with another machine's.",
        ),
        (
            Finding::NeighbourOutside { interface, ip: [10, 77, 1, 5].into(), networks: vec![network] },
            "10.77.1.5 is on the same cable or Wi-Fi (eth0), but outside your network 10.77.0.0/24.",
            "Your network mask or theirs is wrong, or two networks share the cable. Compare both with the router's; DHCP \
             usually sets them right.",
        ),
        (Finding::OthersAnswer(0), "People on your network answer.", ""),
        (Finding::OthersAnswer(1), "1 other machine on your network answers.", ""),
        (Finding::OthersAnswer(3), "3 other machines on your network answer.", ""),
        (
            Finding::OnlyRouter { router: [10, 77, 0, 254].into(), hosts: 65_534 },
            "Of 65,534 addresses only the router (10.77.0.254) answers: no one else can be seen.",
            "Guest Wi-Fi and some access points keep devices apart (\"client isolation\"). Use a cable or another \
             network, or switch that off. If you are the only one here, all is well.",
        ),
    ]);
}

#[test]
fn faults_between_people_say_what_to_do() {
    let unnamed = FoundPeer { nick: None, ..bob() };
    let addr = bob().addr;
    let blocked = |port, how, ports| Finding::InboundBlocked { who: bob(), port, how, ports };
    let lost = |way| Finding::AnnouncementsLost { who: bob(), way };
    let said = format!(
        "bob (10.77.0.30:4565) runs release 9.0.0 and you run {}: these speak different versions of the protocol.",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(what(&Finding::OtherVersion { who: bob(), release: Some("9.0.0".into()) }), said);
    let said = format!(
        "10.77.0.30:4565 speaks another version of the protocol than your release {}.",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(what(&Finding::OtherVersion { who: unnamed.clone(), release: None }), said);
    assert_eq!(
        todo(&Finding::OtherVersion { who: unnamed.clone(), release: None }),
        "Update the older of the two programs."
    );
    check([
        (Finding::Reachable(unnamed), "10.77.0.30:4565 can connect to you.", ""),
        (
            blocked(Some(4_565), Unreached::Silent, Some(range(4_565, 4_569))),
            "bob (10.77.0.30:4565) tried to connect to you on TCP 4565 and got no answer.",
            "A firewall on this machine blocks it. Allow incoming TCP 4565-4569, for example with: ufw allow 4565:4569/tcp",
        ),
        (
            blocked(None, Unreached::Refused, None),
            "bob (10.77.0.30:4565) tried to connect to you on TCP and was refused by this machine.",
            "A firewall on this machine blocks it. Allow incoming TCP, for example with: ufw allow 4565:4569/tcp",
        ),
        (
            Finding::PeerBlocked { addr, announced: true, how: Unreached::Refused },
            "10.77.0.30:4565 announces itself, but refuses the connection.",
            "Is the program running there, on that port? If it is, a firewall there or here refuses the connection.",
        ),
        (
            Finding::PeerBlocked { addr, announced: true, how: Unreached::Silent },
            "10.77.0.30:4565 announces itself, but does not answer.",
            "A firewall may block it: allow incoming TCP on that port there, and outgoing TCP here. Or the access point \
             keeps you apart.",
        ),
        (
            Finding::PeerBlocked { addr, announced: false, how: Unreached::NoRoute },
            "10.77.0.30:4565 is one of the addresses you gave, but cannot be reached from here.",
            "It is on another network, and no route leads there. Correct the address or the routes.",
        ),
        (Finding::AnnouncementsPass, "Announcements get through in both directions.", ""),
        (
            Finding::Mute { interface: "eth0".into(), error: "not permitted".to_owned() },
            "Announcements cannot be sent or received on eth0: not permitted.",
            SLOWER,
        ),
        (lost(Way::Out), "Your announcements do not reach bob (10.77.0.30:4565).", SLOWER),
        (lost(Way::In), "The announcements of bob (10.77.0.30:4565) do not reach you.", SLOWER),
        (lost(Way::Both), "Announcements get lost between you and bob (10.77.0.30:4565), in both directions.", SLOWER),
        (Finding::FoundHere(2), "2 people found on this machine.", ""),
        (Finding::FoundBeyond(1), "1 person found.", ""),
    ]);
    for someone_here in [false, true] {
        let nobody = Finding::NobodyFound { someone_here };
        let beyond = if someone_here { " beyond this machine" } else { "" };
        assert_eq!(what(&nobody), format!("No one{beyond} was found, and nothing wrong can be seen from here."));
        assert!(todo(&nobody).contains("is their chat open to it (F2)?"));
    }
}

#[test]
fn clock_offsets_are_given_in_one_unit() {
    let off = |minutes_ahead, ours| Finding::ClockOff { who: bob(), minutes_ahead, ours };
    for (finding, said) in [
        (
            off(7, false),
            "Your clock or theirs is wrong: the clock of bob (10.77.0.30:4565) is 7 minutes ahead of yours.",
        ),
        (off(120, true), "Your clock is wrong: the clock of bob (10.77.0.30:4565) is 2 hours ahead of yours."),
        (
            off(-4_320, false),
            "Your clock or theirs is wrong: the clock of bob (10.77.0.30:4565) is 3 days behind yours.",
        ),
    ] {
        assert_eq!(what(&finding), said);
    }
    assert_eq!(todo(&off(7, true)), "Set this machine's clock, or turn on its time synchronisation.");
    assert!(todo(&off(7, false)).contains("lines are ordered by time"));
    assert_eq!(what(&Finding::ClocksAgree), "The clocks agree.");
}
