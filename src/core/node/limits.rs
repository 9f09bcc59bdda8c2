//! What a key, or a host, may cost us, across its links: whoever connects anew does not begin anew.

use std::{net::IpAddr, time::Instant};

use crate::domain::{
    limit::{KeyedTokenBucket, TokenBucket},
    model::NodeId,
};

/// Links that a key may begin at once, and per second in the long run. A person's program needs one, and a few more where
/// both sides dial and lose each other.
const LINK_BURST: u32 = 10;
const LINK_RATE: f64 = 1.0;

/// Addresses that a key may pass on at once, and per second in the long run: each may cost us a dial.
const HINT_BURST: u32 = 256;
const HINT_RATE: f64 = 1.0;

/// The same for all keys together, since keys cost nothing.
const HINT_BURST_OF_ALL: u32 = 1_024;
const HINT_RATE_OF_ALL: f64 = 8.0;

/// Dials that the announcements of one host may cause at once, and per second in the long run: three times what the usual range
/// of ports has room for. This machine's own are exempt, as everybody here may be somebody else.
const ANNOUNCED_BURST: u32 = 16;
const ANNOUNCED_RATE: f64 = 0.25;

/// The same for all hosts together. A room that starts at once is met within the first; whoever forges announcements gets no
/// more than that out of us.
const ANNOUNCED_BURST_OF_ALL: u32 = 64;
const ANNOUNCED_RATE_OF_ALL: f64 = 2.0;

/// Keys, and hosts, that are remembered; further ones share one allowance until others have earned theirs back.
const MAX_KEYS: usize = 1_024;

/// What every key may still do.
#[derive(Debug)]
pub(super) struct Limits {
    links: KeyedTokenBucket<NodeId>,
    hints: KeyedTokenBucket<NodeId>,
    all_hints: TokenBucket,
    announced: KeyedTokenBucket<IpAddr>,
    all_announced: TokenBucket,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            links: KeyedTokenBucket::new(TokenBucket::new(LINK_BURST, LINK_RATE), MAX_KEYS),
            hints: KeyedTokenBucket::new(TokenBucket::new(HINT_BURST, HINT_RATE), MAX_KEYS),
            all_hints: TokenBucket::new(HINT_BURST_OF_ALL, HINT_RATE_OF_ALL),
            announced: KeyedTokenBucket::new(TokenBucket::new(ANNOUNCED_BURST, ANNOUNCED_RATE), MAX_KEYS),
            all_announced: TokenBucket::new(ANNOUNCED_BURST_OF_ALL, ANNOUNCED_RATE_OF_ALL),
        }
    }
}

impl Limits {
    /// Whether `node` may begin one more link.
    pub(super) fn link(&mut self, node: NodeId, now: Instant) -> bool {
        self.links.take(node, now)
    }

    /// Whether `node` may pass on one more address.
    pub(super) fn hint(&mut self, node: NodeId, now: Instant) -> bool {
        self.hints.take(node, now) && self.all_hints.take(now)
    }

    /// Whether an announcement from `host` may cause one more dial.
    pub(super) fn announced(&mut self, host: IpAddr, now: Instant) -> bool {
        (host.is_loopback() || self.announced.take(host, now)) && self.all_announced.take(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(n: u32) -> NodeId {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        NodeId::new(bytes)
    }

    #[test]
    fn a_key_has_one_allowance_however_often_it_comes() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        assert_eq!((0..100).filter(|_| limits.link(key(1), now)).count(), 10);
        assert!(limits.link(key(2), now));
        assert!(limits.link(key(1), now + Duration::from_secs(2)));
    }

    #[test]
    fn one_host_leaves_room_for_the_announcements_of_others() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let host = |n: u8| IpAddr::from([10, 0, 0, n]);
        for second in 0..600 {
            let now = now + Duration::from_secs(second);
            for _ in 0..10 {
                limits.announced(host(1), now);
            }
        }
        let later = now + Duration::from_mins(10);
        assert!((2..50).all(|n| limits.announced(host(n), later)));
        assert!((0..1_000).filter(|_| limits.announced(IpAddr::from([127, 0, 0, 1]), later)).count() < 64);
    }

    #[test]
    fn keys_made_by_the_thousand_share_what_is_left() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let hints = (0..10_000).filter(|n| limits.hint(key(*n), now)).count();
        assert!(hints <= 1_024, "{hints}");
        let links = (0..10_000).filter(|n| limits.link(key(*n), now)).count();
        assert!(links <= MAX_KEYS + 10, "{links}");
        assert!(limits.link(key(20_000), now + Duration::from_mins(1)), "the others have earned theirs back");
    }
}
