//! What the store was asked and has not answered.

use std::collections::BTreeMap;

use super::event::Output;
use crate::{
    core::log::storage::Request,
    domain::model::{LinkId, LogId, Room, RoomId, Seek},
    protocol::codec::event::Signed,
};

/// With this many open requests, no link may cause another lookup, so that more important requests still find room.
const MAX_LOOKUPS: usize = 512;

/// Bytes of events that may wait to be compared.
const MAX_COMPARING: usize = 4 * 1024 * 1024;

/// Questions of the front end that may be open. A front end that asks more is faulty.
const MAX_QUERIES: usize = 64;

/// What a request was for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To put what was accepted on disk.
    Commit,
    /// To send a link events of these logs, from these numbers on.
    Backfill(LinkId, Vec<(LogId, u64)>),
    /// To follow who gets the lines of this log of ours.
    Follow(LogId),
    /// To see whether this link's newest event of this log is ours.
    Claim(LinkId, LogId),
    /// To say lines of our user again.
    SayAgain,
    /// To compare our event with this one of a link.
    Compare(LinkId, Box<Signed>),
    /// To show a link our event in the place of its own.
    Dispute(LinkId),
    /// To show a page of a room.
    Page(Room, Seek),
    /// To show what was found.
    Search(Option<Room>, String),
    /// To know the topic of a room.
    Topic(RoomId),
    /// To erase a room.
    Erase(Room),
    /// To forget old lines.
    Retain,
    /// To remove strangers' lines beyond their share.
    Shrink,
    /// To remove all lines of these logs, which were given up.
    Remove(Vec<LogId>),
    /// To move lines that stand too far ahead.
    Settle,
    /// To know what is on disk after a failure.
    Reload,
    /// To take in what was kept under another name of this network, or a log that belongs to it.
    Join,
    /// To know whether the disk takes anything again.
    Probe,
}

impl Purpose {
    /// Bytes of events that it keeps in memory.
    fn bytes(&self) -> usize {
        if let Self::Compare(_, theirs) = self { theirs.bytes() } else { 0 }
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Requests {
    next_ticket: u64,
    /// Bytes of events that wait to be compared.
    comparing: usize,
    open: BTreeMap<u64, Purpose>,
}

impl Requests {
    /// Asks the store for something.
    pub(super) fn ask(&mut self, purpose: Purpose, request: Request, out: &mut Vec<Output>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.comparing += purpose.bytes();
        self.open.insert(ticket, purpose);
        out.push(Output::Store { ticket, request });
    }

    /// What an answer is for; none if nothing was asked.
    pub(super) fn answered(&mut self, ticket: u64) -> Option<Purpose> {
        let purpose = self.open.remove(&ticket)?;
        self.comparing -= purpose.bytes();
        Some(purpose)
    }

    /// Whether a link may cause one more read.
    pub(super) fn has_room_for_lookup(&self) -> bool {
        self.open.len() < MAX_LOOKUPS && self.comparing < MAX_COMPARING
    }

    /// Whether the front end may ask one more question.
    pub(super) fn has_room_for_query(&self) -> bool {
        let is_query =
            |purpose: &&Purpose| matches!(purpose, Purpose::Page(..) | Purpose::Search(..) | Purpose::Erase(_));
        self.open.values().filter(is_query).count() < MAX_QUERIES
    }
}
