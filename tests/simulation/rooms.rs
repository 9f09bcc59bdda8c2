//! The rooms of a run: three open ones, and one for each pair of nodes that may write to each other alone. Who is in
//! which, who may hold what, and what seals it.

use std::collections::{BTreeMap, BTreeSet};

use proximity_chat::{
    core::log::storage::Clear,
    domain::model::{LogId, NodeId, Room, RoomId},
    protocol::{
        codec::event::{Dep, Event, Signed},
        identity::Identity,
        sealing::{self, Card, Generation, PairSecret, SealingKey, Slot},
    },
};

use crate::private::PrivateRooms;

/// The open rooms that people join.
const OPEN: [&str; 3] = ["dev", "music", "lunch"];

/// One in so many nodes is never in any of them.
const STAYS_OUT: usize = 5;

/// The open rooms.
pub(crate) fn open() -> [Room; OPEN.len()] {
    OPEN.map(|name| Room::named(name).unwrap())
}

/// Whether the user of this node ever joins an open room.
pub(crate) fn joins(seed: u64, node: usize) -> bool {
    !(seed as usize + node).is_multiple_of(STAYS_OUT)
}

/// A room of two.
#[derive(Debug)]
struct Pair {
    nodes: [NodeId; 2],
    generation: Generation,
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Rooms {
    pairs: BTreeMap<RoomId, Pair>,
    /// Who has ever been in each open room.
    joined: BTreeMap<RoomId, BTreeSet<NodeId>>,
    pub(crate) private: PrivateRooms,
    /// Keys that may never write in any room but the lobby: nobody has let them in.
    intruders: BTreeSet<NodeId>,
}

impl Rooms {
    /// Nobody is in any room yet.
    pub(crate) fn new(nodes: &[NodeId]) -> Self {
        Self {
            pairs: BTreeMap::new(),
            joined: BTreeMap::new(),
            private: PrivateRooms::new(nodes),
            intruders: BTreeSet::new(),
        }
    }

    /// Takes in the room of these two.
    pub(crate) fn add_pair(&mut self, one: &Identity, other: &Identity) -> (RoomId, Generation) {
        let pair = PairSecret::new(&SealingKey::of(one), &Card::sign(other, 0)).unwrap();
        let (room, generation) = (pair.room(), pair.generation().clone());
        self.pairs.insert(room, Pair { nodes: [one.node(), other.node()], generation: generation.clone() });
        (room, generation)
    }

    /// Notes a key that nobody lets into any room.
    pub(crate) fn add_intruder(&mut self, node: NodeId) {
        self.intruders.insert(node);
    }

    /// What the log calls a room of this node.
    pub(crate) fn id(&self, node: NodeId, room: &Room) -> RoomId {
        let other = match room {
            Room::Direct(other) => other,
            Room::Private(room) => return room.id,
            Room::Lobby | Room::Open(_) => return room.public_id().unwrap(),
        };
        let is_theirs = |pair: &Pair| pair.nodes.contains(&node) && pair.nodes.contains(other);
        *self.pairs.iter().find(|(_, pair)| is_theirs(pair)).expect("the room of a pair that is known").0
    }

    /// The two in a room of two.
    pub(crate) fn pair(&self, room: &RoomId) -> Option<[NodeId; 2]> {
        self.pairs.get(room).map(|pair| pair.nodes)
    }

    /// A user wants to be in an open room.
    pub(crate) fn joins(&mut self, node: NodeId, room: &Room) {
        self.joined.entry(room.public_id().unwrap()).or_default().insert(node);
    }

    /// Checks that a node may have an event of this log on its disk.
    pub(crate) fn may_hold(&self, node: NodeId, log: &LogId) -> Result<(), String> {
        let LogId { room, author, .. } = log;
        let was_in = |node: &NodeId| self.joined.get(room).is_some_and(|joined| joined.contains(node));
        if *room == RoomId::LOBBY {
            return Ok(());
        }
        if self.intruders.contains(author) {
            return Err(format!("who is not let in says nothing: {node:?} holds what {author:?} says in {room:?}"));
        }
        if self.private.has(room) {
            return self.private.may_hold(node, log);
        }
        match self.pair(room) {
            Some(pair) if !pair.contains(author) => Err(format!("only the two write: {author:?} does in {room:?}")),
            Some(pair) if !pair.contains(&node) => Err(format!("only the two have it: {node:?} holds {room:?}")),
            None if !was_in(&node) => Err(format!("only who was there has it: {node:?} holds {room:?}")),
            _ => Ok(()),
        }
    }

    /// What an event says and what it follows, read as its members do.
    pub(crate) fn opened(&self, event: &Event, signed: &Signed) -> Result<(Option<Clear>, Vec<Dep>), String> {
        if self.private.has(&event.log.room) {
            return match self.private.opened(event, signed).transpose()? {
                Some((clear, deps)) => Ok((Some(clear), deps)),
                None => Ok((None, Vec::new())),
            };
        }
        let Some(pair) = self.pairs.get(&event.log.room) else { return Ok((None, event.deps.clone())) };
        let slot = Slot { log: event.log, seq: event.seq, prev: event.prev };
        let opened = sealing::open(&pair.generation, &slot, &signed.content)
            .map_err(|error| format!("what is said in a room of two is sealed for them: {error}"))?;
        Ok((Some(Clear { kind: opened.kind, payload: opened.payload }), opened.deps))
    }
}
