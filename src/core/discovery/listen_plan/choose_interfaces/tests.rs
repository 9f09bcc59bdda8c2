use super::*;

fn interface(name: &str, kind: InterfaceKind, addrs: &[&str]) -> Interface {
    let addr = |text: &&str| {
        let network: IpNetwork = text.parse().unwrap();
        let broadcast = match network {
            IpNetwork::V4(v4) if v4.prefix() < 31 => Some(v4.broadcast()),
            _ => None,
        };
        InterfaceAddr { ip: network.ip(), prefix: network.prefix(), broadcast }
    };
    Interface {
        name: name.into(),
        index: u32::try_from(name.len()).unwrap(),
        kind,
        up: true,
        gateway: None,
        addrs: addrs.iter().map(addr).collect(),
    }
}

fn loopback() -> Interface {
    interface("lo", InterfaceKind::Loopback, &["127.0.0.1/8", "::1/128"])
}

fn open(interfaces: &[Interface]) -> Result<ListenPlan, NoNetwork> {
    lan(interfaces, &Wishes::default())
}

fn listens(site: &ListenPlan) -> Vec<String> {
    site.listen.iter().map(ToString::to_string).collect()
}

fn sweeps(site: &ListenPlan) -> Vec<String> {
    site.sweep.iter().map(ToString::to_string).collect()
}

#[test]
fn a_laptop_listens_on_its_network_and_on_loopback() {
    let wifi = interface("wlan0", InterfaceKind::Network, &["192.168.1.20/24", "fe80::5/64"]);
    let site = open(&[loopback(), wifi]).unwrap();
    assert_eq!(listens(&site), ["192.168.1.20:0", "[fe80::5%5]:0", "127.0.0.1:0"]);
    assert_eq!(sweeps(&site), ["127.0.0.1/32", "192.168.1.0/24"]);
    assert!(site.networks.iter().any(|network| network.contains("fe80::77".parse().unwrap())));
    assert_eq!(site.source("192.168.1.77".parse().unwrap()), Some("192.168.1.20".parse().unwrap()));
    assert_eq!(site.source("127.0.0.1".parse().unwrap()), Some("127.0.0.1".parse().unwrap()));
    assert_eq!(site.source("10.9.9.9".parse().unwrap()), None);
    assert_eq!(site.source("fe80::77".parse().unwrap()), None);
}

#[test]
fn containers_and_tunnels_are_left_out_unless_they_are_named() {
    let all = [
        loopback(),
        interface("docker0", InterfaceKind::Container, &["172.17.0.1/16"]),
        interface("wg0", InterfaceKind::Tunnel, &["10.8.0.2/24"]),
        interface("eth0", InterfaceKind::Network, &["10.0.0.5/24"]),
    ];
    assert_eq!(sweeps(&open(&all).unwrap()), ["127.0.0.1/32", "10.0.0.0/24"]);
    let wishes = Wishes { interfaces: vec!["wg0".to_owned()], ..Wishes::default() };
    assert_eq!(sweeps(&lan(&all, &wishes).unwrap()), ["127.0.0.1/32", "10.8.0.0/24"]);
    let wishes = Wishes { ip: Some("172.17.0.1".parse().unwrap()), ..Wishes::default() };
    assert_eq!(listens(&lan(&all, &wishes).unwrap()), ["172.17.0.1:0", "127.0.0.1:0"]);
    let wishes = Wishes { interfaces: vec!["wlan9".to_owned()], ..Wishes::default() };
    assert_eq!(lan(&all, &wishes), Err(NoNetwork::NotThere(vec!["wlan9".to_owned()])));
}

#[test]
fn the_interface_with_the_router_stands_for_the_network() {
    let cable = interface("eth0", InterfaceKind::Network, &["10.0.0.5/24"]);
    let mut wifi = interface("wlan0", InterfaceKind::Network, &["192.168.1.20/24"]);
    wifi.gateway = Some(Ipv4Addr::new(192, 168, 1, 1));
    let site = open(&[cable, wifi]).unwrap();
    assert_eq!(site.primary().unwrap().interface.as_ref(), "wlan0");
    assert_eq!(sweeps(&site), ["127.0.0.1/32", "192.168.1.0/24"]);
}

#[test]
fn a_second_network_stays_closed_unless_the_user_names_it() {
    let cable = interface("eth0", InterfaceKind::Network, &["10.0.0.5/24", "fe80::5/64"]);
    let wifi = interface("wlan0", InterfaceKind::Network, &["192.168.1.20/24", "fe80::6/64"]);
    let docked = interface("enp0s9", InterfaceKind::Network, &["10.0.0.6/24", "fe80::7/64"]);
    let all = [loopback(), cable, wifi, docked];
    let site = open(&all).unwrap();
    assert_eq!(sweeps(&site), ["127.0.0.1/32", "10.0.0.0/24"]);
    let listening = ["10.0.0.5:0", "[fe80::5%4]:0", "10.0.0.6:0", "[fe80::7%6]:0", "127.0.0.1:0"];
    assert_eq!(listens(&site), listening, "two ways into one network are both open");
    let network = "192.168.1.0/24".parse().unwrap();
    assert_eq!(site.remarks, [NetworkRemark::OtherNetwork { interface: "wlan0".into(), network }]);
    let there = lan(&all, &Wishes { at: Some("wlan0".into()), ..Wishes::default() }).unwrap();
    assert_eq!(sweeps(&there), ["127.0.0.1/32", "192.168.1.0/24"]);
    assert_eq!(there.remarks.len(), 2);
    let gone = lan(&all, &Wishes { at: Some("wlan7".into()), ..Wishes::default() }).unwrap();
    assert_eq!(sweeps(&gone), sweeps(&site));
    let interfaces = vec!["eth0".to_owned(), "wlan0".to_owned()];
    let both = lan(&all, &Wishes { interfaces, ..Wishes::default() }).unwrap();
    assert_eq!(sweeps(&both), ["127.0.0.1/32", "10.0.0.0/24", "192.168.1.0/24"]);
}

