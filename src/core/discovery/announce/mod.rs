//! When to announce the node, and what to believe of what others announce: pure.

mod ear;
mod schedule;

pub use ear::{Ear, Heard};
pub use schedule::Schedule;
