//! What is known about keys, whose name is whose, and who is ignored.
//!
//! [`Keyring`] is the machine. It is told who comes, goes and is renamed, and what the user says about people; it
//! answers with alarms and with keys whose standing may have changed. [`book`] decides about names, [`records`]
//! remembers, [`days`] counts the days on which a key was met, [`forgetting`] decides which key is forgotten first,
//! [`find`] and [`resolve`] find the person that the user means, [`naming`] says what people are called.

mod book;
mod days;
mod find;
mod forgetting;
mod naming;
mod records;
mod resolve;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, net::SocketAddr, time::Instant};

pub(super) use book::TrustBook;
pub(super) use find::{Match, Wanted};
pub(super) use resolve::People;

use super::{
    notice_limits::NoticeLimits,
    views::{Directory, Reputation},
};
use crate::domain::{
    bus::{Alarm, NamedKey, NoticeCode, TrustFailure, TrustNotice, Update},
    limit::TokenBucket,
    model::{Host, Known, Nick, NodeId, Now, PeerId, Timestamp, Who, skeleton},
};

/// Alarms that are shown at once, and per second in the long run: one every half minute is as much as anybody can act
/// on.
const ALARM_BURST: u32 = 5;
const ALARM_RATE: f64 = 1.0 / 30.0;

/// Guests that are ignored at once: more than can be linked.
const MAX_IGNORED_GUESTS: usize = 256;

/// What is known about people. See the module's documentation.
#[derive(Debug)]
pub(super) struct Keyring {
    book: TrustBook,
    /// Guests that the user ignores, each as long as its link lasts: nothing tells it from the next guest at its
    /// address.
    ignored_guests: BTreeSet<SocketAddr>,
    alarms: TokenBucket,
    /// The same for alarms about names of people whom the user has verified.
    verified_alarms: TokenBucket,
    notices: NoticeLimits,
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an update is passed on at once, and never stored")]
pub(super) enum Output {
    /// Tell the front end.
    Update(Update),
    /// How this key is shown may have changed: see [`TrustBook::repute`].
    Repute(NodeId),
    /// Tell this node that its name belongs to another key here.
    NameTaken {
        /// The node.
        node: NodeId,
        /// The name.
        nick: Nick,
    },
    /// The user ignores the guest at this address, or no longer ignores it.
    GuestIgnored {
        /// Which guest.
        addr: SocketAddr,
        /// Whether it is ignored now.
        ignored: bool,
    },
}

impl Keyring {
    /// Starts with what earlier runs have kept, for a user with this key and name.
    pub(super) fn new(known: Vec<Known>, me: NodeId, own: &Nick) -> Self {
        Self {
            book: TrustBook::new(known, me, own),
            ignored_guests: BTreeSet::new(),
            alarms: TokenBucket::new(ALARM_BURST, ALARM_RATE),
            verified_alarms: TokenBucket::new(ALARM_BURST, ALARM_RATE),
            notices: NoticeLimits::default(),
        }
    }

    /// Read access to what is known.
    pub(super) fn book(&self) -> &TrustBook {
        &self.book
    }

    /// Everyone that the user may mean, with their names. `here` says who is linked.
    pub(super) fn people<'a>(&'a self, here: &'a dyn Directory, wall: Timestamp) -> People<'a> {
        People::new(&self.book, here, wall)
    }

    /// `node` is being linked from `host` under the name `nick`. Returns the alarm that this raises; pass it to
    /// [`Self::raise`] once the front end knows the peer.
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

    /// Shows an alarm, and tells the node that causes it. If a stranger makes key after key under one name, only a few
    /// alarms are shown; the other keys are marked in the list like the first.
    pub(super) fn raise(&mut self, alarm: Option<Alarm>, now: Instant, out: &mut Vec<Output>) {
        let Some(alarm) = alarm else { return };
        out.push(Output::NameTaken { node: alarm.node, nick: alarm.nick.clone() });
        // Throw-away keys must not keep the alarm about a verified person off the screen.
        let bucket = if alarm.known_verified { &mut self.verified_alarms } else { &mut self.alarms };
        if bucket.take(now) {
            out.push(Output::Update(Update::Alarm(alarm)));
        } else if self.notices.allow(NoticeCode::ManyAlarms, now) {
            out.push(Output::Update(TrustNotice::ManyAlarms(alarm.nick).into()));
        }
    }

