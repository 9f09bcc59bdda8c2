//! Tests of the real program in several real processes: as each other's peers, and with an independent implementation
//! of gRPC and an independent client of the mesh protocol.
//!
//! Everything here talks to loopback, or to network namespaces that the test makes itself. `cargo test` ignores long
//! tests; `cargo test -- --ignored` runs them. A test that lacks something on this machine (Python, root) says so on
//! standard error. With `NO_SKIPPED_TESTS=1`, which `.ci/run` sets, it fails instead.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "all of this crate is test code; the lints only know test functions"
)]

mod attack;
mod capture;
#[cfg(target_os = "linux")]
mod clocks;
#[cfg(unix)]
mod code;
#[cfg(target_os = "linux")]
mod doctor;
mod ends;
#[cfg(target_os = "linux")]
mod found;
mod history;
mod hostile;
mod impostors;
mod interop;
mod mesh;
mod mixed;
mod namespaces;
#[cfg(target_os = "linux")]
mod networks;
mod private_rooms;
mod reference;
mod replaced;
mod rooms;
mod roster;
mod secrets;
mod siege;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tampering;
mod unread;
