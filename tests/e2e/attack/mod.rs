//! A node that does not play by the rules. It shares no code with the program except the generated frames.
//!
//! TLS is rustls with verifiers that accept everything. HTTP/2 and gRPC are written byte by byte, so that a test can
//! send what no library would. All calls block, with deadlines.

mod author;
pub(crate) mod crowd;
mod face;
mod h2;
mod link;
mod relay;
#[cfg(test)]
mod self_test;
mod stub;
mod tls;

/// The frames, generated from `proto/`.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, dead_code)]
pub(crate) mod proto {
    tonic::include_proto!("proximity.v1");
}

#[allow(unused_imports, reason = "for the benchmarks, which use these files too")]
pub(crate) use author::{Author, LOBBY, batch, have, id, now, read, text, texts};
pub(crate) use face::{Face, Key, SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY, hex, unhex};
pub(crate) use h2::{EMPTY_SETTINGS, PREFACE, frame, headers};
pub(crate) use link::{Link, hello, hello_of};
pub(crate) use relay::{Recorder, middle};
pub(crate) use stub::{chat_in_tls, mesh_in_plain};
pub(crate) use tls::{End, Secure, accept, client_config, connect, first_flight};
#[allow(unused_imports, reason = "for the benchmarks, which use these files too")]
pub(crate) use tls::{serve, server_config};

/// The gRPC path of a link.
pub(crate) const MESH: &str = "/proximity.v1.Mesh/Link";

/// What both sides must offer as ALPN.
pub(crate) const ALPN: &[u8] = b"proximity/1";
