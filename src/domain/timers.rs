//! A table of named timers for one state machine.
//!
//! A machine names what it waits for in an enum `K`, one variant for each kind of timer; a variant may carry what the
//! timer is about, such as a link. The table holds at most one deadline for each name. The machine asks
//! [`Timers::next`] when to be called again and takes what has expired with [`Timers::pop_expired`], so that all its
//! deadlines are in one place and none can be forgotten in a chain of `min`.

use std::{collections::BTreeMap, time::Instant};

/// Deadlines by their names. See the module's documentation.
#[derive(Debug, Clone)]
pub struct Timers<K> {
    deadlines: BTreeMap<K, Instant>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { deadlines: BTreeMap::new() }
    }
}

impl<K: Ord + Copy> Timers<K> {
    /// Sets a timer, whether or not it was set before.
    pub fn set(&mut self, timer: K, at: Instant) {
        self.deadlines.insert(timer, at);
    }

    /// Sets a timer if it is not set. One that is set keeps its deadline: use this to gather changes for a while.
    pub fn set_if_unset(&mut self, timer: K, at: Instant) {
        self.deadlines.entry(timer).or_insert(at);
    }

    /// Sets a timer to the earlier of `at` and its present deadline.
    pub fn set_no_later(&mut self, timer: K, at: Instant) {
        let deadline = self.deadlines.entry(timer).or_insert(at);
        *deadline = at.min(*deadline);
    }

    /// Sets a timer to a deadline that something else decides, or clears it if there is none.
    pub fn set_or_clear(&mut self, timer: K, at: Option<Instant>) {
        match at {
            Some(at) => self.set(timer, at),
            None => self.clear(timer),
        }
    }

    /// Clears a timer. Nothing happens if it was not set.
    pub fn clear(&mut self, timer: K) {
        self.deadlines.remove(&timer);
    }

    /// When a timer expires, if it is set.
    pub fn get(&self, timer: K) -> Option<Instant> {
        self.deadlines.get(&timer).copied()
    }

    /// Whether a timer is set. One that has expired counts until it is taken.
    pub fn is_set(&self, timer: K) -> bool {
        self.deadlines.contains_key(&timer)
    }

    /// The earliest deadline of all.
    pub fn next(&self) -> Option<Instant> {
        self.deadlines.values().min().copied()
    }

    /// Clears and returns a timer that has expired at `now`: if there are several, the first in the order of `K`, not
    /// of time, so that a machine decides by its enum what comes first. Call it until it returns `None`; a timer that
    /// is set again to a later time does not come twice.
    pub fn pop_expired(&mut self, now: Instant) -> Option<K> {
        let expired = self.deadlines.iter().find(|(_, at)| **at <= now).map(|(timer, _)| *timer)?;
        self.clear(expired);
        Some(expired)
    }

    /// Clears one timer if it has expired at `now`. Returns whether it had.
    pub fn take_expired(&mut self, timer: K, now: Instant) -> bool {
        let expired = self.get(timer).is_some_and(|at| at <= now);
        if expired {
            self.clear(timer);
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Timer {
        First,
        Second(u32),
        Last,
    }

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_is_due_in_an_empty_table() {
        let (mut timers, now) = (Timers::<Timer>::default(), Instant::now());
        assert_eq!((timers.next(), timers.pop_expired(now)), (None, None));
        timers.clear(Timer::First);
        assert!(!timers.take_expired(Timer::First, now));
    }

    #[test]
    fn expired_timers_come_in_the_order_of_their_names() {
        let (mut timers, now) = (Timers::default(), Instant::now());
        timers.set(Timer::Last, at(now, 1));
        timers.set(Timer::Second(2), at(now, 3));
        timers.set(Timer::Second(1), at(now, 9));
        timers.set(Timer::First, at(now, 2));
        assert_eq!(timers.next(), Some(at(now, 1)));
        let expired: Vec<Timer> = std::iter::from_fn(|| timers.pop_expired(at(now, 3))).collect();
        assert_eq!(expired, [Timer::First, Timer::Second(2), Timer::Last]);
        assert_eq!((timers.next(), timers.get(Timer::Second(1))), (Some(at(now, 9)), Some(at(now, 9))));
    }

    #[test]
    fn a_deadline_is_replaced_kept_or_brought_forward() {
        let (mut timers, now) = (Timers::default(), Instant::now());
        timers.set_if_unset(Timer::First, at(now, 5));
        timers.set_if_unset(Timer::First, at(now, 2));
        assert_eq!(timers.get(Timer::First), Some(at(now, 5)));
        timers.set_no_later(Timer::First, at(now, 7));
        assert_eq!(timers.get(Timer::First), Some(at(now, 5)));
        timers.set_no_later(Timer::First, at(now, 3));
        assert_eq!(timers.get(Timer::First), Some(at(now, 3)));
        timers.set(Timer::First, at(now, 8));
        assert_eq!(timers.get(Timer::First), Some(at(now, 8)));
        timers.set_or_clear(Timer::First, Some(at(now, 4)));
        assert_eq!(timers.get(Timer::First), Some(at(now, 4)));
        timers.set_or_clear(Timer::First, None);
        assert!(!timers.is_set(Timer::First));
        timers.set_no_later(Timer::Last, at(now, 6));
        assert_eq!(timers.next(), Some(at(now, 6)));
    }

    #[test]
    fn a_timer_is_taken_once_and_not_before_its_time() {
        let (mut timers, now) = (Timers::default(), Instant::now());
        timers.set(Timer::First, at(now, 1));
        assert!(!timers.take_expired(Timer::First, now));
        assert!(timers.is_set(Timer::First));
        assert!(timers.take_expired(Timer::First, at(now, 1)));
        assert!(!timers.take_expired(Timer::First, at(now, 1)));
    }
}
