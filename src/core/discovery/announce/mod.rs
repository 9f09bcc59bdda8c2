//! When to announce the node, and what to believe of the announcements of others. Pure.

mod receive_filter;
mod schedule;

pub use receive_filter::{Novelty, ReceiveFilter};
pub use schedule::Schedule;
