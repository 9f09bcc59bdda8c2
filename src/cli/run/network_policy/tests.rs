use clap::Parser as _;

use super::*;
use crate::{
    cli::config::{Args, Sources, merge},
    core::networks::NetworkRecord,
    domain::model::{InterfaceAddr, InterfaceKind, Unusable},
};

fn policy_of(args: &[&str], records: Vec<NetworkRecord>) -> NetworkPolicy {
    let args = Args::try_parse_from(std::iter::once(&"proximity-chat").chain(args)).unwrap();
    let config = merge(Sources { args: &args, env: &[], file: None, login: None }).unwrap();
    NetworkPolicy::new(&config, Networks::new(records, 1))
}

fn eth0(ip: &str) -> Interface {
    let addr = InterfaceAddr { ip: ip.parse().unwrap(), prefix: 24, broadcast: None };
    Interface {
        name: "eth0".into(),
        index: 2,
        kind: InterfaceKind::Network,
        up: true,
        gateway: None,
        addrs: vec![addr],
    }
}

/// The same interface, with the IPv6 address that every interface gives itself.
fn with_link_local(interface: Interface) -> Interface {
    let addr = InterfaceAddr { ip: "fe80::5".parse().unwrap(), prefix: 64, broadcast: None };
    Interface { addrs: [interface.addrs, vec![addr]].concat(), ..interface }
}

/// Documentation addresses (RFC 5737): no machine has them.
const OFFICE: &str = "203.0.113.5";
const CAFE: &str = "198.51.100.5";
const ANY: &str = "--any-network";

/// Each prefix has a router of its own.
fn evidence(site: &ListenPlan) -> Evidence {
    let router = |spot: &LocalSubnet| match spot.ip {
        IpAddr::V4(ip) if !ip.is_loopback() => format!("00:1b:21:00:00:{:02x}", ip.octets()[0]).parse().ok(),
        _ => None,
    };
    Evidence::new(site.spots.iter().map(|spot| spot.network), site.spots.iter().filter_map(router))
}

fn silent(site: &ListenPlan) -> Evidence {
    Evidence::new(site.spots.iter().map(|spot| spot.network), None)
}

fn today() -> Date {
    Date::from_days(20_000)
}

fn decide(policy: &mut NetworkPolicy, interfaces: &[Interface], before: Option<&Decision>) -> Decision {
    policy.decide_by(interfaces, before, before.is_none_or(|one| one.desired.lost.is_none()), today(), evidence)
}

/// The user opens or closes the chat on the network of these interfaces.
fn say(policy: &mut NetworkPolicy, open: bool, interfaces: &[Interface]) {
    let seen = policy.opened(interfaces).ok().map(|site| evidence(&site));
    policy.say(open, seen.as_ref(), today());
}

fn office() -> Network {
    Network::new("gw 00:1b:21:00:00:cb 203.0.113.0/24").unwrap()
}

fn office_record(open: bool) -> NetworkRecord {
    NetworkRecord { open: Some(open), ..NetworkRecord::of_name(office()).unwrap() }
}

#[test]
fn by_default_the_node_stays_local_and_offers_networks() {
    let decision = decide(&mut policy_of(&[ANY], Vec::new()), &[eth0(OFFICE)], None);
    assert!(!decision.desired.site.open && decision.desired.network == Network::loopback());
    assert_eq!(decision.desired.offer.as_ref().unwrap()[0].interface.as_ref(), "eth0");
    let mut policy = policy_of(&[], Vec::new());
    let decision = decide(&mut policy, &[], None);
    assert!(decision.desired.offer.is_err() && decision.desired.lost.is_none());
    assert!(policy.networks.here().is_none());
}

#[test]
fn routers_are_asked_only_where_the_chat_was_opened() {
    let interfaces = [eth0(OFFICE)];
    assert!(policy_of(&[ANY], Vec::new()).worth_asking(&interfaces).is_none());
    assert!(policy_of(&[ANY], vec![office_record(false)]).worth_asking(&interfaces).is_none());
    assert!(policy_of(&[ANY], vec![office_record(true)]).worth_asking(&interfaces).is_some());
    assert!(policy_of(&[ANY], vec![office_record(true)]).worth_asking(&[eth0(CAFE)]).is_none());
    assert!(policy_of(&[ANY, "--lan"], Vec::new()).worth_asking(&interfaces).is_some());
}

