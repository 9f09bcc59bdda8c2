//! One allowance: a bucket of tokens.

use std::time::{Duration, Instant};

/// A rate per second, below which nothing is earned back within any time that matters.
const LEAST_RATE: f64 = 1e-6;

/// A limit of so many at once, and so many per second in the long run.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    tokens: f64,
    burst: f64,
    rate: f64,
    /// When `tokens` was last brought up to date; `None` before the first call.
    at: Option<Instant>,
}

impl TokenBucket {
    /// A full bucket with `burst` tokens, which earns `rate` more per second.
    pub fn new(burst: u32, rate: f64) -> Self {
        let burst = f64::from(burst);
        Self { tokens: burst, burst, rate, at: None }
    }

    /// Whether the bucket is full.
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.earn(now);
        self.tokens >= self.burst
    }

    /// When the bucket will be full, if nothing more is taken.
    pub fn full_at(&mut self, now: Instant) -> Instant {
        self.earn(now);
        now + Duration::from_secs_f64((self.burst - self.tokens).max(0.0) / self.rate.max(LEAST_RATE))
    }

    /// Whether one can be taken.
    pub fn has(&mut self, now: Instant) -> bool {
        self.has_some(1.0, now)
    }

    /// When one can be taken again, if none is taken before then.
    pub fn next_at(&mut self, now: Instant) -> Instant {
        self.earn(now);
        now + Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / self.rate.max(LEAST_RATE))
    }

    /// Takes one, if there is one. Returns whether there was.
    pub fn take(&mut self, now: Instant) -> bool {
        let has = self.has(now);
        if has {
            self.tokens -= 1.0;
        }
        has
    }

    /// Whether this many can be taken. For more than the burst, a full bucket is enough.
    pub fn has_some(&mut self, amount: f64, now: Instant) -> bool {
        self.earn(now);
        self.tokens >= amount.min(self.burst)
    }

    /// Takes this many, or what is left.
    pub fn take_some(&mut self, amount: f64, now: Instant) {
        self.earn(now);
        self.tokens = (self.tokens - amount).max(0.0);
    }

    /// How many are missing from a full bucket.
    pub fn used(&mut self, now: Instant) -> f64 {
        self.earn(now);
        self.burst - self.tokens
    }

    fn earn(&mut self, now: Instant) {
        let at = *self.at.get_or_insert(now);
        let earned = now.saturating_duration_since(at).as_secs_f64() * self.rate;
        self.at = Some(at.max(now));
        self.tokens = (self.tokens + earned).min(self.burst);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_followed_by_a_rate() {
        let start = Instant::now();
        let mut allowance = TokenBucket::new(10, 2.0);
        assert_eq!(allowance.full_at(start), start);
        assert_eq!((0..100).filter(|_| allowance.take(start)).count(), 10);
        assert!(!allowance.has(start));
        let later = start + Duration::from_secs(3);
        assert_eq!((0..100).filter(|_| allowance.take(later)).count(), 6);
        assert_eq!(allowance.full_at(later), later + Duration::from_secs(5));
    }
}
