use clap::Parser as _;

use super::*;
use crate::{
    cli::config::{Args, Sources, merge},
    domain::model::{InterfaceAddr, InterfaceKind},
};

fn policy_of(args: &[&str], remembered: &[(Network, bool)]) -> NetworkPolicy {
    let args = Args::try_parse_from(std::iter::once(&"proximity-chat").chain(args)).unwrap();
    NetworkPolicy::new(&merge(Sources { args: &args, env: &[], file: None, login: None }).unwrap(), remembered)
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

fn decide(policy: &NetworkPolicy, interfaces: &[Interface], before: Option<&Decision>) -> Decision {
    policy
        .decide(interfaces, before, |site| policy.identify(site, before.and_then(|before| before.lan.as_ref()), false))
}

fn office() -> Network {
    Network::new("203.0.113.0/24").unwrap()
}

fn office_id() -> NetworkId {
    NetworkId::of(OFFICE.parse().unwrap(), &["203.0.113.0/24".parse().unwrap()], false)
}

/// Documentation addresses (RFC 5737): no machine has them, so that its tables say nothing of them.
const OFFICE: &str = "203.0.113.5";
const CAFE: &str = "198.51.100.5";
const ANY: &str = "--any-network";

#[test]
fn out_of_the_box_the_node_is_on_this_machine_and_says_what_it_could_be_opened_to() {
    let decision = decide(&policy_of(&[ANY], &[]), &[eth0(OFFICE)], None);
    assert!(!decision.desired.site.open && decision.desired.network == Network::loopback());
    assert_eq!(decision.desired.offer.as_ref().unwrap()[0].interface.as_ref(), "eth0");
    let decision = decide(&policy_of(&[], &[]), &[], None);
    assert!(decision.desired.offer.is_err() && decision.desired.lost.is_none());
}

#[test]
fn what_was_set_on_the_screen_is_remembered_per_network_and_flags_are_stronger() {
    for (args, remembered, open) in [
        (&[ANY][..], &[][..], false),
        (&[ANY], &[(office(), true)], true),
        (&[ANY, "--lan"], &[], true),
        (&[ANY, "--lan"], &[(office(), false)], true),
        (&[ANY, "--ip", OFFICE, "--cidr", "203.0.113.0/24"], &[], true),
    ] {
        let decision = decide(&policy_of(args, remembered), &[eth0(OFFICE)], None);
        assert_eq!(decision.desired.site.open, open, "{args:?} {remembered:?}");
        assert_eq!(decision.desired.network, if open { office() } else { Network::loopback() });
    }
    let decision = decide(&policy_of(&[ANY], &[(office(), true)]), &[eth0(CAFE)], None);
    assert!(!decision.desired.site.open, "what was set at the office is not true of a café");
}

#[test]
fn what_was_said_in_this_run_counts_most() {
    let mut policy = policy_of(&[ANY, "--lan"], &[]);
    policy.say(office_id(), false);
    assert!(!decide(&policy, &[eth0(OFFICE)], None).desired.site.open);
    assert!(decide(&policy, &[eth0(CAFE)], None).desired.site.open);
    policy.say(office_id(), true);
    assert!(decide(&policy, &[eth0(OFFICE)], None).desired.site.open);
}

#[test]
fn a_network_that_is_gone_is_waited_for_and_another_one_is_another_place() {
    let policy = policy_of(&[ANY, "--lan"], &[]);
    let before = decide(&policy, &[eth0(OFFICE)], None);
    let mut unplugged = eth0(OFFICE);
    unplugged.up = false;
    let lost = decide(&policy, &[unplugged], Some(&before));
    assert_eq!((&lost.desired.site, &lost.desired.network), (&before.desired.site, &before.desired.network));
    assert!(lost.desired.lost.as_ref().unwrap().contains("eth0 is not connected"));
    assert_eq!(decide(&policy, &[eth0(OFFICE)], Some(&lost)), before);
    let moved = decide(&policy, &[eth0(CAFE)], Some(&lost));
    assert!(moved.desired.network != office() && !moved.id.may_be(&before.id));
    let none = decide(&policy, &[], None);
    assert!(!none.desired.site.open && none.desired.lost.is_some(), "it says why it is not open");
}

#[test]
fn what_is_lost_can_be_closed_all_the_same() {
    let mut policy = policy_of(&[ANY, "--lan"], &[]);
    let before = decide(&policy, &[eth0(OFFICE)], None);
    let lost = decide(&policy, &[], Some(&before));
    assert!(lost.desired.site.open && lost.desired.lost.is_some());
    policy.say(office_id(), false);
    let closed = decide(&policy, &[], Some(&lost));
    assert!(!closed.desired.site.open && closed.desired.lost.is_none());
    assert!(
        !decide(&policy, &[eth0(OFFICE)], Some(&closed)).desired.site.open,
        "it stays closed when the network is back"
    );
    let never = decide(&policy, &[], None);
    assert!(never.desired.lost.is_some());
    policy.off = true;
    assert!(decide(&policy, &[], Some(&never)).desired.lost.is_none());
    assert!(!decide(&policy, &[eth0(CAFE)], None).desired.site.open);
}

/// With what every interface gives itself of IPv6, beside what it was given.
fn with_link_local(interface: Interface) -> Interface {
    let addr = InterfaceAddr { ip: "fe80::5".parse().unwrap(), prefix: 64, broadcast: None };
    Interface { addrs: [interface.addrs, vec![addr]].concat(), ..interface }
}

#[test]
fn an_address_that_is_gone_for_a_moment_makes_no_other_network() {
    let mut policy = policy_of(&[ANY], &[]);
    policy.say(decide(&policy, &[eth0(OFFICE)], None).lan.unwrap(), true);
    let office_here = with_link_local(eth0(OFFICE));
    let before = decide(&policy, std::slice::from_ref(&office_here), None);
    assert!(before.desired.site.open);
    let bare = with_link_local(Interface { addrs: Vec::new(), ..eth0(OFFICE) });
    let lost = decide(&policy, std::slice::from_ref(&bare), Some(&before));
    assert_eq!((&lost.desired.site, lost.desired.lost.is_some()), (&before.desired.site, true));
    assert_eq!(decide(&policy, std::slice::from_ref(&office_here), Some(&lost)), before);
    // In a café, and back: what is link-local is the same everywhere and tells nothing.
    let cafe = decide(&policy, &[with_link_local(eth0(CAFE))], Some(&lost));
    assert!(!cafe.desired.site.open);
    let between = decide(&policy, &[bare], Some(&cafe));
    let back = decide(&policy, &[office_here], Some(&between));
    assert!(back.desired.site.open && back.desired.network == office());
}

#[test]
fn another_cable_does_not_change_the_network_that_one_is_on() {
    let policy = policy_of(&[ANY, "--lan"], &[]);
    let before = decide(&policy, &[eth0(OFFICE)], None);
    let cable = Interface { name: "eth9".into(), index: 1, ..eth0(CAFE) };
    let both = decide(&policy, &[cable, eth0(OFFICE)], Some(&before));
    assert!(both.desired.site != before.desired.site && both.id.may_be(&before.id));
    assert_eq!(both.desired.network, office());
}

#[test]
fn a_network_of_the_users_name_is_one_network() {
    let policy = policy_of(&[ANY, "--lan", "--network", "office"], &[]);
    for ip in [OFFICE, CAFE] {
        assert_eq!(decide(&policy, &[eth0(ip)], None).desired.network.as_str(), "office");
    }
}

/// The node goes on where its machine has one address, and a gateway of that hardware address, if it is known.
fn goes_on(policy: &NetworkPolicy, gateway: Option<u8>, before: Option<&Decision>) -> Decision {
    policy.decide(&[eth0(OFFICE)], before, |_| NetworkId::example("203.0.113.0/24", gateway))
}

#[test]
fn a_gateway_that_is_forgotten_neither_opens_nor_closes_anything() {
    // Closed with F2 although the settings open it.
    let mut closed = policy_of(&[ANY, "--lan"], &[]);
    for (first, then) in [(Some(1), None), (None, Some(1))] {
        closed.said = vec![(NetworkId::example("203.0.113.0/24", first), false)];
        let before = goes_on(&closed, first, None);
        assert!(!before.desired.site.open);
        assert!(!goes_on(&closed, then, Some(&before)).desired.site.open, "{first:?} {then:?}");
    }
    // Opened with F2 although they do not.
    let mut opened = policy_of(&[ANY], &[]);
    opened.say(NetworkId::example("203.0.113.0/24", Some(1)), true);
    let before = goes_on(&opened, Some(1), None);
    let forgotten = goes_on(&opened, None, Some(&before));
    assert!(before.desired.site.open && forgotten.desired.site.open && forgotten.assumed);
    assert_eq!(forgotten.desired.network, before.desired.network);
    // Another gateway is another network, whatever was forgotten in between.
    assert!(!goes_on(&opened, Some(2), Some(&forgotten)).desired.site.open);
}

#[test]
fn what_was_set_in_earlier_runs_opens_no_network_that_is_not_known_to_be_that_one() {
    let name = |gateway| NetworkId::example("203.0.113.0/24", gateway).name();
    for (said, gateway, open) in [
        ((name(Some(1)), true), Some(1), true),
        ((name(Some(1)), true), None, false),
        ((name(None), true), None, false),
        ((name(None), true), Some(2), false),
    ] {
        assert_eq!(
            goes_on(&policy_of(&[ANY], std::slice::from_ref(&said)), gateway, None).desired.site.open,
            open,
            "{said:?} {gateway:?}"
        );
    }
    let mut policy = policy_of(&[ANY], &[]);
    policy.lan.open = true;
    for (said, gateway, open) in
        [(name(Some(1)), None, false), (name(None), Some(1), false), (name(Some(1)), Some(2), true)]
    {
        policy.remembered = vec![(said.clone(), false)];
        assert_eq!(goes_on(&policy, gateway, None).desired.site.open, open, "{said:?} {gateway:?}");
    }
}
