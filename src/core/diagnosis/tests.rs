use super::*;
use crate::{
    domain::model::{FoundPeer, InterfaceAddr, InterfaceKind, Nick, Timestamp, Unusable},
    protocol::codec::mesh::{DialBack, ProbeReply, VERSIONS},
};

const NOON: i64 = 1_795_000_000_000;

fn eth0() -> Interface {
    let addr = InterfaceAddr { ip: [10, 77, 0, 20].into(), prefix: 24, broadcast: None };
    Interface {
        name: "eth0".into(),
        index: 2,
        kind: InterfaceKind::Network,
        up: true,
        gateway: Some(Ipv4Addr::new(10, 77, 0, 1)),
        addrs: vec![addr],
    }
}

fn spot() -> LocalSubnet {
    let network = "10.77.0.0/24".parse().unwrap();
    LocalSubnet { interface: "eth0".into(), index: 2, ip: [10, 77, 0, 20].into(), network, broadcast: None }
}

fn seen() -> ProbeReply {
    ProbeReply {
        min: VERSIONS.0,
        max: VERSIONS.1,
        nick: Nick::new("bob").ok(),
        version: "0.4.0".into(),
        wall: Some(Timestamp::from_millis(NOON)),
        dial_back: Some(DialBack::Reached),
        heard: true,
        people: 1,
    }
}

fn person(seen: ProbeReply) -> Person {
    Person {
        addr: ([10, 77, 0, 30], 4_565).into(),
        place: Proximity::Near,
        announced: true,
        reached: Reached::Answered(seen, Timestamp::from_millis(NOON)),
    }
}

/// A network where all is well.
fn well() -> Evidence {
    Evidence {
        interfaces: vec![eth0()],
        open: true,
        spots: vec![spot()],
        listening: Some(Ok(([10, 77, 0, 20], 4_565).into())),
        swept: Some(Swept { hosts: 253, there: [[10, 77, 0, 1].into(), [10, 77, 0, 30].into()].into() }),
        announces: true,
        people: vec![person(seen())],
        ..Evidence::default()
    }
}

/// The first fault, if anything is wrong.
fn first(evidence: &Evidence) -> Option<Fault> {
    diagnose(evidence).into_iter().find(|finding| finding.severity() != Severity::Fine).map(|finding| finding.fault())
}

#[test]
fn a_healthy_network_yields_only_fine_findings() {
    let findings = diagnose(&well());
    assert!(findings.iter().all(|finding| finding.severity() == Severity::Fine), "{findings:#?}");
    assert_eq!(findings.len(), 7);
}

