//! What to believe of what others announce.
//!
//! Who forges a source or replays a datagram gets no further than here: a look at a signature is bounded by source and in
//! all, and what passes is a hint, for a dial that takes nobody but the key that signed (see [`crate::node`]).

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use crate::{convert::announcement::Announcement, model::NodeId};

/// Keys that are remembered; the one that was heard longest ago gives way.
const MAX_KEYS: usize = 256;

/// Sources that are remembered, for the same reason.
const MAX_SOURCES: usize = 256;

/// Signatures that are looked at for one source, at once and per second in the long run. A host with many nodes that all
/// start stays within that.
const LOOKS_OF_ONE: Allowance = Allowance { burst: 64, every: Duration::from_millis(500) };

/// And in all: a signature takes 50 us, so that this is at most 1 % of a processor.
const LOOKS_OF_ALL: Allowance = Allowance { burst: 512, every: Duration::from_millis(5) };

/// What an announcement brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Somebody is there.
    News,
    /// It was heard before, by another way or from somebody who repeats it.
    Known,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Ear {
    keys: BTreeMap<NodeId, Key>,
    sources: BTreeMap<IpAddr, Looks>,
    all: Option<Looks>,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    boot: u64,
    counter: u64,
    at: Instant,
}

/// So many at once, and one more after each of these times.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    burst: u32,
    every: Duration,
}

/// How much of an allowance is used up: by when all of it is there again.
#[derive(Debug, Clone, Copy)]
struct Looks {
    whole_at: Instant,
}

impl Looks {
    fn take(&mut self, of: Allowance, now: Instant) -> bool {
        let whole_at = self.whole_at.max(now) + of.every;
        let fits = whole_at - now <= of.every * of.burst;
        if fits {
            self.whole_at = whole_at;
        }
        fits
    }
}

impl Ear {
    /// Whether a datagram from `source` is worth a look at its signature.
    pub fn may_look(&mut self, source: IpAddr, now: Instant) -> bool {
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            self.sources.retain(|_, looks| looks.whole_at > now);
            if self.sources.len() >= MAX_SOURCES {
                let soonest = self.sources.iter().min_by_key(|(_, looks)| looks.whole_at).map(|(ip, _)| *ip);
                soonest.and_then(|ip| self.sources.remove(&ip));
            }
        }
        let fresh = Looks { whole_at: now };
        self.sources.entry(source).or_insert(fresh).take(LOOKS_OF_ONE, now)
            && self.all.get_or_insert(fresh).take(LOOKS_OF_ALL, now)
    }

    /// Takes in an announcement whose signature is right.
    pub fn hear(&mut self, announcement: &Announcement, now: Instant) -> Heard {
        let Announcement { node, boot, counter, .. } = *announcement;
        if let Some(key) = self.keys.get_mut(&node) {
            // Another boot may be an older one that somebody repeats; nobody can tell, and it costs one dial.
            if key.boot == boot && counter <= key.counter {
                return Heard::Known;
            }
            *key = Key { boot, counter, at: now };
            return Heard::News;
        }
        if self.keys.len() >= MAX_KEYS {
            let oldest = self.keys.iter().min_by_key(|(_, key)| key.at).map(|(node, _)| *node);
            oldest.and_then(|node| self.keys.remove(&node));
        }
        self.keys.insert(node, Key { boot, counter, at: now });
        Heard::News
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::announcement::Call;

    fn from(n: u32) -> IpAddr {
        IpAddr::from((0x0a00_0000 + n).to_be_bytes())
    }

    fn announcement(key: u32, boot: u64, counter: u64) -> Announcement {
        let mut node = [0; 32];
        node[..4].copy_from_slice(&key.to_be_bytes());
        Announcement { call: Call::Here, port: 4_565, node: NodeId::new(node), boot, counter }
    }

    #[test]
    fn one_announcement_is_news_once_whichever_way_it_comes() {
        let (mut ear, now) = (Ear::default(), Instant::now());
        assert_eq!(ear.hear(&announcement(1, 7, 1), now), Heard::News);
        assert_eq!(ear.hear(&announcement(1, 7, 1), now), Heard::Known);
        assert_eq!(ear.hear(&announcement(1, 7, 2), now), Heard::News);
        assert_eq!(ear.hear(&announcement(1, 7, 1), now), Heard::Known, "a replay");
        assert_eq!(ear.hear(&announcement(1, 8, 1), now), Heard::News, "another start of the program");
    }

    #[test]
    fn ten_thousand_forged_ones_are_256_keys_and_a_bounded_number_of_looks() {
        let (mut ear, now) = (Ear::default(), Instant::now());
        let looks = (0..10_000).filter(|n| ear.may_look(from(*n), now)).count();
        assert_eq!(looks, LOOKS_OF_ALL.burst as usize);
        let mut ear = Ear::default();
        let looks = (0..10_000).filter(|_| ear.may_look(from(1), now)).count();
        assert_eq!(looks, LOOKS_OF_ONE.burst as usize);
        assert!(ear.may_look(from(2), now), "others are still heard");
        for key in 0..10_000 {
            ear.hear(&announcement(key, 1, 1), now);
        }
        assert_eq!(ear.keys.len(), MAX_KEYS);
        for n in 0..10_000 {
            ear.may_look(from(n), now);
        }
        assert!(ear.sources.len() <= MAX_SOURCES);
    }

    #[test]
    fn what_was_used_up_comes_again() {
        let (mut ear, now) = (Ear::default(), Instant::now());
        while ear.may_look(from(1), now) {}
        let later = now + LOOKS_OF_ONE.every * 3;
        assert_eq!((0..100).filter(|_| ear.may_look(from(1), later)).count(), 3);
    }
}
