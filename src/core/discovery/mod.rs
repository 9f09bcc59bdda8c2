//! How people are found: where to listen, which networks may be swept, what to probe and when, when to announce.

pub mod announce;
pub mod listen_plan;
pub mod sweep;
pub mod sweep_policy;
