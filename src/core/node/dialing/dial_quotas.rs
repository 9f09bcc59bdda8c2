//! How many dials others may cause: each key by the addresses that it passes on, each host by its announcements, and
//! all of them at one target. The limits belong to keys and hosts, so a new link gives no new allowance. Strangers
//! share one more limit. Known keys are exempt from it, so strangers cannot use up what known people need.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use crate::{
    core::budgets::{
        ANNOUNCED_BURST, ANNOUNCED_BURST_OF_ALL, ANNOUNCED_RATE, ANNOUNCED_RATE_OF_ALL, MAX_TOLD_APART, PASSED_BURST,
        PASSED_BURST_OF_ALL, PASSED_RATE, PASSED_RATE_OF_ALL,
    },
    domain::{
        limit::{KeyedTokenBucket, TokenBucket},
        model::{Host, NodeId},
    },
};

/// Consecutive failed dials of one target, on others' word, after which passed-on addresses there are not dialled for a
/// while. A node that has just stopped may still be passed on by a few peers.
const MAX_FAILURES: u32 = 4;

/// How long passed-on addresses of that target are then not dialled. Meanwhile a node there can find us, or a sweep
/// finds it.
const REST: Duration = Duration::from_mins(5);

/// What counts as one target: a host. On this machine it is a port, since each may be another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aim {
    Host(Host),
    Socket(SocketAddr),
}

impl Aim {
    fn of(addr: SocketAddr) -> Self {
        let host = Host::of(addr.ip());
        if host.is_loopback() { Self::Socket(addr) } else { Self::Host(host) }
    }
}

/// Consecutive failed dials of one target.
#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Quotas {
    passed: KeyedTokenBucket<NodeId>,
    all_passed: TokenBucket,
    /// By target. Each allows as many dials as the announcements of one host.
    aimed: KeyedTokenBucket<Aim>,
    announced: KeyedTokenBucket<IpAddr>,
    all_announced: TokenBucket,
    failures: BTreeMap<Aim, Failures>,
}

impl Default for Quotas {
    fn default() -> Self {
        let of_host = TokenBucket::new(ANNOUNCED_BURST, ANNOUNCED_RATE);
        Self {
            passed: KeyedTokenBucket::new(TokenBucket::new(PASSED_BURST, PASSED_RATE), MAX_TOLD_APART),
            all_passed: TokenBucket::new(PASSED_BURST_OF_ALL, PASSED_RATE_OF_ALL),
            aimed: KeyedTokenBucket::new(of_host.clone(), MAX_TOLD_APART),
            announced: KeyedTokenBucket::new(of_host, MAX_TOLD_APART),
            all_announced: TokenBucket::new(ANNOUNCED_BURST_OF_ALL, ANNOUNCED_RATE_OF_ALL),
            failures: BTreeMap::new(),
        }
    }
}

impl Quotas {
    /// Whether `node` may pass on one more address at all.
    pub(super) fn may_pass_on(&mut self, node: &NodeId, known: bool, now: Instant) -> bool {
        self.passed.has(node, now) && (known || self.all_passed.has(now))
    }

    /// Whether we dial `addr` on the word of `node`, after [`Self::may_pass_on`] allowed one more. Earlier failures at
    /// that target count.
    pub(super) fn pass_on(&mut self, node: NodeId, known: bool, addr: SocketAddr, now: Instant) -> bool {
        let aim = Aim::of(addr);
        let rests = |failures: &Failures| failures.count >= MAX_FAILURES && !failures.are_over(now);
        if self.failures.get(&aim).is_some_and(rests) {
            return false;
        }
        self.passed.take(node, now) && (known || self.all_passed.take(now)) && self.aimed.take(aim, now)
    }

    /// A dial of `addr` on others' word failed.
    pub(super) fn failed(&mut self, addr: SocketAddr, now: Instant) {
        let aim = Aim::of(addr);
        self.failures.retain(|_, failures| !failures.are_over(now));
        if self.failures.len() >= MAX_TOLD_APART && !self.failures.contains_key(&aim) {
            let oldest = self.failures.iter().min_by_key(|(_, failures)| failures.last).map(|(aim, _)| *aim);
            oldest.and_then(|oldest| self.failures.remove(&oldest));
        }
        let failures = self.failures.entry(aim).or_insert(Failures { count: 0, last: now });
        *failures = Failures { count: failures.count.saturating_add(1), last: now };
    }

