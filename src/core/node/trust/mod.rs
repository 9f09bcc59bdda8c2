//! What is known of keys, whose name is whose, and who is shut out.
//!
//! [`Keyring`] is the machine. It is told who comes, goes and is renamed, and what the user says about people; it answers
//! with alarms and with keys whose standing may have changed. [`book`] decides about names, [`records`] remembers, [`days`] counts
//! the days on which a key was met, [`forgetting`] decides which key is forgotten first, [`find`] and [`resolve`] find the
//! person that the user means, [`naming`] says what people are called.

mod book;
mod days;
mod find;
mod forgetting;
mod naming;
mod notices;
mod records;
mod resolve;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, net::SocketAddr, time::Instant};

pub(super) use book::TrustBook;
pub(super) use find::{Match, Wanted};
pub(super) use notices::Unclear;
pub(super) use resolve::People;

use super::{
    notice_limits::NoticeLimits,
    views::{Directory, Reputation},
};
use crate::domain::{
    bus::{Alarm, NoticeCode, Update},
    limit::TokenBucket,
    model::{Host, Known, Nick, NodeId, Now, PeerId, Who, skeleton},
};

/// Alarms that are shown at once, and per second in the long run: one every half minute is as much as anybody can act on.
const ALARM_BURST: u32 = 5;
const ALARM_RATE: f64 = 1.0 / 30.0;

/// Guests that are ignored at once: more than can be linked.
const MAX_IGNORED_GUESTS: usize = 256;

/// What is known of people. See the module's documentation.
#[derive(Debug)]
pub(super) struct Keyring {
    book: TrustBook,
    /// Guests that the user shut out, each as long as its link lasts: nothing tells it from the next one at its address.
    ignored_guests: BTreeSet<SocketAddr>,
    alarms: TokenBucket,
    notices: NoticeLimits,
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// Tell the front end.
    Update(Update),
    /// The standing of this key may have changed: see [`TrustBook::standing`].
    Standing(NodeId),
    /// The user shut out the guest at this address, or lets it in again.
    GuestIgnored {
        /// Which guest.
        addr: SocketAddr,
        /// Whether it is shut out now.
        ignored: bool,
    },
}

impl Keyring {
    /// With what earlier runs have kept.
    pub(super) fn new(known: Vec<Known>) -> Self {
        Self {
            book: TrustBook::new(known),
            ignored_guests: BTreeSet::new(),
            alarms: TokenBucket::new(ALARM_BURST, ALARM_RATE),
            notices: NoticeLimits::default(),
        }
    }

    /// What is known, to read.
    pub(super) fn book(&self) -> &TrustBook {
        &self.book
    }

    /// Everyone that the user may mean, with their names. `here` says who is linked.
    pub(super) fn people<'a>(&'a self, here: &'a dyn Directory) -> People<'a> {
        People::new(&self.book, here)
    }

    /// `node` is being linked from `host` under the name `nick`. Returns the alarm that this raises, for [`Self::raise`] once the front
    /// end knows of the peer.
    pub(super) fn met(
        &mut self,
        node: NodeId,
        nick: Option<&Nick>,
        host: Option<Host>,
        here: &dyn Directory,
        now: Now,
    ) -> Option<Alarm> {
        self.book.met(node, nick, host, |other| *other != node && here.has_node(other), now)
    }

    /// `node` has said something.
    pub(super) fn spoke(&mut self, node: &NodeId) {
        self.book.spoke(node);
    }

    /// Time goes on.
    pub(super) fn tick(&mut self, now: Now) {
        self.book.tick(now);
    }

    /// Shows an alarm. A stranger who makes key after key under one name gets a few of them on the screen; the rest are marked
    /// in the list like the first.
    pub(super) fn raise(&mut self, alarm: Option<Alarm>, now: Instant, out: &mut Vec<Output>) {
        let Some(alarm) = alarm else { return };
        if self.alarms.take(now) {
            out.push(Output::Update(Update::Alarm(alarm)));
        } else if self.notices.allow(NoticeCode::ManyAlarms, now) {
            out.push(Output::Update(notices::many_alarms(&alarm.nick)));
        }
    }

    /// A linked node goes by another name now.
    pub(super) fn renamed(&mut self, node: NodeId, nick: &Nick, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let alarm = self.met(node, Some(nick), None, here, now);
        out.push(Output::Standing(node));
        self.raise(alarm, now.mono, out);
    }

    /// `node` is not linked any more.
    pub(super) fn parted(&mut self, node: &NodeId, now: Now) {
        self.book.parted(node, now);
    }

