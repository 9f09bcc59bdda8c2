//! Private rooms of a run: who has ever been in one, what each host knows and holds of it, and what must hold meanwhile.
//! `story` has what its members do, and `end` what must hold at the end.

mod end;
mod story;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proximity_chat::{
    core::log::storage::{Clear, LogEntry},
    domain::{
        bus::{KeptPrivate, LeftBecause, MemberChange, Update},
        model::{EventId, LogId, NodeId, Room, RoomId},
    },
    protocol::{
        codec::event::{Dep, Event, Signed},
        identity::Identity,
        membership::{Decision, SignedDecision},
        sealing::{
            self, Generation, GenerationId, GrantKey, PairSecret, SealingKey, Slot, grant_context, previous_context,
        },
    },
};

pub(crate) use self::end::Circumstances;
pub(crate) use self::story::{Story, expelled, happens};
use crate::disk::Held;

/// By then, a host has written what it knows to its profile. If it crashes earlier, it may have forgotten that.
const KEPT_AFTER: Duration = Duration::from_millis(1_500);

/// By then, a host knows that its disk has taken what was written to it.
const COMMITTED_AFTER: Duration = Duration::from_millis(200);

/// By then, what was on its way to somebody who was removed has come.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct PrivateRooms {
    /// Who has ever been a member or invited.
    people: BTreeMap<RoomId, BTreeSet<NodeId>>,
    /// The room keys, as far as any host has kept them.
    generations: BTreeMap<GenerationId, Generation>,
    /// An early decision about each room.
    early: BTreeMap<RoomId, SignedDecision>,
    hosts: Vec<OfHost>,
    promises: Vec<Promise>,
    /// Rooms about which somebody may have forgotten what they had decided. Nothing is promised there.
    forgetful: BTreeSet<RoomId>,
    /// Who was removed at least once.
    removed: BTreeSet<(RoomId, NodeId)>,
}

/// What a host knows and has.
#[derive(Debug)]
struct OfHost {
    node: NodeId,
    /// The rooms that it shows.
    shows: BTreeSet<RoomId>,
    /// What is on its disk, and since when.
    written: BTreeMap<(LogId, u64), (EventId, Duration)>,
    /// Since when it knows that somebody is no member any more.
    gone: BTreeMap<(RoomId, NodeId), Duration>,
    /// When it last learned or decided something about a room.
    changed: BTreeMap<RoomId, Duration>,
    /// What it keeps in its profile, and holds of each room, as far as that was read.
    kept: KeptPrivate,
    held: BTreeMap<RoomId, Held>,
}

/// A line that must not be lost: the owner of the room held it when it removed the author, or the author held it on leaving.
#[derive(Debug)]
struct Promise {
    /// The host that decided what counts.
    by: usize,
    log: LogId,
    seq: u64,
    id: EventId,
    removed: bool,
}

impl PrivateRooms {
    /// These are the hosts.
    pub(crate) fn new(nodes: &[NodeId]) -> Self {
        let host = |node: &NodeId| OfHost {
            node: *node,
            shows: BTreeSet::new(),
            written: BTreeMap::new(),
            gone: BTreeMap::new(),
            changed: BTreeMap::new(),
            kept: KeptPrivate::default(),
            held: BTreeMap::new(),
        };
        Self {
            people: BTreeMap::new(),
            generations: BTreeMap::new(),
            early: BTreeMap::new(),
            hosts: nodes.iter().map(host).collect(),
            promises: Vec::new(),
            forgetful: BTreeSet::new(),
            removed: BTreeSet::new(),
        }
    }

    /// All of them.
    pub(crate) fn ids(&self) -> Vec<RoomId> {
        self.people.keys().copied().collect()
    }

    /// Whether this is a private room.
    pub(crate) fn has(&self, room: &RoomId) -> bool {
        self.people.contains_key(room)
    }

    /// Whether somebody has ever been in a private room, or invited to one.
    pub(crate) fn was_in_any(&self, node: &NodeId) -> bool {
        self.people.values().any(|people| people.contains(node))
    }

    /// An early decision about a room.
    pub(crate) fn early(&self, room: &RoomId) -> Option<&SignedDecision> {
        self.early.get(room)
    }

