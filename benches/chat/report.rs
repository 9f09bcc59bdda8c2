//! Figures as lines of text.

use std::time::Duration;

/// Durations of one kind of event.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that `percent` percent of the events do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99, max] = [50, 99, 100].map(|percent| self.percentile(percent));
        write!(f, "p50 {p50:>9.1?}   p99 {p99:>9.1?}   max {max:>9.1?}   ({} times)", self.0.len())
    }
}

/// Prints one figure.
pub(crate) fn line(what: &str, figure: impl std::fmt::Display) {
    println!("  {what:<44} {figure}");
}

/// Prints how many times longer something took than its bare counterpart, at the median.
pub(crate) fn ratio(what: &str, ours: &Times, bare: &Times) {
    let times = ours.percentile(50).as_secs_f64() / bare.percentile(50).as_secs_f64();
    line(what, format_args!("{times:.2}"));
}