    /// A linked node goes by another name now.
    pub(super) fn renamed(&mut self, node: NodeId, nick: &Nick, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let alarm = self.met(node, Some(nick), None, here, now);
        out.push(Output::Repute(node));
        self.raise(alarm, now.mono, out);
    }

    /// `node` is not linked any more.
    pub(super) fn parted(&mut self, node: &NodeId, now: Now) {
        self.book.parted(node, now);
    }

    /// A peer that went by `nick` is gone, or ignored. Its key may no longer hold the name, so others who are here
    /// under it are judged again.
    pub(super) fn name_left(&mut self, nick: &Nick, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let name = skeleton(nick);
        let claim = |peer: &crate::domain::model::Peer| {
            let (node, nick) = (*peer.id.node()?, peer.nick.as_ref()?);
            let (shown, skeleton) = self.book.claim(&node)?;
            (shown == nick && *skeleton == name && !self.book.is_ignored(&node)).then(|| (node, nick.clone()))
        };
        let claims: Vec<_> = here.everyone().filter_map(claim).collect();
        for (node, nick) in claims {
            self.renamed(node, &nick, here, now, out);
        }
    }

    /// Our user goes by another name: everyone who is here is judged again.
    pub(super) fn own_name(&mut self, own: &Nick, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        self.book.set_own(own);
        for peer in here.everyone() {
            if let (Some(node), Some(nick)) = (peer.id.node(), &peer.nick) {
                self.renamed(*node, nick, here, now, out);
            }
        }
    }

    /// Another node has told us that it knows our user's name as another key's.
    pub(super) fn name_taken(
        &mut self,
        teller: NodeId,
        nick: &Nick,
        me: NodeId,
        here: &dyn Directory,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        if !self.book.is_ignored(&teller) && self.notices.allow(NoticeCode::NameTaken, now.mono) {
            let teller = self.people(here, now.wall).names().name(PeerId::Node(teller));
            out.push(Output::Update(TrustNotice::NameTaken { teller, nick: nick.clone(), me }.into()));
        }
    }

    /// A guest may call itself what it likes, even by the name of somebody whose key is known. Then the user is told.
    pub(super) fn guest_named(&mut self, guest: SocketAddr, nick: &Nick, now: Now, out: &mut Vec<Output>) {
        if self.book.is_somebodys(nick) && self.notices.allow(NoticeCode::GuestName, now.mono) {
            out.push(Output::Update(TrustNotice::GuestName { guest, nick: nick.clone() }.into()));
        }
    }

    /// A linked node can be dialled at `addr`.
    pub(super) fn listens(&mut self, node: &NodeId, addr: SocketAddr) {
        self.book.listens(node, addr);
    }

    /// Codes were compared with `node`; `same` says whether they match.
    pub(super) fn compared(&mut self, node: NodeId, same: bool, here: &dyn Directory, out: &mut Vec<Output>) {
        let other = self.book.compared(&node, same, |other| here.has_node(other));
        out.push(Output::Repute(node));
        out.extend(other.map(Output::Repute));
    }

    /// `/trust`: lets a key have the name it goes by. If a key that is verified or here loses that name, the user must
    /// be `sure`.
    pub(super) fn trust(&mut self, who: &Who, sure: bool, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let Some(key) = self.meant(who, here, now, out) else { return };
        let node = key.node;
        if self.book.get(&node).is_some_and(|known| known.differs) {
            return out.push(Output::Update(TrustFailure::CodesDiffer(key).into()));
        }
        let rival = self.book.rival(&node).map(|known| (known.node, known.verified, here.has_node(&known.node)));
        if let Some((rival, verified, present)) = rival
            && (verified || present)
            && !sure
        {
            let nick = self.book.nick(&node).map(ToString::to_string).unwrap_or_default();
            return out.push(Output::Update(TrustFailure::Displaces { key, nick, rival, verified }.into()));
        }
        let both = rival.is_some_and(|(.., present)| present);
        let displaced = self.book.trust(&node, both);
        out.extend([Output::Update(TrustNotice::Trusted { key, displaced }.into()), Output::Repute(node)]);
        out.extend(displaced.map(Output::Repute));
    }

