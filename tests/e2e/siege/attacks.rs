//! The table of attacks. Each is a test.

use super::{Attack, LEAST, Outcome, besiege};
use crate::support::until_passed;

/// Makes a test of every attack, in a module named like the one that holds its code.
macro_rules! attacks {
    ($($group:ident { $($run:ident: $attack:expr;)* })*) => {
        $(mod $group {
            use super::{super::$group, Attack, besiege};

            $(#[test]
            #[ignore = "long: an attack on nodes that chat"]
            fn $run() {
                besiege(&$attack, $group::$run);
            })*
        })*
    };
}

attacks! {
    handshakes {
        somebody_else: Attack::cut("somebody else's key");
        other_faces: Attack::cut("no key, other keys, certificates");
        old_version: Attack::cut("TLS 1.2");
        other_protocols: Attack::cut("other ALPN, or none");
        foreign_greetings: Attack::cut("greetings of somebody else");
    }
    silence {
        nothing: Attack::cut("silence");
        slow_preface: Attack::cut("a slow preface");
        half_client_hello: Attack::cut("half a ClientHello");
        client_hello: Attack::cut("ClientHello, then silence");
        handshake: Attack::cut("handshake, then silence");
        call: Attack::cut("call, then silence");
        half_greeting: Attack::cut("half a greeting");
        slow_greeting: Attack::cut("a greeting, byte by byte");
        frozen: Attack::cut_within("a frozen peer during a burst", 11).during_a_burst();
    }
    volume {
        length_prefix: Attack::cut("1 GiB length prefix");
        million_peers: Attack::cut("Peers with a million entries");
        many_peers: Attack::borne("Peers, larger than an honest one's");
        rapid_reset: Attack::cut("rapid reset");
        connections: Attack::cut("3,000 connections");
        crowd: Attack::borne("600 keys, each with a link");
        churn: Attack::borne("links that come and go");
        tiny_frames: Attack::borne("streams full of tiny frames");
        http_pings: Attack::borne("pings of HTTP/2, unread");
        mesh_pings: Attack::borne("pings of the mesh");
        lines: Attack::borne("lines");
        presence: Attack::borne("presence and names");
        short_codes: Attack::borne("short codes");
    }
    abuse {
        no_frames: Attack::cut("bytes that are no frames");
        no_http: Attack::cut("frames of HTTP/2 that are none");
        claims: Attack::borne("port and key of somebody else");
        escapes: Attack::borne("escapes, bidi, tags, marks");
    }
    events {
        forged: Attack::cut("events, forged");
        altered: Attack::cut("events, altered or impossible");
        replayed: Attack::borne("events again and again");
        reordered: Attack::borne("events backwards");
        million_ranges: Attack::cut("events: Have with a million ranges");
        made_up_logs: Attack::borne("events: Have with logs made up");
        unknown_authors: Attack::borne("events of unknown authors");
        without_causes: Attack::borne("events without their causes");
        without_causes_of_many: Attack::borne("events without causes, of unknown");
        ahead: Attack::borne("events of 2199 and the day after");
        longest: Attack::borne("events of the greatest length");
        lying_bases: Attack::borne("events below bases that move");
        tells_and_keeps: Attack::borne("events told of and kept");
        asks_again: Attack::borne("events asked for again and again");
        never_takes: Attack::borne("events asked for and never taken");
        other_rooms: Attack::borne("events of other rooms");
    }
}

/// The baseline for the bounds: the same chat without an attack.
#[test]
#[ignore = "long: nodes that chat"]
fn none() {
    besiege(&Attack::borne("none"), |_| {
        until_passed(LEAST);
        Outcome { what: String::new(), cut: None }
    });
}
