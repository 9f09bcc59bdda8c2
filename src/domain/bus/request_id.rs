//! Which command an update answers.

/// The number of a command. A front end numbers its commands upwards, and the node only hands the number back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u64);
