//! How many dials others may cause: a key by the addresses that it passes on, a host by its announcements. The limits
//! belong to keys and hosts, so that a new link gives no new allowance.

use std::{net::IpAddr, time::Instant};

use crate::domain::{
    limit::{KeyedTokenBucket, TokenBucket},
    model::NodeId,
};

/// Addresses that a key may pass on at once, and per second in the long run: each may cost us a dial.
const PASSED_BURST: u32 = 256;
const PASSED_RATE: f64 = 1.0;

/// The same for all keys together, since keys cost nothing.
const PASSED_BURST_OF_ALL: u32 = 1_024;
const PASSED_RATE_OF_ALL: f64 = 8.0;

/// Dials that the announcements of one host may cause at once, and per second in the long run: three times what the usual
/// range of ports has room for. This machine's own are exempt, since everybody here may be somebody else.
const ANNOUNCED_BURST: u32 = 16;
const ANNOUNCED_RATE: f64 = 0.25;

/// The same for all hosts together. A room that starts at once is met within the burst; forged announcements get no more
/// than that out of us.
const ANNOUNCED_BURST_OF_ALL: u32 = 64;
const ANNOUNCED_RATE_OF_ALL: f64 = 2.0;

/// Keys, and hosts, that are told apart; further ones share one allowance until others have earned theirs back.
const MAX_TOLD_APART: usize = 1_024;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Quotas {
    passed: KeyedTokenBucket<NodeId>,
    all_passed: TokenBucket,
    announced: KeyedTokenBucket<IpAddr>,
    all_announced: TokenBucket,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            passed: KeyedTokenBucket::new(TokenBucket::new(PASSED_BURST, PASSED_RATE), MAX_TOLD_APART),
            all_passed: TokenBucket::new(PASSED_BURST_OF_ALL, PASSED_RATE_OF_ALL),
            announced: KeyedTokenBucket::new(TokenBucket::new(ANNOUNCED_BURST, ANNOUNCED_RATE), MAX_TOLD_APART),
            all_announced: TokenBucket::new(ANNOUNCED_BURST_OF_ALL, ANNOUNCED_RATE_OF_ALL),
        }
    }
}

impl Quotas {
    /// Whether `node` may pass on one more address.
    pub(super) fn pass_on(&mut self, node: NodeId, now: Instant) -> bool {
        self.passed.take(node, now) && self.all_passed.take(now)
    }

    /// Whether an announcement from `host` may cause one more dial.
    pub(super) fn announce(&mut self, host: IpAddr, now: Instant) -> bool {
        (host.is_loopback() || self.announced.take(host, now)) && self.all_announced.take(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_host_leaves_room_for_the_announcements_of_others() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        let host = |n: u8| IpAddr::from([10, 0, 0, n]);
        for second in 0..600 {
            let now = now + Duration::from_secs(second);
            for _ in 0..10 {
                quotas.announce(host(1), now);
            }
        }
        let later = now + Duration::from_mins(10);
        assert!((2..50).all(|n| quotas.announce(host(n), later)));
        assert!((0..1_000).filter(|_| quotas.announce(IpAddr::from([127, 0, 0, 1]), later)).count() < 64);
    }

    #[test]
    fn keys_made_by_the_thousand_share_what_is_left() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        let key = |n: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            NodeId::new(bytes)
        };
        let passed = (0..10_000).filter(|n| quotas.pass_on(key(*n), now)).count();
        assert!(passed <= 1_024, "{passed}");
    }
}
