//! What must hold in all rooms: the rules of each, and who may have what. A line of an open room goes to nobody who was
//! never there, and a line between two to nobody else. In the end all who are in a room and can reach each other have the
//! same of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proximity_chat::{
    core::log::storage::{LogEntry, LogState, Snapshot},
    domain::model::{LogId, Message, MessageId, NodeId, Room, RoomId, Timestamp},
    protocol::identity::Identity,
};

use crate::{
    disk::{Held, Line},
    host::KEPT,
    private::Circumstances,
    rooms::{self, Rooms},
    rules::Rules,
    speech::SECRET,
};

/// The rules of all rooms.
#[derive(Debug)]
pub(crate) struct AllRules {
    rules: BTreeMap<RoomId, Rules>,
    /// The room of each line that any node has shown.
    room_of: BTreeMap<MessageId, RoomId>,
    pub(crate) rooms: Rooms,
    nodes: Vec<NodeId>,
    /// Two nodes that never reach each other.
    strangers: (usize, usize),
    /// What is too old for each node to pass it on at the end: everything that was dated before this.
    passes_on: Vec<Timestamp>,
}

impl AllRules {
    /// The rules of a run with these honest nodes.
    pub(crate) fn new(honest: &[Identity]) -> Self {
        let nodes: Vec<NodeId> = honest.iter().map(Identity::node).collect();
        let mut rooms = Rooms::new(&nodes);
        let mut ids = vec![RoomId::LOBBY];
        ids.extend(rooms::open().iter().filter_map(Room::public_id));
        for (index, one) in honest.iter().enumerate() {
            ids.extend(honest[..index].iter().map(|other| rooms.add_pair(one, other).0));
        }
        let rules = ids.into_iter().map(|room| (room, Rules::new(room, &nodes))).collect();
        Self { rules, room_of: BTreeMap::new(), rooms, nodes, strangers: (0, 0), passes_on: Vec::new() }
    }

    /// These two never reach each other.
    pub(crate) fn are_strangers(&mut self, one: usize, other: usize) {
        self.strangers = (one, other);
    }

    /// The nodes go by these times from now on. They pass on nothing that is older than what is kept.
    pub(crate) fn go_by(&mut self, times: Vec<Timestamp>) {
        let kept = i64::try_from(KEPT.as_millis()).unwrap();
        let kept_from = |time: Timestamp| Timestamp::from_millis(time.as_millis().saturating_sub(kept));
        self.passes_on = times.into_iter().map(kept_from).collect();
    }

    /// The rules of the lobby, which know what is the same in all rooms.
    pub(crate) fn lobby(&self) -> &Rules {
        &self.rules[&RoomId::LOBBY]
    }

    /// The same, to tell them something.
    pub(crate) fn lobby_mut(&mut self) -> &mut Rules {
        self.rules.get_mut(&RoomId::LOBBY).unwrap()
    }

    /// All rooms of honest nodes.
    pub(crate) fn ids(&self) -> Vec<RoomId> {
        self.rules.keys().copied().collect()
    }

    /// The rules of all rooms, to tell each of them something.
    pub(crate) fn each(&mut self) -> impl Iterator<Item = &mut Rules> {
        self.rules.values_mut()
    }

    /// The rules of the open rooms.
    pub(crate) fn each_open(&mut self) -> impl Iterator<Item = &mut Rules> {
        let open = rooms::open().map(|room| room.public_id().unwrap());
        self.rules.iter_mut().filter(move |(room, _)| open.contains(room)).map(|(_, rules)| rules)
    }

    /// The rules of one room; none for an honest node and a hostile one.
    pub(crate) fn of(&mut self, node: usize, room: &Room) -> Option<&mut Rules> {
        let id = self.rooms.id(self.nodes[node], room);
        self.rules.get_mut(&id)
    }

    /// The rules of the room in which this was said.
    pub(crate) fn of_message(&mut self, id: &MessageId) -> Option<&mut Rules> {
        self.rules.get_mut(self.room_of.get(id)?)
    }

    /// Whether this was said in the lobby.
    pub(crate) fn is_of_lobby(&self, id: &MessageId) -> bool {
        self.room_of.get(id) == Some(&RoomId::LOBBY)
    }

    /// A node showed a message as new; `unkept` if it may not be on its disk.
    pub(crate) fn shown(&mut self, node: usize, message: &Message, unkept: bool, now: Duration) -> Result<(), String> {
        let id = self.rooms.id(self.nodes[node], &message.room);
        self.room_of.insert(message.id, id);
        let Some(rules) = self.rules.get_mut(&id) else { return Ok(()) };
        if id != RoomId::LOBBY && !rules.is_in(node) {
            return Err(format!("node {node} shows {} in {}, where its user is not", message.text, message.room));
        }
        rules.shown(node, message, unkept, now)
    }

    /// A node has written an event.
    pub(crate) fn written(&mut self, node: usize, entry: &LogEntry, now: Duration) -> Result<(), String> {
        let (log, seq) = (entry.event.log, entry.event.seq);
        if log.room == RoomId::LOBBY {
            return Ok(());
        }
        self.rooms.may_hold(self.nodes[node], &log)?;
        self.rooms.private.written(node, entry, now);
        if !self.lobby().is_honest(&log.author) {
            return Ok(());
        }
        // These are the bytes that other nodes are sent.
        let is_clear = found(&entry.signed.content, SECRET.as_bytes()).next().is_some();
        if is_clear {
            return Err(format!("what is said to few people is sealed: {log:?} has {seq} in clear"));
        }
        let id = entry.event.id.into();
        let line = Line { log, seq, id, first: entry.again().map_or(id, MessageId::from) };
        self.rules.get_mut(&log.room).map_or(Ok(()), |rules| rules.written(node, &line))
    }

