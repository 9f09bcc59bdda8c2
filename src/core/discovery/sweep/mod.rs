//! Which sockets to probe, in which order and when. Pure.
//!
//! The order is live-first: one port of every host (those of our own /24 before all others), then the other ports of
//! hosts that gave any answer, and only then the rest. Within a step the order is a random permutation, which is
//! computed, never stored: a /8 costs no more memory than a /24.

mod hosts;
mod pace;
mod permutation;
mod plan;
mod survey;

pub use pace::{MAX_RATE, Pace};
pub use plan::{Answer, Plan};
pub use survey::Survey;
