//! The time on the user's clock.

use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{
    domain::model::{Now, Timestamp},
    frontend::words::times,
};

/// The current time, in the user's time zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalClock<'a> {
    /// The current time.
    pub now: Now,
    /// The zone of the user's times of day.
    pub zone: &'a TimeZone,
}

impl LocalClock<'_> {
    /// A moment on the user's clock; the epoch if no calendar can show it.
    pub(crate) fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(at)
    }

    /// Today.
    pub(crate) fn today(&self) -> Date {
        self.local(self.now.wall).date()
    }

    /// A moment as people write it: `3 Nov, 14:05`, with the year if it is not the current one.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let at = self.local(at);
        let format = if at.year() == self.today().year() { times::MOMENT } else { times::MOMENT_WITH_YEAR };
        at.strftime(format).to_string()
    }
}

/// Minutes since midnight.
pub(crate) fn minute_of(at: DateTime) -> u16 {
    u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
}

/// A time of day, from minutes after midnight: `07:05`.
pub(crate) fn time_of_day(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_moment_shows_its_year_only_in_other_years() {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_285_320_000) };
        let clock = LocalClock { now, zone: &TimeZone::UTC };
        assert_eq!(clock.today().to_string(), "2026-11-21");
        assert_eq!(clock.moment(Timestamp::from_millis(1_795_285_320_000 - 86_400_000)), "20 Nov, 18:22");
        assert_eq!(clock.moment(Timestamp::from_millis(0)), "1 Jan 1970, 00:00");
    }
}
