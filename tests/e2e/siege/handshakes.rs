//! Handshakes that must be refused, many times over.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{LEAST, Outcome, PATIENCE, Target};
use crate::attack::{
    End, Face, Key, Link, connect, hello_of,
    proto::{Reason, frame::Body},
    unhex,
};

/// Repeats something that must end in a refusal. The slowest time counts.
fn again_and_again(what: &str, mut once: impl FnMut()) -> Outcome {
    let (begun, mut times, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < LEAST {
        let begun = Instant::now();
        once();
        slowest = slowest.max(begun.elapsed());
        times += 1;
    }
    Outcome { what: format!("{times} times {what}"), cut: Some(slowest) }
}

/// Tries each face in turn. Every one must be refused.
fn refused(target: &Target, faces: &[Face]) -> Outcome {
    let mut ends = Vec::new();
    let mut next = faces.iter().cycle();
    let mut outcome = again_and_again("", || {
        let end = match connect(target.addr, next.next().unwrap()) {
            Ok(mut secure) => secure.end(),
            Err(end) => end,
        };
        assert!(matches!(end, End::Alert(_) | End::Closed), "{end:?}");
        let end = format!("{end:?}");
        if !ends.contains(&end) {
            ends.push(end);
        }
    });
    outcome.what += &ends.join(", ");
    outcome
}

pub(super) fn somebody_else(target: &Target) -> Outcome {
    refused(target, &[Face::pretending(&target.bob_id, &Key::random())])
}

pub(super) fn other_faces(target: &Target) -> Outcome {
    refused(target, &[Face::nobody(), Face::p256(), Face::certificate(false), Face::certificate(true)])
}

pub(super) fn other_protocols(target: &Target) -> Outcome {
    let key = Key::random();
    refused(target, &[Face::of(&key).alpn(&[b"h2"]), Face::of(&key).alpn(&[])])
}

pub(super) fn old_version(target: &Target) -> Outcome {
    again_and_again("Alert(ProtocolVersion)", || {
        let mut socket = TcpStream::connect(target.addr).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(&client_hello_of_tls12()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        // A fatal alert with the code of protocol_version.
        assert_eq!((answer.first(), answer.get(5..)), (Some(&21), Some(&[2, 70][..])), "{answer:?}");
    })
}

/// A `ClientHello` of TLS 1.2 (RFC 5246) with parameters that were common then.
fn client_hello_of_tls12() -> Vec<u8> {
    let ciphers = [0xc0, 0x2b, 0xc0, 0x2f];
    let extensions = [
        [0, 10, 0, 4, 0, 2, 0, 29].as_slice(), // x25519
        &[0, 11, 0, 2, 1, 0],                  // uncompressed points
        &[0, 13, 0, 6, 0, 4, 4, 3, 8, 7],      // ECDSA with P-256, Ed25519
    ]
    .concat();
    let sized = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let body = [&[3, 3][..], &[7; 32], &[0], &sized(&ciphers), &[1, 0], &sized(&extensions)].concat();
    let handshake = [&[1, 0][..], &sized(&body)].concat();
    [&[22, 3, 1][..], &sized(&handshake)].concat()
}

pub(super) fn foreign_greetings(target: &Target) -> Outcome {
    again_and_again("Bye(Protocol)", || {
        let mut link = Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).unwrap();
        link.send(Body::Hello(hello_of(&unhex(&target.bob_id), "bob"))).unwrap();
        let (reason, end) = link.end();
        assert_eq!(reason, Some(Reason::Protocol), "{end:?}");
    })
}
