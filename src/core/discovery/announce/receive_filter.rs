//! Decides which announcements to verify and which to pass on.
//!
//! Forged sources and replayed datagrams stop here. The number of signatures to verify is bounded, for each source and
//! in all. What passes is a hint: the dial that follows accepts only the key that signed (see [`crate::core::node`]).

use std::{collections::BTreeMap, net::IpAddr, time::Instant};

use crate::{
    domain::{
        limit::{KeyedTokenBucket, TokenBucket},
        model::NodeId,
    },
    protocol::codec::announcement::Announcement,
};

/// Keys that are remembered. When there are more, the one heard longest ago is forgotten.
const MAX_KEYS: usize = 256;

/// Sources that are remembered. All others share one bucket.
const MAX_SOURCES: usize = 256;

/// Signatures that are verified for one source: at once, and per second in the long run. A host whose many nodes all
/// start at once stays within that.
const VERIFY_BURST: u32 = 64;
const VERIFY_RATE: f64 = 2.0;

/// The same for all sources together. A signature takes 50 us, so this is at most 1 % of a processor.
const VERIFY_BURST_OF_ALL: u32 = 512;
const VERIFY_RATE_OF_ALL: f64 = 200.0;

/// Whether an announcement says anything new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// It was not heard before.
    New,
    /// It was heard before: it also came another way, or somebody replays it.
    Repeated,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct ReceiveFilter {
    keys: BTreeMap<NodeId, Key>,
    by_source: KeyedTokenBucket<IpAddr>,
    of_all: TokenBucket,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    boot: u64,
    counter: u64,
    at: Instant,
}

impl Default for ReceiveFilter {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            by_source: KeyedTokenBucket::new(TokenBucket::new(VERIFY_BURST, VERIFY_RATE), MAX_SOURCES),
            of_all: TokenBucket::new(VERIFY_BURST_OF_ALL, VERIFY_RATE_OF_ALL),
        }
    }
}

impl ReceiveFilter {
    /// Whether to verify the signature of a datagram from `source`.
    pub fn may_verify(&mut self, source: IpAddr, now: Instant) -> bool {
        self.by_source.take(source, now) && self.of_all.take(now)
    }

    /// Takes in an announcement whose signature is valid.
    pub fn accept(&mut self, announcement: &Announcement, now: Instant) -> Novelty {
        let Announcement { node, boot, counter, .. } = *announcement;
        if let Some(key) = self.keys.get_mut(&node) {
            // Another boot may be an older one that somebody replays. We cannot tell, and it costs only one dial.
            if key.boot == boot && counter <= key.counter {
                return Novelty::Repeated;
            }
            *key = Key { boot, counter, at: now };
            return Novelty::New;
        }
        if self.keys.len() >= MAX_KEYS {
            let oldest = self.keys.iter().min_by_key(|(_, key)| key.at).map(|(node, _)| *node);
            oldest.and_then(|node| self.keys.remove(&node));
        }
        self.keys.insert(node, Key { boot, counter, at: now });
        Novelty::New
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
    fn an_announcement_is_new_once_whichever_way_it_comes() {
        let (mut filter, now) = (ReceiveFilter::default(), Instant::now());
        assert_eq!(filter.accept(&announcement(1, 7, 1), now), Novelty::New);
        assert_eq!(filter.accept(&announcement(1, 7, 1), now), Novelty::Repeated);
        assert_eq!(filter.accept(&announcement(1, 7, 2), now), Novelty::New);
        assert_eq!(filter.accept(&announcement(1, 7, 1), now), Novelty::Repeated, "a replay");
        assert_eq!(filter.accept(&announcement(1, 8, 1), now), Novelty::New, "another start of the program");
    }

    #[test]
    fn ten_thousand_forgeries_cost_256_keys_and_few_verifications() {
        let (mut filter, now) = (ReceiveFilter::default(), Instant::now());
        let verified = (0..10_000).filter(|n| filter.may_verify(from(*n), now)).count();
        assert!(verified <= VERIFY_BURST_OF_ALL as usize, "{verified}");
        let mut filter = ReceiveFilter::default();
        let verified = (0..10_000).filter(|_| filter.may_verify(from(1), now)).count();
        assert_eq!(verified, VERIFY_BURST as usize);
        assert!(filter.may_verify(from(2), now), "others are still heard");
        for key in 0..10_000 {
            filter.accept(&announcement(key, 1, 1), now);
        }
        assert_eq!(filter.keys.len(), MAX_KEYS);
    }
}
