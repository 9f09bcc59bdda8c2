//! The words that everything else speaks: validated values, the two channels between node and front end, token buckets.
//!
//! Pure, and imports nothing of the project.

pub mod bus;
pub mod limit;
pub mod model;
pub mod timers;
