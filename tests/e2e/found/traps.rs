//! Open ports that lead nowhere: they must not delay anyone.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use super::{NO_SWEEP, SILENT, assert_promise};
use crate::support::{Host, Lab, Node};

/// For a /24 at the default rate.
const PROMISED: Duration = Duration::from_millis(2_500);

/// Machines full of traps: one, as may exist by chance, and as many as only an attacker would have.
const MACHINES: [u16; 2] = [1, 20];
const PORTS: std::ops::RangeInclusive<u16> = 4_565..=4_569;

/// The most bytes that a garbage sender sends: a trap is not a flood.
const GARBAGE: usize = 64 * 1024;

/// What a port does with a peer that connects.
#[derive(Debug, Clone, Copy)]
enum Trap {
    /// It accepts and stays silent.
    Silent,
    /// It speaks HTTP/2 and answers nothing.
    Http2,
    /// It sends bytes without meaning.
    Garbage,
}

impl Trap {
    /// Listens on all ports of all addresses of a machine.
    fn set(self, host: &Host) {
        for port in PORTS {
            let listener = host.inside(|| TcpListener::bind(("0.0.0.0", port)).unwrap());
            // The threads end with the test process. They hold nothing that anybody waits for.
            thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    thread::spawn(move || self.hold(stream));
                }
            });
        }
    }

    fn hold(self, mut stream: TcpStream) {
        /// An empty SETTINGS frame and its acknowledgement (RFC 9113, section 6.5).
        const SETTINGS: [u8; 18] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
        // If writing fails, the other side has left, which is fine.
        let _ = match self {
            Self::Silent => Ok(()),
            Self::Http2 => stream.write_all(&SETTINGS),
            Self::Garbage => stream.write_all(&vec![0x42; GARBAGE]),
        };
        while stream.read(&mut [0; 4_096]).is_ok_and(|bytes| bytes > 0) {}
    }
}

/// One node waits, and the other sweeps; `furnish` sets up the rest of the network.
fn meet(what: &str, lab: &mut Lab, guests: &[&str], furnish: impl FnOnce(&mut Lab)) {
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    furnish(lab);
    let bob = Node::start(&second.lan("bob", &[&[SILENT], &NO_SWEEP[..], guests].concat()));
    bob.addr();
    let alice = Node::start(&first.lan("alice", &[&[SILENT], guests].concat()));
    // Connections cannot be counted as links here, because the traps hold connections too.
    let met = [alice.wait_peer(&bob.id()), bob.wait_peer(&alice.id())];
    assert_eq!((alice.roster(), bob.roster()), (vec![bob.id()], vec![alice.id()]), "after {met:?}");
    let took = alice.joined_at(&bob.id()).unwrap() - alice.started();
    assert_promise(what, took, PROMISED);
}

fn trapped(test: &str, trap: Trap) {
    // A plain dial follows only where guests are allowed. An HTTP/2 trap costs most then.
    let guests = ["--guests", "network"];
    let Some(mut lab) = Lab::or_skip(test) else { return };
    meet("without traps", &mut lab, &guests, |_| {});
    drop(lab);
    for machines in MACHINES {
        let Some(mut lab) = Lab::or_skip(test) else { return };
        let what = format!("{} ports, {trap:?}", machines * 5);
        meet(&what, &mut lab, &guests, |lab| {
            let host = lab.host("10.77.0.10/24");
            for n in 1..machines {
                host.add_address("eth0", &format!("10.77.0.{}/24", 10 + n * 9));
            }
            trap.set(&host);
        });
    }
}

#[test]
#[ignore = "long: two sweeps of a /24"]
fn ports_that_stay_silent_delay_nobody() {
    trapped("ports_that_stay_silent_delay_nobody", Trap::Silent);
}

#[test]
#[ignore = "long: two sweeps of a /24"]
fn ports_that_speak_http2_and_answer_nothing_delay_nobody() {
    trapped("ports_that_speak_http2_and_answer_nothing_delay_nobody", Trap::Http2);
}

#[test]
#[ignore = "long: two sweeps of a /24"]
fn ports_that_send_garbage_delay_nobody() {
    trapped("ports_that_send_garbage_delay_nobody", Trap::Garbage);
}
