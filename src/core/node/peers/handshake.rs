//! Handshakes with nodes: which of them are let in. [`super::link_choice`] decides which of two links with one node
//! stays.
//!
//! A node that is let in becomes a [`Newcomer`]. Its link is not up yet: the router first asks what is known about its
//! key, and then calls [`Peers::join`] and [`Peers::greet`].

use std::net::SocketAddr;

use bytes::Bytes;

use super::{
    Context, Output, Peers, goodbye,
    link::{Kind, Link},
    link_choice::{Candidate, Existing, Side, new_link_stays},
    newcomer::Newcomer,
    session::{Session, Start},
};
use crate::{
    core::{
        mutant,
        node::{
            dialing::{FailedDial, News},
            local_addrs::with_port,
            transport::{CloseReason, Secure},
        },
    },
    domain::{
        bus::Update,
        model::{LinkId, NodeId, Peer, PeerId, Repute, Software},
    },
    protocol::codec::{
        Protocol,
        mesh::{Hello, Reason},
    },
};

impl Peers {
    /// A node dialled us, and said Hello.
    pub(in crate::core::node) fn introduced(
        &mut self,
        link: LinkId,
        source: SocketAddr,
        secure: Secure,
        hello: &Hello,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let (me, now) = (context.me, context.now);
        let refuse = |reason| Output::close(link, Some(goodbye(reason)));
        if let Err(reason) = self.vet(&secure, hello, source, context, out) {
            return out.push(refuse(reason));
        }
        let id = PeerId::Node(secure.node);
        let start = Start { dialled_by: Side::Theirs, began: now.mono, remote: source };
        let mut session = Session::new(hello, start, now);
        // Where it listens is a claim; it is checked before it is believed.
        let claimed = hello.port.map(|port| with_port(source, port.get())).filter(|addr| !me.local.is_own(addr));
        if self.is_duplicate(secure.node, session.candidate(), claimed, &me.node) {
            return out.push(refuse(Reason::Duplicate));
        }
        if !self.quotas.take(secure.node, source.ip(), now.mono) {
            return out.push(refuse(Reason::Other));
        }
        if !self.table.has(&id) && !self.has_place(&secure.node, hello.nick.as_ref(), source.ip(), context, out) {
            return out.push(refuse(Reason::Full));
        }
        self.supersede_dials_of(&secure.node);
        if let Some(addr) = claimed {
            session.addrs.claim(addr);
            self.check(addr, me, out);
        }
        let first = Some(me.hello(now));
        self.let_node_in(link, claimed.unwrap_or(source), secure, hello, session, first, out);
    }

    /// A node that we dialled says Hello.
    pub(super) fn welcomed(&mut self, link: LinkId, hello: &Hello, context: &Context<'_>, out: &mut Vec<Output>) {
        let refuse = |reason| Output::close(link, Some(goodbye(reason)));
        let Some(dial) = self.table.take_dial(link) else { return out.push(refuse(Reason::Duplicate)) };
        // Only a dial with TLS can be answered by a Hello.
        let Some(secure) = dial.secure else { return out.push(Output::close(link, None)) };
        let addr = dial.addr;
        let failed = || News::Failed { addr, only: None, why: None, soon_over: false };
        if let Err(reason) = self.vet(&secure, hello, addr, context, out) {
            let news = if reason == Reason::OwnKey { News::Unwanted(addr) } else { failed() };
            return out.extend([Output::Address(news), refuse(reason)]);
        }
        let id = PeerId::Node(secure.node);
        if !self.table.has(&id) && !self.has_place(&secure.node, hello.nick.as_ref(), addr.ip(), context, out) {
            let news = News::Failed { addr, only: None, why: Some(FailedDial::NoPlace), soon_over: false };
            return out.extend([Output::Address(news), refuse(Reason::Full)]);
        }
        let start = Start { dialled_by: Side::Ours, began: dial.began, remote: addr };
        let session = Session::new(hello, start, context.now);
        if self.is_duplicate(secure.node, session.candidate(), None, &context.me.node) {
            self.reached(addr, secure.node, out);
            return out.extend([Output::Address(News::Linked(addr)), refuse(Reason::Duplicate)]);
        }
        self.let_node_in(link, addr, secure, hello, session, None, out);
    }

    /// Checks that a node is who it says, and that we have a common protocol version.
    fn vet(
        &mut self,
        secure: &Secure,
        hello: &Hello,
        addr: SocketAddr,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) -> Result<(), Reason> {
        if hello.node != secure.node {
            return Err(Reason::Protocol);
        }
        if secure.node == context.me.node {
            if hello.boot == context.me.boot {
                self.owners.dialled_ourselves(context.now.mono);
            } else {
                self.tell_own_key(addr, context.now, out);
            }
            return Err(Reason::OwnKey);
        }
        if hello.agree().is_none() {
            self.met_other_version(addr, context.now, out);
            return Err(Reason::Version);
        }
        Ok(())
    }

