//! What nodes tell each other about private rooms, and what becomes of what they say.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use bytes::Bytes;

use super::{Change, Charter, Entry, Gone, Private, State};
use crate::{
    core::{mutant, node::rooms::event::Output, sync},
    domain::{
        bus::{MemberChange, Update},
        model::{Host, LinkId, NodeId, RoomId},
    },
    protocol::{
        codec::mesh::{self, Frame, InviteRequest, MAX_SIGNED, MAX_STANDINGS, Standing},
        membership::{Leave, Removal, SignedDecision},
        sealing::Card,
    },
};

/// Decisions that one link may be asked for at once. A link that names rooms without end is asked for no more.
const MAX_WANTED: usize = 64;

/// How many versions are remembered of which the owner knows that they are its own.
const MAX_KNOWN_VERSIONS: usize = 64;

/// The other end of a link.
#[derive(Debug)]
pub(super) struct Neighbour {
    pub(super) node: NodeId,
    /// The host that it connects from.
    host: Option<Host>,
    /// Whether the program there knows private rooms.
    capable: bool,
    /// The rooms that its user has joined, among those that are known here or were asked for.
    theirs: BTreeSet<RoomId>,
    /// Where it was told that we stand.
    told: BTreeMap<RoomId, Standing>,
    /// What it was told once: memberships that are over, and people to invite.
    said: BTreeSet<(RoomId, NodeId, u64)>,
    /// The rooms whose newest decision it was asked for.
    wanted: BTreeSet<RoomId>,
    /// Versions of it that brought nothing new about rooms that we own.
    known: BTreeSet<(RoomId, u64, [u8; 8])>,
    /// The rooms that it may know of.
    pub(super) admitted: BTreeSet<RoomId>,
}

impl Neighbour {
    /// Our user is not in a room any more.
    pub(super) fn forget(&mut self, room: &RoomId) {
        self.theirs.remove(room);
        self.told.remove(room);
        self.admitted.remove(room);
    }
}

impl Private {
    /// A link with another node is open.
    pub(in crate::core::node::rooms) fn link_up(
        &mut self,
        link: LinkId,
        node: NodeId,
        host: Option<Host>,
        capable: bool,
        out: &mut Vec<Output>,
    ) {
        let neighbour = Neighbour {
            node,
            host,
            capable,
            theirs: BTreeSet::new(),
            told: BTreeMap::new(),
            said: BTreeSet::new(),
            wanted: BTreeSet::new(),
            known: BTreeSet::new(),
            admitted: BTreeSet::new(),
        };
        self.links.insert(link, neighbour);
        self.tell(link, out);
    }

    /// A link is gone.
    pub(in crate::core::node::rooms) fn link_down(&mut self, link: LinkId) {
        self.links.remove(&link);
    }

    /// These people are members no more. If they come back, they must say again that they have joined: what we tell
    /// them before that is lost.
    pub(super) fn have_gone(&mut self, room: &RoomId, change: &MemberChange) {
        let has_gone = |node: &NodeId| change.removed.contains(node) || change.left.contains(node);
        for neighbour in self.links.values_mut().filter(|neighbour| has_gone(&neighbour.node)) {
            neighbour.theirs.remove(room);
        }
    }