    /// A peer that went by `nick` is gone. Others who are here by the same name were told from it while both were, and
    /// would pass for it now: they are judged again.
    pub(super) fn name_left(&mut self, nick: &Nick, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let name = skeleton(nick);
        if !self.book.is_reserved(&name, now.wall) {
            return;
        }
        let claim = |peer: &crate::domain::model::Peer| {
            let (node, nick) = (*peer.id.node()?, peer.nick.as_ref()?);
            let (shown, skeleton) = self.book.claim(&node)?;
            (shown == nick && *skeleton == name).then(|| (node, nick.clone()))
        };
        let claims: Vec<_> = here.everyone().filter_map(claim).collect();
        for (node, nick) in claims {
            self.renamed(node, &nick, here, now, out);
        }
    }

    /// A guest may call itself what it likes, even by the name of somebody whose key is known. Then the user is told.
    pub(super) fn guest_named(&mut self, guest: SocketAddr, nick: &Nick, now: Now, out: &mut Vec<Output>) {
        if self.book.is_somebodys(nick, now.wall) && self.notices.allow(NoticeCode::GuestName, now.mono) {
            out.push(Output::Update(notices::guest_uses_name(guest, nick)));
        }
    }

    /// A linked node can be dialled at `addr`.
    pub(super) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.book.listens(node, addr);
    }

    /// The user has compared codes with `node` and they are the same, or not.
    pub(super) fn compared(&mut self, node: NodeId, same: bool, out: &mut Vec<Output>) {
        if same {
            self.book.verified(&node);
        }
        out.push(Output::Standing(node));
    }

    /// `/trust`: lets a key have the name it goes by.
    pub(super) fn trust(&mut self, who: &Who, here: &dyn Directory, out: &mut Vec<Output>) {
        let people = self.people(here);
        let (id, name) = match people.resolve(who) {
            Ok(id) => (id, people.names().name(id)),
            Err(unclear) => return out.push(Output::Update(unclear.update())),
        };
        let PeerId::Node(node) = id else { return out.push(Output::Update(notices::guest_not_trusted(&name))) };
        self.book.trust(&node);
        out.extend([Output::Update(notices::trusted(&node, &name)), Output::Standing(node)]);
    }

    /// `/ignore`, or `/unignore`: shows nothing more of somebody, or shows them again.
    pub(super) fn ignore(&mut self, who: &Who, ignore: bool, here: &dyn Directory, out: &mut Vec<Output>) {
        let people = self.people(here);
        let (id, name) = match people.resolve(who) {
            Ok(id) => (id, people.names().name(id)),
            Err(unclear) => return out.push(Output::Update(unclear.update())),
        };
        let notice = match (id, ignore) {
            (_, false) => notices::not_ignored(&name),
            (PeerId::Node(_), true) => notices::ignored(&name),
            (PeerId::Guest(_), true) => notices::guest_ignored(&name),
        };
        match id {
            PeerId::Node(node) => {
                if ignore {
                    self.book.ignore(&node);
                } else {
                    self.book.unignore(&node);
                }
                out.extend([Output::Update(notice), Output::Standing(node)]);
            }
            PeerId::Guest(addr) => {
                self.ignore_guest(addr, ignore);
                out.extend([Output::GuestIgnored { addr, ignored: ignore }, Output::Update(notice)]);
            }
        }
    }

    fn ignore_guest(&mut self, addr: SocketAddr, ignore: bool) {
        if !ignore {
            self.ignored_guests.remove(&addr);
        } else if self.ignored_guests.len() < MAX_IGNORED_GUESTS {
            self.ignored_guests.insert(addr);
        }
    }

    /// The link with a guest that went by `nick` is gone, or has another address now. An ignored one is ignored no longer than its
    /// link lasts: whatever comes from its address next is another guest, as far as anybody can know.
    pub(super) fn guest_left(
        &mut self,
        addr: SocketAddr,
        nick: Option<&Nick>,
        moved_to: Option<SocketAddr>,
        out: &mut Vec<Output>,
    ) {
        if !self.ignored_guests.remove(&addr) {
            return;
        }
        match moved_to {
            Some(addr) => drop(self.ignored_guests.insert(addr)),
            None => out.push(Output::Update(notices::guest_ignore_ended(addr, nick))),
        }
    }

    /// Whether the user shut out the guest at this address.
    pub(super) fn is_ignored_guest(&self, addr: &SocketAddr) -> bool {
        self.ignored_guests.contains(addr)
    }

    /// Guests whom the user shut out in this run.
    pub(super) fn ignored_guests(&self) -> &BTreeSet<SocketAddr> {
        &self.ignored_guests
    }

    /// Whether what is to be kept across runs has changed since this was asked last.
    pub(super) fn take_changed(&mut self) -> bool {
        self.book.take_changed()
    }
}

impl Reputation for Keyring {
    fn is_acquainted(&self, node: &NodeId) -> bool {
        !self.book.class(node, true).is_stranger()
    }
}
