//! The same allowance for each of many.

use std::{collections::BTreeMap, time::Instant};

use super::TokenBucket;

/// An allowance for each of those who come. Only so many are remembered; further ones share one allowance until others have earned
/// theirs back, so that whoever makes names by the thousand gains nothing by it.
#[derive(Debug)]
pub struct KeyedTokenBucket<T> {
    one: TokenBucket,
    each: BTreeMap<T, TokenBucket>,
    rest: TokenBucket,
    capacity: usize,
}

impl<T: Ord> KeyedTokenBucket<T> {
    /// For each of them `one`; at most `capacity` are remembered.
    pub fn new(one: TokenBucket, capacity: usize) -> Self {
        Self { rest: one.clone(), one, each: BTreeMap::new(), capacity }
    }

    /// Whether `of` can take one.
    pub fn has(&mut self, of: &T, now: Instant) -> bool {
        let room = self.each.len() < self.capacity;
        match self.each.get_mut(of) {
            Some(allowance) => allowance.has(now),
            None => room || self.rest.has(now),
        }
    }

    /// Takes one for `of`, if there is one; whether there was.
    pub fn take(&mut self, of: T, now: Instant) -> bool {
        self.bucket(of, now).take(now)
    }

    /// Whether `of` can take so many.
    pub fn has_some(&mut self, of: &T, amount: f64, now: Instant) -> bool {
        let room = self.each.len() < self.capacity;
        match self.each.get_mut(of) {
            Some(allowance) => allowance.has_some(amount, now),
            None => room || self.rest.has_some(amount, now),
        }
    }

    /// Takes so many for `of`, or what there is.
    pub fn take_some(&mut self, of: T, amount: f64, now: Instant) {
        self.bucket(of, now).take_some(amount, now);
    }

    /// How many of its allowance `of` has used and not earned back.
    pub fn used(&mut self, of: &T, now: Instant) -> f64 {
        let room = self.each.len() < self.capacity;
        match self.each.get_mut(of) {
            Some(allowance) => allowance.used(now),
            None if room => 0.0,
            None => self.rest.used(now),
        }
    }

    /// The allowance of `of`.
    fn bucket(&mut self, of: T, now: Instant) -> &mut TokenBucket {
        if self.each.len() >= self.capacity && !self.each.contains_key(&of) {
            self.each.retain(|_, allowance| !allowance.is_full(now));
            if self.each.len() >= self.capacity {
                return &mut self.rest;
            }
        }
        self.each.entry(of).or_insert_with(|| self.one.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn names_made_by_the_thousand_share_what_is_left() {
        let (mut by, now) = (KeyedTokenBucket::new(TokenBucket::new(10, 1.0), 64), Instant::now());
        assert_eq!((0..100).filter(|_| by.take(0, now)).count(), 10);
        assert!(by.has(&1, now));
        assert_eq!((0..10_000).filter(|n| by.take(*n, now)).count(), 63 + 10);
        assert_eq!(by.each.len(), 64);
        assert!(!by.has(&20_000, now));
        let later = now + Duration::from_secs(10);
        assert!(by.take(20_000, later), "the others have earned theirs back");
        assert_eq!(by.each.len(), 1);
    }
}
