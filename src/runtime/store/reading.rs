//! Events for other nodes, merged from many logs without reading more of them than needed.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use rusqlite::{Connection, Error, Result, Row, params};

use super::{
    Database,
    columns::{array, epoch, hlc, number, unsigned},
    error,
};
use crate::{
    core::log::storage::{Read, StoredEvent},
    domain::model::{Hlc, LogId, NodeId, StoreTask},
    protocol::codec::event::Signed,
};

/// How many events of a log are looked up at once at most, when the first ones were not enough.
const MAX_AHEAD: usize = 64;

/// What decides which event is next. It is the same on all nodes, and puts a cause before its effects.
type Order = (Hlc, NodeId, u64, u64);

/// One of the logs to read.
struct Cursor {
    log: LogId,
    key: i64,
    /// The events that come next: clock, number, spot.
    ahead: VecDeque<(Hlc, u64, i64)>,
    /// The first number that was not looked up.
    next: i64,
    /// How many to look up.
    step: usize,
    ended: bool,
}

impl Cursor {
    fn peek(&mut self, connection: &Connection) -> Result<Option<Order>> {
        if self.ahead.is_empty() && !self.ended {
            self.look_up(connection)?;
        }
        Ok(self.ahead.front().map(|&(hlc, seq, _)| (hlc, self.log.author, self.log.epoch, seq)))
    }

    fn look_up(&mut self, connection: &Connection) -> Result<()> {
        let mut rows = connection.prepare_cached(
            "SELECT ifnull(dated, hlc), seq, spot FROM lines WHERE log = ? AND seq >= ? ORDER BY seq LIMIT ?",
        )?;
        let mut rows = rows.query(params![self.key, self.next, number(self.step as u64)])?;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(1)?;
            self.ahead.push_back((hlc(row, 0)?, unsigned(seq), row.get(2)?));
            self.next = seq.saturating_add(1);
        }
        self.ended = self.ahead.len() < self.step;
        self.step = (self.step * 4).min(MAX_AHEAD);
        Ok(())
    }

    /// Takes the event that [`Self::peek`] has shown.
    fn take(&mut self, connection: &Connection) -> Result<StoredEvent> {
        let (_, seq, spot) = self.ahead.pop_front().ok_or_else(error::damage)?;
        let mut get =
            connection.prepare_cached("SELECT body, sig, ifnull(sealed, content) FROM lines WHERE spot = ?")?;
        let signed = get.query_row([spot], |row| signed(row, 0))?;
        // If we sent a damaged event, others would take us for a forger.
        let is_whole = signed.read().is_ok_and(|event| (event.log, event.seq) == (self.log, seq));
        if is_whole { Ok(StoredEvent { log: self.log, seq, signed }) } else { Err(error::damage()) }
    }
}

/// `None` if the file is damaged there; the error is kept in `damage`.
fn unless_damaged<T>(read: Result<T>, damage: &mut Option<Error>) -> Result<Option<T>> {
    match read {
        Err(error) if error::is_damage(&error) => {
            *damage = Some(error);
            Ok(None)
        }
        Err(Error::QueryReturnedNoRows) => {
            *damage = Some(error::damage());
            Ok(None)
        }
        read => read.map(Some),
    }
}

impl Database {
    /// Reads at least one event, if there is one. A log ends where it is damaged; that is an error only if there is
    /// nothing else to return.
    pub(super) fn read(&self, read: &Read) -> Result<Vec<StoredEvent>> {
        self.merged(read, self.cursors(read, false)?)
    }

    /// The same for our user's events, from any network.
    pub(super) fn read_own(&self, read: &Read) -> Result<Vec<StoredEvent>> {
        self.merged(read, self.cursors(read, true)?)
    }

    fn merged(&self, read: &Read, mut cursors: Vec<Cursor>) -> Result<Vec<StoredEvent>> {
        let connection = &self.connection;
        let mut heap = BinaryHeap::with_capacity(cursors.len());
        let mut damage = None;
        for (at, cursor) in cursors.iter_mut().enumerate() {
            let next = unless_damaged(cursor.peek(connection), &mut damage)?.flatten();
            heap.extend(next.map(|order| Reverse((order, at))));
        }
        let (mut events, mut bytes) = (Vec::new(), 0_usize);
        while let Some(Reverse((_, at))) = heap.pop() {
            let Some(cursor) = cursors.get_mut(at) else { continue };
            let Some(held) = unless_damaged(cursor.take(connection), &mut damage)? else { continue };
            bytes = bytes.saturating_add(held.signed.bytes());
            events.push(held);
            if events.len() >= read.events || bytes >= read.bytes {
                break;
            }
            let next = unless_damaged(cursor.peek(connection), &mut damage)?.flatten();
            heap.extend(next.map(|order| Reverse((order, at))));
        }
        match damage {
            Some(error) if events.is_empty() => Err(error),
            Some(error) => {
                let failure = self.fail(StoreTask::Read, &error);
                tracing::warn!("{failure}");
                Ok(events)
            }
            None => Ok(events),
        }
    }

    /// Only logs of the present network, or only those of our user.
    fn cursors(&self, read: &Read, own: bool) -> Result<Vec<Cursor>> {
        let mut find = self.connection.prepare_cached(
            "SELECT logs.key FROM logs JOIN places ON places.key = logs.place
             WHERE logs.room = ? AND logs.author = ? AND logs.epoch = ? AND iif(?, logs.author = ?, places.network IN (?, ?))",
        )?;
        let mut cursors = Vec::with_capacity(read.from.len());
        let [here, everywhere] = self.shown_networks();
        for &(log, from) in &read.from {
            let (author, me) = (log.author.as_bytes(), self.me.as_bytes());
            let values = params![log.room.0, author, epoch(log.epoch), own, me, here.as_str(), everywhere.as_str()];
            let mut rows = find.query(values)?;
            if let Some(row) = rows.next()? {
                let (key, next) = (row.get(0)?, number(from));
                cursors.push(Cursor { log, key, ahead: VecDeque::new(), next, step: 1, ended: false });
            }
        }
        Ok(cursors)
    }
}

/// An event's bytes, from three columns.
pub(super) fn signed(row: &Row<'_>, first: usize) -> Result<Signed> {
    Ok(Signed {
        body: row.get::<_, Vec<u8>>(first)?.into(),
        sig: array(first + 1, row.get_ref(first + 1)?.as_blob()?)?,
        content: row.get::<_, Vec<u8>>(first + 2)?.into(),
    })
}
