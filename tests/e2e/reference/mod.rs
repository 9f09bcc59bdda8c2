//! The reference protocol against grpcio, a gRPC implementation that shares no code with ours.

mod claims;
mod dials;
mod misbehaviour;
mod player;
#[cfg(unix)]
mod screen;
mod transcript;

use std::ops::RangeInclusive;

pub(crate) use player::Player;

use crate::support::Ports;

/// Only the node's own port, so that it finds nobody by itself.
fn alone(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(5)..=ports.port(5)
}

/// The node's own port, which is the first one, and `others` more to sweep.
fn with_others(ports: &Ports, others: u16) -> RangeInclusive<u16> {
    ports.port(5)..=ports.port(5 + others)
}

/// The id of a guest that is believed to listen at `addr`.
pub(crate) fn guest(addr: impl std::fmt::Display) -> String {
    format!("guest:{addr}")
}
