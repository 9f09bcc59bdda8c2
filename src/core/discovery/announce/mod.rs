//! When to announce the node, and what to believe of what others announce: pure.

mod receive_filter;
mod schedule;

pub use receive_filter::{Novelty, ReceiveFilter};
pub use schedule::Schedule;
