//! What happens from time to time: pings, passed-on addresses, comparisons that run out of time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{LinkId, Node, Output, link::Link};
use crate::{
    core::sync,
    domain::{
        bus::{NoticeCode, Update},
        model::{Now, PeerId},
    },
    protocol::codec::mesh::{self, Cap, Frame, Status},
};

/// How often the way to each node is measured. Liveness does not hang on it: the connections are asked by HTTP/2.
const PING_EVERY: Duration = Duration::from_secs(10);

/// How often the others are told how we are at most: a script that changes its name all the time is no reason for them to cut
/// us.
const STATUS_EVERY: Duration = Duration::from_millis(100);

/// How often one kind of notice that strangers can cause is told at most: nobody must fill the screen by knocking.
const TELL_EVERY: Duration = Duration::from_mins(1);

/// When what is due.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    next_ping: Option<Instant>,
    /// When the others were told last how we are.
    told_status: Option<Instant>,
    /// When they are to be told again, and whether we are typing.
    status_due: Option<(Instant, bool)>,
}

/// What was told lately.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<&'static str, Instant>);

impl Told {
    /// Whether this kind of notice may be told now; then it counts as told.
    pub(super) fn may_tell(&mut self, code: NoticeCode, now: Instant) -> bool {
        let told = self.0.get(code.as_str());
        let may = told.is_none_or(|at| now.saturating_duration_since(*at) >= TELL_EVERY);
        if may {
            self.0.insert(code.as_str(), now);
        }
        may
    }
}

impl Node {
    pub(super) fn next_beat(&self) -> Option<Instant> {
        let ping = self.pulse.next_ping.filter(|_| self.peers.keys().any(|id| id.node().is_some()));
        let status = self.pulse.status_due.map(|(due, _)| due);
        [ping, status, self.gossip.due(), self.next_comparison_due()].into_iter().flatten().min()
    }

    pub(super) fn beat(&mut self, now: Now, out: &mut Vec<Output>) {
        let Some(due) = self.pulse.next_ping else {
            self.pulse.next_ping = Some(now.mono + PING_EVERY);
            self.dial_last_known(now);
            self.feed_sync(sync::Input::Start, now, out);
            return;
        };
        if due <= now.mono {
            self.pulse.next_ping = Some(now.mono + PING_EVERY);
            let links: Vec<LinkId> = self.sessions().collect();
            for link in links {
                self.ping(link, now, out);
            }
        }
        if let Some((_, typing)) = self.pulse.status_due.take_if(|(due, _)| *due <= now.mono) {
            self.tell_status(typing, now, out);
        }
        if self.places.forget_ourselves(Some(now.mono)) {
            out.push(Output::LinkedChanged);
        }
        self.pass_on(now, out);
        self.expire_comparisons(now, out);
    }

    /// The links with nodes.
    pub(super) fn sessions(&self) -> impl Iterator<Item = LinkId> {
        self.links.iter().filter(|(_, link)| link.session().is_some()).map(|(link, _)| *link)
    }

    /// What a node is told first: how we are, and whom we know.
    pub(super) fn greet(&mut self, link: LinkId, is_known_run: bool, now: Now, out: &mut Vec<Output>) {
        if self.presence.is_away() {
            let frame = mesh::encode(&Frame::Status(self.status(false)));
            out.push(Output::Tell { link, frame });
        }
        self.ping(link, now, out);
        if let Some(node) = self.links.get(&link).and_then(Link::session).and_then(|(peer, _)| peer.id.node().copied())
        {
            self.feed_sync(sync::Input::LinkUp { link, node }, now, out);
        }
        // Another link of a node that knows it all already.
        if !is_known_run {
            self.tell_of_others(link, now, out);
        }
    }

    pub(super) fn status(&self, typing: bool) -> Status {
        Status { nick: Some(self.nick.clone()), presence: self.presence.clone(), typing }
    }

    /// Tells the others how we are; if they were told a moment ago, what we are then.
    pub(super) fn tell_status(&mut self, typing: bool, now: Now, out: &mut Vec<Output>) {
        if let Some(soonest) = self.pulse.told_status.map(|told| told + STATUS_EVERY).filter(|at| *at > now.mono) {
            self.pulse.status_due = Some((soonest, typing));
            return;
        }
        self.pulse.told_status = Some(now.mono);
        self.pulse.status_due = None;
        let frame = mesh::encode(&Frame::Status(self.status(typing)));
        let takes = |link: &LinkId| {
            self.links.get(link).and_then(Link::session).is_some_and(|(_, session)| session.caps.has(Cap::Presence))
        };
        out.extend(self.sessions().filter(takes).map(|link| Output::Tell { link, frame: frame.clone() }));
    }

    fn ping(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        let token = self.rng.u64(..);
        if let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) {
            session.ping = Some((token, now.mono));
            let frame = mesh::encode(&Frame::Ping { token, answer: false });
            out.push(Output::Tell { link, frame });
        }
    }

    /// A node pings, or answers ours.
    pub(super) fn pinged(&mut self, link: LinkId, token: u64, answer: bool, now: Now, out: &mut Vec<Output>) {
        if !answer {
            let frame = mesh::encode(&Frame::Ping { token, answer: true });
            return out.push(Output::Tell { link, frame });
        }
        let Some((peer, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        if let Some((_, sent)) = session.ping.take_if(|(asked, _)| *asked == token) {
            let time = now.mono.saturating_duration_since(sent);
            session.round_trip = Some(time);
            let peer: PeerId = peer.id;
            out.push(Output::Update(Update::RoundTrip { peer, time }));
        }
    }
}
