//! Whole connections, from their first byte.

use super::Corpus;
use crate::{
    http2::{PREFACE, answer, call, end, frame, message, settings},
    protobuf::bytes,
};

const CHAT: &str = "/message.Chat/NewNode";
const LINK: &str = "/proximity.v1.Mesh/Link";

/// A TLS record.
fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &(payload.len() as u16).to_be_bytes()[..], payload].concat()
}

fn extension(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &(payload.len() as u16).to_be_bytes(), payload].concat()
}

/// A `ClientHello` like ours (RFC 8446, section 4.1.2) that offers these TLS versions and this protocol.
fn client_hello(versions: &[u8], protocol: &[u8]) -> Vec<u8> {
    let alpn = [&[0, protocol.len() as u8 + 1, protocol.len() as u8], protocol].concat();
    let share = [&[0, 36, 0, 0x1d, 0, 32][..], &[9; 32]].concat();
    let extensions = [
        extension(43, &[&[versions.len() as u8], versions].concat()),
        extension(10, &[0, 2, 0, 0x1d]),
        extension(13, &[0, 2, 8, 7]),
        extension(51, &share),
        extension(16, &alpn),
        // Raw public keys on both sides (RFC 7250).
        extension(19, &[1, 2]),
        extension(20, &[1, 2]),
    ]
    .concat();
    let body =
        [&[3, 3][..], &[0x42; 32], &[0, 0, 2, 0x13, 1, 1, 0], &(extensions.len() as u16).to_be_bytes(), &extensions]
            .concat();
    [&[1], &(body.len() as u32).to_be_bytes()[1..], &body].concat()
}

fn talk(parts: &[Vec<u8>]) -> Vec<u8> {
    [PREFACE.to_vec(), settings(), parts.concat()].concat()
}

