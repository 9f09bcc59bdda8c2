//! Pings, which measure the round trip time, and the status frames that tell nodes our name and presence.

use std::time::{Duration, Instant};

use super::{Context, Output, Peers, Timer};
use crate::{
    domain::{
        bus::Update,
        model::{LinkId, Now},
    },
    protocol::codec::mesh::{self, Cap, Frame, Status},
};

/// How often the round trip time to each node is measured. Liveness does not depend on it: HTTP/2 asks the connections.
pub(super) const PING_EVERY: Duration = Duration::from_secs(10);

/// How often nodes are told our status at most: a script that changes its name all the time is no reason for them to cut
/// us.
const STATUS_EVERY: Duration = Duration::from_millis(100);

/// What nodes were told of our status.
#[derive(Debug, Default)]
pub(super) struct StatusPace {
    /// When they were told last.
    told: Option<Instant>,
    /// Whether we are typing, as they are to be told when [`Timer::Status`] expires.
    typing: bool,
}

impl Peers {
    /// Pings every node.
    pub(super) fn ping_all(&mut self, now: Now, out: &mut Vec<Output>) {
        let links: Vec<LinkId> = self.table.sessions().map(|(link, ..)| link).collect();
        for link in links {
            self.ping(link, now, out);
        }
    }

    pub(super) fn ping(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        let token = self.rng.u64(..);
        if let Some((_, session)) = self.table.session_mut(link) {
            session.ping = Some((token, now.mono));
            out.push(Output::tell(link, mesh::encode(&Frame::Ping { token, answer: false })));
        }
    }

    /// A node pings, or answers our ping.
    pub(in crate::core::node) fn pinged(
        &mut self,
        link: LinkId,
        token: u64,
        answer: bool,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        if !answer {
            return out.push(Output::tell(link, mesh::encode(&Frame::Ping { token, answer: true })));
        }
        let Some((peer, session)) = self.table.session_mut(link) else { return };
        if let Some((_, sent)) = session.ping.take_if(|(asked, _)| *asked == token) {
            let time = now.mono.saturating_duration_since(sent);
            session.round_trip = Some(time);
            out.push(Output::update(Update::RoundTrip { peer: peer.id, time }));
        }
    }

    /// Tells nodes our status. If they were told a moment ago, they are told soon what it is then.
    pub(in crate::core::node) fn tell_status(&mut self, typing: bool, context: &Context<'_>, out: &mut Vec<Output>) {
        let now = context.now.mono;
        if let Some(soonest) = self.status.told.map(|told| told + STATUS_EVERY).filter(|at| *at > now) {
            self.status.typing = typing;
            return self.timers.set(Timer::Status, soonest);
        }
        self.status.told = Some(now);
        self.timers.clear(Timer::Status);
        let frame = context.me.status(typing);
        let takers = self.table.sessions().filter(|(.., session)| session.caps.has(Cap::Presence));
        out.extend(takers.map(|(link, ..)| Output::tell(link, frame.clone())));
    }

    /// [`Timer::Status`] has expired.
    pub(super) fn tell_status_again(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        self.tell_status(self.status.typing, context, out);
    }

    /// A node tells its status.
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
}