    /// Checks that a node may have an event of this log.
    pub(crate) fn may_hold(&self, node: NodeId, log: &LogId) -> Result<(), String> {
        let Some(people) = self.people.get(&log.room) else { return Ok(()) };
        match [log.author, node].iter().find(|one| !people.contains(one)) {
            Some(one) => Err(format!("only members have it: {node:?} holds {log:?}, and {one:?} was never one")),
            None => Ok(()),
        }
    }

    /// Whether a host may tell a key of a room: it was a member once, and the host does not know yet that it is none now.
    pub(crate) fn may_tell(&self, host: usize, key: &NodeId, room: &RoomId, now: Duration) -> bool {
        let since = self.hosts.get(host).and_then(|host| host.gone.get(&(*room, *key)));
        self.was_in(room, key) && since.is_none_or(|since| now <= *since + ON_ITS_WAY)
    }

    /// Whether somebody has ever been a member or invited.
    pub(crate) fn was_in(&self, room: &RoomId, node: &NodeId) -> bool {
        self.people.get(room).is_some_and(|people| people.contains(node))
    }

    /// Whether a host knows that somebody is no member any more.
    pub(crate) fn knows_gone(&self, host: usize, room: &RoomId, node: &NodeId) -> bool {
        self.hosts[host].gone.contains_key(&(*room, *node))
    }

    /// Whether any host knows that somebody was removed.
    pub(crate) fn is_removed(&self, room: &RoomId, node: &NodeId) -> bool {
        self.removed.contains(&(*room, *node))
    }

    /// What an event says and what it follows, if its key is known.
    pub(crate) fn opened(&self, event: &Event, signed: &Signed) -> Option<Result<(Clear, Vec<Dep>), String>> {
        let generation = self.generations.get(&sealing::generation_of(&signed.content)?)?;
        let slot = Slot { log: event.log, seq: event.seq, prev: event.prev };
        let opened = sealing::open(generation, &slot, &signed.content);
        let opened = opened.map(|opened| (Clear { kind: opened.kind, payload: opened.payload }, opened.deps));
        Some(opened.map_err(|error| format!("what is said in a private room is sealed for its members: {error}")))
    }

    /// Takes in what a host keeps of private rooms.
    pub(crate) fn kept(&mut self, host: usize, identity: &Identity, kept: KeptPrivate) -> Result<(), String> {
        for room in &kept.rooms {
            let (signed, decision) = read(&room.decision)?;
            self.generations.extend(keys(identity, &decision).into_iter().map(|one| (one.id(), one)));
            self.early.entry(decision.room.id).or_insert(signed);
        }
        self.hosts[host].kept = kept;
        Ok(())
    }

    /// A host has written an event.
    pub(crate) fn written(&mut self, host: usize, entry: &LogEntry, now: Duration) {
        let (log, seq) = (entry.event.log, entry.event.seq);
        if self.has(&log.room) {
            self.hosts[host].written.insert((log, seq), (entry.event.id, now));
        }
    }

    /// A host has taken out everything after this number of a log.
    pub(crate) fn taken_out(&mut self, host: usize, log: LogId, after: u64) {
        self.hosts[host].written.retain(|(other, seq), _| *other != log || *seq <= after);
    }

    /// Takes in what a host has on disk, before it starts or after it has ended.
    pub(crate) fn on_disk(
        &mut self,
        host: usize,
        held: &BTreeMap<RoomId, Held>,
        is_honest: impl Fn(&NodeId) -> bool,
    ) -> Result<(), String> {
        let held = held.iter().filter(|(room, _)| self.people.contains_key(room));
        let held: BTreeMap<RoomId, Held> = held.map(|(room, held)| (*room, held.clone())).collect();
        let on_disk: BTreeMap<_, _> = held
            .values()
            .flat_map(|held| &held.events)
            .map(|(log, seq, id)| ((*log, *seq), (*id, Duration::ZERO)))
            .collect();
        let of_host = &mut self.hosts[host];
        let mut lost = of_host.written.iter().filter(|((log, _), _)| is_honest(&log.author));
        if let Some((lost, _)) = lost.find(|(at, (id, _))| on_disk.get(at).is_none_or(|(held, _)| held != id)) {
            return Err(format!("nothing lost: node {host} has written {lost:?}, and it is not on its disk"));
        }
        (of_host.written, of_host.held) = (on_disk, held);
        Ok(())
    }

    /// A host's disk and profile are put back to an earlier copy.
    pub(crate) fn goes_back(&mut self, host: usize) {
        let of_host = &mut self.hosts[host];
        of_host.written.clear();
        of_host.gone.clear();
    }

