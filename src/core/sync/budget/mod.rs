//! What strangers may cost the log: which of their logs are held, how many bytes of them, and how fast they come.
//!
//! The numbers are in [`crate::core::budgets`]. `table` decides which logs have a place, `shares` who loses lines when there
//! are too many bytes, `pace` how fast they may come, `refusals` keeps what was refused. A log is charged to its author's
//! host while the author is linked, else to the link that brought it.

mod fair_share;
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
    domain::model::{Class, Host, LogId, NodeId, Timestamp},
    protocol::codec::mesh::RefusalReason,
};

/// Who is charged for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Charge {
    payer: Payer,
    /// Whether it is for what somebody else wrote: passing that on must not silence whoever does.
    for_others: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Payer {
    /// A host of the network.
    Host(Host),
    /// A key on this machine, or one of which the host is not known.
    Key(NodeId),
}

impl Charge {
    /// An author whose host is not known.
    fn author(key: NodeId) -> Self {
        Self { payer: Payer::Key(key), for_others: false }
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

    /// What an author has earned. Whether it is linked is for the links to say, whose news may be newer.
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

    /// Who is charged for an author's log that the node `brings`.
    fn charge(&self, author: &NodeId, brings: &NodeId) -> Charge {
        let is_linked = self.links.is_linked(author);
        let node = if is_linked { author } else { brings };
        let payer = match self.people.host(node) {
            Some(host) if !host.is_loopback() => Payer::Host(host),
            _ => Payer::Key(*node),
        };
        Charge { payer, for_others: !is_linked }
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// Who is charged for the logs of strangers.
    charges: BTreeMap<LogId, Charge>,
    pace: Pace,
    refusals: Refusals,
    shares: Shares,
    /// Whether the disk has too little room for what strangers say.
    disk_full: bool,
    /// Whether the store is making room.
    pub(super) shrinking: bool,
}

impl Budget {
    /// So much room is on the disk.
    pub(super) fn disk_is(&mut self, space: Space) {
        self.disk_full = space.is_scarce(self.disk_full);
    }

    /// Whether an event of this log may be taken from the node that `brings` it, as far as pace and disk go.
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
        if self.disk_full {
            return Err(RefusalReason::DiskFull);
        }
        let charge = around.charge(&log.author, brings);
        if self.pace.allows(&charge, bytes, now) { Ok(()) } else { Err(RefusalReason::TooFast) }
    }

    /// An event was taken that the node `brings` had sent. Whether somebody has more than their share now.
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

    /// An event was refused. Whether its sender is to be told.
    pub(super) fn refused(&mut self, log: LogId, seq: u64, reason: RefusalReason, now: Instant) -> bool {
        self.refusals.add(log, seq, reason, now)
    }

    /// Whether nothing of a log is asked for now.
    pub(super) fn bars(&self, log: &LogId, now: Instant) -> bool {
        self.refusals.bars(log, now)
    }

    /// Lines that were refused and did not come since.
    pub(super) fn refused_lines(&self) -> u64 {
        self.refusals.lines()
    }

    /// Logs that are not refused any more at `now`.
    pub(super) fn take_over(&mut self, now: Instant) -> Vec<LogId> {
        self.refusals.take_over(now)
    }

    /// When a log is not refused any more.
    pub(super) fn next(&self) -> Option<Instant> {
        self.refusals.next()
    }
}
