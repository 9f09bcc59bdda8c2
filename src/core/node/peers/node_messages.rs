//! What nodes say about themselves and their links: status, pings, good-byes.

use super::{Context, FrameQuota, Output, Peers, heartbeat};
use crate::{
    core::node::{dialing::News, transport::CloseReason},
    domain::{
        bus::{LinkNotice, NoticeCode, Update},
        model::{LinkId, Now, Timestamp},
        naming::sentence_name,
    },
    protocol::codec::mesh::{Reason, Status},
};

impl Peers {
    /// Charges one frame other than a line to the quota of a link. None if there is no such link.
    pub(in crate::core::node) fn spend_frame(&mut self, link: LinkId, now: Now) -> Option<FrameQuota> {
        self.table.session_mut(link).map(|(_, session)| session.spend_frame(now.mono))
    }

    /// A node pings, or answers our ping.
    pub(in crate::core::node) fn pinged(
        &mut self,
        link: LinkId,
        ping: (u64, bool, Option<Timestamp>),
        now: Now,
        out: &mut Vec<Output>,
    ) {
        heartbeat::pinged(link, ping, &mut self.table, now, out);
    }

    /// A node sends its status.
    pub(in crate::core::node) fn status_changed(&mut self, link: LinkId, status: Status, out: &mut Vec<Output>) {
        let Some((peer, session)) = self.table.session_mut(link) else { return };
        let Status { nick, presence, typing } = status;
        let id = peer.id;
        session.presence = presence.clone();
        out.push(Output::update(Update::PeerPresence { peer: id, presence, typing }));
        let Some(nick) = nick.filter(|nick| peer.nick.as_ref() != Some(nick)) else { return };
        let Some(node) = id.node().copied() else { return };
        peer.nick = Some(nick.clone());
        out.push(Output::update(Update::PeerRenamed { peer: id, nick: nick.clone() }));
        out.push(Output::Renamed { node, nick });
    }

    /// A node says good-bye.
    pub(in crate::core::node) fn dismissed(
        &mut self,
        link: LinkId,
        reason: Reason,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let addrs = self.table.session(link).map(|(_, session)| session.addrs.all()).unwrap_or_default();
        if let (Reason::Full, Some((peer, _))) = (reason, self.table.session(link)) {
            self.turned_away(peer.addr, true, context.now, out);
        }
        let replaced = self.table.session(link).filter(|_| reason == Reason::Replaced).map(|(peer, _)| peer.clone());
        out.push(Output::close(link, None));
        self.part(link, CloseReason::Ended, reason == Reason::Duplicate, context, out);
        if let Some(peer) = replaced
            && let Some(node) = peer.id.node().copied()
        {
            // Without a wait, both copies would take the place from each other for ever.
            let wait = self.displacements.wait(node, context.now.mono);
            if self.notices.allow(NoticeCode::Replaced, context.now.mono) {
                out.push(Output::update(LinkNotice::Replaced { name: sentence_name(&peer) }.into()));
            }
            return out.extend(addrs.into_iter().map(|addr| Output::Address(News::Displaced { addr, wait })));
        }
        if matches!(reason, Reason::Duplicate | Reason::Full) {
            // Our place there is taken, and asking again at once would gain nothing.
            out.extend(addrs.into_iter().map(|addr| Output::Address(News::Unwanted(addr))));
        }
    }
}
