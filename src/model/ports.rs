//! The ports that nodes listen on.

use std::{fmt, ops::RangeInclusive};

/// A range of TCP ports, never empty, never with port 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortRange {
    min: u16,
    max: u16,
}

impl PortRange {
    /// The ports from `min` to `max`, both included; none if that is empty or holds port 0.
    pub const fn new(min: u16, max: u16) -> Option<Self> {
        if min == 0 || min > max { None } else { Some(Self { min, max }) }
    }

    /// The lowest port.
    pub const fn min(self) -> u16 {
        self.min
    }

    /// The highest port.
    pub const fn max(self) -> u16 {
        self.max
    }

    /// How many ports there are; at least one.
    pub const fn count(self) -> u32 {
        self.max as u32 - self.min as u32 + 1
    }

    /// All ports, from the lowest.
    pub const fn iter(self) -> RangeInclusive<u16> {
        self.min..=self.max
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { write!(f, "{}", self.min) } else { write!(f, "{}-{}", self.min, self.max) }
    }
}
