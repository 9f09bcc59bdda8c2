//! Names of what the log consists of.

use std::fmt;

use super::{NodeId, Timestamp};

/// What tells one event from all others: the SHA-256 of its signed bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 32]);

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", super::MessageId::from(*self))
    }
}

/// What tells one room from all others, whatever people call it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoomId(pub [u8; 32]);

/// One author's log of one room. An author begins another one, with another epoch, when it cannot know all that it has
/// said in the last one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogId {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub author: NodeId,
    /// Random.
    pub epoch: u64,
}

/// A hybrid logical clock's reading (Kulkarni et al., 2014): the wall clock where that is ahead, else one more than the
/// latest reading that was seen. 48 bits of milliseconds since the Unix epoch, 16 of a counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Hlc(pub u64);

impl Hlc {
    /// Bits of the counter.
    const COUNTER: u32 = 16;

    /// The first reading of a millisecond; of one before 1970 that of 1970.
    pub fn at(wall: Timestamp) -> Self {
        Self(u64::try_from(wall.as_millis()).unwrap_or(0) << Self::COUNTER)
    }

    /// The millisecond that it belongs to.
    pub fn wall(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0 >> Self::COUNTER).unwrap_or(i64::MAX))
    }

    /// The least reading that is greater.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Where a message stands in the one order that all screens show (DESIGN.md section 6): by its clock, and among equals by
/// what everyone agrees on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// When it was said, never before what its author had seen.
    pub hlc: Hlc,
    /// Who said it; zeros for a guest.
    pub author: NodeId,
    /// In which of its author's logs.
    pub epoch: u64,
    /// Its number there.
    pub seq: u64,
    /// Its identity.
    pub id: super::MessageId,
}

/// Which messages of a room to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The newest ones.
    Newest,
    /// Those just before this one.
    Before(Position),
    /// Those just after this one.
    After(Position),
    /// This one, and as many before it as after it.
    Around(Position),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_reading_keeps_its_millisecond() {
        let wall = Timestamp::from_millis(1_795_000_000_123);
        assert_eq!(Hlc::at(wall).wall(), wall);
        assert_eq!(Hlc::at(wall).next().wall(), wall);
        assert!(Hlc::at(wall).next() < Hlc::at(Timestamp::from_millis(wall.as_millis() + 1)));
        assert_eq!(Hlc::at(Timestamp::from_millis(-5)), Hlc(0));
        assert_eq!(Hlc(u64::MAX).next(), Hlc(u64::MAX));
    }
}
