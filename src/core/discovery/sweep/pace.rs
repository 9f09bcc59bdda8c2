//! How fast to probe.

use std::time::{Duration, Instant};

use crate::core::discovery::sweep_policy::SWEEP_RATES;

/// The most probes per second, whatever the user asks for.
pub const MAX_RATE: u32 = *SWEEP_RATES.end();

/// Probes per second up to a /24: a pass over it takes 1.3 s.
const SMALL_RATE: u32 = 200;

/// Probes per second for larger networks.
const LARGE_RATE: u32 = 100;

/// Hosts of the largest network that counts as small.
const SMALL: u64 = 256;

/// Spaces probes evenly: says when the next one may leave.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The interval, if nobody else on this machine sweeps.
    alone: Duration,
    interval: Duration,
    next: Instant,
}

impl Pace {
    /// The pace for a sweep of `hosts` hosts that begins at `now`; `rate` (probes per second) is what the user asks
    /// for.
    pub fn new(hosts: u64, rate: Option<u32>, now: Instant) -> Self {
        let rate = rate.unwrap_or(if hosts <= SMALL { SMALL_RATE } else { LARGE_RATE }).clamp(1, MAX_RATE);
        let interval = Duration::from_secs(1) / rate;
        Self { alone: interval, interval, next: now }
    }

    /// The last probe of any sweep left at `last`.
    pub fn follow(&mut self, last: Instant) {
        self.next = self.next.max(last + self.interval);
    }

    /// `copies` copies of the program sweep from this machine, this one included. Together they stay within
    /// [`MAX_RATE`], because the kernel has one table of neighbours for all.
    pub fn share(&mut self, copies: u32) {
        self.interval = self.alone.max(Duration::from_secs(copies.into()) / MAX_RATE);
    }

    /// When the next probe may leave.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// A probe left at `now`. A machine that was late does not catch up with a burst.
    pub fn sent(&mut self, now: Instant) {
        let on_time = self.next + self.interval;
        self.next = if now > on_time { now + self.interval } else { on_time };
    }

    /// The time that `probes` more probes take.
    pub fn time_for(&self, probes: u64) -> Duration {
        let interval = u64::try_from(self.interval.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(interval.saturating_mul(probes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_are_spaced_evenly_and_within_the_kernels_limit() {
        let t0 = Instant::now();
        for (hosts, rate, per_second) in
            [(1, None, 200), (254, None, 200), (65_534, None, 100), (254, Some(4), 4), (254, Some(9_999), 300)]
        {
            let mut pace = Pace::new(hosts, rate, t0);
            let mut sent = 0;
            while pace.next() < t0 + Duration::from_secs(10) {
                pace.sent(pace.next());
                sent += 1;
            }
            assert!((sent - per_second * 10i32).abs() <= 1, "{hosts} {rate:?}: {sent}");
        }
    }

    #[test]
    fn copies_on_one_machine_share_the_kernels_limit() {
        for (rate, copies, per_second) in [(None, 1, 200), (None, 2, 150), (Some(300), 4, 75), (Some(50), 4, 50)] {
            let mut pace = Pace::new(254, rate, Instant::now());
            pace.share(20);
            pace.share(copies);
            assert_eq!(pace.time_for(per_second * 2).as_millis().div_ceil(10), 200, "{rate:?} {copies}");
        }
    }

    #[test]
    fn a_new_sweep_ignores_the_pace_of_the_last_one() {
        let t0 = Instant::now();
        let mut slow = Pace::new(254, Some(1), t0);
        slow.sent(t0);
        let asked = t0 + Duration::from_millis(2);
        let mut pace = Pace::new(254, Some(200), asked);
        pace.follow(t0);
        assert_eq!(pace.next(), t0 + Duration::from_millis(5), "two of them are no burst");
        pace = Pace::new(254, Some(200), t0 + Duration::from_millis(500));
        pace.follow(t0);
        assert_eq!(pace.next(), t0 + Duration::from_millis(500));
    }

    #[test]
    fn a_stall_is_not_followed_by_a_burst() {
        let t0 = Instant::now();
        let mut pace = Pace::new(1, Some(100), t0);
        pace.sent(t0);
        let late = t0 + Duration::from_secs(5);
        pace.sent(late);
        assert_eq!(pace.next(), late + Duration::from_millis(10));
    }
}