    /// Tells all links what they do not know yet.
    pub(super) fn tell_all(&mut self, out: &mut Vec<Output>) {
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            self.tell(link, out);
        }
    }

    /// Tells a link what it does not know yet, and may know.
    fn tell(&mut self, link: LinkId, out: &mut Vec<Output>) {
        let Some(neighbour) = self.links.get_mut(&link).filter(|neighbour| neighbour.capable) else { return };
        let node = neighbour.node;
        let (mut standings, mut leaves, mut removals, mut requests) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut done = Vec::new();
        for (id, Entry { charter, state }) in &self.rooms {
            match state {
                State::Joined if charter.is_member(&node) || mutant::hands_to_anybody() => {
                    let standing = charter.standing();
                    if neighbour.told.insert(*id, standing) != Some(standing) {
                        standings.push(standing);
                    }
                    let news = charter.leaves().filter(|leave| neighbour.said.insert((*id, leave.node, leave.since)));
                    leaves.extend(news.map(|leave| Bytes::from(leave.encode())));
                    if node == charter.owner() {
                        let wishes = charter.wishes().filter(|card| neighbour.said.insert((*id, card.node(), 0)));
                        requests.extend(wishes.map(|card| InviteRequest { room: *id, card: card.encode().into() }));
                    }
                }
                State::Joined => {
                    let removal = charter.decision().removal(&node);
                    let removal = removal.filter(|removal| neighbour.said.insert((*id, node, removal.since)));
                    removals.extend(removal.map(|removal| Bytes::from(removal.encode())));
                    neighbour.told.remove(id);
                }
                State::Left(leave) if charter.decision().members.contains_key(&node) => {
                    if neighbour.said.insert((*id, self.me, leave.since)) {
                        leaves.push(leave.encode().into());
                        done.extend((node == charter.owner()).then_some(*id));
                    }
                }
                State::Left(_) | State::Invited { .. } => {}
            }
        }
        let mut send = |private: mesh::Private| {
            out.push(Output::Sync(sync::Input::Pass { link, about: None, frame: frame(private) }));
        };
        for standings in standings.chunks(MAX_STANDINGS) {
            send(mesh::Private { standings: standings.to_vec(), ..mesh::Private::default() });
        }
        for leaves in leaves.chunks(MAX_SIGNED) {
            send(mesh::Private { leaves: leaves.to_vec(), ..mesh::Private::default() });
        }
        for removals in removals.chunks(MAX_STANDINGS) {
            send(mesh::Private { removals: removals.to_vec(), ..mesh::Private::default() });
        }
        for requests in requests.chunks(MAX_SIGNED) {
            send(mesh::Private { requests: requests.to_vec(), ..mesh::Private::default() });
        }
        for room in done {
            self.rooms.remove(&room);
            out.push(Output::KeptPrivate);
        }
    }

    /// Lets links know of rooms, and not any more, as both sides stand now.
    pub(super) fn admit_all(&mut self, out: &mut Vec<Output>) {
        for (link, neighbour) in &mut self.links {
            let node = neighbour.node;
            let may_know = |id: &RoomId, entry: &Entry| {
                let is_member = entry.charter.is_member(&node) || mutant::admits_removed();
                entry.state == State::Joined && neighbour.theirs.contains(id) && is_member
            };
            let now: BTreeSet<RoomId> =
                self.rooms.iter().filter(|(id, entry)| may_know(id, entry)).map(|(id, _)| *id).collect();
            for room in neighbour.admitted.difference(&now) {
                out.push(Output::Sync(sync::Input::Exclude { link: *link, room: *room }));
            }
            for room in now.difference(&neighbour.admitted) {
                out.push(Output::Sync(sync::Input::Admit { link: *link, room: *room }));
            }
            neighbour.admitted = now;
        }
    }

    /// A link has said something about private rooms.
    pub(in crate::core::node::rooms) fn heard(
        &mut self,
        link: LinkId,
        said: mesh::Private,
        now: Instant,
        out: &mut Vec<Output>,
    ) -> Vec<Change> {
        let mesh::Private { standings, wanted, decision, leaves, removals, requests } = said;
        let mut changes = Vec::new();
        // What nobody has signed says nothing.
        if let Some(signed) = decision.and_then(|decision| SignedDecision::decode(&decision).ok()) {
            changes.extend(self.decided(link, signed, now, out));
        }
        for removal in removals.iter().filter_map(|removal| Removal::decode(removal).ok()) {
            changes.extend(self.told_removal(&removal, out));
        }
        for leave in leaves.iter().filter_map(|leave| Leave::decode(leave).ok()) {
            self.left(leave, out);
        }
        self.stands(link, standings, out);
        for room in wanted {
            self.hand(link, &room, out);
        }
        for request in requests {
            self.asked_to_invite(link, &request, out);
        }
        self.admit_all(out);
        changes
    }

    /// A link says where it stands. What it knows and we do not is asked for.
    fn stands(&mut self, link: LinkId, standings: Vec<Standing>, out: &mut Vec<Output>) {
        let Some(neighbour) = self.links.get_mut(&link) else { return };
        let (node, me) = (neighbour.node, self.me);
        let mut wanted = Vec::new();
        for standing in standings {
            let room = standing.room;
            let wants = match self.rooms.get_mut(&room) {
                None => !self.ended.is_for_good(&room),
                Some(Entry { charter, state }) => {
                    if *state == State::Joined && standing.joined && charter.has_joined(node) {
                        out.push(Output::KeptPrivate);
                    }
                    let ours = charter.standing();
                    let is_newer = (ours.version, ours.digest) < (standing.version, standing.digest);
                    // The owner looks at all others, too: a copy of the owner may have decided them.
                    let is_other = charter.owner() == me
                        && (standing.version, standing.digest) != (ours.version, ours.digest)
                        && !neighbour.known.contains(&(room, standing.version, standing.digest));
                    is_newer || is_other
                }
            };
            if wants && neighbour.wanted.len() < MAX_WANTED && neighbour.wanted.insert(room) {
                wanted.push(room);
            }
            // It says so once, also of rooms that our user joins later.
            if !standing.joined {
                neighbour.theirs.remove(&room);
            } else if self.rooms.contains_key(&room) || neighbour.wanted.contains(&room) {
                neighbour.theirs.insert(room);
            }
        }
        if !wanted.is_empty() {
            let frame = frame(mesh::Private { wanted, ..mesh::Private::default() });
            out.push(Output::Sync(sync::Input::Pass { link, about: None, frame }));
        }
    }

    /// A link asks for the newest decision about a room. Only members and the invited get it.
    fn hand(&self, link: LinkId, room: &RoomId, out: &mut Vec<Output>) {
        let Some(neighbour) = self.links.get(&link) else { return };
        let Some(entry) = self.rooms.get(room).filter(|entry| entry.state == State::Joined) else { return };
        if entry.charter.is_member(&neighbour.node) || mutant::hands_to_anybody() {
            let decision = Some(entry.charter.signed().encode().into());
            let frame = frame(mesh::Private { decision, ..mesh::Private::default() });
            out.push(Output::Sync(sync::Input::Pass { link, about: Some(*room), frame }));
        }
    }

    /// A link has handed us a decision. It counts only if we have asked for it.
    fn decided(&mut self, link: LinkId, signed: SignedDecision, now: Instant, out: &mut Vec<Output>) -> Option<Change> {
        let decision = signed.open().ok()?;
        let (room, me) = (decision.room.id, self.me);
        let neighbour = self.links.get_mut(&link)?;
        if !neighbour.wanted.remove(&room) {
            return None;
        }
        let host = neighbour.host;
        let since = decision.members.get(&me).map(|entry| entry.since);
        let departed = decision.departures.get(&me).map(|gone| gone.since);
        let entry = self.rooms.get(&room);
        let is_over = since.is_none_or(|since| self.ended.is_over(&room, since));
        match entry.map(|entry| (&entry.charter, &entry.state)) {
            // Those who have left may be invited again.
            None | Some((_, State::Left(_))) => {
                if !is_over && let Some(charter) = Charter::new(signed, decision, &self.own) {
                    self.invited(charter, host, now, out);
                }
                None
            }
            Some((ours, State::Joined)) if decision.owner == me => {
                let ours = ours.clone();
                let theirs = Charter::new(signed, decision, &self.own)?;
                self.merge(link, &ours, &theirs, out);
                None
            }
            Some((ours, _)) if !ours.is_older_than(decision.version, &signed.digest()) => None,
            Some((ours, _)) => {
                let membership = ours.membership(&me).map(|entry| entry.since);
                if is_over || since.is_none() {
                    // Only a membership that this decision ends is over.
                    let ended = departed.filter(|gone| membership.is_none_or(|since| since <= *gone))?;
                    return self.removed(&room, ended, out);
                }
                let (new, change) = ours.replaced(signed, decision, &self.own)?;
                self.replace(&room, new, change, out);
                None
            }
        }
    }

    /// Another decision of our own about a room: the greater one holds, with all that only the other one says.
    fn merge(&mut self, link: LinkId, ours: &Charter, theirs: &Charter, out: &mut Vec<Output>) {
        let room = ours.room().id;
        let standing = theirs.standing();
        if let Some(neighbour) = self.links.get_mut(&link) {
            if neighbour.known.len() >= MAX_KNOWN_VERSIONS {
                neighbour.known.pop_first();
            }
            neighbour.known.insert((room, standing.version, standing.digest));
        }
        let merged = self.owner().merge(ours, theirs);
        let is_theirs_newer = ours.is_older_than(standing.version, &theirs.signed().digest());
        let (signed, decision) = match merged {
            Some(merged) => merged,
            None if is_theirs_newer => (theirs.signed().clone(), theirs.decision().clone()),
            None => return,
        };
        if let Some((new, change)) = ours.replaced(signed, decision, &self.own) {
            self.replace(&room, new, change, out);
        }
    }

    /// The owner of a room has removed our user, somebody says.
    fn told_removal(&mut self, removal: &Removal, out: &mut Vec<Output>) -> Option<Change> {
        let (room, me) = (removal.room, self.me);
        let charter = &self.rooms.get(&room)?.charter;
        let since = charter.decision().members.get(&me)?.since;
        let counts = removal.node == me && removal.since >= since && charter.owner() != me;
        if counts && removal.is_by(&charter.owner()) { self.removed(&room, removal.since, out) } else { None }
    }

    /// A member has left a room.
    fn left(&mut self, leave: Leave, out: &mut Vec<Output>) {
        let (room, node) = (leave.room, leave.node);
        let Ok(charter) = self.joined(&room) else { return };
        let (named, owner) = (charter.room(), charter.owner());
        // Our own is out there only if our user has left: a copy of their key has.
        if node == self.me || node == owner || !charter.ends(&leave) {
            return;
        }
        if owner == self.me {
            let gone = Gone { node, cuts: leave.cuts.clone(), removed: false };
            // If that fails, what the member has said still counts.
            if self.decide(&room, out, |owner, charter| owner.remove(charter, &[gone])).is_ok() {
                return;
            }
        }
        let Some(entry) = self.rooms.get_mut(&room) else { return };
        entry.charter.leave(leave);
        let change = MemberChange { room: named, owner, invited: Vec::new(), removed: Vec::new(), left: vec![node] };
        self.have_gone(&room, &change);
        out.push(Output::Update(Update::MembersChanged(change)));
        self.reseal(&room, out);
        self.tell_all(out);
        out.push(Output::KeptPrivate);
    }

    /// A member asks our user, who owns the room, to invite somebody.
    fn asked_to_invite(&mut self, link: LinkId, request: &InviteRequest, out: &mut Vec<Output>) {
        let InviteRequest { room, ref card } = *request;
        let Ok(card) = Card::decode(card) else { return };
        let Some(by) = self.links.get(&link).map(|neighbour| neighbour.node) else { return };
        let Ok(charter) = self.joined(&room) else { return };
        if charter.owner() != self.me || !charter.is_member(&by) || charter.is_member(&card.node()) {
            return;
        }
        let (named, ask) = (charter.room(), charter.decision().ask);
        // Who was removed or has left comes back only if the owner says so.
        if ask || charter.decision().departures.contains_key(&card.node()) {
            out.push(Output::Update(Update::InviteAsked { room: named, by, who: card.node() }));
        } else {
            // If the room is full, nothing happens: the owner sees that in the list of members.
            let _ = self.invite(&room, &[card], out);
        }
    }
}

fn frame(private: mesh::Private) -> Bytes {
    mesh::encode(&Frame::Private(Box::new(private)))
}
