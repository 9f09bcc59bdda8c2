//! What strangers may cost the log: how many of their logs are held, how many bytes, and how fast lines may come.
//!
//! The numbers are in [`crate::core::budgets`]. `table` decides which logs have a place. `shares` decides which logs
//! lose lines when there are too many bytes. `pace` limits how fast lines come. `refusals` remembers what was refused.
//! A log is charged to its author's host while the author is linked, otherwise to the link that brought it.

mod pace;
mod refusals;
mod shares;
mod table;

use std::{collections::BTreeMap, time::Instant};

use self::{pace::Pace, refusals::Refusals, shares::Shares};
pub(super) use self::{refusals::hold_off, table::Admission};
use super::{
    event::{Context, People},
    link::Links,
};
use crate::{
    core::{budgets::Space, log::Logs},
    domain::model::{Class, LogId, Machine, NodeId, Timestamp},
    protocol::codec::mesh::RefusalReason,
};

/// What a log counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Charge {
    machine: Machine,
    /// Whether another node wrote it. Such events are charged separately, so that a node that passes lines on is not
    /// silenced by them.
    for_others: bool,
}

impl Charge {
    /// The charge for an author with an unknown host.
    fn author(key: NodeId) -> Self {
        Self { machine: Machine::Key(key), for_others: false }
    }
}

/// What a decision depends on.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    logs: &'a Logs,
    links: &'a Links,
    people: &'a dyn People,
    me: NodeId,
    wall: Timestamp,
}

impl<'a> Surroundings<'a> {
    /// What the machine knows now.
    pub(super) fn new(logs: &'a Logs, links: &'a Links, me: NodeId, cx: &Context<'a>) -> Self {
        Self { logs, links, people: cx.people, me, wall: cx.now.wall }
    }

    /// The class of an author. The links say whether it is present: they may know it earlier than the router.
    fn class(&self, author: &NodeId) -> Class {
        match self.people.class(author, self.wall) {
            Class::AbsentStranger | Class::PresentStranger if self.links.is_linked(author) => Class::PresentStranger,
            Class::PresentStranger => Class::AbsentStranger,
            class => class,
        }
    }

    fn is_stranger(&self, author: &NodeId) -> bool {
        *author != self.me && self.class(author).is_stranger()
    }

    /// The charge for an author's log that the node `brings` sends.
    fn charge(&self, author: &NodeId, brings: &NodeId) -> Charge {
        let is_linked = self.links.is_linked(author);
        let node = if is_linked { author } else { brings };
        let machine = Machine::new(*node, self.people.host(node));
        Charge { machine, for_others: !is_linked }
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// The charge of each stranger's log.
    charges: BTreeMap<LogId, Charge>,
    pace: Pace,
    refusals: Refusals,
    shares: Shares,
    /// Whether the disk has too little room for strangers' lines.
    disk_full: bool,
    /// Whether the store is making room.
    pub(super) shrinking: bool,
}

impl Budget {
    /// Notes how much room the disk has.
    pub(super) fn disk_is(&mut self, space: Space) {
        self.disk_full = space.is_scarce(self.disk_full);
    }

    /// Whether the disk has too little room for strangers' lines.
    pub(super) fn is_disk_full(&self) -> bool {
        self.disk_full
    }

    /// Whether pace and disk allow an event of this log, which the node `brings` sends.
    pub(super) fn allows(
        &mut self,
        log: &LogId,
        bytes: u32,
        brings: &NodeId,
        around: Surroundings<'_>,
        now: Instant,
    ) -> Result<(), RefusalReason> {
        if !around.is_stranger(&log.author) {
            return Ok(());
        }
        let charge = around.charge(&log.author, brings);
        if !self.pace.allows(&charge, bytes, now) {
            return Err(RefusalReason::TooFast);
        }
        if self.disk_full { Err(RefusalReason::DiskFull) } else { Ok(()) }
    }

    /// Takes in an event that the node `brings` sent. Returns whether its charge exceeds its share now.
    pub(super) fn took(
        &mut self,
        log: &LogId,
        seq: u64,
        bytes: u32,
        brings: &NodeId,
        around: Surroundings<'_>,
        now: Instant,
    ) -> bool {
        self.refusals.taken(log, seq);
        if !around.is_stranger(&log.author) {
            return false;
        }
        let charge = around.charge(&log.author, brings);
        self.pace.took(charge, bytes, now);
        let charge = *self.charges.entry(*log).or_insert(charge);
        self.shares.add(charge, bytes.into())
    }

    /// Notes that an event was refused. Returns whether this is news.
    pub(super) fn refused(&mut self, log: LogId, seq: u64, reason: RefusalReason, now: Instant) -> bool {
        self.refusals.add(log, seq, reason, now)
    }

    /// Whether nothing of a log is asked for now.
    pub(super) fn bars(&self, log: &LogId, now: Instant) -> bool {
        self.refusals.bars(log, now)
    }

    /// The number of lines that were refused and have not come since.
    pub(super) fn refused_lines(&self) -> u64 {
        self.refusals.lines()
    }

    /// Takes out the logs that are no longer refused at `now`.
    pub(super) fn take_over(&mut self, now: Instant) -> Vec<LogId> {
        self.refusals.take_over(now)
    }

    /// When the next refusal ends.
    pub(super) fn next(&self) -> Option<Instant> {
        self.refusals.next()
    }
}