    /// Somebody was reached at `addr`.
    pub(super) fn reached(&mut self, addr: SocketAddr) {
        self.failures.remove(&Aim::of(addr));
    }

    /// Whether an announcement from `host`, of a `known` key or not, may cause one more dial.
    pub(super) fn announce(&mut self, host: IpAddr, known: bool, now: Instant) -> bool {
        (host.is_loopback() || self.announced.take(host, now)) && (known || self.all_announced.take(now))
    }
}

impl Failures {
    /// Whether they were so long ago that they do not count.
    fn are_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) >= REST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(host: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, host], port))
    }

    #[test]
    fn one_host_leaves_room_for_the_announcements_of_others() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        let host = |n: u8| IpAddr::from([10, 0, 0, n]);
        for second in 0..600 {
            let now = now + Duration::from_secs(second);
            for _ in 0..10 {
                quotas.announce(host(1), false, now);
            }
        }
        let later = now + Duration::from_mins(10);
        assert!((2..50).all(|n| quotas.announce(host(n), false, later)));
        assert!((0..1_000).filter(|_| quotas.announce(IpAddr::from([127, 0, 0, 1]), false, later)).count() < 64);
    }

    #[test]
    fn thousands_of_new_keys_share_one_quota() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        let everywhere = |n: u32| {
            let [_, a, b, c] = n.to_be_bytes();
            SocketAddr::from(([10, a, b, c], 4_565))
        };
        let passed = (0..10_000).filter(|n| quotas.pass_on(NodeId::numbered(*n), false, everywhere(*n), now)).count();
        assert!(passed <= 1_024, "{passed}");
        assert!(
            !quotas.pass_on(NodeId::numbered(20_000), false, addr(1, 4_565), now),
            "strangers have used up what is theirs"
        );
        assert!(
            quotas.may_pass_on(&NodeId::numbered(20_001), true, now)
                && quotas.pass_on(NodeId::numbered(20_001), true, addr(1, 4_565), now)
        );
    }

    #[test]
    fn a_target_gets_few_dials_however_many_keys_name_it() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        let dials = (0..200_u16)
            .filter(|n| quotas.pass_on(NodeId::numbered(u32::from(*n)), false, addr(1, 4_000 + n), now))
            .count();
        assert_eq!(dials, ANNOUNCED_BURST as usize);
        assert!(quotas.pass_on(NodeId::numbered(1), false, addr(2, 4_565), now), "another host");
        let own = |n: u16| SocketAddr::from(([127, 0, 0, 1], 4_000 + n));
        assert!((0..200).all(|n| quotas.pass_on(NodeId::numbered(1_000 + u32::from(n)), false, own(n), now)));
    }

    #[test]
    fn a_target_with_repeated_failures_rests_for_minutes() {
        let (mut quotas, now) = (Quotas::default(), Instant::now());
        for n in 0..3 {
            quotas.failed(addr(1, 4_565 + n), now);
        }
        assert!(quotas.pass_on(NodeId::numbered(1), false, addr(1, 4_565), now));
        quotas.failed(addr(1, 4_565), now);
        assert!(!quotas.pass_on(NodeId::numbered(2), false, addr(1, 4_566), now), "another port of the same host");
        assert!(quotas.pass_on(NodeId::numbered(2), false, addr(2, 4_565), now));
        assert!(quotas.pass_on(NodeId::numbered(2), false, addr(1, 4_565), now + REST));
        quotas.reached(addr(1, 4_565));
        assert!(quotas.pass_on(NodeId::numbered(2), false, addr(1, 4_566), now), "somebody is there after all");
        for n in 0..5_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            quotas.failed(SocketAddr::from(([10, a, b, c], 1)), now + Duration::from_millis(u64::from(n)));
        }
        assert!(quotas.failures.len() <= MAX_TOLD_APART);
    }
}
