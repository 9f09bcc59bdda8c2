//! Who is let in: how many links a key may begin, and how many peers there may be.

use std::{net::IpAddr, time::Instant};

use super::{Context, Output, Peers, notices};
use crate::{
    core::{
        budgets::{MAX_GUESTS, MAX_NODES, MAX_NODES_PER_HOST},
        node::transport::CloseReason,
    },
    domain::{
        bus::NoticeCode,
        limit::{KeyedTokenBucket, TokenBucket},
        model::{NodeId, Trust},
    },
    protocol::codec::mesh::Reason,
};

/// Links that a key may begin at once, and per second in the long run. A person's program needs one, and a few more where
/// both sides dial and lose each other.
const LINK_BURST: u32 = 10;
const LINK_RATE: f64 = 1.0;

/// Keys that are told apart; further ones share one allowance until others have earned theirs back.
const MAX_KEYS: usize = 1_024;

/// How many links every key may still begin. The limit belongs to the key, so that a new link gives no new allowance.
#[derive(Debug)]
pub(super) struct LinkQuotas(KeyedTokenBucket<NodeId>);

impl Default for LinkQuotas {
    fn default() -> Self {
        Self(KeyedTokenBucket::new(TokenBucket::new(LINK_BURST, LINK_RATE), MAX_KEYS))
    }
}

impl LinkQuotas {
    /// Whether `node` may begin one more link.
    pub(super) fn take(&mut self, node: NodeId, now: Instant) -> bool {
        self.0.take(node, now)
    }
}

impl Peers {
    /// Whether no further guest can be linked.
    pub(super) fn is_full_of_guests(&self) -> bool {
        self.table.guests() >= MAX_GUESTS
    }

    /// Whether no further node can be linked.
    pub(super) fn is_full_of_nodes(&self) -> bool {
        self.table.nodes() >= MAX_NODES
    }

    fn is_host_full(&self, ip: IpAddr) -> bool {
        let there = self.table.sessions().filter(|(_, peer, _)| peer.addr.ip() == ip).count();
        !ip.is_loopback() && there >= MAX_NODES_PER_HOST
    }

    /// Whether there is room for one more node. Room is made for an acquaintance where there is none: keys that nobody has
    /// seen before cost nothing, and must not keep people out.
    pub(super) fn has_room(&mut self, node: &NodeId, ip: IpAddr, context: &Context<'_>, out: &mut Vec<Output>) -> bool {
        if self.is_host_full(ip) {
            return false;
        }
        if !self.is_full_of_nodes() {
            return true;
        }
        let strangers = self.table.sessions().filter(|(_, peer, _)| matches!(peer.trust, Trust::New | Trust::Suspect));
        let newest = strangers.map(|(link, _, session)| (session.start.began, link)).max();
        match newest {
            Some((_, newest)) if context.reputation.is_acquainted(node) => {
                self.close(newest, CloseReason::Ended, Reason::Full, context, out);
                true
            }
            _ => false,
        }
    }

    /// Tells the user that somebody was turned away.
    pub(super) fn tell_full(&mut self, now: Instant, out: &mut Vec<Output>) {
        if self.notices.allow(NoticeCode::RoomFull, now) {
            out.push(Output::update(notices::room_full(self.table.nodes(), self.table.guests())));
        }
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
        let (mut quotas, now) = (LinkQuotas::default(), Instant::now());
        assert_eq!((0..100).filter(|_| quotas.take(key(1), now)).count(), 10);
        assert!(quotas.take(key(2), now));
        assert!(quotas.take(key(1), now + Duration::from_secs(2)));
    }

    #[test]
    fn keys_made_by_the_thousand_share_what_is_left() {
        let (mut quotas, now) = (LinkQuotas::default(), Instant::now());
        let links = (0..10_000).filter(|n| quotas.take(key(*n), now)).count();
        assert!(links <= MAX_KEYS + 10, "{links}");
        assert!(quotas.take(key(20_000), now + Duration::from_mins(1)), "the others have earned theirs back");
    }
}