    /// `/untrust`: takes back what `/trust` said.
    pub(super) fn untrust(&mut self, who: &Who, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let Some(key) = self.meant(who, here, now, out) else { return };
        let node = key.node;
        if !self.book.get(&node).is_some_and(|known| known.trusted) {
            return out.push(Output::Update(TrustFailure::NotTrusted(key).into()));
        }
        let back = self.book.untrust(&node);
        out.extend([Output::Update(TrustNotice::Untrusted { key, back }.into()), Output::Repute(node)]);
        out.extend(back.map(Output::Repute));
    }

    /// `/unverify`: takes back what was said about codes.
    pub(super) fn unverify(&mut self, who: &Who, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let Some(key) = self.meant(who, here, now, out) else { return };
        let node = key.node;
        let (verified, differs) = self.book.get(&node).map_or((false, false), |known| (known.verified, known.differs));
        if !verified && !differs {
            return out.push(Output::Update(TrustFailure::NotVerified(key).into()));
        }
        let back = self.book.unverify(&node);
        out.extend([
            Output::Update(TrustNotice::Unverified { key, differed: differs, back }.into()),
            Output::Repute(node),
        ]);
        out.extend(back.map(Output::Repute));
    }

    /// A key has told its card.
    pub(super) fn keep_card(&mut self, node: &NodeId, card: &[u8]) {
        self.book.set_card(node, card);
    }

    /// The key that a command is about. If it is nobody's, or a guest's, the user is told.
    fn meant(&self, who: &Who, here: &dyn Directory, now: Now, out: &mut Vec<Output>) -> Option<NamedKey> {
        let people = self.people(here, now.wall);
        match people.resolve(who) {
            Ok(id @ PeerId::Node(node)) => return Some(NamedKey { name: people.names().name(id), node }),
            Ok(id @ PeerId::Guest(_)) => {
                out.push(Output::Update(TrustFailure::Guest { name: people.names().name(id) }.into()));
            }
            Err(unclear) => out.push(Output::Update(unclear.into())),
        }
        None
    }

    /// `/ignore`, or `/unignore`: shows nothing more of somebody, or shows them again.
    pub(super) fn ignore(&mut self, who: &Who, ignore: bool, here: &dyn Directory, now: Now, out: &mut Vec<Output>) {
        let people = self.people(here, now.wall);
        let (id, name) = match people.resolve(who) {
            Ok(id) => (id, people.names().name(id)),
            Err(unclear) => return out.push(Output::Update(unclear.into())),
        };
        match id {
            PeerId::Node(node) if !ignore && !self.book.is_ignored(&node) => {
                out.push(Output::Update(TrustFailure::NotIgnored { name }.into()));
            }
            PeerId::Guest(addr) if !ignore && !self.is_ignored_guest(&addr) => {
                out.push(Output::Update(TrustFailure::NotIgnored { name }.into()));
            }
            PeerId::Node(node) => {
                let notice = if ignore {
                    self.book.ignore(&node);
                    TrustNotice::Ignored(NamedKey { name, node })
                } else {
                    self.book.unignore(&node);
                    TrustNotice::Unignored(NamedKey { name, node })
                };
                out.extend([Output::Update(notice.into()), Output::Repute(node)]);
                if ignore && let Some(nick) = self.book.nick(&node).cloned() {
                    self.name_left(&nick, here, now, out);
                }
            }
            PeerId::Guest(addr) => {
                self.ignore_guest(addr, ignore);
                let notice =
                    if ignore { TrustNotice::GuestIgnored { name } } else { TrustNotice::GuestUnignored { name } };
                out.extend([Output::GuestIgnored { addr, ignored: ignore }, Output::Update(notice.into())]);
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

    /// The link with a guest that went by `nick` is gone, or has another address now. A guest is ignored only while
    /// its link lasts. The next guest from its address may be somebody else.
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
            None => out.push(Output::Update(TrustNotice::IgnoredGuestLeft { addr, nick: nick.cloned() }.into())),
        }
    }

    /// Whether the user ignores the guest at this address.
    pub(super) fn is_ignored_guest(&self, addr: &SocketAddr) -> bool {
        self.ignored_guests.contains(addr)
    }

    /// The guests that the user ignores.
    pub(super) fn ignored_guests(&self) -> &BTreeSet<SocketAddr> {
        &self.ignored_guests
    }

    /// Whether what is to be kept across runs has changed since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        self.book.take_changed()
    }
}

impl Reputation for Keyring {
    fn is_acquainted(&self, node: &NodeId) -> bool {
        !self.book.class(node, true).is_stranger()
    }
}
