//! Announcements from an attacker: spoofed, forged, replayed, and far too many.

use std::{
    net::UdpSocket,
    thread,
    time::{Duration, Instant},
};

use proximity_chat::protocol::{
    codec::announcement::{ANNOUNCEMENT_BYTES, Announcement, Call, write},
    identity::Identity,
};

use super::{NO_SWEEP, assert_all_meet};
use crate::support::{Host, Lab, Node, proc, seconds};

/// A flood that ends: this many datagrams within this time.
const DATAGRAMS: u32 = 10_000;
const WITHIN: Duration = seconds(10);

/// Dials that announcements may cause, at once and then per second (`ANNOUNCED_BURST_OF_ALL` and
/// `ANNOUNCED_RATE_OF_ALL` in `core/budgets.rs`).
const DIALS_AT_ONCE: u64 = 64;
const DIALS_PER_SECOND: u64 = 2;

/// Room for those dials that are tried once more.
const REPEATED: u64 = 16;

/// Memory that a flood may cost, in KiB.
const MAX_GROWTH: u64 = 4 * 1024;

/// What the flood is made of.
#[derive(Debug, Clone, Copy)]
enum Flood {
    /// The signatures are right, under keys made for the flood.
    ThrowAwayKeys,
    /// The signatures are wrong.
    Unsigned,
    /// One key, start and counter again and again; only the port changes.
    Replayed,
    /// Two starts of one program in turn. Nobody can tell them from a program that was really restarted.
    TwoBoots,
}

impl Flood {
    /// Dials allowed within this time, including those to the honest node that starts afterwards.
    fn max_dials(self, within: Duration) -> u64 {
        match self {
            Self::ThrowAwayKeys | Self::TwoBoots => {
                DIALS_AT_ONCE + DIALS_PER_SECOND * (within.as_secs() + 1) + REPEATED
            }
            // Dials to the honest node: one, which may cross with his own and be refused; one more soon after that; one
            // that checks whether he listens where he says; and one to spare.
            Self::Unsigned => 4,
            Self::Replayed => 16,
        }
    }

    fn datagram(self, n: u32) -> [u8; ANNOUNCEMENT_BYTES] {
        let mut secret = [9; 32];
        secret[..4].copy_from_slice(&n.to_be_bytes());
        let (secret, boot, counter) = match self {
            Self::ThrowAwayKeys | Self::Unsigned => (secret, u64::from(n), 1),
            Self::Replayed => ([7; 32], 1, 1),
            Self::TwoBoots => ([8; 32], u64::from(n % 2), u64::from(n)),
        };
        let identity = Identity::from_secret(&secret);
        // Nobody listens on these ports, so each dial is refused as quickly as it can be.
        let port = 20_000 + u16::try_from(n % 10_000).unwrap();
        let content = Announcement { call: Call::Here, port, node: identity.node(), boot, counter };
        write(&content, |message| if matches!(self, Self::Unsigned) { [3; 64] } else { identity.sign(message) })
    }
}

/// Sends a flood from `host` evenly, as if from all over its network. Returns how many datagrams left.
fn send(host: &Host, flood: Flood) -> u32 {
    const SOURCES: u32 = 200;
    let socket = |n: u32| {
        let socket = UdpSocket::bind((format!("10.77.0.{}", 20 + n), 0)).unwrap();
        socket.set_broadcast(true).unwrap();
        socket
    };
    let sockets: Vec<_> = host.inside(|| (0..SOURCES).map(socket).collect());
    let begun = Instant::now();
    let mut sent = 0;
    for n in 0..DATAGRAMS {
        let due = begun + WITHIN * n / DATAGRAMS;
        while let Some(left) = due.checked_duration_since(Instant::now()) {
            thread::park_timeout(left);
        }
        if begun.elapsed() > WITHIN * 3 {
            break;
        }
        let socket = &sockets[usize::try_from(n % SOURCES).unwrap()];
        sent += u32::from(socket.send_to(&flood.datagram(n), "10.77.0.255:4565").is_ok());
    }
    println!("{flood:?}: {sent} datagrams in {:?}", begun.elapsed());
    sent
}

/// Floods Alice. Checks how much she dials, what the flood costs her, and whether an honest node is found afterwards.
fn flood(test: &str, flood: Flood) {
    let Some(mut lab) = Lab::quiet_with_filters_or_skip(test) else { return };
    let (first, second, bad) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"), lab.host("10.77.0.3/24"));
    bad.sysctl("ipv4/ip_nonlocal_bind", "1");
    // The spoofed addresses exist and refuse connections, so that no dial has to wait.
    for n in 20..220 {
        bad.add_address("eth0", &format!("10.77.0.{n}/24"));
    }
    first.filter(
        "table inet test {
            counter heard { }
            set dials { type ipv4_addr . inet_service . inet_service; flags dynamic; size 65535; }
            chain in { type filter hook input priority 0; policy accept; udp dport 4565 counter name heard; }
            chain out {
                type filter hook output priority 0; policy accept;
                oifname eth0 tcp flags & (syn | ack) == syn add @dials { ip daddr . tcp sport . tcp dport }
            }
        }",
    );
    let mut alice = Node::start(&first.lan("alice", &NO_SWEEP));
    alice.addr();
    alice.wait("the end of the sweep of this machine", seconds(30), |events| {
        events.iter().find(|event| event["event"] == "sweep" && event["state"] == "done").map(|_| ())
    });
    let (before, begun) = (proc::own_memory_kib(alice.pid()), Instant::now());
    let sent = send(&bad, flood);
    assert!(alice.runs());
    let (after, heard) = (proc::own_memory_kib(alice.pid()), first.counter("heard"));
    assert!(heard > u64::from(sent) / 2, "{heard} of {sent} came");
    let bob = Node::start(&second.lan("bob", &NO_SWEEP));
    bob.wait_peer(&alice.id());
    let (dials, max_dials) = (first.elements("dials") as u64, flood.max_dials(begun.elapsed()));
    println!("{flood:?}: {heard} heard, {dials} dials of {max_dials}, {before} KiB before and {after} KiB after");
    assert!(dials <= max_dials, "{dials} dials");
    assert!(after < before + MAX_GROWTH, "{before} KiB before and {after} KiB after");
    assert_all_meet(&format!("after a flood: {flood:?}"), &[alice, bob], seconds(2));
}

#[test]
#[ignore = "long: a flood of ten seconds"]
fn ten_thousand_throw_away_keys_cause_bounded_dials() {
    flood("ten_thousand_throw_away_keys_cause_bounded_dials", Flood::ThrowAwayKeys);
}

#[test]
#[ignore = "long: a flood of ten seconds"]
fn ten_thousand_wrong_signatures_cause_no_dials() {
    flood("ten_thousand_wrong_signatures_cause_no_dials", Flood::Unsigned);
}

#[test]
#[ignore = "long: a flood of ten seconds"]
fn a_replayed_announcement_causes_few_dials() {
    flood("a_replayed_announcement_causes_few_dials", Flood::Replayed);
}

#[test]
#[ignore = "long: a flood of ten seconds"]
fn replays_that_look_like_restarts_cause_bounded_dials() {
    flood("replays_that_look_like_restarts_cause_bounded_dials", Flood::TwoBoots);
}
