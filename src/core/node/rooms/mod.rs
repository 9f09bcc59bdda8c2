//! Which rooms our user is in, and who else is in them.
//!
//! [`Rooms`] is the machine. Each node tells its links the names of the open rooms that it is in, all of them whenever
//! that changes ([`Frame::Rooms`]). A link may know of an open room while both sides are in it: this machine says so to
//! the log machine (`sync`), which enforces it. The lobby is not announced, because everybody is in it.
//!
//! A direct room is not announced either. Two nodes that are linked and know each other's cards come to the same room
//! id and key, so each opens the room and admits the other. The user sees it when one of the two writes there. If the
//! other one is away, the lines wait: a direct room that the user has used stays open.

mod event;
mod heard;
mod pairs;
mod private;
mod private_tabs;
mod refusal;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) use event::{Earlier, Heard, Input, Output};
use heard::Left;
use pairs::Pairs;
use private::Private;
pub(super) use refusal::Refusal;

use crate::{
    core::{
        mutant,
        sync::{self, Seal},
    },
    domain::{
        bus::{KeptRoom, KeptRooms, LeftBecause, RoomFailure, RoomListing, RoomMembers, RoomUse, RoomView, Update},
        model::{Known, LinkId, Machine, NodeId, PrivateRoom, Room, RoomId, RoomName},
    },
    protocol::{
        codec::mesh::{self, Frame, MAX_ROOMS},
        identity::Identity,
        membership::Cut,
    },
};

/// How many rooms our user can see, direct ones included: enough for every person of a large office. Each costs a tab.
const MAX_JOINED: usize = 256;

/// Rooms that `/list` shows. A hundred links with all the rooms that they may announce would fill many screens.
const MAX_LISTED: usize = 512;

/// A room that our user is in.
#[derive(Debug)]
struct Joined {
    room: Room,
    /// The id of an open room. None of the lobby, which is not announced, and of a direct room.
    open: Option<RoomId>,
    view: RoomView,
    /// Where the stranger is who has opened it, as long as our user has neither looked at it nor written there.
    opened_by: Option<Machine>,
    /// Who the front end knows to be in it.
    told: Vec<NodeId>,
}

impl Joined {
    fn new(room: Room, view: RoomView) -> Self {
        let open = room.public_id().filter(|_| !room.is_lobby());
        Self { room, open, view, opened_by: None, told: Vec::new() }
    }
}

/// The other end of a link.
#[derive(Debug)]
struct Neighbour {
    node: NodeId,
    /// Whether it is told which rooms we are in.
    capable: bool,
    /// The open rooms that it is in.
    open: BTreeMap<RoomId, RoomName>,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Rooms {
    /// In the order in which our user joined them. The lobby is the first.
    joined: Vec<Joined>,
    /// The direct rooms that our user has left.
    left: Left,
    /// The cards of people, as the last run has left them. Only needed until the start.
    cards: BTreeMap<NodeId, Arc<[u8]>>,
    /// The direct rooms that are open: those that our user has used, and those with linked people.
    pairs: Pairs,
    private: Private,
    links: BTreeMap<LinkId, Neighbour>,
}

impl Rooms {
    /// `kept`: the rooms that our user was in, and how they left them. `known`: the cards of people.
    /// `secret` is drawn from the operating system for this run.
    pub(super) fn new(kept: KeptRooms, identity: &Identity, known: &[Known], secret: [u8; 32]) -> Self {
        let cards = known.iter().filter_map(|known| Some((known.node, known.card.clone()?))).collect();
        let mut joined = vec![Joined::new(Room::Lobby, RoomView::default())];
        let mut left = Left::default();
        let machine = |node: NodeId| {
            let known = known.iter().find(|known| known.node == node);
            Machine::new(node, known.and_then(|known| known.how_met().host))
        };
        for KeptRoom { room, view, used } in kept.list {
            if let (RoomUse::Left { lines }, Room::Direct(node)) = (used, &room) {
                left.add(*node, lines);
            } else if let Some(known) = joined.iter_mut().find(|one| one.room == room) {
                known.view = view;
            } else if joined.len() < MAX_JOINED {
                let opened_by = room.other().filter(|_| used == RoomUse::Unused).map(machine);
                joined.push(Joined { opened_by, ..Joined::new(room, view) });
            }
        }
        let private = Private::new(identity.clone(), &kept.private, secret);
        Self { joined, left, cards, pairs: Pairs::new(identity), private, links: BTreeMap::new() }
    }

