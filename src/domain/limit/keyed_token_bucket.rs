//! An allowance for each of many names.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::TokenBucket;

/// An allowance for each name. The number of names that are remembered is limited. When one more comes, the name that
/// would have its whole allowance back first is forgotten, because it loses the least. So someone who makes up
/// thousands of names only displaces names that were used once. Names at their limit stay limited, and a newcomer has a
/// full allowance. Where names cost nothing, the total needs a limit of its own.
///
/// Every operation takes time logarithmic in the number of names.
#[derive(Debug)]
pub struct KeyedTokenBucket<T> {
    one: TokenBucket,
    each: BTreeMap<T, (TokenBucket, Instant)>,
    /// The same names, by the time when their allowance will be whole again.
    by_recovery: BTreeSet<(Instant, T)>,
    capacity: usize,
}

impl<T: Ord + Clone> KeyedTokenBucket<T> {
    /// Each name has the allowance `one`; at most `capacity` names are remembered.
    pub fn new(one: TokenBucket, capacity: usize) -> Self {
        Self { one, each: BTreeMap::new(), by_recovery: BTreeSet::new(), capacity }
    }

    /// Whether `of` can take one.
    pub fn has(&mut self, of: &T, now: Instant) -> bool {
        self.has_some(of, 1.0, now)
    }

    /// Takes one for `of`, if there is one. Returns whether there was.
    pub fn take(&mut self, of: T, now: Instant) -> bool {
        self.change(of, now, |allowance| allowance.take(now))
    }

    /// Whether `of` can take this many.
    pub fn has_some(&mut self, of: &T, amount: f64, now: Instant) -> bool {
        self.each.get_mut(of).map_or(&mut self.one.clone(), |(allowance, _)| allowance).has_some(amount, now)
    }

    /// Takes this many for `of`, or what is left.
    pub fn take_some(&mut self, of: T, amount: f64, now: Instant) {
        self.change(of, now, |allowance| allowance.take_some(amount, now));
    }

    /// How many of its allowance `of` has used and not earned back.
    pub fn used(&mut self, of: &T, now: Instant) -> f64 {
        self.each.get_mut(of).map_or(0.0, |(allowance, _)| allowance.used(now))
    }

    /// Changes the allowance of `of`, and forgets names that have earned theirs back.
    fn change<R>(&mut self, of: T, now: Instant, change: impl FnOnce(&mut TokenBucket) -> R) -> R {
        let mut allowance = match self.each.remove(&of) {
            Some((allowance, recovers)) => {
                self.by_recovery.remove(&(recovers, of.clone()));
                allowance
            }
            None => self.one.clone(),
        };
        let result = change(&mut allowance);
        let recovers = allowance.full_at(now);
        while let Some((first, _)) = self.by_recovery.first()
            && (*first <= now || self.each.len() >= self.capacity)
            && let Some((_, forgotten)) = self.by_recovery.pop_first()
        {
            self.each.remove(&forgotten);
        }
        self.by_recovery.insert((recovers, of.clone()));
        self.each.insert(of, (allowance, recovers));
        result
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn mass_produced_names_displace_each_other_and_no_newcomer() {
        let (mut by, now) = (KeyedTokenBucket::new(TokenBucket::new(10, 1.0), 64), Instant::now());
        assert_eq!((0..100).filter(|_| by.take(0, now)).count(), 10);
        assert!((1..10_000).all(|n| by.take(n, now)));
        assert_eq!((by.each.len(), by.by_recovery.len()), (64, 64));
        assert!(!by.take(0, now), "who is at the limit stays so");
        assert!(by.has(&20_000, now), "a newcomer has all of its own");
        let later = now + Duration::from_secs(10);
        assert!(by.take(20_000, later) && by.take(0, later));
        assert_eq!((by.each.len(), by.by_recovery.len()), (2, 2), "the others have earned theirs back");
    }

    #[test]
    fn many_names_cost_little_each() {
        let (mut by, now) = (KeyedTokenBucket::new(TokenBucket::new(10, 0.001), 4_096), Instant::now());
        for n in 0..300_000 {
            by.take(n, now);
        }
        assert!(now.elapsed() < Duration::from_secs(10), "{:?}", now.elapsed());
    }
}