#[test]
fn screen_choices_are_kept_per_network_and_flags_win() {
    for (args, record, open) in [
        (&[ANY][..], None, false),
        (&[ANY], Some(true), true),
        (&[ANY, "--lan"], None, true),
        (&[ANY, "--lan"], Some(false), true),
        (&[ANY, "--ip", OFFICE, "--cidr", "203.0.113.0/24"], None, true),
    ] {
        let records = record.map(office_record).into_iter().collect();
        let decision = decide(&mut policy_of(args, records), &[eth0(OFFICE)], None);
        assert_eq!(decision.desired.site.open, open, "{args:?} {record:?}");
        assert_eq!(decision.desired.network, if open { office() } else { Network::loopback() });
        assert!(decision.desired.standing.certain);
    }
    let decision = decide(&mut policy_of(&[ANY], vec![office_record(true)]), &[eth0(CAFE)], None);
    assert!(!decision.desired.site.open, "what was set at the office is not true of a café");
}

#[test]
fn choices_made_in_this_run_win() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    say(&mut policy, false, &[eth0(OFFICE)]);
    assert!(!decide(&mut policy, &[eth0(OFFICE)], None).desired.site.open);
    assert!(decide(&mut policy, &[eth0(CAFE)], None).desired.site.open);
    policy.networks.leave();
    say(&mut policy, true, &[eth0(OFFICE)]);
    assert!(decide(&mut policy, &[eth0(OFFICE)], None).desired.site.open);
}

#[test]
fn a_lost_network_is_kept_until_another_appears() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    let mut unplugged = eth0(OFFICE);
    unplugged.up = false;
    let lost = decide(&mut policy, &[unplugged], Some(&before));
    assert_eq!((&lost.desired.site, &lost.desired.network), (&before.desired.site, &before.desired.network));
    let unusable = Unusable { interface: "eth0".into(), connected: false };
    assert_eq!(lost.desired.lost, Some(NoNetwork::NoAddress(vec![unusable])));
    assert!(!lost.desired.standing.certain, "nothing is known of the next one");
    let back = decide(&mut policy, &[eth0(OFFICE)], Some(&lost));
    assert_eq!((&back.desired.network, back.desired.standing.certain), (&office(), true));
    assert!(back.desired.standing.stay > before.desired.standing.stay);
    let moved = decide(&mut policy, &[eth0(CAFE)], Some(&lost));
    assert!(moved.desired.network != office());
}

#[test]
fn a_cafe_with_the_office_prefix_is_not_the_office() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    let lost = decide(&mut policy, &[], Some(&before));
    let cafe = policy.decide_by(&[eth0(OFFICE)], Some(&lost), false, today(), silent);
    assert!(cafe.desired.site.open && cafe.desired.network != office());
    assert_eq!((cafe.desired.standing.certain, cafe.desired.may_be), (false, vec![office()]));
}

#[test]
fn lines_typed_without_a_network_wait_for_the_next_one() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let none = decide(&mut policy, &[], None);
    assert!(!none.desired.site.open && none.desired.lost.is_some(), "it says why it is not open");
    assert_eq!(none.desired.network, Network::awaited());
    let still = decide(&mut policy, &[], Some(&none));
    assert_eq!(still.desired.network, Network::awaited());
    let come = decide(&mut policy, &[eth0(OFFICE)], Some(&still));
    assert_eq!((come.desired.network, come.desired.joined), (office(), vec![Network::awaited()]));
}

#[test]
fn a_lost_network_can_still_be_closed() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    let lost = decide(&mut policy, &[], Some(&before));
    assert!(lost.desired.site.open && lost.desired.lost.is_some());
    policy.say(false, lost.seen.as_ref(), today());
    let closed = decide(&mut policy, &[], Some(&lost));
    assert!(!closed.desired.site.open && closed.desired.lost.is_none());
    let back = decide(&mut policy, &[eth0(OFFICE)], Some(&closed));
    assert!(!back.desired.site.open, "it stays closed when the network is back");
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let never = decide(&mut policy, &[], None);
    assert!(never.desired.lost.is_some());
    policy.say(false, never.seen.as_ref(), today());
    assert!(decide(&mut policy, &[], Some(&never)).desired.lost.is_none());
    assert!(!decide(&mut policy, &[eth0(CAFE)], None).desired.site.open);
}