    /// The rooms that our user is in, and those that they have left, to be kept across runs.
    pub(super) fn kept(&self) -> Vec<KeptRoom> {
        let keep = |joined: &Joined| {
            let used = joined.opened_by.map_or(RoomUse::Used, |_| RoomUse::Unused);
            KeptRoom { room: joined.room.clone(), view: joined.view.clone(), used }
        };
        self.joined.iter().map(keep).chain(self.left.kept()).collect()
    }

    /// Whether our user is in a room.
    pub(super) fn is_in(&self, room: &Room) -> bool {
        self.joined.iter().any(|joined| joined.room == *room)
    }

    /// Takes one thing that happened and appends what is to be done about it to `out`.
    pub(super) fn handle(&mut self, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Start => self.start(out),
            Input::LinkUp { link, node, capable, private, host, card } => {
                self.link_up(link, node, capable, card.as_deref(), out);
                self.private.link_up(link, node, host, private, out);
            }
            Input::LinkDown(link) => {
                self.private.link_down(link);
                self.link_down(link, out);
            }
            Input::Private { link, said, now } => {
                let changes = self.private.heard(link, *said, now, out);
                for change in changes {
                    self.changed(change, out);
                }
            }
            Input::Announced { link, names } => self.announced(link, names, out),
            Input::Join { room, id } => self.join(room, id.as_deref(), out),
            Input::Decline { name, id } => {
                if let Some(room) = self.invitation(&name, id.as_deref(), out) {
                    self.private.decline(&room, out);
                }
            }
            Input::Create { name, ask } => self.create(name, ask, out),
            Input::Invite { room, cards } => refuse(self.private.invite(&room.id, &cards, out), room, out),
            Input::Kick { room, who } => refuse(self.private.kick(&room.id, &who, out), room, out),
            Input::Renew { room, cuts } => self.renew(room, cuts, out),
            Input::Members(room) => match self.private.members(&room.id) {
                Ok(members) => out.push(Output::Update(Update::Members(members))),
                Err(refusal) => out.push(Output::Refused(room, refusal)),
            },
            Input::Query { node, name, card, asked } => self.query(node, name, card.as_deref(), asked, out),
            Input::Heard(heard) => self.heard(heard, out),
            Input::Used(room) => self.used(&room, out),
            Input::Left { node, lines } => self.has_left(node, lines, out),
            Input::Part { room, cuts } => self.part(&room, cuts, out),
            Input::List => out.push(Output::Update(Update::RoomList(self.list()))),
            Input::KeepView { room, view } => self.keep_view(&room, view, out),
        }
        self.tell_members(out);
    }

    fn start(&mut self, out: &mut Vec<Output>) {
        let cards = std::mem::take(&mut self.cards);
        // A direct room whose card was forgotten cannot be opened before its other member comes.
        self.joined.retain(|joined| match &joined.room {
            room @ Room::Direct(node) => match cards.get(node).and_then(|card| self.pairs.add(node, card)) {
                Some((id, seal)) => {
                    out.push(open(room.clone(), id, Some(seal)));
                    true
                }
                None => false,
            },
            Room::Lobby | Room::Open(_) => true,
            Room::Private(room) => self.private.is_in(&room.id),
        });
        self.private.start(out);
        // The list of rooms may be older than what is known of a private one.
        for room in self.private.rooms() {
            if !self.is_in(&Room::Private(room.clone())) {
                self.joined.push(Joined::new(Room::Private(room), RoomView::default()));
            }
        }
        for Joined { room, open: id, view, .. } in &self.joined {
            out.extend(id.map(|id| open(room.clone(), id, None)));
            // Everybody is in the lobby: there is news only if there is something to restore.
            if !room.is_lobby() || *view != RoomView::default() {
                let (room, view) = (room.clone(), view.clone());
                out.push(Output::Update(Update::RoomJoined { room, view, asked: false }));
            }
        }
    }

    fn link_up(&mut self, link: LinkId, node: NodeId, capable: bool, card: Option<&[u8]>, out: &mut Vec<Output>) {
        self.links.insert(link, Neighbour { node, capable, open: BTreeMap::new() });
        if self.open_rooms().next().is_some() {
            self.announce_to(link, out);
        }
        // Only who has told a card can know of the room.
        if let Some(card) = card {
            self.open_direct(node, card, out);
            out.extend(self.pairs.room(&node).map(|room| Output::Sync(sync::Input::Admit { link, room })));
        }
    }

