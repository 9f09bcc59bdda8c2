//! A full-screen terminal chat for the people on one network, with no server, no account and nothing to set up.
//!
//! Each folder imports only the folders above it in this list; ARCHITECTURE.md has the picture and `tests/layers.rs`
//! enforces the rule.

#![forbid(unsafe_code)]

pub mod domain;
pub mod protocol;

pub mod core;

pub mod runtime;

pub mod frontend;

pub mod cli;

// Shared with the tests that run the program: all JSON output is checked against the published schema.
#[cfg(test)]
#[allow(dead_code, reason = "the tests that run the program use more of it")]
#[path = "../tests/support/schema.rs"]
mod schema;