    /// A host is gone without a word. What it learned last is not in its profile.
    pub(crate) fn crashes(&mut self, host: usize, now: Duration) {
        let of_host = &mut self.hosts[host];
        of_host.shows.clear();
        let is_forgotten = |at: &Duration| now < *at + KEPT_AFTER;
        self.forgetful.extend(of_host.changed.iter().filter(|(_, at)| is_forgotten(at)).map(|(room, _)| *room));
        of_host.gone.retain(|_, at| !is_forgotten(at));
    }

    /// A host has told its user something.
    pub(crate) fn saw(&mut self, host: usize, update: &Update, now: Duration) -> Result<(), String> {
        match update {
            Update::RoomJoined { room: Room::Private(room), .. } => {
                let node = self.hosts[host].node;
                self.people.entry(room.id).or_default().insert(node);
                self.hosts[host].shows.insert(room.id);
                self.hosts[host].changed.insert(room.id, now);
            }
            Update::RoomLeft { room: Room::Private(room), because } => {
                self.hosts[host].shows.remove(&room.id);
                self.hosts[host].changed.insert(room.id, now);
                if *because == LeftBecause::Asked {
                    self.promise(host, &room.id, &[self.hosts[host].node], false, now);
                }
            }
            Update::MembersChanged(change) => self.changed(host, change, now),
            Update::Message(message) => {
                if let Room::Private(room) = &message.room
                    && !self.hosts[host].shows.contains(&room.id)
                {
                    return Err(format!("node {host} shows {} in a private room that it has left", message.text));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn changed(&mut self, host: usize, change: &MemberChange, now: Duration) {
        let MemberChange { room, owner, invited, removed, left } = change;
        let id = room.id;
        self.people.entry(id).or_default().extend(invited);
        let of_host = &mut self.hosts[host];
        of_host.changed.insert(id, now);
        for node in invited {
            of_host.gone.remove(&(id, *node));
        }
        for node in removed.iter().chain(left) {
            of_host.gone.insert((id, *node), now);
        }
        self.removed.extend(removed.iter().map(|node| (id, *node)));
        if *owner == of_host.node {
            self.promise(host, &id, removed, true, now);
        }
    }

    /// What this host holds of these authors counts for ever.
    fn promise(&mut self, by: usize, room: &RoomId, authors: &[NodeId], removed: bool, now: Duration) {
        let counts = |log: &LogId, at: &Duration| {
            log.room == *room && authors.contains(&log.author) && now >= *at + COMMITTED_AFTER
        };
        let held = self.hosts[by].written.iter().filter(|((log, _), (_, at))| counts(log, at));
        self.promises.extend(held.map(|((log, seq), (id, _))| Promise { by, log: *log, seq: *seq, id: *id, removed }));
    }
}

/// Reads a decision that a host has kept.
fn read(bytes: &[u8]) -> Result<(SignedDecision, Decision), String> {
    let signed = SignedDecision::decode(bytes).map_err(|error| error.to_string())?;
    let decision = signed.open().map_err(|error| error.to_string())?;
    Ok((signed, decision))
}

/// The room keys that a decision gives somebody, the newest first.
pub(crate) fn keys(me: &Identity, decision: &Decision) -> Vec<Generation> {
    let (room, node, owner) = (decision.room.id, me.node(), decision.owner);
    let (Some(newest), Some(entry)) = (decision.newest(), decision.members.get(&node)) else { return Vec::new() };
    let context = grant_context(&room, &owner, &node, &newest.id);
    let opened = if node == owner {
        GrantKey::own(me).open_key(&entry.grant, &context)
    } else {
        let pair = PairSecret::new(&SealingKey::of(me), &decision.members[&owner].card).unwrap();
        pair.grant_key().open_key(&entry.grant, &context)
    };
    let mut keys: Vec<Generation> = opened.ok().map(|key| Generation::new(&room, key)).into_iter().collect();
    for newer in decision.generations.iter().rev() {
        let Some(key) = keys.last().map(Generation::key) else { break };
        let previous =
            newer.previous.and_then(|sealed| key.open_key(&sealed, &previous_context(&room, &newer.id)).ok());
        match previous {
            Some(key) => keys.push(Generation::new(&room, key)),
            None => break,
        }
    }
    keys
}
