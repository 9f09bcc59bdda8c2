//! The basis of everything else: validated values, the two channels between node and front end, token buckets, timers,
//! and the names of people.
//!
//! Pure, and imports nothing else from the project.

pub mod bus;
pub mod limit;
pub mod model;
pub mod naming;
pub mod timers;
