//! The real program, in several real processes: each other's peers, and those of an independent implementation
//! of gRPC and of an independent client.
//!
//! Everything here talks to loopback, or to network namespaces that the test makes itself. Tests that take long are
//! ignored by `cargo test` and run with `cargo test -- --ignored`. A test that lacks something of the machine
//! (Python, root) says so on standard error; with `NO_SKIPPED_TESTS=1` it fails instead, and `.ci/run` sets that.

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
mod reference;
mod replaced;
mod roster;
mod siege;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tampering;
mod unread;
