//! Who is let in: how many links a key may start, and how many peers there may be.

use std::{net::IpAddr, time::Instant};

use super::{
    Context, Output, Peers,
    places::{self, Decision, Holder},
};
use crate::{
    core::{
        budgets::{
            HOST_LINK_BURST, HOST_LINK_RATE, LINK_BURST, LINK_RATE, MAX_GUESTS, MAX_NODES, MAX_NODES_PER_HOST,
            MAX_TOLD_APART, STRANGERS_PLACES,
        },
        node::transport::CloseReason,
    },
    domain::{
        bus::{LinkNotice, Newcomer, NoPlace, NoticeCode},
        limit::{KeyedTokenBucket, TokenBucket},
        model::{Host, Nick, NodeId},
        naming::sentence_name,
    },
    protocol::codec::mesh::Reason,
};

/// How many more links each key, and each host, may start. The limits belong to keys and hosts, so a new link gives no
/// new allowance.
#[derive(Debug)]
pub(super) struct LinkQuotas {
    keys: KeyedTokenBucket<NodeId>,
    hosts: KeyedTokenBucket<Host>,
}

impl Default for LinkQuotas {
    fn default() -> Self {
        Self {
            keys: KeyedTokenBucket::new(TokenBucket::new(LINK_BURST, LINK_RATE), MAX_TOLD_APART),
            hosts: KeyedTokenBucket::new(TokenBucket::new(HOST_LINK_BURST, HOST_LINK_RATE), MAX_TOLD_APART),
        }
    }
}

impl LinkQuotas {
    /// Whether `node` may start one more link, from `ip`.
    pub(super) fn take(&mut self, node: NodeId, ip: IpAddr, now: Instant) -> bool {
        let host = Host::of(ip);
        self.keys.take(node, now) && (host.is_loopback() || self.hosts.take(host, now))
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

    /// Whether there is a place for one more node at `ip`. If none is free, a node with less right to its place gives
    /// way (see [`places`]) and is told. The user is told who gave way, or that the newcomer was turned away.
    pub(super) fn has_place(
        &mut self,
        node: &NodeId,
        nick: Option<&Nick>,
        ip: IpAddr,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) -> bool {
        if self.table.nodes() < MAX_NODES_PER_HOST {
            return true;
        }
        let newcomer = || Newcomer::Node { nick: nick.cloned(), node: *node, ip };
        let holder = |node: &NodeId, ip| Holder::new(*node, ip, context.reputation.is_acquainted(node));
        let placed = self.table.sessions().filter_map(|(link, peer, session)| {
            Some((link, session.start.began, holder(peer.id.node()?, session.start.remote.ip())))
        });
        let placed: Vec<_> = placed.collect();
        let why = match places::decide(&holder(node, ip), &placed) {
            Decision::Free => return true,
            Decision::InPlaceOf(link) => {
                let displaced = self.table.session(link).map(|(peer, _)| sentence_name(peer));
                if let Some(displaced) = displaced
                    && self.notices.allow(NoticeCode::RoomFull, context.now.mono)
                {
                    out.push(Output::update(LinkNotice::GaveWay { displaced, newcomer: newcomer() }.into()));
                }
                self.close(link, CloseReason::Ended, Reason::Full, context, out);
                return true;
            }
            Decision::AddressFull => NoPlace::Address { places: MAX_NODES_PER_HOST },
            Decision::StrangersFull => {
                NoPlace::Strangers { places: STRANGERS_PLACES, reserved: MAX_NODES - STRANGERS_PLACES }
            }
        };
        if self.notices.allow(NoticeCode::RoomFull, context.now.mono) {
            out.push(Output::update(LinkNotice::TurnedAway { newcomer: newcomer(), why }.into()));
        }
        false
    }

    /// Tells the user that a guest was turned away.
    pub(super) fn tell_full_of_guests(&mut self, ip: IpAddr, now: Instant, out: &mut Vec<Output>) {
        if self.notices.allow(NoticeCode::RoomFull, now) {
            let why = NoPlace::Guests { places: MAX_GUESTS };
            out.push(Output::update(LinkNotice::TurnedAway { newcomer: Newcomer::Guest { ip }, why }.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_key_keeps_one_allowance_across_links() {
        let (mut quotas, now) = (LinkQuotas::default(), Instant::now());
        assert_eq!((0..100).filter(|_| quotas.take(NodeId::numbered(1), HERE, now)).count(), 10);
        assert!(quotas.take(NodeId::numbered(2), HERE, now));
        assert!(quotas.take(NodeId::numbered(1), HERE, now + Duration::from_secs(2)));
    }

    #[test]
    fn thousands_of_new_keys_share_their_hosts_allowance() {
        let (mut quotas, now) = (LinkQuotas::default(), Instant::now());
        let [host, other] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let links = (0..10_000).filter(|n| quotas.take(NodeId::numbered(*n), host, now)).count();
        assert_eq!(links, HOST_LINK_BURST as usize);
        assert!(quotas.take(NodeId::numbered(20_000), other, now), "others are let in at once");
        assert!(
            quotas.take(NodeId::numbered(20_001), host, now + Duration::from_secs(1)),
            "and so are honest people there, soon"
        );
        assert!(
            (0..10_000).all(|n| quotas.take(NodeId::numbered(30_000 + n), HERE, now)),
            "everybody here may be somebody else"
        );
    }
}
