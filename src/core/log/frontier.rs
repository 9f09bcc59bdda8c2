//! The newest events of a room. Our next event names them as its causes.

use std::collections::BTreeMap;

use crate::{
    domain::model::{Hlc, LogId, NodeId, RoomId},
    protocol::codec::event::{Dep, Event, MAX_DEPS},
};

/// Events that no other event names as a cause, at most one of each log.
#[derive(Debug, Default)]
pub(super) struct Frontier(BTreeMap<LogId, (u64, Hlc)>);

impl Frontier {
    /// Starts with the newest events that the store holds. Their clocks are unknown and count as the oldest.
    pub(super) fn new(deps: Vec<Dep>) -> Self {
        Self(deps.into_iter().map(|dep| (dep.log, (dep.seq, Hlc(0)))).collect())
    }

    /// Adds newest events that the store holds.
    pub(super) fn add(&mut self, deps: impl Iterator<Item = Dep>) {
        for dep in deps {
            self.0.entry(dep.log).or_insert((dep.seq, Hlc(0)));
        }
    }

    /// An event was accepted. From now on it implies its causes.
    pub(super) fn advance(&mut self, event: &Event) {
        for dep in &event.deps {
            if self.0.get(&dep.log).is_some_and(|(seq, _)| *seq <= dep.seq) {
                self.0.remove(&dep.log);
            }
        }
        self.0.insert(event.log, (event.seq, event.hlc));
    }

    /// What is dated after the `latest` reading of its room is no cause any more: it stands elsewhere now.
    pub(super) fn forget_after(&mut self, latest: impl Fn(&RoomId) -> Hlc) {
        self.0.retain(|log, (_, hlc)| *hlc <= latest(&log.room));
    }

    /// A log is not held any more.
    pub(super) fn forget(&mut self, log: &LogId) {
        self.0.remove(log);
    }

    /// The causes of a new event in `log`: the newest events of authors that may be named, as many as an event may
    /// name.
    pub(super) fn deps(&self, log: &LogId, may_name: &dyn Fn(&NodeId) -> bool) -> Vec<Dep> {
        let others = self.0.iter().filter(|(other, _)| other.room == log.room && *other != log);
        let others = others.filter(|(other, _)| may_name(&other.author));
        let mut deps: Vec<_> = others.map(|(log, (seq, hlc))| (*hlc, Dep { log: *log, seq: *seq })).collect();
        deps.sort_unstable_by(|one, other| other.cmp(one));
        deps.truncate(MAX_DEPS);
        deps.into_iter().map(|(_, dep)| dep).collect()
    }
}
