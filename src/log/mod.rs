//! The log, pure: what was said by whom in which order, and nothing lost (DESIGN.md section 6).

pub mod mutant;
pub mod storage;