#[test]
fn each_fault_is_recognized_by_its_symptoms() {
    let with = |change: &dyn Fn(&mut Evidence)| {
        let mut evidence = well();
        change(&mut evidence);
        first(&evidence)
    };
    let seen_as = |change: &dyn Fn(&mut ProbeReply)| {
        let mut seen = seen();
        change(&mut seen);
        with(&|evidence| evidence.people = vec![person(seen.clone())])
    };
    let unplugged = Unusable { interface: "eth0".into(), connected: false };
    let gone = |e: &mut Evidence| e.no_network = Some(NoNetwork::NoAddress(vec![unplugged.clone()]));
    assert_eq!(with(&gone), Some(Fault::NoNetwork));
    assert_eq!(with(&|e| e.open = false), Some(Fault::Closed));
    assert_eq!(
        with(&|e| e.listening = Some(Err(CannotListen::NotOurs([10, 77, 0, 20].into())))),
        Some(Fault::PortTaken)
    );
    let by = Some("tun0".into());
    let captured = Captured { spot: spot(), host: Ipv4Addr::new(10, 77, 0, 1), by };
    assert_eq!(with(&|e| e.captured = vec![captured.clone()]), Some(Fault::RouteCaptured));
    assert_eq!(with(&|e| e.interfaces[0].addrs[0].prefix = 32), Some(Fault::WrongMask));
    assert_eq!(with(&|e| e.interfaces[0].gateway = Some([10, 78, 0, 1].into())), Some(Fault::WrongMask));
    let stranger = ("eth0".into(), IpAddr::from([10, 77, 1, 5]));
    assert_eq!(with(&|e| e.off_link = [stranger.clone()].into()), Some(Fault::WrongMask));
    assert_eq!(seen_as(&|seen| (seen.min, seen.max) = (99, 99)), Some(Fault::VersionMismatch));
    for back in [DialBack::Timeout, DialBack::Refused, DialBack::Unreachable] {
        assert_eq!(seen_as(&|seen| seen.dial_back = Some(back)), Some(Fault::InboundBlocked));
    }
    assert_eq!(with(&|e| e.people[0].reached = Reached::Silent), Some(Fault::PeerBlocked));
    assert_eq!(seen_as(&|seen| seen.heard = false), Some(Fault::MulticastBlocked));
    assert_eq!(with(&|e| e.people[0].announced = false), Some(Fault::MulticastBlocked));
    assert_eq!(with(&|e| e.mute = vec![("eth0".into(), "not permitted".into())]), Some(Fault::MulticastBlocked));
    let alone = |e: &mut Evidence| {
        e.people.clear();
        e.swept = Some(Swept { hosts: 253, there: [[10, 77, 0, 1].into()].into() });
    };
    assert_eq!(with(&alone), Some(Fault::ClientsIsolated));
    let hour = 3_600_000;
    assert_eq!(seen_as(&|seen| seen.wall = Some(Timestamp::from_millis(NOON + hour))), Some(Fault::ClockOff));
    assert_eq!(seen_as(&|seen| seen.wall = None), None, "it does not say");
    let nobody = |e: &mut Evidence| e.people.clear();
    assert_eq!(with(&nobody), Some(Fault::NobodyFound));
    assert_eq!(with(&|e| e.people[0].place = Proximity::Here), Some(Fault::NobodyFound), "a copy on this machine");
    assert_eq!(with(&|e| e.people[0].reached = Reached::Unreachable), Some(Fault::PeerBlocked));
}

#[test]
fn nothing_is_reported_without_evidence() {
    let evidence = Evidence { open: true, spots: vec![spot()], ..Evidence::default() };
    let findings = diagnose(&evidence);
    let said: Vec<_> = findings.iter().map(|finding| (finding.fault(), finding.severity())).collect();
    assert_eq!(said, [(Fault::NobodyFound, Severity::Warning), (Fault::NoNetwork, Severity::Fine)]);
}

#[test]
fn one_dial_back_is_enough_and_most_clocks_are_right() {
    let mut evidence = well();
    evidence.people.push(person(ProbeReply { dial_back: Some(DialBack::Timeout), ..seen() }));
    assert_eq!(first(&evidence), None);
    let off =
        |hours: i64| person(ProbeReply { wall: Some(Timestamp::from_millis(NOON + hours * 3_600_000)), ..seen() });
    evidence.people = vec![off(2), off(2), person(seen())];
    let clock = |minutes_ahead, ours| {
        let who = FoundPeer { nick: Nick::new("bob").ok(), addr: ([10, 77, 0, 30], 4_565).into() };
        Finding::ClockOff { who, minutes_ahead, ours }
    };
    assert_eq!(diagnose(&evidence)[0], clock(120, true));
    evidence.people = vec![off(-72), person(seen())];
    assert_eq!(diagnose(&evidence)[0], clock(-4_320, false));
}

#[test]
fn silence_in_a_tiny_network_is_no_evidence() {
    let mut evidence = well();
    evidence.people.clear();
    evidence.swept = Some(Swept { hosts: 2, there: [[10, 77, 0, 1].into()].into() });
    assert_eq!(first(&evidence), Some(Fault::NobodyFound));
}
