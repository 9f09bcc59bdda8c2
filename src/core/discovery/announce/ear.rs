//! What to believe of what others announce.
//!
//! Who forges a source or replays a datagram gets no further than here: a look at a signature is bounded by source and in
//! all, and what passes is a hint, for a dial that takes nobody but the key that signed (see [`crate::core::node`]).

use std::{collections::BTreeMap, net::IpAddr, time::Instant};

use crate::{
    domain::{
        limit::{KeyedTokenBucket, TokenBucket},
        model::NodeId,
    },
    protocol::codec::announcement::Announcement,
};

/// Keys that are remembered; the one that was heard longest ago gives way.
const MAX_KEYS: usize = 256;

/// Sources that are remembered; further ones share what one may cost.
const MAX_SOURCES: usize = 256;

/// Signatures that are looked at for one source, at once and per second in the long run. A host with many nodes that all
/// start stays within that.
const LOOK_BURST: u32 = 64;
const LOOK_RATE: f64 = 2.0;

/// And in all: a signature takes 50 us, so that this is at most 1 % of a processor.
const LOOK_BURST_OF_ALL: u32 = 512;
const LOOK_RATE_OF_ALL: f64 = 200.0;

/// What an announcement brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Somebody is there.
    News,
    /// It was heard before, by another way or from somebody who repeats it.
    Known,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Ear {
    keys: BTreeMap<NodeId, Key>,
    looks: KeyedTokenBucket<IpAddr>,
    all_looks: TokenBucket,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    boot: u64,
    counter: u64,
    at: Instant,
}

impl Default for Ear {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            looks: KeyedTokenBucket::new(TokenBucket::new(LOOK_BURST, LOOK_RATE), MAX_SOURCES),
            all_looks: TokenBucket::new(LOOK_BURST_OF_ALL, LOOK_RATE_OF_ALL),
        }
    }
}

impl Ear {
    /// Whether a datagram from `source` is worth a look at its signature.
    pub fn may_look(&mut self, source: IpAddr, now: Instant) -> bool {
        self.looks.take(source, now) && self.all_looks.take(now)
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
    use crate::protocol::codec::announcement::Call;

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
        assert!(looks <= LOOK_BURST_OF_ALL as usize, "{looks}");
        let mut ear = Ear::default();
        let looks = (0..10_000).filter(|_| ear.may_look(from(1), now)).count();
        assert_eq!(looks, LOOK_BURST as usize);
        assert!(ear.may_look(from(2), now), "others are still heard");
        for key in 0..10_000 {
            ear.hear(&announcement(key, 1, 1), now);
        }
        assert_eq!(ear.keys.len(), MAX_KEYS);
    }
}
