//! Nodes of our kind: who is let in, and which of two links stays (DESIGN.md section 5, "Mesh protocol").

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use super::{
    CloseReason, LinkId, Node, Output, Secure, bye,
    link::{Dial, Kind, Link},
    local_addrs::with_port,
    session::{Session, Way},
    troubles::Trouble,
};
use crate::{
    core::{mutant, sync},
    domain::{
        bus::{NoticeCode, Update},
        model::{NodeId, Now, Peer, PeerId, Software, Trust},
    },
    protocol::codec::{
        Protocol,
        mesh::{Hello, Reason},
    },
};

/// Two dials in opposite directions that began within this of each other are two dials at once (DESIGN.md section 5).
const AT_ONCE: Duration = Duration::from_secs(5);

/// One of two links with the same node.
#[derive(Debug, Clone, Copy)]
struct Claim {
    dialled: bool,
    began: Instant,
    boot: u64,
}

impl Node {
    /// A node dialled us.
    pub(super) fn introduced(
        &mut self,
        link: LinkId,
        source: SocketAddr,
        secure: Secure,
        hello: &Hello,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        let refuse = |reason| Output::Close { link, bye: Some(bye(reason)) };
        if let Err(reason) = self.judge(&secure, hello, source, now, out) {
            return out.push(refuse(reason));
        }
        let id = PeerId::Node(secure.node);
        let ours = Claim { dialled: false, began: now.mono, boot: hello.boot };
        // Where it listens is its word; somebody looks before it is believed.
        let claimed = hello.port.map(|port| with_port(source, port.get())).filter(|addr| !self.location.is_own(addr));
        if claimed.is_some_and(|addr| self.our_offer_stays(&secure.node, addr)) || !self.replaces(id, ours) {
            return out.push(refuse(Reason::Duplicate));
        }
        if !self.limits.link(secure.node, now.mono) {
            return out.push(refuse(Reason::Other));
        }
        if !self.peers.contains_key(&id) && !self.has_room(&secure.node, source.ip(), now, out) {
            self.tell_full(now, out);
            return out.push(refuse(Reason::Full));
        }
        self.give_up_dials_of(&secure.node);
        let mut session =
            Session::new(self.me, &secure, hello, Way { dialled: false, began: now.mono, remote: source }, now);
        if let Some(addr) = claimed {
            session.addrs.claim(addr);
            self.check(addr, now);
        }
        let first = Some(self.hello(now));
        self.join_node(link, claimed.unwrap_or(source), secure.node, hello, session, first, now, out);
    }

    /// A node that we dialled says Hello.
    pub(super) fn welcomed(&mut self, link: LinkId, hello: &Hello, now: Now, out: &mut Vec<Output>) {
        let Some(dial) = self.take_dial(link) else {
            return out.push(Output::Close { link, bye: Some(bye(Reason::Duplicate)) });
        };
        // Only a dial with TLS can be answered by a Hello.
        let Some(secure) = dial.secure else { return out.push(Output::Close { link, bye: None }) };
        if let Err(reason) = self.judge(&secure, hello, dial.addr, now, out) {
            if reason == Reason::OwnKey {
                self.book.rest(dial.addr, now.mono, &mut self.rng);
            } else {
                self.book.failed(dial.addr, now.mono, &mut self.rng);
            }
            return out.push(Output::Close { link, bye: Some(bye(reason)) });
        }
        let id = PeerId::Node(secure.node);
        let theirs = Claim { dialled: true, began: dial.began, boot: hello.boot };
        if !self.peers.contains_key(&id) && !self.has_room(&secure.node, dial.addr.ip(), now, out) {
            self.tell_full(now, out);
            self.book.failed(dial.addr, now.mono, &mut self.rng);
            return out.push(Output::Close { link, bye: Some(bye(Reason::Full)) });
        }
        if !self.replaces(id, theirs) {
            self.reached(dial.addr, secure.node, out);
            self.book.linked(dial.addr);
            return out.push(Output::Close { link, bye: Some(bye(Reason::Duplicate)) });
        }
        let way = Way { dialled: true, began: dial.began, remote: dial.addr };
        let session = Session::new(self.me, &secure, hello, way, now);
        self.join_node(link, dial.addr, secure.node, hello, session, None, now, out);
        self.reached(dial.addr, secure.node, out);
        self.book.linked(dial.addr);
        self.somebody_at(dial.addr);
    }

    /// Whether somebody is who it says, and speaks what we do.
    fn judge(
        &mut self,
        secure: &Secure,
        hello: &Hello,
        addr: SocketAddr,
        now: Now,
        out: &mut Vec<Output>,
    ) -> Result<(), Reason> {
        if hello.node != secure.node {
            return Err(Reason::Protocol);
        }
        if secure.node == self.me {
            if hello.boot == self.boot {
                self.met_ourselves = Some(now.mono);
            } else {
                self.tell_own_key(addr, now, out);
            }
            return Err(Reason::OwnKey);
        }
        if hello.agree().is_none() {
            self.tell_version(addr, now, out);
            return Err(Reason::Version);
        }
        Ok(())
    }

    pub(super) fn tell_own_key(&mut self, addr: SocketAddr, now: Now, out: &mut Vec<Output>) {
        if self.told.may_tell(NoticeCode::OwnKey, now.mono) {
            let text = format!(
                "A node at {addr} has your own key, and others see only one of you at a time. If you copied it there, end \
                 the program on one of the two; if you did not, somebody has it: move your profile's identity file away \
                 and start anew."
            );
            out.push(Output::Update(Update::Notice { code: NoticeCode::OwnKey, text }));
        }
    }

