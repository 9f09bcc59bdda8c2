//! The clock of the log.

use super::Timestamp;

/// A hybrid logical clock's reading (Kulkarni et al., 2014): the wall clock if that is ahead, otherwise one more than
/// the latest reading that was seen. 48 bits of milliseconds since the Unix epoch, then a 16-bit counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Hlc(pub u64);

impl Hlc {
    /// Bits of the counter.
    const COUNTER: u32 = 16;

    /// The first reading of a millisecond. Times before 1970 count as 1970.
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
