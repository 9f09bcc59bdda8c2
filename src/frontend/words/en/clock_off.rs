//! How far off a clock is.

/// `12 min`, `3 h`, `2 days` or `10 years`: the whole units of a number of milliseconds, without its sign.
pub(crate) fn span(ms: i64) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    const YEAR: u64 = 365 * DAY;
    // At least two of a unit: an hour and a half is not one hour.
    let minutes = ms.unsigned_abs() / 60_000;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / HOUR),
        2_880..1_051_200 => format!("{} days", minutes / DAY),
        _ => format!("{} years", minutes / YEAR),
    }
}

/// `3 days ahead` or `12 min behind`: how far off a clock is that is this many milliseconds ahead; negative if it is
/// behind.
pub(crate) fn clock_off(ahead_ms: i64) -> String {
    format!("{} {}", span(ahead_ms), if ahead_ms > 0 { "ahead" } else { "behind" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_begins_at_two() {
        const MINUTE: i64 = 60_000;
        let words = [10, 119, -120, 2_879, 2_880, -1_051_199, 1_051_200].map(|minutes| clock_off(minutes * MINUTE));
        let wanted = [
            "10 min ahead",
            "119 min ahead",
            "2 h behind",
            "47 h ahead",
            "2 days ahead",
            "729 days behind",
            "2 years ahead",
        ];
        assert_eq!(words, wanted);
    }
}
