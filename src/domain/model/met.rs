//! How a key was met, as remembered across runs.

use super::{Host, Timestamp};

/// On how many days a key must be linked to become known.
const KNOWN_DAYS: u16 = 2;

/// A record of 0.4.0 counts as proven if the first and the last sighting are this many milliseconds apart.
const PROVEN_MS: i64 = 60_000;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A date: days since 1970-01-01, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(i64);

impl Date {
    /// The date this many days after 1970-01-01, or before if negative.
    pub const fn from_days(days: i64) -> Self {
        Self(days)
    }

    /// The date of a time.
    pub const fn of(time: Timestamp) -> Self {
        Self(time.as_millis().div_euclid(DAY_MS))
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i64 {
        self.0
    }
}

/// How a key was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Met {
    /// On how many of the days that the program counts it was linked. 0 if its host had too many new keys on its first
    /// day.
    pub days: u16,
    /// The last of these days.
    pub last_day: Date,
    /// The host of its first link.
    pub host: Option<Host>,
    /// Whether it has said something or was linked for a minute, unlike most throw-away keys.
    pub proven: bool,
}

impl Met {
    /// Makes one from a record of an older program, which counted no days: from the first and last sighting, and where
    /// the key listened.
    pub fn of_sightings(first: Timestamp, last: Timestamp, host: Option<Host>) -> Self {
        let apart = last.as_millis().saturating_sub(first.as_millis());
        let days = if apart >= DAY_MS { KNOWN_DAYS } else { 1 };
        Self { days, last_day: Date::of(last), host, proven: apart >= PROVEN_MS }
    }

    /// Whether it was met on two days.
    pub const fn is_known(&self) -> bool {
        self.days >= KNOWN_DAYS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_begin_at_midnight_even_before_1970() {
        let date = |ms| Date::of(Timestamp::from_millis(ms)).days();
        assert_eq!([date(-1), date(0), date(DAY_MS - 1), date(DAY_MS)], [-1, 0, 0, 1]);
    }

    #[test]
    fn two_sightings_a_day_apart_are_two_days() {
        let met = |apart| Met::of_sightings(Timestamp::from_millis(5), Timestamp::from_millis(5 + apart), None);
        assert!(met(DAY_MS).is_known() && !met(DAY_MS - 1).is_known());
        assert!(met(PROVEN_MS).proven && !met(PROVEN_MS - 1).proven);
        assert!(!met(-DAY_MS).is_known() && !met(i64::MIN).proven);
    }
}