    fn link_down(&mut self, link: LinkId, out: &mut Vec<Output>) {
        let Some(Neighbour { node, .. }) = self.links.remove(&link) else { return };
        self.close_direct(&node, out);
    }

    /// Opens the direct room with a person, unless it is open.
    fn open_direct(&mut self, node: NodeId, card: &[u8], out: &mut Vec<Output>) {
        if let Some((id, seal)) = self.pairs.add(&node, card) {
            out.push(open(Room::Direct(node), id, Some(seal)));
        }
    }

    /// Closes the direct room with a person if it is of no use any more.
    fn close_direct(&mut self, node: &NodeId, out: &mut Vec<Output>) {
        let is_linked = self.links.values().any(|neighbour| neighbour.node == *node);
        if !is_linked && !self.is_in(&Room::Direct(*node)) {
            out.extend(self.pairs.remove(node).map(close));
        }
    }

    /// Our user writes to a person.
    fn query(&mut self, node: NodeId, name: String, card: Option<&[u8]>, asked: bool, out: &mut Vec<Output>) {
        if let Some(card) = card {
            self.open_direct(node, card, out);
        }
        match self.pairs.room(&node) {
            Some(_) => {
                self.show_direct(node, None, asked, out);
                self.used(&Room::Direct(node), out);
            }
            None => out.push(Output::Update(RoomFailure::NoCard { name }.into())),
        }
    }

    /// Shows the direct room with a person, if our user does not see it. `opened_by`: the stranger who has opened it.
    fn show_direct(&mut self, node: NodeId, opened_by: Option<Machine>, asked: bool, out: &mut Vec<Output>) {
        let room = Room::Direct(node);
        let is_in = self.is_in(&room);
        if is_in && !asked {
            return;
        }
        if !is_in && self.joined.len() >= MAX_JOINED {
            return out.push(Output::Update(RoomFailure::TooMany(MAX_JOINED).into()));
        }
        if !is_in {
            self.is_back(&node);
            self.joined.push(Joined { opened_by, ..Joined::new(room.clone(), RoomView::default()) });
            out.push(Output::Kept);
        }
        let joined = self.joined.iter().find(|joined| joined.room == room);
        let view = joined.map(|joined| joined.view.clone()).unwrap_or_default();
        out.push(Output::Update(Update::RoomJoined { room, view, asked }));
    }

    /// A node says which rooms it is in: the ones that we share have changed.
    fn announced(&mut self, link: LinkId, names: Vec<RoomName>, out: &mut Vec<Output>) {
        let ours: BTreeSet<RoomId> = self.open_rooms().map(|(id, _)| id).collect();
        let Some(neighbour) = self.links.get_mut(&link) else { return };
        let id = |name: RoomName| Some((Room::Open(name.clone()).public_id()?, name));
        let before = std::mem::replace(&mut neighbour.open, names.into_iter().filter_map(id).collect());
        for room in ours {
            match (before.contains_key(&room), neighbour.open.contains_key(&room)) {
                (false, true) => out.push(Output::Sync(sync::Input::Admit { link, room })),
                (true, false) => out.push(Output::Sync(sync::Input::Exclude { link, room })),
                _ => {}
            }
        }
    }

    fn join(&mut self, room: Room, private: Option<&str>, out: &mut Vec<Output>) {
        if let Room::Open(name) = &room
            && self.join_private(name, private, out)
        {
            return;
        }
        let Some(id) = room.public_id() else { return };
        if self.is_in(&room) {
            return out.push(Output::Update(RoomFailure::Joined(room).into()));
        }
        if self.open_rooms().count() + 1 >= MAX_ROOMS {
            return out.push(Output::Update(RoomFailure::TooMany(MAX_ROOMS).into()));
        }
        let view = RoomView::default();
        self.joined.push(Joined::new(room.clone(), view.clone()));
        out.push(open(room.clone(), id, None));
        // Links are told before they are told what we hold of the room, or they would ignore that.
        self.announce(out);
        for (link, neighbour) in &self.links {
            if neighbour.open.contains_key(&id) && !mutant::overlooks_members() {
                out.push(Output::Sync(sync::Input::Admit { link: *link, room: id }));
            }
        }
        out.push(Output::Update(Update::RoomJoined { room, view, asked: true }));
        out.push(Output::Kept);
    }

