//! Wall-clock time, as messages carry it, and both clocks, as the state machines take them.

use std::time::Instant;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time `ms` milliseconds after (or, if negative, before) 1970-01-01T00:00:00Z.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

/// Both clocks. The shell around a state machine reads them once per input; the machine itself reads no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// For durations and timeouts.
    pub mono: Instant,
    /// For the times and dates that people see.
    pub wall: Timestamp,
}
