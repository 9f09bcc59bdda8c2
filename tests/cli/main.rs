//! The real binary: options, refusals, exit codes, and what it writes where.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod automation;
mod generated;
mod identity;
mod log;
mod people;
mod pipes;
mod requests;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod user;
