//! A full-screen terminal chat for the people on one network, with no server, no account and nothing to set up.
//!
//! ARCHITECTURE.md shows how the modules stand on each other; `tests/layers.rs` enforces it.

#![forbid(unsafe_code)]

pub mod actor;
pub mod announce;
pub mod app;
pub mod bus;
pub mod config;
pub mod contract;
pub mod convert;
pub mod diagnosis;
pub mod discovery;
pub mod explore;
pub mod headless;
pub mod history;
pub mod identity;
pub mod io;
pub mod limit;
pub mod log;
pub mod model;
pub mod net;
pub mod node;
pub mod profile;
pub mod run;
pub mod site;
pub mod slash;
pub mod store;
pub mod sweep;
pub mod term;
pub mod ui;
pub mod wire;
