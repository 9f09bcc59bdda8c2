//! What everything else is made of: validated values, the two channels between node and front end, token buckets, timers,
//! and how people are called.
//!
//! Pure, and imports nothing of the project.

pub mod bus;
pub mod limit;
pub mod model;
pub mod naming;
pub mod timers;