#[test]
fn public_addresses_need_permission() {
    let server = interface("eth0", InterfaceKind::Network, &["203.0.113.5/24", "fe80::5/64"]);
    let (interface_name, ip) = (server.name.clone(), "203.0.113.5".parse().unwrap());
    assert_eq!(open(std::slice::from_ref(&server)), Err(NoNetwork::Public { interface: interface_name.clone(), ip }));
    let wishes = Wishes { any_network: true, ..Wishes::default() };
    assert_eq!(listens(&lan(std::slice::from_ref(&server), &wishes).unwrap())[0], "203.0.113.5:0");
    let inside = interface("eth11", InterfaceKind::Network, &["10.0.0.5/24"]);
    let site = open(&[server, inside]).unwrap();
    assert_eq!(listens(&site)[0], "10.0.0.5:0");
    assert_eq!(site.remarks, [NetworkRemark::PublicLeftOut { interface: interface_name, ip }]);
    let global = interface("eth0", InterfaceKind::Network, &["192.168.1.2/24", "2001:db8::5/64", "fd00::5/64"]);
    assert_eq!(listens(&open(&[global]).unwrap()), ["192.168.1.2:0", "[fd00::5]:0", "127.0.0.1:0"]);
}

#[test]
fn networks_larger_than_a_16_are_swept_only_nearby() {
    let campus = interface("eth0", InterfaceKind::Network, &["10.1.2.3/8"]);
    let site = open(std::slice::from_ref(&campus)).unwrap();
    assert_eq!(sweeps(&site), ["127.0.0.1/32", "10.1.2.0/24"]);
    assert!(site.networks.iter().any(|network| network.contains("10.200.0.1".parse().unwrap())));
    let [network, part] = ["10.0.0.0/8", "10.1.2.0/24"].map(|text| text.parse().unwrap());
    assert_eq!(site.remarks, [NetworkRemark::PartlySearched { network, part }]);
    let wishes = Wishes { any_network: true, ..Wishes::default() };
    assert_eq!(sweeps(&lan(&[campus], &wishes).unwrap()), ["127.0.0.1/32", "10.0.0.0/8"]);
}

#[test]
fn networks_that_the_user_named_are_swept_instead() {
    let office = interface("eth0", InterfaceKind::Network, &["10.1.2.3/24"]);
    let cidrs = Some(vec!["10.1.3.0/24".parse().unwrap(), "10.1.2.0/25".parse().unwrap()]);
    let site = lan(&[office], &Wishes { cidrs, ..Wishes::default() }).unwrap();
    assert_eq!(sweeps(&site), ["127.0.0.1/32", "10.1.3.0/24", "10.1.2.0/25"]);
    assert!(site.networks.contains(&"10.1.2.0/24".parse().unwrap()), "announcements of the own network count");
}

#[test]
fn link_local_ipv4_is_used_only_without_other_addresses() {
    let both = interface("eth0", InterfaceKind::Network, &["169.254.7.7/16", "10.0.0.5/24"]);
    assert_eq!(listens(&open(&[both]).unwrap()), ["10.0.0.5:0", "127.0.0.1:0"]);
    let alone = interface("eth0", InterfaceKind::Network, &["169.254.7.7/16"]);
    let site = open(&[alone]).unwrap();
    assert_eq!((listens(&site)[0].as_str(), sweeps(&site)[1].as_str()), ("169.254.7.7:0", "169.254.7.0/24"));
    assert!(site.remarks.is_empty());
}

#[test]
fn a_missing_network_is_explained() {
    let mut cable = interface("eth0", InterfaceKind::Network, &["10.0.0.5/24"]);
    cable.up = false;
    let error = open(&[loopback(), cable, interface("wlan0", InterfaceKind::Network, &[])]).unwrap_err();
    let unusable = [("eth0", false), ("wlan0", true)];
    let unusable = unusable.map(|(name, connected)| Unusable { interface: name.into(), connected });
    assert_eq!(error, NoNetwork::NoAddress(unusable.to_vec()));
    assert_eq!(open(&[]), Err(NoNetwork::NoAddress(Vec::new())));
}

#[test]
fn a_closed_node_stays_on_this_machine_whatever_is_configured() {
    let cidrs = ["127.0.0.0/30".parse().unwrap(), "10.0.0.0/24".parse().unwrap()];
    let site = ListenPlan::machine("127.0.0.1".parse().unwrap(), &cidrs, &[loopback()]);
    assert_eq!((listens(&site), sweeps(&site)), (vec!["127.0.0.1:0".to_owned()], vec!["127.0.0.0/30".to_owned()]));
    assert!(!site.open && site.spots.len() == 1 && !site.reaches("10.0.0.1".parse().unwrap()));
    let site = ListenPlan::machine("10.0.0.5".parse().unwrap(), &cidrs, &[]);
    assert_eq!((listens(&site), sweeps(&site)), (vec!["127.0.0.1:0".to_owned()], vec!["127.0.0.1/32".to_owned()]));
}

#[test]
fn link_local_dials_leave_the_source_to_the_system() {
    let wifi = interface("wlan0", InterfaceKind::Network, &["fe80::5/64"]);
    let site = ListenPlan::fixed("fe80::5".parse().unwrap(), Vec::new(), &[wifi]);
    assert_eq!(listens(&site), ["[fe80::5%5]:0"]);
    assert_eq!(site.source("fe80::7".parse().unwrap()), None);
}
