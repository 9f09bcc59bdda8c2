//! Who is a member of a private room: what its owner decides, and what members say when they leave (docs/protocol.md).
//!
//! A [`Decision`] says everything: who is a member, what counts of those who were, and which room keys there are. So
//! the newest one is enough, whatever came before it, and it does not matter in which order decisions come. Everything
//! here is signed and checked. What becomes of it is decided elsewhere.

mod cut;
mod decision;
mod encoding;
mod leaving;
mod parts;
mod signed;
mod tags;

#[cfg(test)]
mod tests;

pub use cut::{Cut, MAX_CUTS};
pub use decision::{Decision, Departure, MAX_DEPARTURES, MAX_GENERATIONS, MAX_MEMBERS, Membership, RoomKeyStep};
pub use leaving::{Leave, Removal};
pub use signed::{Digest, SignedDecision};
