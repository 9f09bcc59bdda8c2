//! Our dials: what becomes of them after they reached an open port.

use std::net::SocketAddr;

use super::{
    Context, Output, Peers,
    link::{Dial, Link},
};
use crate::{
    core::node::{
        dialing::{FailedDial, News},
        local_addrs::is_for_everybody,
        transport::{DialFailure, Secure, Via},
    },
    domain::{
        bus::{LinkNotice, NoticeCode},
        model::{LinkId, NodeId, Now, PeerId},
    },
    protocol::codec::mesh::{Hello, Reason},
};

/// What became of a dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core::node) enum DialEvent {
    /// It reached an open port, and the TLS handshake proved this, if there was one.
    Connected(Option<Secure>),
    /// A node answers with its Hello; a reference node with "ok".
    Answered(Option<Hello>),
    /// The other side ended the stream instead, with this reason if it gave one.
    Refused(Option<Reason>),
    /// It failed.
    Failed(DialFailure),
}

impl Peers {
    /// Begins a dial.
    pub(in crate::core::node) fn dial(&mut self, addr: SocketAddr, via: Via, now: Now, out: &mut Vec<Output>) {
        let dial = Dial { addr, via, began: now.mono, secure: None, superseded: false };
        let link = self.table.begin_dial(dial);
        out.push(Output::dial(link, addr, via));
    }

    /// Handles what became of a dial. See the table of [`super::link`].
    pub(in crate::core::node) fn dial_event(
        &mut self,
        link: LinkId,
        event: DialEvent,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        match (self.table.get(link), event) {
            (Some(Link::Dialling(dial)), DialEvent::Connected(secure)) => {
                let dial = *dial;
                self.connected(link, dial, secure, context, out);
            }
            // The dial was given up while it was under way.
            (None, DialEvent::Connected(_)) => out.push(Output::close(link, None)),
            (_, DialEvent::Answered(Some(hello))) => self.welcomed(link, &hello, context, out),
            (_, DialEvent::Answered(None)) => self.let_in(link, out),
            (Some(Link::Dialling(_) | Link::Offered(_)), DialEvent::Refused(reason)) => {
                self.refused(link, reason, context, out);
            }
            (Some(Link::Dialling(_) | Link::Offered(_)), DialEvent::Failed(failure)) => {
                self.failed(link, failure, context, out);
            }
            // The dial was given up, or is connected already.
            (Some(Link::Offered(_) | Link::Up { .. }), DialEvent::Connected(_))
            | (Some(Link::Up { .. }) | None, DialEvent::Refused(_) | DialEvent::Failed(_)) => {}
        }
    }

    fn connected(
        &mut self,
        link: LinkId,
        dial: Dial,
        secure: Option<Secure>,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let first = match (dial.via, secure) {
            (Via::Plain, None) => {
                let own = context.me.local.towards(dial.addr.ip()).unwrap_or(dial.addr);
                self.guest_refusals.spelled(own, &dial.addr).into()
            }
            (Via::Secure { .. }, Some(secure)) if self.is_wanted(link, &dial, secure.node, context, out) => {
                context.me.hello(context.now)
            }
            // Not wanted, or not dialled as we asked: above all, nothing is said in plain text where TLS was asked for.
            _ => {
                self.table.take_dial(link);
                return out.push(Output::close(link, None));
            }
        };
        self.table.offered(link, Dial { secure, ..dial });
        out.push(Output::offer(link, first));
    }

    /// Whether a link with the node that was reached is wanted. If not, says what becomes of the address.
    fn is_wanted(
        &mut self,
        link: LinkId,
        dial: &Dial,
        node: NodeId,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) -> bool {
        let addr = dial.addr;
        self.owners.spoke_tls(addr);
        if node == context.me.node && self.owners.is_ours(&addr, context.now.mono) {
            out.push(Output::Address(News::Unwanted(addr)));
            return false;
        }
        if self.table.has(&PeerId::Node(node)) {
            // The same node at another of its addresses, or at the one that it claimed.
            self.reached(addr, node, out);
            out.extend([Output::Address(News::Linked(addr)), Output::Address(News::Answered(addr))]);
            return false;
        }
        // Two dials of one node at two of its addresses: the first is enough, if it leads anywhere.
        if self.table.offers().any(|(other, dial)| other != link && dial.is_of(&node)) {
            out.push(Output::Address(News::Failed { addr, only: dial.only(), why: None, soon_over: true }));
            return false;
        }
        true
    }

    /// A linked node was reached at `addr`. Everybody else's claim to that address is false.
    pub(super) fn reached(&mut self, addr: SocketAddr, node: NodeId, out: &mut Vec<Output>) {
        for (peer, session) in self.table.sessions_mut() {
            if peer.id != PeerId::Node(node) {
                session.addrs.disprove(addr);
                if peer.addr == addr {
                    peer.addr = session.start.remote;
                }
            }
        }
        if let Some(guest) = self.table.link_of(&PeerId::Guest(addr)) {
            self.displace(guest, out);
        }
        out.push(Output::Address(News::Reached(addr)));
        let Some((_, session)) = self.table.session_of_mut(node) else { return };
        let (is_new, given_up) = session.addrs.prove(addr);
        if is_new {
            if is_for_everybody(&addr) {
                out.push(Output::Listens { node, addr });
            }
            out.push(Output::linked_changed());
        }
        if let Some(old) = given_up {
            self.owners.forget(&old);
        }
        self.owners.owns(node, addr);
    }

