//! Private rooms: who is a member, and what nodes tell each other about that (docs/protocol.md, "Private rooms").
//!
//! [`Private`] is the machine. Of each room it knows the newest decision of the owner ([`charter`]), and what members
//! have said since. It tells linked members where it stands, hands decisions to those who ask and may have them, and
//! takes newer ones from whoever has them. A link may know of a room while both sides have joined it, and our decision
//! names the other side. If our user owns the room, this machine also decides ([`owner`]).
//!
//! The files: `exchange` says what goes over links and what comes; `ended` remembers which memberships are over; `kept`
//! is what the next run needs.

mod charter;
mod ended;
mod exchange;
mod kept;
mod owner;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use charter::{Charter, Own};
use ended::Ended;
use exchange::Neighbour;
use owner::{Gone, Owner};

use super::{event::Output, refusal::Refusal};
use crate::{
    core::{secrets::Secrets, sync},
    domain::{
        bus::{KeptPrivate, LeftBecause, Member, MemberChange, MemberList, MemberState, Update},
        limit::TokenBucket,
        model::{Host, LinkId, NodeId, PrivateRoom, Room, RoomId, RoomName},
    },
    protocol::{
        identity::Identity,
        membership::{Cut, Decision, Leave, MAX_MEMBERS, SignedDecision},
        sealing::Card,
    },
};

/// Invitations that may be open at once, and of these, how many may come from one host. A newer one takes the place of
/// the oldest of its host. Who wants to flood a user has few hosts and as many keys as they like.
const MAX_INVITATIONS: usize = 64;
const MAX_INVITATIONS_OF_HOST: usize = 2;

/// Invitations that the user is told of at once, and how many per second in the long run. What comes faster is not
/// taken: it comes again with the next link.
const INVITATION_BURST: u32 = 16;
const INVITATION_RATE: f64 = 0.1;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Private {
    me: NodeId,
    identity: Identity,
    own: Own,
    secrets: Secrets,
    rooms: BTreeMap<RoomId, Entry>,
    ended: Ended,
    links: BTreeMap<LinkId, Neighbour>,
    /// Counts invitations.
    invitations: u64,
    /// Limits how fast they come.
    pace: TokenBucket,
}

/// A room, and whether our user is in it.
#[derive(Debug)]
struct Entry {
    charter: Charter,
    state: State,
}

/// Whether our user is in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// They are.
    Joined,
    /// They were invited, and have not answered.
    Invited {
        /// The host that the invitation came from, if it came in this run.
        host: Option<Host>,
        /// Its number among all invitations.
        turn: u64,
    },
    /// They have left, and the owner does not know it yet.
    Left(Leave),
}

/// Our user is not in a room any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) room: PrivateRoom,
    pub(super) because: LeftBecause,
}

impl Private {
    /// `secret` is drawn from the operating system for this run.
    pub(super) fn new(identity: Identity, kept: &KeptPrivate, secret: [u8; 32]) -> Self {
        let own = Own::new(&identity);
        let mut private = Self {
            me: identity.node(),
            own,
            identity,
            secrets: Secrets::new(Secrets::ROOMS, secret),
            rooms: BTreeMap::new(),
            ended: Ended::default(),
            links: BTreeMap::new(),
            invitations: 0,
            pace: TokenBucket::new(INVITATION_BURST, INVITATION_RATE),
        };
        private.restore(kept);
        private
    }

    /// The program runs: the rooms that our user is in are open, and invitations wait.
    pub(super) fn start(&self, out: &mut Vec<Output>) {
        for entry in self.rooms.values() {
            match &entry.state {
                State::Joined => open(&entry.charter, out),
                State::Invited { .. } => out.push(Output::Update(Update::Invited(entry.charter.invitation()))),
                State::Left(_) => {}
            }
        }
    }

    /// Whether our user is in a room.
    pub(super) fn is_in(&self, room: &RoomId) -> bool {
        self.rooms.get(room).is_some_and(|entry| entry.state == State::Joined)
    }

