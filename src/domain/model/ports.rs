//! The range of ports that the nodes of one network share.

use std::{fmt, num::NonZeroU16, ops::RangeInclusive};

/// The ports below this belong to the services of a machine (RFC 6335: the system ports). Nobody's word makes us
/// connect there.
pub const FIRST_USER_PORT: u16 = 1_024;

/// The first and the last port that the program uses by default. Some nodes use these, whatever others have set.
const USUAL_PORTS: (u16, u16) = (4_565, 4_569);

/// Ports that a node may listen on, and that others probe. A node takes the first free one. Never empty, never port 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortRange {
    min: NonZeroU16,
    max: NonZeroU16,
}

impl PortRange {
    /// The ports from `min` to `max`, both included; `None` if there are none.
    pub fn new(min: NonZeroU16, max: NonZeroU16) -> Option<Self> {
        (min <= max).then_some(Self { min, max })
    }

    /// The lowest port.
    pub const fn min(self) -> u16 {
        self.min.get()
    }

    /// The highest port.
    pub const fn max(self) -> u16 {
        self.max.get()
    }

    /// How many there are; at least one.
    pub const fn count(self) -> u32 {
        (self.max() - self.min()) as u32 + 1
    }

    /// All of them, in the order in which a node tries to listen.
    pub const fn iter(self) -> RangeInclusive<u16> {
        self.min()..=self.max()
    }

    /// Whether somebody else's word is enough to connect to `port`: it is in this range, or is not a system port.
    pub const fn may_be_meant(self, port: u16) -> bool {
        port >= FIRST_USER_PORT || self.contains(port)
    }

    /// Whether a stranger's word is enough to connect to `port`: it is in this range, or one that the program uses by
    /// default. Any other may belong to a printer, which prints what it gets.
    pub const fn is_a_chats(self, port: u16) -> bool {
        self.contains(port) || (USUAL_PORTS.0 <= port && port <= USUAL_PORTS.1)
    }

    /// Whether `port` is one of them.
    pub const fn contains(self, port: u16) -> bool {
        self.min() <= port && port <= self.max()
    }
}

impl IntoIterator for PortRange {
    type Item = u16;
    type IntoIter = RangeInclusive<u16>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// `4565-4569`, or `4565` alone.
impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { self.min.fmt(f) } else { write!(f, "{}-{}", self.min, self.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: u16, max: u16) -> Option<PortRange> {
        PortRange::new(NonZeroU16::new(min)?, NonZeroU16::new(max)?)
    }

    #[test]
    fn a_range_includes_both_ends_and_is_never_empty() {
        let ports = range(4565, 4567).unwrap();
        assert_eq!(ports.iter().collect::<Vec<_>>(), [4565, 4566, 4567]);
        assert_eq!(ports.to_string(), "4565-4567");
        assert!(ports.is_a_chats(4569) && !ports.is_a_chats(9100));
        assert!(ports.contains(4567) && !ports.contains(4568) && !ports.contains(4564));
        assert_eq!(range(65_535, 65_535).unwrap().to_string(), "65535");
        assert_eq!(range(2, 1), None);
    }
}