    fn refused(&mut self, link: LinkId, reason: Option<Reason>, context: &Context<'_>, out: &mut Vec<Output>) {
        let Some(dial) = self.table.take_dial(link) else { return };
        let addr = dial.addr;
        if dial.via == Via::Plain {
            self.confirms_claim(addr);
        }
        if self.is_done(&dial, out) {
            return;
        }
        if dial.via == Via::Plain && self.guest_refusals.refused(addr) {
            out.push(Output::update(LinkNotice::GuestRefuses(addr).into()));
        }
        match reason {
            Some(Reason::OwnKey) => return self.met_own_key(&dial, context, out),
            Some(Reason::Version) => self.met_other_version(addr, context.now, out),
            Some(Reason::Full) => self.turned_away(addr, false, context.now, out),
            _ => {}
        }
        // Without a reason, or with "duplicate", the other side is linked with us already or has just dialled us. That
        // passes quickly.
        let soon_over = matches!(reason, None | Some(Reason::Duplicate));
        let why = Some(FailedDial::Refused(reason));
        out.push(Output::Address(News::Failed { addr, only: dial.only(), why, soon_over }));
    }

    /// Our own key is at `addr`. Either we have reached ourselves, by another address of this machine or through
    /// somebody who relays everything to us, or somebody else has our key.
    fn met_own_key(&mut self, dial: &Dial, context: &Context<'_>, out: &mut Vec<Output>) {
        self.owners.met_ourselves(dial.addr, context.now.mono);
        out.push(Output::Address(News::Unwanted(dial.addr)));
        out.push(Output::linked_changed());
        if !self.owners.has_dialled_ourselves_since(dial.began) {
            self.tell_own_key(dial.addr, context.now, out);
        }
    }

    fn failed(&mut self, link: LinkId, failure: DialFailure, context: &Context<'_>, out: &mut Vec<Output>) {
        let Some(dial) = self.table.take_dial(link) else { return };
        let addr = dial.addr;
        if failure == DialFailure::NotTls && self.settles_claim(addr, out) {
            return;
        }
        // Plain text is spoken only where guests may come from, where nobody has spoken TLS, and while there is room
        // for guests. A pinned dial accepts only its key, and a guest has none.
        if failure == DialFailure::NotTls
            && dial.via == (Via::Secure { only: None })
            && context.me.guests.admits(addr.ip())
            && self.owners.may_be_plain(&addr)
            && !self.is_full_of_guests()
        {
            return self.dial(addr, Via::Plain, context.now, out);
        }
        if self.is_done(&dial, out) {
            return;
        }
        // An answer with another key than the one we looked for does not mean that nobody is there.
        if !matches!(failure, DialFailure::Untrusted | DialFailure::Unreachable) {
            self.not_at(addr, out);
        }
        let why = match failure {
            DialFailure::NotTls if !self.owners.may_be_plain(&addr) => FailedDial::Downgrade,
            DialFailure::NotTls => FailedDial::Guest,
            failure => FailedDial::Dial(failure),
        };
        out.push(Output::Address(News::Failed { addr, only: dial.only(), why: Some(why), soon_over: false }));
    }

    /// Whether the other side's own dial has meanwhile made this one unnecessary.
    fn is_done(&mut self, dial: &Dial, out: &mut Vec<Output>) -> bool {
        let node = dial.secure.map(|secure| secure.node).filter(|node| self.table.has(&PeerId::Node(*node)));
        if let Some(node) = node {
            self.reached(dial.addr, node, out);
        }
        let done = node.is_some() || self.is_listening(dial.addr);
        if done {
            out.push(Output::Address(News::Linked(dial.addr)));
        }
        done
    }

    /// Nobody answers where a linked node claims to listen: for us, the claim is false.
    fn not_at(&mut self, addr: SocketAddr, out: &mut Vec<Output>) {
        for (_, session) in self.table.sessions_mut() {
            if session.addrs.claimed() == Some(addr) {
                session.addrs.disprove(addr);
                out.push(Output::linked_changed());
            }
        }
    }

    /// The node at `addr` has no place for us. `before` says whether we had one.
    pub(super) fn turned_away(&mut self, addr: SocketAddr, before: bool, now: Now, out: &mut Vec<Output>) {
        if self.notices.allow(NoticeCode::TurnedAway, now.mono) {
            out.push(Output::update(LinkNotice::NoPlaceThere { addr, before }.into()));
        }
    }

    pub(super) fn tell_own_key(&mut self, addr: SocketAddr, now: Now, out: &mut Vec<Output>) {
        if self.notices.allow(NoticeCode::OwnKey, now.mono) {
            out.push(Output::update(LinkNotice::OwnKey(addr).into()));
        }
    }

    pub(super) fn met_other_version(&mut self, addr: SocketAddr, now: Now, out: &mut Vec<Output>) {
        out.push(Output::Address(News::OtherVersion(addr)));
        if self.notices.allow(NoticeCode::Version, now.mono) {
            out.push(Output::update(LinkNotice::OtherVersion(addr).into()));
        }
    }
}
