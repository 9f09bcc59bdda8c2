//! Addresses where somebody may be: found by a sweep, announced, passed on by other nodes, or known from earlier runs.

use std::net::SocketAddr;

use super::{Context, Dialing};
use crate::{
    core::{mutant, node::local_addrs::is_for_everybody},
    domain::model::NodeId,
    protocol::codec::mesh::Sighting,
};

impl Dialing {
    pub(super) fn found(&mut self, addr: SocketAddr, Context { me, links, now, .. }: &Context<'_>) {
        // A claim is checked a little later; otherwise all nodes that start together would dial twice.
        let is_checked_later = || self.book.is_pending(&addr) && links.is_claimed(addr);
        if !me.local.is_own(&addr)
            && !links.is_linked(addr)
            && !links.is_ourselves(addr, now.mono)
            && !is_checked_later()
        {
            self.book.swept(addr, now.mono);
        }
    }

    pub(super) fn announced(&mut self, node: NodeId, addr: SocketAddr, context: &Context<'_>) {
        let Context { me, links, reputation, now } = context;
        if node == me.node {
            return;
        }
        self.announcements.note(node, now.mono);
        let is_known = links.is_node_linked(&node) || links.is_linked(addr);
        if is_known || me.local.is_own(&addr) || !me.local.reaches(addr.ip()) {
            return;
        }
        // The source may be forged, and the port is the sender's choice.
        let may_be_meant = me.ports.may_be_meant(addr.port());
        let known = reputation.is_acquainted(&node);
        if may_be_meant
            && self.book.would_dial(&addr, &node, now.mono)
            && self.quotas.announce(addr.ip(), known, now.mono)
        {
            self.book.announced(addr, node, now.mono);
        }
    }

    /// Looks first where people were last.
    pub(super) fn look_for(&mut self, last_known: &[SocketAddr], Context { me, now, .. }: &Context<'_>) {
        for addr in last_known {
            if !me.local.is_own(addr) && me.local.is_in_networks(addr.ip()) {
                self.book.swept(*addr, now.mono);
            }
        }
    }

    pub(super) fn passed_on(&mut self, from: NodeId, sightings: &[Sighting], context: &Context<'_>) {
        let Context { me, links, reputation, now } = context;
        let known = reputation.is_acquainted(&from);
        for Sighting { node, addrs } in sightings {
            if *node == me.node || links.is_node_linked(node) {
                continue;
            }
            for addr in addrs.iter().filter(|addr| !me.local.is_own(addr) && is_for_everybody(addr)) {
                // A peer's word is not enough to dial outside the user's networks, or at a port that the chat does not
                // use. A printer may be behind such a port, and it would print what it gets.
                let may_be_meant = me.ports.is_a_chats(addr.port()) || mutant::dials_any_port();
                if links.is_linked(*addr) || !may_be_meant || !me.local.is_in_networks(addr.ip()) {
                    continue;
                }
                if !self.quotas.may_pass_on(&from, known, now.mono) {
                    return;
                }
                if self.book.is_news(addr, node) && self.quotas.pass_on(from, known, *addr, now.mono) {
                    self.book.passed(*addr, *node, now.mono);
                }
            }
        }
    }
}
