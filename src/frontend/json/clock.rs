//! Times in the form of the contract, formatted once per second or minute and not once per line.

use jiff::tz::TimeZone;

use crate::domain::model::Timestamp;

/// Formats times, and remembers the last one of each kind: consecutive times are mostly equal.
#[derive(Debug)]
pub struct Clock {
    zone: TimeZone,
    second: Cached,
    minute: Cached,
    date: Cached,
}

/// The last unit of time that was formatted.
#[derive(Debug)]
struct Cached {
    unit: Option<i64>,
    text: String,
}

impl Cached {
    const fn new() -> Self {
        Self { unit: None, text: String::new() }
    }
}

impl Clock {
    /// Local times are those of `zone`.
    pub const fn new(zone: TimeZone) -> Self {
        Self { zone, second: Cached::new(), minute: Cached::new(), date: Cached::new() }
    }

    /// `2026-01-02T03:04:05.678Z`.
    pub fn utc(&mut self, at: Timestamp) -> &str {
        const SECOND: &str = "2026-01-02T03:04:05";
        let (second, millis) = (at.as_millis().div_euclid(1_000), at.as_millis().rem_euclid(1_000));
        let Cached { unit, text } = &mut self.second;
        if *unit == Some(second) {
            text.truncate(SECOND.len());
        } else {
            *unit = Some(second);
            *text = timestamp(second).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        }
        text.push('.');
        for digit in [millis / 100, millis / 10 % 10, millis % 10] {
            text.push(u32::try_from(digit).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or('0'));
        }
        text.push('Z');
        text
    }

    /// `03:04`, local time.
    pub fn local(&mut self, at: Timestamp) -> &str {
        let minute = at.as_millis().div_euclid(60_000);
        let Cached { unit, text } = &mut self.minute;
        if *unit != Some(minute) {
            *unit = Some(minute);
            *text = timestamp(minute.saturating_mul(60)).to_zoned(self.zone.clone()).strftime("%H:%M").to_string();
        }
        text
    }

    /// `2026-01-02 03:04`, local time.
    pub fn date(&mut self, at: Timestamp) -> &str {
        let minute = at.as_millis().div_euclid(60_000);
        let Cached { unit, text } = &mut self.date;
        if *unit != Some(minute) {
            *unit = Some(minute);
            let local = timestamp(minute.saturating_mul(60)).to_zoned(self.zone.clone());
            *text = local.strftime("%Y-%m-%d %H:%M").to_string();
        }
        text
    }
}

/// The epoch stands in for a time that no calendar can show. No clock gives such a time.
fn timestamp(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_has_milliseconds_and_a_z() {
        let mut clock = Clock::new(TimeZone::UTC);
        for (ms, text) in [
            (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
            (1_767_323_045_000, "2026-01-02T03:04:05.000Z"),
            (1_767_323_045_999, "2026-01-02T03:04:05.999Z"),
            (1_767_323_046_007, "2026-01-02T03:04:06.007Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MAX, "1970-01-01T00:00:00.807Z"),
        ] {
            assert_eq!(clock.utc(Timestamp::from_millis(ms)), text);
        }
    }

    #[test]
    fn local_time_follows_the_zone_and_its_changes() {
        let mut clock = Clock::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap());
        for (ms, text) in [
            (1_767_323_045_678, "04:04"),
            (1_774_745_999_000, "01:59"), // 2026-03-29, the last minute of winter time
            (1_774_746_000_000, "03:00"),
            (i64::MIN, "01:00"),
        ] {
            assert_eq!(clock.local(Timestamp::from_millis(ms)), text);
            assert_eq!(clock.date(Timestamp::from_millis(ms)).split_once(' ').unwrap().1, text);
        }
    }
}