#[test]
fn a_brief_loss_of_addresses_keeps_the_network() {
    let mut policy = policy_of(&[ANY], Vec::new());
    say(&mut policy, true, &[eth0(OFFICE)]);
    let office_here = with_link_local(eth0(OFFICE));
    let before = decide(&mut policy, std::slice::from_ref(&office_here), None);
    assert!(before.desired.site.open);
    let bare = with_link_local(Interface { addrs: Vec::new(), ..eth0(OFFICE) });
    let lost = decide(&mut policy, std::slice::from_ref(&bare), Some(&before));
    assert_eq!(lost.desired.site, before.desired.site);
    assert_eq!(lost.desired.lost, Some(NoNetwork::AddressesLost(vec!["eth0".into()])));
    let back = decide(&mut policy, std::slice::from_ref(&office_here), Some(&lost));
    assert_eq!((&back.desired.network, &back.desired.site), (&office(), &before.desired.site));
    // In a café, and back: link-local addresses are the same everywhere and prove nothing.
    let cafe = decide(&mut policy, &[with_link_local(eth0(CAFE))], Some(&lost));
    assert!(!cafe.desired.site.open);
    let between = decide(&mut policy, &[bare], Some(&cafe));
    let back = decide(&mut policy, &[office_here], Some(&between));
    assert!(back.desired.site.open && back.desired.network == office());
}

#[test]
fn a_lost_configured_address_is_named() {
    let mut policy = policy_of(&[ANY, "--ip", OFFICE, "--cidr", "203.0.113.0/24"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    let lost = decide(&mut policy, &[Interface { addrs: Vec::new(), ..eth0(OFFICE) }], Some(&before));
    assert_eq!(lost.desired.lost, Some(NoNetwork::AddressGone(OFFICE.parse().unwrap())));
}

#[test]
fn plugging_in_a_cable_does_not_change_the_network() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    let cable = Interface { name: "eth9".into(), index: 1, ..eth0(CAFE) };
    let both = decide(&mut policy, &[cable.clone(), eth0(OFFICE)], Some(&before));
    assert_eq!(both.desired.network, office());
    assert_eq!(both.desired.site.listen, before.desired.site.listen, "the other one stays closed");
    let network = "198.51.100.0/24".parse().unwrap();
    assert_eq!(both.desired.site.remarks, [NetworkRemark::OtherNetwork { interface: "eth9".into(), network }]);
    policy.go_to(&"eth9".into(), &[cable.clone(), eth0(OFFICE)]).unwrap();
    let gone = decide(&mut policy, &[cable.clone(), eth0(OFFICE)], Some(&both));
    assert!(gone.desired.network != office() && gone.desired.site.open);
    assert!(policy.go_to(&"eth7".into(), &[cable, eth0(OFFICE)]).is_err());
}

#[test]
fn a_network_named_by_the_user_is_one_network() {
    let mut policy = policy_of(&[ANY, "--lan", "--network", "office"], Vec::new());
    for ip in [OFFICE, CAFE] {
        let decision = decide(&mut policy, &[eth0(ip)], None);
        assert_eq!(decision.desired.network.as_str(), "office");
        assert!(decision.desired.standing.certain && decision.desired.joined.is_empty());
    }
}

#[test]
fn a_forgotten_router_neither_opens_nor_closes_the_node() {
    let mut closed = policy_of(&[ANY, "--lan"], Vec::new());
    say(&mut closed, false, &[eth0(OFFICE)]);
    assert!(!closed.decide_by(&[eth0(OFFICE)], None, true, today(), silent).desired.site.open);
    let mut opened = policy_of(&[ANY], Vec::new());
    say(&mut opened, true, &[eth0(OFFICE)]);
    let before = decide(&mut opened, &[eth0(OFFICE)], None);
    let forgotten = opened.decide_by(&[eth0(OFFICE)], Some(&before), true, today(), silent);
    assert!(before.desired.site.open && forgotten.desired.site.open);
    assert_eq!(forgotten.desired.network, before.desired.network);
    // In the next run, only the router can tell that it is that network.
    let mut next = policy_of(&[ANY], opened.networks.records().to_vec());
    let closed = next.decide_by(&[eth0(OFFICE)], None, true, today(), silent).desired.site;
    assert!(!closed.open && closed.remarks == [NetworkRemark::MayBeKnown]);
    assert!(decide(&mut next, &[eth0(OFFICE)], None).desired.site.open);
}

#[test]
fn sharing_the_history_lasts_for_one_stay() {
    let mut policy = policy_of(&[ANY, "--lan"], Vec::new());
    let before = decide(&mut policy, &[eth0(OFFICE)], None);
    policy.share();
    assert!(!before.desired.standing.shared && policy.again(&before, None).desired.standing.shared);
    let lost = decide(&mut policy, &[], Some(&before));
    assert!(!decide(&mut policy, &[eth0(OFFICE)], Some(&lost)).desired.standing.shared);
}