    fn part(&mut self, room: &Room, cuts: Vec<Cut>, out: &mut Vec<Output>) {
        if let Room::Private(private) = room {
            return match self.private.part(&private.id, cuts, out) {
                Some(change) => self.changed(change, out),
                None => out.push(Output::Refused(private.clone(), Refusal::NotIn)),
            };
        }
        if room.is_lobby() {
            return out.push(Output::Update(RoomFailure::Lobby.into()));
        }
        let Some(at) = self.joined.iter().position(|joined| joined.room == *room) else {
            return out.push(Output::Update(RoomFailure::NotJoined(room.clone()).into()));
        };
        let Joined { room, open, .. } = self.joined.remove(at);
        if let Room::Direct(node) = &room {
            self.close_direct(node, out);
        } else {
            out.extend(open.map(close));
            self.announce(out);
        }
        out.extend([Output::Update(Update::RoomLeft { room, because: LeftBecause::Asked }), Output::Kept]);
    }

    /// The open rooms of the network, as far as linked people are in them or our user is.
    fn list(&self) -> Vec<RoomListing> {
        let mut rooms: BTreeMap<RoomName, usize> = BTreeMap::new();
        for (_, name) in self.open_rooms() {
            rooms.insert(name.clone(), 0);
        }
        for name in self.links.values().flat_map(|neighbour| neighbour.open.values()) {
            if rooms.len() < MAX_LISTED || rooms.contains_key(name) {
                *rooms.entry(name.clone()).or_default() += 1;
            }
        }
        let listing = |(name, people): (RoomName, usize)| {
            let room = Room::Open(name);
            RoomListing { joined: self.is_in(&room), room, people }
        };
        rooms.into_iter().map(listing).collect()
    }

    fn keep_view(&mut self, room: &Room, view: RoomView, out: &mut Vec<Output>) {
        if let Some(joined) = self.joined.iter_mut().find(|joined| joined.room == *room)
            && joined.view != view
        {
            (joined.view, joined.opened_by) = (view, None);
            out.push(Output::Kept);
        }
    }

    /// The open rooms that our user is in.
    fn open_rooms(&self) -> impl Iterator<Item = (RoomId, &RoomName)> {
        self.joined.iter().filter_map(|joined| match &joined.room {
            Room::Open(name) => Some((joined.open?, name)),
            Room::Lobby | Room::Private(_) | Room::Direct(_) => None,
        })
    }

    /// Tells all links which rooms we are in.
    fn announce(&self, out: &mut Vec<Output>) {
        for link in self.links.keys() {
            self.announce_to(*link, out);
        }
    }

    fn announce_to(&self, link: LinkId, out: &mut Vec<Output>) {
        if self.links.get(&link).is_some_and(|neighbour| neighbour.capable) {
            let names = self.open_rooms().map(|(_, name)| name.clone()).collect();
            let frame = mesh::encode(&Frame::Rooms(names));
            out.push(Output::Sync(sync::Input::Announce { link, frame }));
        }
    }

    /// Tells the front end who is in each room, where that has changed.
    fn tell_members(&mut self, out: &mut Vec<Output>) {
        for joined in &mut self.joined {
            let people: BTreeSet<NodeId> = match (&joined.room, joined.open) {
                (Room::Private(room), _) => self.private.present(&room.id),
                (_, Some(id)) => {
                    let there = self.links.values().filter(|neighbour| neighbour.open.contains_key(&id));
                    there.map(|neighbour| neighbour.node).collect()
                }
                _ => continue,
            };
            let people: Vec<NodeId> = people.into_iter().collect();
            if joined.told != people {
                joined.told.clone_from(&people);
                let room = joined.room.clone();
                out.push(Output::Update(Update::RoomMembers(RoomMembers { room, people })));
            }
        }
    }
}

/// Tells the user why something about a private room was not done.
fn refuse(result: Result<(), Refusal>, room: PrivateRoom, out: &mut Vec<Output>) {
    out.extend(result.err().map(|refusal| Output::Refused(room, refusal)));
}

/// A room is open from now on.
fn open(room: Room, id: RoomId, seal: Option<Seal>) -> Output {
    Output::Sync(sync::Input::Open { room, id, seal })
}

/// A room is closed from now on.
fn close(id: RoomId) -> Output {
    Output::Sync(sync::Input::Close(id))
}