    /// Whether a new link with `node` gives way to a dial or link that exists already. `claimed` is where the node says
    /// that it listens. Only our dial of that address counts: a dial of another one may hang with somebody in between.
    fn is_duplicate(&self, node: NodeId, new: Candidate, claimed: Option<SocketAddr>, me: &NodeId) -> bool {
        let smaller = if *me < node { Side::Ours } else { Side::Theirs };
        let is_there = |addr| self.table.offers().any(|(_, dial)| dial.is_of(&node) && dial.addr == addr);
        let our_dial = if claimed.is_some_and(is_there) { Existing::OurDial } else { Existing::Nothing };
        let session = self.table.session_of(node);
        let link = session.map_or(Existing::Nothing, |(_, old)| Existing::link(old.candidate(), new));
        [our_dial, link].into_iter().any(|existing| !new_link_stays(existing, new.dialled_by, smaller))
    }

    /// The other side's dial is let in, so ours are no longer needed; the other side ends them.
    fn supersede_dials_of(&mut self, node: &NodeId) {
        for state in self.table.links.values_mut() {
            if let Link::Offered(dial) = state
                && dial.is_of(node)
            {
                dial.superseded = true;
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that is known of a new link, from its two callers")]
    fn let_node_in(
        &mut self,
        link: LinkId,
        addr: SocketAddr,
        secure: Secure,
        hello: &Hello,
        session: Session,
        first: Option<Bytes>,
        out: &mut Vec<Output>,
    ) {
        let peer = PeerId::Node(secure.node);
        let handed_over = self.handovers.finish(&secure.node);
        let old_nick = self.table.peer(&peer).map(|old| old.nick.clone());
        let old_boot = self.retire(secure.node, hello.boot, out).or(handed_over);
        let is_known_run = old_boot == Some(hello.boot);
        if old_boot.is_some() && !is_known_run {
            // The old run is over; the new one is reported as an arrival.
            out.push(Output::update(Update::PeerLeft { peer, reason: CloseReason::Ended.into() }));
        }
        let software = Software::Ours { version: hello.version.clone() };
        let (nick, card) = (hello.nick.clone(), hello.card.clone());
        // The same run may come back under another name.
        let has_new_name = is_known_run && old_nick.as_ref().is_some_and(|old| *old != nick);
        if has_new_name && let Some(Some(old)) = old_nick {
            out.push(Output::NameLeft(old));
        }
        out.push(Output::Newcomer(Box::new(Newcomer {
            link,
            secure,
            nick,
            is_known_run,
            has_new_name,
            addr,
            software,
            session,
            first,
            card,
        })));
    }

    /// Ends the link that a newer one, of the run `boot`, replaces, without telling the front end that its peer left.
    /// Returns the run that the old link belonged to. If that program still runs, it is a copy with the same key, and
    /// is told so.
    fn retire(&mut self, node: NodeId, boot: u64, out: &mut Vec<Output>) -> Option<u64> {
        let id = PeerId::Node(node);
        let old = self.table.peers.remove(&id).filter(|_| !mutant::keeps_both_links())?;
        let state = self.table.remove(old)?;
        let old_boot = state.session().map(|(_, session)| session.boot);
        let reason = if old_boot == Some(boot) { Reason::Duplicate } else { Reason::Replaced };
        out.push(Output::close(old, Some(goodbye(reason))));
        out.push(Output::Down { link: old, node: Some(node) });
        self.owners.parted(&node);
        old_boot
    }

    /// Makes the newcomer's link the one link of its node.
    pub(in crate::core::node) fn join(&mut self, newcomer: Newcomer, repute: Repute, out: &mut Vec<Output>) {
        let Newcomer { link, secure, nick, is_known_run, has_new_name, addr, software, session, first, .. } = newcomer;
        let id = PeerId::Node(secure.node);
        let peer = Peer { id, nick, addr, software, repute };
        out.push(Output::open(link, Protocol::Mesh, first));
        if has_new_name && let Some(nick) = &peer.nick {
            out.push(Output::update(Update::PeerRenamed { peer: id, nick: nick.clone() }));
        }
        out.push(Output::update(if is_known_run {
            Update::PeerTrust { peer: id, repute }
        } else {
            Update::PeerJoined(peer.clone())
        }));
        self.table.put_up(link, peer, Kind::Mesh(Box::new(session)));
    }

    /// Sends the first frames on a new link, and reports what a dial has shown about its address.
    pub(in crate::core::node) fn greet(&mut self, link: LinkId, context: &Context<'_>, out: &mut Vec<Output>) {
        let Some((peer, session)) = self.table.session(link) else { return };
        let (start, node) = (session.start, peer.id.node().copied());
        if context.me.presence.is_away() {
            out.push(Output::tell(link, context.me.status(false)));
        }
        self.heartbeat.ping(link, &mut self.table, context.now.mono, out);
        out.push(Output::linked_changed());
        if let (Side::Ours, Some(node)) = (start.dialled_by, node) {
            let addr = start.remote;
            self.reached(addr, node, out);
            out.extend([Output::Address(News::Linked(addr)), Output::Address(News::Answered(addr))]);
        }
    }
}
