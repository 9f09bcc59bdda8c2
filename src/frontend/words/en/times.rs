//! Dates and times.

use std::time::Duration;

/// The format of a day above the messages of that day: `Sun 22 Nov 2026`.
pub(crate) const DAY: &str = "%a %-d %b %Y";

/// The format of a moment of this year: `3 Nov, 14:05`.
pub(crate) const MOMENT: &str = "%-d %b, %H:%M";

/// The format of a moment of another year: `3 Nov 2025, 14:05`.
pub(crate) const MOMENT_WITH_YEAR: &str = "%-d %b %Y, %H:%M";

/// The format of a day of this year in a list, six columns wide: `21 Nov`.
pub(crate) const LISTED_DAY: &str = "%e %b";

/// The format of a month of another year in a narrow list, six columns wide: `Nov 25`.
pub(crate) const LISTED_MONTH: &str = "%b %y";

/// The format of a day of another year in a list, at most twelve columns wide: `21 Nov 2025`.
pub(crate) const LISTED_DAY_WITH_YEAR: &str = "%e %b %Y";

/// In place of the date of something that happened now.
pub(crate) const NOW: &str = "now";

/// In place of the age of something that happened a moment ago.
pub(crate) const JUST_NOW: &str = "just now";

/// How long ago something happened: `5m ago`.
pub(crate) fn ago(time: Duration) -> String {
    format!("{} ago", age(time))
}

/// `now`, `30s`, `3m`, `2h` or `4d`.
pub(crate) fn age(time: Duration) -> String {
    match time.as_secs() {
        0..10 => NOW.to_owned(),
        s @ 10..60 => format!("{}s", s / 10 * 10),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..86_400 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

/// `<1 ms`, `14 ms` or `2.5 s`.
pub(crate) fn round_trip(time: Duration) -> String {
    match time.as_micros() {
        ..1_000 => "<1 ms".to_owned(),
        1_000..999_500 => format!("{:.0} ms", time.as_secs_f64() * 1_000.0),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// How long something took: `16 ms` or `1.5 s`.
pub(crate) fn took(time: Duration) -> String {
    if time.as_secs() > 0 { format!("{:.1} s", time.as_secs_f32()) } else { format!("{} ms", time.as_millis()) }
}

/// How long something still takes: `3 s left`, `4 min left`, `2 h left`. Never less than it takes.
pub(crate) fn left(left: Duration) -> String {
    match left.as_millis().div_ceil(1_000) {
        secs @ 0..100 => format!("{} s left", secs.max(1)),
        secs @ 100..6_000 => format!("{} min left", secs.div_ceil(60)),
        secs => format!("{} h left", secs.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_round_trips_in_words() {
        assert_eq!(["now", "50s", "1m", "2h", "3d"], [9, 59, 60, 7_300, 260_000].map(|s| age(Duration::from_secs(s))));
        assert_eq!(
            ["<1 ms", "1 ms", "2 ms", "14 ms", "999 ms", "1.0 s", "12.3 s"],
            [999, 1_000, 1_600, 14_000, 999_499, 999_500, 12_345_678].map(|us| round_trip(Duration::from_micros(us)))
        );
    }

    #[test]
    fn time_left_uses_the_unit_that_reads_best() {
        let told = [0, 12, 1_000, 1_001, 99_000, 99_001, 240_000, 5_999_000, 6_000_001, 90_000_000]
            .map(|ms| left(Duration::from_millis(ms)));
        let expected = ["1 s", "1 s", "1 s", "2 s", "99 s", "2 min", "4 min", "100 min", "2 h", "25 h"];
        assert_eq!(told, expected.map(|time| format!("{time} left")));
    }
}
