//! How well a key is known by having been there, across runs.

use super::{Host, Timestamp};

/// Days on which a key was linked that make it known.
const KNOWN_DAYS: u16 = 2;

/// How long a key was linked at least, by what 0.4.0 has kept of it, to count as proven; in milliseconds.
const PROVEN_MS: i64 = 60_000;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A date: days since 1970-01-01, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(i64);

impl Date {
    /// So many days after (or, if negative, before) 1970-01-01.
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
    /// On how many days it was linked, of those that the program counts. None if its host had too many new keys that day.
    pub days: u16,
    /// The last of these days.
    pub last_day: Date,
    /// The host that it came from first.
    pub host: Option<Host>,
    /// Whether it has said something, or was linked for a minute: more than a key that is made and thrown away.
    pub proven: bool,
}

impl Met {
    /// What an older program, which counted no days, has kept: when the key was linked first and last, and where it listened.
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
    fn a_date_begins_at_midnight_before_1970_too() {
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
