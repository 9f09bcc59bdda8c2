//! What must hold in private rooms at the end: all members have the newest decision, and the same lines in one order. These
//! are the lines that count by that decision, no others; and what was promised is among them.

use std::collections::{BTreeMap, BTreeSet};

use proximity_chat::{
    domain::{
        bus::KeptStanding,
        model::{EventId, LogId, MessageId, NodeId, RoomId, Timestamp},
    },
    protocol::membership::{Decision, Digest},
};

use super::{PrivateRooms, Promise, read};
use crate::disk::Placed;

/// What else is known of the run.
pub(crate) struct Circumstances<'a> {
    /// Two hosts that never reach each other.
    pub(crate) apart: (usize, usize),
    /// Whether somebody went back to an earlier copy of their profile.
    pub(crate) is_copied: &'a dyn Fn(&NodeId) -> bool,
    /// Whether everybody passes on what is dated like this.
    pub(crate) is_passed_on: &'a dyn Fn(Timestamp) -> bool,
}

/// Hosts that are in a room, and the decision that each of them knows.
type Joined = BTreeMap<usize, (Decision, Digest)>;

impl PrivateRooms {
    /// Checks all rooms. All hosts have been read.
    pub(crate) fn end(&self, run: &Circumstances<'_>) -> Result<(), String> {
        self.people.keys().try_for_each(|room| self.ends(room, run))
    }

    /// How many rooms there are, hosts in them, events that these hold, and promised ones.
    pub(crate) fn summary(&self) -> String {
        let rooms: Vec<RoomId> = self.ids();
        let joined: Vec<usize> = rooms.iter().map(|room| self.joined(room).map_or(0, |joined| joined.len())).collect();
        let held = |room: &RoomId| (0..self.hosts.len()).map(|host| self.events(host, room).count()).max().unwrap_or(0);
        let events: usize = rooms.iter().map(held).sum();
        format!("{}/{}/{events}/{}", rooms.len(), joined.iter().sum::<usize>(), self.promises.len())
    }

    fn ends(&self, room: &RoomId, run: &Circumstances<'_>) -> Result<(), String> {
        let joined = self.joined(room)?;
        let (one, other) = run.apart;
        if joined.len() == 2 && joined.contains_key(&one) && joined.contains_key(&other) {
            return Ok(());
        }
        let Some((newest, digest)) = joined.values().max_by_key(|(decision, digest)| (decision.version, *digest))
        else {
            return Ok(());
        };
        let mut members = Vec::new();
        for (host, (decision, own)) in &joined {
            let node = self.hosts[*host].node;
            let departure = newest.departures.get(&node);
            match newest.members.contains_key(&node) {
                true if own != digest => {
                    let (version, known) = (newest.version, decision.version);
                    return Err(format!("members know the newest decision: {version}, and node {host} knows {known}"));
                }
                true => members.push(*host),
                // Nobody tells who has left by themselves. They know it, unless they went back to before.
                false if departure.is_some_and(|gone| gone.removal.is_none()) => {
                    if !(run.is_copied)(&node) && !self.forgetful.contains(room) {
                        return Err(format!("who has left is out: node {host} is still in {room:?}"));
                    }
                }
                false => return Err(format!("who was removed knows it: node {host} is still in {room:?}")),
            }
        }
        self.nothing_void(room, newest, &members)?;
        self.all_the_same(room, &members, run)?;
        self.one_order(room, &members)?;
        self.promised(room, newest, &members, run)
    }

    fn joined(&self, room: &RoomId) -> Result<Joined, String> {
        let mut joined = Joined::new();
        for (host, of_host) in self.hosts.iter().enumerate() {
            for kept in of_host.kept.rooms.iter().filter(|kept| kept.standing == KeptStanding::Joined) {
                let (signed, decision) = read(&kept.decision)?;
                if decision.room.id == *room {
                    joined.insert(host, (decision, signed.digest()));
                }
            }
        }
        Ok(joined)
    }

    fn events(&self, host: usize, room: &RoomId) -> impl Iterator<Item = (LogId, u64, EventId)> {
        self.hosts[host].held.get(room).into_iter().flat_map(|held| held.events.iter().copied())
    }

    /// Nobody holds a line that does not count.
    fn nothing_void(&self, room: &RoomId, newest: &Decision, members: &[usize]) -> Result<(), String> {
        for host in members {
            if let Some((log, seq, _)) = self.events(*host, room).find(|event| !counts(newest, event)) {
                return Err(format!("what is void is gone: node {host} holds {seq} of {log:?}"));
            }
        }
        Ok(())
    }