    /// Takes in what a node has on disk, before it starts or after it has ended.
    pub(crate) fn on_disk(&mut self, node: usize, held: &BTreeMap<RoomId, Held>) -> Result<(), String> {
        let nothing = Held::default();
        for (room, rules) in &mut self.rules {
            let held = held.get(room).unwrap_or(&nothing);
            self.room_of.extend(held.lines.iter().map(|line| (line.id, *room)));
            rules.on_disk(node, held)?;
        }
        let lobby = &self.rules[&RoomId::LOBBY];
        self.rooms.private.on_disk(node, held, |author| lobby.is_honest(author) && !lobby.is_copied(author))
    }

    /// A node removes everything after this number from its own log: it was said again.
    pub(crate) fn taken_out(&mut self, node: usize, log: LogId, after: u64) -> Result<(), String> {
        self.rooms.private.taken_out(node, log, after);
        self.rules.get_mut(&log.room).map_or(Ok(()), |rules| rules.taken_out(node, log, after))
    }

    /// Checks what a node has on disk of strangers at the end.
    pub(crate) fn strangers(&self, node: usize, snapshot: &Snapshot) -> Result<(), String> {
        let held = snapshot.logs.iter().filter(|log| log.head >= log.base).map(|LogState { id, .. }| id);
        held.into_iter().try_for_each(|log| self.rooms.may_hold(self.nodes[node], log))?;
        self.lobby().strangers(node, snapshot, |author| self.rooms.private.was_in_any(author))
    }

    /// A node that lacks a message, and that message.
    pub(crate) fn missing(&self) -> Option<(usize, MessageId)> {
        let (one, other) = self.strangers;
        let missing = |rules: &Rules, group: &Vec<usize>| {
            // Those two depend on the others, who may all take what they have said for too old.
            let between = || group.iter().filter(|node| **node != one && **node != other);
            rules.missing(group, |node, author, newest| {
                let of = if node == one { other } else { one };
                let passes = |node: &usize| self.passes_on.get(*node).is_none_or(|from| newest >= *from);
                (node == one || node == other) && *author == self.nodes[of] && !between().any(passes)
            })
        };
        self.rules.iter().find_map(|(room, rules)| self.groups(room).iter().find_map(|group| missing(rules, group)))
    }

    /// Whether all nodes have everything that they must have.
    pub(crate) fn all_have_all(&self) -> bool {
        self.missing().is_none()
    }

    /// Those who are in a room now, apart if they cannot reach each other.
    fn groups(&self, room: &RoomId) -> Vec<Vec<usize>> {
        let members = self.members(room);
        let (one, other) = self.strangers;
        let apart = [vec![one], vec![other]];
        if members.len() == 2 && apart.iter().flatten().all(|node| members.contains(node)) {
            return apart.to_vec();
        }
        vec![members]
    }

    /// The honest nodes that are in a room now.
    fn members(&self, room: &RoomId) -> Vec<usize> {
        let (pair, rules) = (self.rooms.pair(room), &self.rules[room]);
        let is_in = |node: &usize| match pair {
            Some(pair) => pair.contains(&self.nodes[*node]),
            None => *room == RoomId::LOBBY || rules.is_in(*node),
        };
        (0..self.nodes.len()).filter(is_in).collect()
    }

    /// Checks that everybody sees the room with each person who has said something to them alone. Nobody leaves such a room.
    pub(crate) fn all_shown(&self) -> Result<(), String> {
        for (room, rules) in &self.rules {
            let pair = self.rooms.pair(room).into_iter().flatten();
            let hides = |node: &usize| rules.hides(*node, &self.nodes[*node]);
            if let Some(node) = pair.filter_map(|one| self.nodes.iter().position(|node| *node == one)).find(hides) {
                return Err(format!(
                    "a room of two is shown once something was said: node {node} does not see {room:?}"
                ));
            }
        }
        Ok(())
    }

    /// Checks that a node in an open room lists those who are there and can be reached, and nobody else who is honest.
    pub(crate) fn lists_members(&self, node: usize, listed: &BTreeMap<Room, BTreeSet<NodeId>>) -> bool {
        let nobody = BTreeSet::new();
        rooms::open().iter().all(|room| {
            let members = self.members(&room.public_id().unwrap());
            let (one, other) = self.strangers;
            let reaches = |to: &usize| *to != node && ![(one, other), (other, one)].contains(&(node, *to));
            let there: BTreeSet<NodeId> = members.iter().filter(|to| reaches(to)).map(|to| self.nodes[*to]).collect();
            let listed = listed.get(room).unwrap_or(&nobody).iter();
            let listed: BTreeSet<NodeId> = listed.filter(|node| self.lobby().is_honest(node)).copied().collect();
            !members.contains(&node) || there == listed
        })
    }

    /// Checks the private rooms at the end, when all hosts have been read.
    pub(crate) fn private_rooms(&self) -> Result<(), String> {
        let is_passed_on = |dated: Timestamp| self.passes_on.iter().all(|from| dated >= *from);
        let is_copied = |node: &NodeId| self.lobby().is_copied(node);
        self.rooms.private.end(&Circumstances {
            apart: self.strangers,
            is_copied: &is_copied,
            is_passed_on: &is_passed_on,
        })
    }

    /// How many messages there are.
    pub(crate) fn messages(&self) -> usize {
        self.rules.values().map(Rules::messages).sum()
    }
}

/// Where in `bytes` this part is.
pub(crate) fn found(bytes: &[u8], part: &[u8]) -> impl Iterator<Item = usize> {
    bytes.windows(part.len()).enumerate().filter(move |(_, window)| *window == part).map(|(at, _)| at)
}