    /// Rooms of this name that our user was invited to.
    pub(super) fn invitations(&self, name: &RoomName) -> Vec<RoomId> {
        let is_meant = |entry: &&Entry| {
            matches!(entry.state, State::Invited { .. }) && entry.charter.decision().room.name == *name
        };
        self.rooms.values().filter(is_meant).map(|entry| entry.charter.decision().room.id).collect()
    }

    /// Linked people who are in a room.
    pub(super) fn present(&self, room: &RoomId) -> BTreeSet<NodeId> {
        let there = self.links.values().filter(|neighbour| neighbour.admitted.contains(room));
        there.map(|neighbour| neighbour.node).collect()
    }

    /// The rooms that our user is in.
    pub(super) fn rooms(&self) -> impl Iterator<Item = PrivateRoom> {
        self.rooms.values().filter(|entry| entry.state == State::Joined).map(|entry| entry.charter.room())
    }

    /// Our user makes a room.
    pub(super) fn create(&mut self, name: RoomName, ask: bool, out: &mut Vec<Output>) -> Option<PrivateRoom> {
        self.found(name, ask, &[], out)
    }

    fn found(&mut self, name: RoomName, ask: bool, cards: &[Card], out: &mut Vec<Output>) -> Option<PrivateRoom> {
        let charter = self.owner().create(name, ask, cards)?;
        let room = charter.room();
        open(&charter, out);
        self.rooms.insert(room.id, Entry { charter, state: State::Joined });
        self.tell_all(out);
        out.push(Output::KeptPrivate);
        Some(room)
    }

    /// Our user accepts an invitation.
    pub(super) fn accept(&mut self, room: &RoomId, out: &mut Vec<Output>) -> Option<PrivateRoom> {
        let entry = self.rooms.get_mut(room).filter(|entry| matches!(entry.state, State::Invited { .. }))?;
        entry.state = State::Joined;
        let me = self.me;
        entry.charter.has_joined(me);
        open(&entry.charter, out);
        let room = entry.charter.room();
        self.tell_all(out);
        self.admit_all(out);
        out.push(Output::KeptPrivate);
        Some(room)
    }

    /// Our user refuses an invitation for good.
    pub(super) fn decline(&mut self, room: &RoomId, out: &mut Vec<Output>) {
        if let Some(entry) = self.rooms.remove(room) {
            self.ended.for_good(*room);
            out.extend([Output::Update(Update::Declined(entry.charter.room())), Output::KeptPrivate]);
        }
    }

    /// Our user invites people: at once if they own the room, or else by asking its owner.
    ///
    /// # Errors
    /// [`Refusal`]; then nobody is invited.
    pub(super) fn invite(&mut self, room: &RoomId, cards: &[Card], out: &mut Vec<Output>) -> Result<(), Refusal> {
        let charter = self.joined(room)?;
        if let Some(known) = cards.iter().find(|card| charter.is_member(&card.node())) {
            return Err(Refusal::IsMember(known.node()));
        }
        if charter.members().count() + cards.len() > MAX_MEMBERS {
            return Err(Refusal::Full);
        }
        let (owner, named) = (charter.owner(), charter.room());
        if owner == self.me {
            return self.decide(room, out, |owner, charter| owner.invite(charter, cards));
        }
        let Some(entry) = self.rooms.get_mut(room) else { return Err(Refusal::NotIn) };
        for card in cards {
            entry.charter.wish(*card);
        }
        let who = cards.iter().map(Card::node).collect();
        out.extend([Output::Update(Update::InviteRequested { room: named, owner, who }), Output::KeptPrivate]);
        self.tell_all(out);
        Ok(())
    }