    /// All have the same. Authors with two histories have two of everything.
    fn all_the_same(&self, room: &RoomId, members: &[usize], run: &Circumstances<'_>) -> Result<(), String> {
        let lines = |host: usize| self.hosts[host].held.get(room).into_iter().flat_map(|held| &held.lines);
        let mut newest: BTreeMap<LogId, Timestamp> = BTreeMap::new();
        for held in members.iter().filter_map(|host| self.hosts[*host].held.get(room)) {
            for line in &held.lines {
                let dated = held.dated(&line.id);
                let newest = newest.entry(line.log).or_insert(dated);
                *newest = dated.max(*newest);
            }
        }
        let must_have = |log: &LogId| {
            !(run.is_copied)(&log.author) && newest.get(log).is_none_or(|dated| (run.is_passed_on)(*dated))
        };
        let all: BTreeSet<(LogId, u64, MessageId)> = members
            .iter()
            .flat_map(|host| lines(*host))
            .filter(|line| must_have(&line.log))
            .map(|line| (line.log, line.seq, line.id))
            .collect();
        for host in members {
            let held: BTreeSet<MessageId> = lines(*host).map(|line| line.id).collect();
            if let Some((log, seq, _)) = all.iter().find(|(.., id)| !held.contains(id)) {
                return Err(format!("members have the same: node {host} lacks {seq} of {log:?}"));
            }
        }
        Ok(())
    }

    /// One line stands at one place.
    fn one_order(&self, room: &RoomId, members: &[usize]) -> Result<(), String> {
        let seen = members.iter().filter_map(|host| Some((host, self.hosts[*host].held.get(room)?)));
        let mut positions = BTreeMap::new();
        let aside: BTreeSet<MessageId> = seen
            .clone()
            .flat_map(|(_, held)| held.seen.iter())
            .filter(|(_, placed)| *placed != Placed::ByClock)
            .map(|(position, _)| position.id)
            .collect();
        for (host, held) in seen {
            for (position, _) in held.seen.iter().filter(|(position, _)| !aside.contains(&position.id)) {
                let known = *positions.entry(position.id).or_insert(*position);
                if known != *position {
                    return Err(format!("the same order everywhere: node {host} has {position:?}, others {known:?}"));
                }
            }
        }
        Ok(())
    }

    /// What was promised is there.
    fn promised(
        &self,
        room: &RoomId,
        newest: &Decision,
        members: &[usize],
        run: &Circumstances<'_>,
    ) -> Result<(), String> {
        if self.forgetful.contains(room) {
            return Ok(());
        }
        for promise in self.promises.iter().filter(|promise| promise.log.room == *room) {
            let (author, by) = (promise.log.author, self.hosts[promise.by].node);
            // Who was removed has perhaps said more than counts, and then left.
            let was_cut = !promise.removed && self.removed.contains(&(*room, author));
            if was_cut || (run.is_copied)(&author) || (run.is_copied)(&by) {
                continue;
            }
            let event = (promise.log, promise.seq, promise.id);
            let is_first = |other: &&Promise| (other.log, other.seq) == (promise.log, promise.seq);
            if self.promises.iter().find(is_first).is_some_and(|first| first.removed == promise.removed)
                && !counts(newest, &event)
            {
                let what = format!("what the owner held counts: {} of {:?} is void", promise.seq, promise.log);
                return Err(what);
            }
            let has = |host: &usize| self.events(*host, room).any(|held| held == event);
            if let Some(host) = members.iter().find(|host| counts(newest, &event) && !has(host)) {
                let is_old = self.hosts.iter().filter_map(|of_host| of_host.held.get(room)).any(|held| {
                    held.lines.iter().any(|line| line.log == promise.log && !(run.is_passed_on)(held.dated(&line.id)))
                });
                if !is_old {
                    return Err(format!("nothing lost: node {host} lacks {} of {:?}", promise.seq, promise.log));
                }
            }
        }
        Ok(())
    }
}

/// Whether an event counts by a decision.
fn counts(decision: &Decision, (log, seq, id): &(LogId, u64, EventId)) -> bool {
    let mut cuts = decision.departures.get(&log.author).into_iter().flat_map(|gone| &gone.cuts);
    match cuts.find(|cut| cut.epoch == log.epoch) {
        Some(cut) => *seq < cut.seq || *seq == cut.seq && *id == cut.id,
        None => decision.members.contains_key(&log.author),
    }
}
