//! How many peers may be linked at once.

/// Guests that may be linked at once.
pub const MAX_GUESTS: usize = 64;

/// Nodes that may be linked at once. A used link costs up to 130 KiB, so that all of them stay below 33 MiB.
pub const MAX_NODES: usize = 256;

/// Nodes of one host that may be linked at once, so that nobody fills the room by making keys by the hundred. This
/// machine's own are exempt, since everybody here may be somebody else. It is six times the usual range of ports.
pub const MAX_NODES_PER_HOST: usize = 32;