    /// Our user, who owns the room, removes people. `cuts` says what is held of their logs.
    ///
    /// # Errors
    /// [`Refusal`]; then nobody is removed.
    pub(super) fn kick(
        &mut self,
        room: &RoomId,
        who: &[(NodeId, Vec<Cut>)],
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let charter = self.joined(room)?;
        if charter.owner() != self.me {
            return Err(Refusal::NotOwner(charter.owner()));
        }
        if who.iter().any(|(node, _)| *node == self.me) {
            return Err(Refusal::Owner);
        }
        if let Some((stranger, _)) = who.iter().find(|(node, _)| !charter.is_member(node)) {
            return Err(Refusal::NoMember(*stranger));
        }
        let gone: Vec<Gone> =
            who.iter().map(|(node, cuts)| Gone { node: *node, cuts: cuts.clone(), removed: true }).collect();
        self.decide(room, out, |owner, charter| owner.remove(charter, &gone))
    }

    /// Our user leaves a room. `cuts` says what they have written.
    pub(super) fn part(&mut self, room: &RoomId, cuts: Vec<Cut>, out: &mut Vec<Output>) -> Option<Change> {
        let entry = self.rooms.get_mut(room).filter(|entry| entry.state == State::Joined)?;
        let (named, owner, me) = (entry.charter.room(), entry.charter.owner(), self.me);
        let since = entry.charter.membership(&me).map(|membership| membership.since);
        out.push(Output::Sync(sync::Input::Close(*room)));
        if let Some(since) = since.filter(|_| owner != me) {
            entry.state = State::Left(Leave::sign(&self.identity, *room, since, cuts));
            self.ended.at(*room, since);
        } else {
            // Nobody can take the place of the owner: who leaves their own room does not come back.
            self.rooms.remove(room);
            self.ended.for_good(*room);
        }
        self.links.values_mut().for_each(|neighbour| neighbour.forget(room));
        self.tell_all(out);
        out.push(Output::KeptPrivate);
        Some(Change { room: named, because: LeftBecause::Asked })
    }

    /// Our user makes a room anew, and owns it. Leaving the old one is a step of its own.
    ///
    /// # Errors
    /// [`Refusal`]; then nothing has changed.
    pub(super) fn renew(&mut self, room: &RoomId, out: &mut Vec<Output>) -> Result<PrivateRoom, Refusal> {
        let charter = self.joined(room)?;
        if charter.owner() == self.me {
            return Err(Refusal::Owner);
        }
        let others = charter.members().filter(|(node, _)| **node != self.me);
        let cards: Vec<Card> = others.map(|(_, membership)| membership.card).collect();
        let (name, ask) = (charter.room().name, charter.decision().ask);
        self.found(name, ask, &cards, out).ok_or(Refusal::Full)
    }

    /// Who is in a room.
    ///
    /// # Errors
    /// [`Refusal::NotIn`].
    pub(super) fn members(&self, room: &RoomId) -> Result<MemberList, Refusal> {
        let charter = self.joined(room)?;
        let (owner, here) = (charter.owner(), self.present(room));
        let mut entries: Vec<_> = charter.members().map(|(node, entry)| (*node != owner, entry.since, *node)).collect();
        entries.sort_unstable();
        let state = |node: &NodeId| match () {
            () if *node == self.me => MemberState::Oneself,
            () if here.contains(node) => MemberState::Here,
            () if charter.seen().contains(node) => MemberState::Away,
            () => MemberState::Invited,
        };
        let members = entries.iter().map(|(.., node)| Member { node: *node, state: state(node) }).collect();
        Ok(MemberList { room: charter.room(), owner, members })
    }

    /// What the next run needs.
    pub(super) fn kept(&self) -> KeptPrivate {
        kept::kept(&self.rooms, &self.ended)
    }

    fn joined(&self, room: &RoomId) -> Result<&Charter, Refusal> {
        let entry = self.rooms.get(room).filter(|entry| entry.state == State::Joined);
        entry.map(|entry| &entry.charter).ok_or(Refusal::NotIn)
    }

