//! What nodes tell each other.

use super::{CloseReason, LinkId, Node, Output, link::Link, session::Spent};
use crate::{
    core::sync,
    domain::{
        bus::{Alarm, NoticeCode, Update},
        model::{Nick, NodeId, Now, PeerId, skeleton},
    },
    protocol::codec::mesh::{Frame, Reason, Status},
};

/// Alarms that are shown at once, and per second in the long run: one every half minute is as much as anybody can act on.
pub(super) const ALARM_BURST: u32 = 5;
pub(super) const ALARM_RATE: f64 = 1.0 / 30.0;

impl Node {
    pub(super) fn told(&mut self, link: LinkId, frames: Vec<Frame>, now: Now, out: &mut Vec<Output>) {
        for frame in frames {
            // What events cost is limited where they are read, by their bytes.
            if let Frame::Batch(events) = frame {
                self.feed_sync(sync::Input::Batch { link, events }, now, out);
                continue;
            }
            let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
            match session.spend_frame(now.mono) {
                Spent::Fine => {}
                Spent::TooMuch => continue,
                Spent::Flood => return self.close(link, CloseReason::Protocol, Reason::Protocol, now, out),
            }
            match frame {
                // Who somebody is, is said once.
                Frame::Hello(_) => return self.close(link, CloseReason::Protocol, Reason::Protocol, now, out),
                Frame::Sas(step) => self.sas(link, step, now, out),
                Frame::Status(status) => self.changed(link, status, now, out),
                Frame::Peers(sightings) => self.hinted(link, &sightings, now),
                Frame::Bye(reason) => return self.dismissed(link, reason, now, out),
                Frame::Ping { token, answer } => self.pinged(link, token, answer, now, out),
                Frame::Have(have) => self.feed_sync(sync::Input::Have { link, have }, now, out),
                // Look and Seen have a call of their own.
                Frame::Batch(_) | Frame::Look(_) | Frame::Seen(_) | Frame::Nothing => {}
            }
        }
    }

    /// A node ends its link with us.
    fn dismissed(&mut self, link: LinkId, reason: Reason, now: Now, out: &mut Vec<Output>) {
        let session = self.links.get(&link).and_then(Link::session);
        let addrs = session.map(|(_, session)| session.addrs.all()).unwrap_or_default();
        out.push(Output::Close { link, bye: None });
        self.parted(link, CloseReason::Ended, reason == Reason::Duplicate, now, out);
        if reason == Reason::Duplicate {
            // Another copy of our own key has taken our place there, and would lose it to us again and again.
            for addr in addrs {
                self.book.rest(addr, now.mono, &mut self.rng);
            }
        }
    }

    /// A node says how it is.
    fn changed(&mut self, link: LinkId, status: Status, now: Now, out: &mut Vec<Output>) {
        let Some((peer, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let Status { nick, presence, typing } = status;
        let id = peer.id;
        session.presence = presence.clone();
        out.push(Output::Update(Update::PeerPresence { peer: id, presence, typing }));
        let Some(nick) = nick.filter(|nick| peer.nick.as_ref() != Some(nick)) else { return };
        peer.nick = Some(nick.clone());
        let PeerId::Node(node) = id else { return };
        out.push(Output::Update(Update::PeerRenamed { peer: id, nick: nick.clone() }));
        let alarm = self.meet(node, Some(&nick), now);
        self.judge_anew(node, now, out);
        self.raise(alarm, now, out);
    }

    /// Notes that a key goes by a name now; the alarm that this raises, if it does.
    pub(super) fn meet(&mut self, node: NodeId, nick: Option<&Nick>, now: Now) -> Option<Alarm> {
        let peers = &self.peers;
        self.trust.met(node, nick, |other| *other != node && peers.contains_key(&PeerId::Node(*other)), now.wall)
    }

    /// Somebody is gone who went by `nick`: who is here by the same name was told from them while both were, and would
    /// pass for them now.
    pub(super) fn meet_namesakes(&mut self, nick: &Nick, now: Now, out: &mut Vec<Output>) {
        let name = skeleton(nick);
        if !self.trust.is_reserved(&name, now.wall) {
            return;
        }
        let claim = |link: &Link| {
            let (peer, _) = link.session()?;
            let (node, nick) = (*peer.id.node()?, peer.nick.as_ref()?);
            let (shown, skeleton) = self.trust.claim(&node)?;
            (shown == nick && *skeleton == name).then(|| (node, nick.clone()))
        };
        let claims: Vec<_> = self.links.values().filter_map(claim).collect();
        for (node, nick) in claims {
            let alarm = self.meet(node, Some(&nick), now);
            self.judge_anew(node, now, out);
            self.raise(alarm, now, out);
        }
    }

    /// Tells the user of an alarm. Who makes key after key under one name gets a few of them on the screen; the rest are
    /// marked in the list like the first.
    pub(super) fn raise(&mut self, alarm: Option<Alarm>, now: Now, out: &mut Vec<Output>) {
        let Some(alarm) = alarm else { return };
        if self.alarms.take(now.mono) {
            out.push(Output::Update(Update::Alarm(alarm)));
        } else if self.told.may_tell(NoticeCode::ManyAlarms, now.mono) {
            let text = format!(
                "More new keys come under the names of people you know, such as {}. They are marked with a ! in the list; \
                 somebody may be trying to hide among them.",
                alarm.nick
            );
            out.push(Output::Update(Update::Notice { code: NoticeCode::ManyAlarms, text }));
        }
    }

    /// Tells the front end if something else is thought of a linked key now.
    pub(super) fn judge_anew(&mut self, node: NodeId, now: Now, out: &mut Vec<Output>) {
        let id = PeerId::Node(node);
        let (trust, ignored) = self.trust.standing(&node, now.wall);
        let link = self.peers.get(&id).and_then(|link| self.links.get_mut(link));
        let Some((peer, _)) = link.and_then(Link::session_mut) else { return };
        if (peer.trust, peer.ignored) != (trust, ignored) {
            (peer.trust, peer.ignored) = (trust, ignored);
            out.push(Output::Update(Update::PeerTrust { peer: id, trust, ignored }));
        }
    }
}