pub(super) fn arriving(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: Vec<u8>| corpus.add("arriving", name, bytes);
    let line = |text: &str| message(1, bytes(1, text));
    let chat = talk(&[call(1, CHAT), line("127.0.0.1:4566"), line("bob: hello"), line("bob: one\ntwo")]);
    add("guest", chat.clone());
    add("guest-truncated", chat[..chat.len() - 7].to_vec());
    add("guest-without-a-claim", talk(&[call(1, CHAT), line("hello")]));
    add("guest-silent", talk(&[call(1, CHAT)]));
    add("guest-not-utf8", talk(&[call(1, CHAT), message(1, bytes(1, [0xff, 0xfe])), line("x")]));
    add("guest-unknown-field", talk(&[call(1, CHAT), message(1, bytes(9, "x")), line("x")]));
    add("guest-no-protobuf", talk(&[call(1, CHAT), message(1, [0xff; 12])]));
    add("guest-many-streams", talk(&(0..20).map(|n| call(2 * n + 1, CHAT)).collect::<Vec<_>>()));
    add("guest-calls-again", talk(&[call(1, CHAT), line("127.0.0.1:4566"), call(3, CHAT), line("x")]));
    add("mesh-in-plain-text", talk(&[call(1, LINK), message(1, bytes(10, "x"))]));
    add("nobodys-service", talk(&[call(1, "/other.Service/Call"), line("x")]));
    add("length-of-a-gigabyte", talk(&[call(1, CHAT), frame(0, 0, 1, [0, 0x40, 0, 0, 0, 1])]));
    add("compressed-message", talk(&[call(1, CHAT), frame(0, 0, 1, [1, 0, 0, 0, 1, 0])]));
    add("endless-headers", talk(&[frame(1, 0, 1, [0x83]), frame(9, 0, 1, [0x86; 16_000])]));
    add("bad-headers", talk(&[frame(1, 4, 1, [0xff; 64])]));
    add(
        "rapid-reset",
        talk(&(0..100).flat_map(|n| [call(2 * n + 1, CHAT), frame(3, 0, 2 * n + 1, [0; 4])]).collect::<Vec<_>>()),
    );
    add("flood-of-pings", talk(&[frame(6, 0, 0, [0; 8]).repeat(1_000)]));
    add("flood-of-settings", talk(&[frame(4, 0, 0, [0, 4, 0, 0, 0xff, 0xff]).repeat(500)]));
    add("window-overflow", talk(&[frame(8, 0, 0, [0x7f, 0xff, 0xff, 0xff]).repeat(2)]));
    add("preface-only", PREFACE.to_vec());
    add("half-a-preface", PREFACE[..9].to_vec());
    add("http-1", b"POST / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec());

    let hello = client_hello(&[3, 4], b"proximity/1");
    add("tls", record(0x16, &hello));
    add("tls-in-two-records", [record(0x16, &hello[..50]), record(0x16, &hello[50..])].concat());
    add("tls-in-tiny-records", hello.iter().flat_map(|byte| record(0x16, &[*byte])).collect());
    add("tls-1.2", record(0x16, &client_hello(&[3, 3], b"proximity/1")));
    add("tls-other-protocol", record(0x16, &client_hello(&[3, 4], b"h2")));
    add("tls-truncated", record(0x16, &hello)[..60].to_vec());
    add("tls-then-plain-text", [record(0x16, &hello), chat].concat());
    add("tls-then-garbage", [record(0x16, &hello), record(0x17, &[0x55; 200])].concat());
    add("tls-then-alert", [record(0x16, &hello), record(0x15, &[2, 40])].concat());
    add("tls-long-record", [&[0x16, 3, 3, 0xff, 0xff][..], &[1; 300]].concat());
    add("tls-long-handshake", record(0x16, &[1, 0xff, 0xff, 0xff, 3, 3]));
    add("tls-empty-records", record(0x16, &[]).repeat(100));
    add("tls-first-byte", vec![0x16]);

    add("nothing", Vec::new());
    add("garbage", (0..=255).collect());
    add("ssh", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec());
}

pub(super) fn answering(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: Vec<u8>| corpus.add("answering", name, bytes);
    let line = |text: &str| message(1, bytes(1, text));
    let talk = |parts: &[Vec<u8>]| [settings(), parts.concat()].concat();
    let chat = talk(&[answer(1), line("ok"), line("bob: hello"), line("bob: one\ntwo")]);
    add("guest", chat.clone());
    add("guest-truncated", chat[..chat.len() - 5].to_vec());
    add("guest-says-goodbye", talk(&[answer(1), line("ok"), line("x"), end(1, "0")]));
    add("guest-refuses", talk(&[answer(1), end(1, "0")]));
    add("guest-fails", talk(&[answer(1), end(1, "12")]));
    add("guest-without-ok", talk(&[answer(1), line("hello")]));
    add("guest-no-protobuf", talk(&[answer(1), message(1, [0xff; 9])]));
    add("guest-goes-away", talk(&[frame(7, 0, 0, [0; 8])]));
    add("guest-resets", talk(&[frame(3, 0, 1, [0, 0, 0, 2])]));
    add("guest-pushes", talk(&[frame(5, 4, 1, [0, 0, 0, 2, 0x82])]));
    add("guest-other-stream", talk(&[answer(3), message(3, bytes(1, "ok"))]));
    add("length-of-a-gigabyte", talk(&[answer(1), frame(0, 0, 1, [0, 0x40, 0, 0, 0, 1])]));
    add("flood-of-lines", talk(&[answer(1), line("ok"), line("bob: flood").repeat(2_000)]));
    add("http-1", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_vec());
    add("nothing", Vec::new());
    add("garbage", (0..=255).collect());

    // A `ServerHello` with the cipher and a key share (RFC 8446, section 4.1.3), and records that do not decrypt.
    let share = [&[0, 0x1d, 0, 32][..], &[9; 32]].concat();
    let extensions = [extension(43, &[3, 4]), extension(51, &share)].concat();
    let body =
        [&[3, 3][..], &[0x42; 32], &[0, 0x13, 1, 0], &(extensions.len() as u16).to_be_bytes(), &extensions].concat();
    let hello = [&[2], &(body.len() as u32).to_be_bytes()[1..], &body].concat();
    add("tls", record(0x16, &hello));
    add("tls-then-garbage", [record(0x16, &hello), record(0x17, &[0x55; 300])].concat());
    add("tls-truncated", record(0x16, &hello)[..40].to_vec());
    add("tls-alert", record(0x15, &[2, 70]));
    add("tls-client-hello", record(0x16, &client_hello(&[3, 4], b"proximity/1")));
    add("tls-long-record", [&[0x16, 3, 3, 0xff, 0xff][..], &[2; 300]].concat());
    add("tls-empty-records", record(0x16, &[]).repeat(100));
}