    pub(super) fn tell_version(&mut self, addr: SocketAddr, now: Now, out: &mut Vec<Output>) {
        self.troubles.note(addr, Trouble::OtherVersion, now.mono);
        if self.told.may_tell(NoticeCode::Version, now.mono) {
            let text = format!(
                "The node at {addr} speaks another version of the protocol; it cannot be met. The older of the two \
                 programs needs an update."
            );
            out.push(Output::Update(Update::Notice { code: NoticeCode::Version, text }));
        }
    }

    /// Whether our own dial of this node is on its way, said Hello, and stays: that of the smaller key does. Only a dial to
    /// where it says that it listens counts: one through somebody in between may hang there.
    fn our_offer_stays(&self, node: &NodeId, addr: SocketAddr) -> bool {
        let stays = |link: &Link| matches!(link, Link::Offered(dial) if dial.is_of(node) && dial.addr == addr);
        !mutant::keeps_both_links() && self.me < *node && self.links.values().any(stays)
    }

    /// Whether there is room for one more node. Who is known has it made where it is not: keys that nobody has seen before
    /// cost nothing, and must not keep people out.
    fn has_room(&mut self, node: &NodeId, ip: IpAddr, now: Now, out: &mut Vec<Output>) -> bool {
        if self.host_full(ip) {
            return false;
        }
        if !self.nodes_full() {
            return true;
        }
        let known = matches!(self.trust.standing(node, now.wall).0, Trust::Verified | Trust::Known);
        let trusted = self.trust.get(node).is_some_and(|known| known.trusted);
        let strangers = self.links.iter().filter_map(|(link, state)| {
            let (peer, session) = state.session()?;
            matches!(peer.trust, Trust::New | Trust::Suspect).then_some((session.began, *link))
        });
        match strangers.max() {
            Some((_, newest)) if known || trusted => {
                self.close(newest, CloseReason::Ended, Reason::Full, now, out);
                true
            }
            _ => false,
        }
    }

    /// Whether a new link of `id` may take the place of the one that there is, if there is one. Both ends come to the same
    /// answer: a new start of the program always wins; of two dials at once that of the smaller key; else the newer link.
    fn replaces(&self, id: PeerId, new: Claim) -> bool {
        let PeerId::Node(node) = id else { return false };
        let old = self.peers.get(&id).and_then(|link| self.links.get(link)).and_then(Link::session);
        let Some((_, old)) = old else { return true };
        let apart = new.began.max(old.began).saturating_duration_since(new.began.min(old.began));
        if mutant::keeps_both_links() || new.boot != old.boot || new.dialled == old.dialled || apart >= AT_ONCE {
            return true;
        }
        new.dialled == (self.me < node)
    }

    /// The other side's dial is let in, so ours are not needed; the other side ends them.
    fn give_up_dials_of(&mut self, node: &NodeId) {
        for link in self.links.values_mut() {
            if let Link::Offered(dial) = link
                && dial.is_of(node)
            {
                dial.superseded = true;
            }
        }
    }

    /// Makes `link` the one link of a node.
    #[expect(clippy::too_many_arguments, reason = "all that is known of a new link, from its two callers")]
    fn join_node(
        &mut self,
        link: LinkId,
        addr: SocketAddr,
        node: NodeId,
        hello: &Hello,
        session: Session,
        first: Option<bytes::Bytes>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        let id = PeerId::Node(node);
        let between = self.between.linked(&node);
        let old_boot = self.retire(id, now, out).or(between);
        let is_known_run = old_boot == Some(hello.boot);
        if old_boot.is_some() && !is_known_run {
            // What it was is over; what follows is told as a new arrival.
            out.push(Output::Update(Update::PeerLeft { peer: id, reason: CloseReason::Ended.into() }));
        }
        let alarm = self.meet(node, hello.nick.as_ref(), now);
        let (trust, ignored) = self.trust.standing(&node, now.wall);
        let software = Software::Ours { version: hello.version.clone() };
        let peer = Peer { id, nick: hello.nick.clone(), addr, software, trust, ignored };
        self.peers.insert(id, link);
        out.push(Output::Open { link, protocol: Protocol::Mesh, first });
        if is_known_run {
            out.push(Output::Update(Update::PeerTrust { peer: id, trust, ignored }));
        } else {
            out.push(Output::Update(Update::PeerJoined(peer.clone())));
        }
        self.raise(alarm, now, out);
        self.links.insert(link, Link::Up { peer, kind: Kind::Mesh(Box::new(session)) });
        self.greet(link, is_known_run, now, out);
        out.push(Output::LinkedChanged);
    }

    /// Ends the link that a newer one replaces, without its peer leaving the map. The run that it belonged to.
    fn retire(&mut self, id: PeerId, now: Now, out: &mut Vec<Output>) -> Option<u64> {
        let old = self.peers.remove(&id).filter(|_| !mutant::keeps_both_links())?;
        let mut state = self.links.remove(&old)?;
        out.push(Output::Close { link: old, bye: Some(bye(Reason::Duplicate)) });
        self.end_comparison(&mut state, old, out);
        self.feed_sync(sync::Input::LinkDown(old), now, out);
        let (_, session) = state.session()?;
        if let PeerId::Node(node) = id {
            self.trust.parted(&node, now.wall);
            self.places.parted(&node);
        }
        Some(session.boot)
    }
}

impl Dial {
    /// Whether this node has proved to be at the other end.
    pub(super) fn is_of(&self, node: &NodeId) -> bool {
        self.secure.is_some_and(|secure| secure.node == *node)
    }
}
