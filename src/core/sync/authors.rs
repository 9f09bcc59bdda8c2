//! How many unknown authors a peer may introduce: keys cost their maker nothing, and each takes its place in
//! everybody's history. The limit belongs to the peer's key, so that a new link gives no new allowance.

use std::time::Instant;

use crate::domain::{
    limit::{KeyedTokenBucket, TokenBucket},
    model::NodeId,
};

/// Unknown authors that a peer may introduce at once, and per second in the long run.
const BURST: u32 = 256;
const RATE: f64 = 1.0 / 60.0;

/// The same for all peers together.
const BURST_OF_ALL: u32 = 1_024;
const RATE_OF_ALL: f64 = 0.1;

/// Peers that are told apart; further ones share one allowance until others have earned theirs back.
const MAX_PEERS: usize = 1_024;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct NewAuthors {
    each: KeyedTokenBucket<NodeId>,
    all: TokenBucket,
}

impl Default for NewAuthors {
    fn default() -> Self {
        Self {
            each: KeyedTokenBucket::new(TokenBucket::new(BURST, RATE), MAX_PEERS),
            all: TokenBucket::new(BURST_OF_ALL, RATE_OF_ALL),
        }
    }
}

impl NewAuthors {
    /// Whether `peer` may introduce one more author.
    pub(super) fn may_introduce(&mut self, peer: &NodeId, now: Instant) -> bool {
        self.each.has(peer, now) && self.all.has(now)
    }

    /// `peer` has introduced an author.
    pub(super) fn introduced(&mut self, peer: NodeId, now: Instant) {
        self.each.take(peer, now);
        self.all.take(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn peer(n: u32) -> NodeId {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        NodeId::new(bytes)
    }

    /// How many authors a peer gets in.
    fn introduce(authors: &mut NewAuthors, n: u32, tries: u32, now: Instant) -> usize {
        let allowed = |_: &u32| {
            let may = authors.may_introduce(&peer(n), now);
            if may {
                authors.introduced(peer(n), now);
            }
            may
        };
        (0..tries).filter(allowed).count()
    }

    #[test]
    fn a_peer_introduces_so_many_authors_and_leaves_room_for_others() {
        let (mut authors, now) = (NewAuthors::default(), Instant::now());
        assert_eq!(introduce(&mut authors, 1, 1_000, now), 256);
        assert_eq!(introduce(&mut authors, 2, 1_000, now), 256);
        assert_eq!(introduce(&mut authors, 1, 10, now + Duration::from_mins(2)), 2);
    }

    #[test]
    fn all_peers_together_introduce_no_more_than_one_limit() {
        let (mut authors, now) = (NewAuthors::default(), Instant::now());
        assert_eq!((0..100).map(|n| introduce(&mut authors, n, 100, now)).sum::<usize>(), 1_024);
    }
}