    fn owner(&mut self) -> Owner<'_> {
        Owner { identity: &self.identity, own: &self.own, secrets: &mut self.secrets }
    }

    /// Our user decides something about a room that they own.
    fn decide(
        &mut self,
        room: &RoomId,
        out: &mut Vec<Output>,
        how: impl FnOnce(&mut Owner<'_>, &Charter) -> Option<(SignedDecision, Decision)>,
    ) -> Result<(), Refusal> {
        let charter = self.joined(room)?.clone();
        let (signed, decision) = how(&mut self.owner(), &charter).ok_or(Refusal::Full)?;
        let (new, change) = charter.replaced(signed, decision, &self.own).ok_or(Refusal::Full)?;
        self.replace(room, new, change, out);
        Ok(())
    }

    /// A newer decision about a room holds now.
    fn replace(&mut self, room: &RoomId, new: Charter, change: MemberChange, out: &mut Vec<Output>) {
        self.have_gone(room, &change);
        let Some(entry) = self.rooms.get_mut(room) else { return };
        entry.charter = new;
        if entry.state == State::Joined {
            self.reseal(room, out);
            if [&change.invited, &change.removed, &change.left].iter().any(|who| !who.is_empty()) {
                out.push(Output::Update(Update::MembersChanged(change)));
            }
        }
        self.tell_all(out);
        self.admit_all(out);
        out.push(Output::KeptPrivate);
    }

    fn reseal(&self, room: &RoomId, out: &mut Vec<Output>) {
        let seal = self.rooms.get(room).and_then(|entry| entry.charter.seal());
        out.extend(seal.map(|seal| Output::Sync(sync::Input::Reseal { id: *room, seal })));
    }

    /// Our user is no member any more: the owner has removed them.
    fn removed(&mut self, room: &RoomId, since: u64, out: &mut Vec<Output>) -> Option<Change> {
        let Entry { charter, state } = self.rooms.remove(room)?;
        self.ended.at(*room, since);
        self.links.values_mut().for_each(|neighbour| neighbour.forget(room));
        out.push(Output::KeptPrivate);
        if state != State::Joined {
            out.push(Output::Update(Update::InvitationGone(charter.room())));
            return None;
        }
        out.push(Output::Sync(sync::Input::Close(*room)));
        Some(Change { room: charter.room(), because: LeftBecause::Removed { by: charter.owner() } })
    }

    /// Our user is invited. The newest invitation of a host takes the place of its oldest.
    fn invited(&mut self, charter: Charter, host: Option<Host>, now: Instant, out: &mut Vec<Output>) {
        if !self.pace.take(now) {
            return;
        }
        let waiting = self.rooms.iter().filter_map(|(id, entry)| match &entry.state {
            State::Invited { host, turn } => Some((*id, host, *turn)),
            State::Joined | State::Left(_) => None,
        });
        let of_host = waiting.clone().filter(|(_, other, _)| **other == host);
        let oldest = if of_host.clone().count() >= MAX_INVITATIONS_OF_HOST {
            of_host.min_by_key(|(.., turn)| *turn)
        } else if waiting.clone().count() >= MAX_INVITATIONS {
            waiting.min_by_key(|(.., turn)| *turn)
        } else {
            None
        };
        let oldest = oldest.map(|(id, ..)| id);
        if let Some(Entry { charter, .. }) = oldest.and_then(|oldest| self.rooms.remove(&oldest)) {
            out.push(Output::Update(Update::InvitationGone(charter.room())));
        }
        self.invitations += 1;
        let state = State::Invited { host, turn: self.invitations };
        out.push(Output::Update(Update::Invited(charter.invitation())));
        self.rooms.insert(charter.room().id, Entry { charter, state });
        out.push(Output::KeptPrivate);
    }
}

/// A room is open from now on.
fn open(charter: &Charter, out: &mut Vec<Output>) {
    let room = charter.room();
    let id = room.id;
    out.push(Output::Sync(sync::Input::Open { room: Room::Private(room), id, seal: charter.seal() }));
}
