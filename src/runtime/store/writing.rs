//! Commits writes to the file.

use rusqlite::{Connection, Error, OptionalExtension as _, Savepoint, TransactionBehavior, params};

use super::{
    Database,
    columns::{dating_number, epoch, number},
    counts::Counts,
    damage_mark, deleting, error, lines, oldest_kept, places, schema, unindexed,
};
use crate::{
    core::{
        clock::LastRun,
        log::storage::{Ack, Clear, GuestLine, LogEntry, LogState, Proof, Reply, Write},
    },
    domain::model::{EventId, LogId, Network, NodeId, RoomId, StoreFailure, StoreFault, StoreTask, Timestamp},
};

/// Why one write of several was not executed.
enum Refusal {
    Sql(Error),
    /// Two events under one number.
    Taken(LogId, u64),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl Refusal {
    fn into_failure(self) -> StoreFailure {
        match self {
            Self::Sql(error) => error::failure(StoreTask::Write, &error),
            Self::Taken(log, seq) => {
                StoreFailure::new(StoreTask::Write, StoreFault::Conflict { author: log.author, seq })
            }
        }
    }
}

impl Database {
    /// Executes writes in one commit. Returns an answer for each, in the same order.
    pub(super) fn write(&mut self, requests: Vec<Vec<Write>>) -> Vec<Result<Reply, StoreFailure>> {
        let count = requests.len();
        if let Err(failure) = self.make_writable() {
            return vec![Err(failure); count];
        }
        let replies = self.try_write(requests).unwrap_or_else(|error| {
            let failure = self.fail(StoreTask::Write, &error);
            vec![Err(failure); count]
        });
        self.shorten_journal();
        replies
    }

    fn try_write(&mut self, requests: Vec<Vec<Write>>) -> rusqlite::Result<Vec<Result<Reply, StoreFailure>>> {
        let own = requests.iter().flatten().any(|write| matches!(write, Write::Event(entry) if entry.own));
        // SQLite accepts this only between transactions.
        self.connection.pragma_update(None, "synchronous", if own { "FULL" } else { "NORMAL" })?;
        let (me, network, path) = (self.me, self.network.get(), self.path.as_deref());
        let mut transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut replies = Vec::with_capacity(requests.len());
        for writes in requests {
            let savepoint = transaction.savepoint()?;
            let done = Writer { savepoint, network: network.as_str(), me, counts: Counts::default() }.all(&writes);
            match done {
                // Some errors, such as a full disk, undo the whole transaction. Without this, the next request would be
                // a commit of its own.
                Err(Refusal::Sql(error)) if transaction.is_autocommit() => return Err(error),
                done => {
                    if let Err(Refusal::Sql(error)) = &done {
                        damage_mark::note(path, error);
                    }
                    replies.push(done.map(|()| Reply::Written).map_err(Refusal::into_failure));
                }
            }
        }
        transaction.commit()?;
        Ok(replies)
    }
}

/// One request within a transaction.
struct Writer<'a> {
    savepoint: Savepoint<'a>,
    network: &'a str,
    me: crate::domain::model::NodeId,
    /// Changes to the counts, from what it has inserted and deleted.
    counts: Counts,
}

impl Writer<'_> {
    fn all(mut self, writes: &[Write]) -> Result<(), Refusal> {
        if writes.is_empty() {
            // This writes the first page again, so the disk has to accept a write.
            self.savepoint.pragma_update(None, "user_version", schema::VERSION)?;
        }
        for write in writes {
            match write {
                Write::Event(entry) => self.event(entry)?,
                Write::Log(state) => self.log(state)?,
                Write::Rewind(state) => self.rewind(state)?,
                Write::Guest(line) => self.guest(line)?,
                Write::Ack(ack) => self.ack(ack)?,
                Write::ForgetAck(node, log) => self.forget_ack(node, log)?,
                Write::Fork(proof) => self.fork(proof)?,
                Write::Clock(run) => self.clock(*run)?,
                Write::Abandon(log) => self.leave(log)?,
                Write::Drop(log) => self.drop_log(log)?,
            }
        }
        self.counts.store(&self.savepoint)?;
        // If the savepoint is dropped without this, everything is undone.
        Ok(self.savepoint.commit()?)
    }

    fn event(&mut self, entry: &LogEntry) -> Result<(), Refusal> {
        let LogEntry { event, signed, .. } = entry;
        // The event was on its way while it, too, was erased or forgotten.
        if event.seq < oldest_kept::of(&self.savepoint, &event.log)? {
            return Ok(());
        }
        let (log, place) = match find(&self.savepoint, &event.log)? {
            Some(found) => found,
            None => self.new_log(entry)?,
        };
        let mut held = self.savepoint.prepare_cached("SELECT id FROM lines WHERE log = ? AND seq = ?")?;
        let held = held.query_row(params![log, number(event.seq)], |row| row.get(0).map(EventId)).optional()?;
        match held {
            Some(id) if id == event.id => return Ok(()),
            Some(_) => return Err(Refusal::Taken(event.log, event.seq)),
            None => {}
        }
        let stands = entry.place;
        let spot = lines::free_spot(&self.savepoint, stands.hlc)?;
        let mut insert = self.savepoint.prepare_cached(
            "INSERT INTO lines (spot, place, hlc, log, seq, id, kind, wall, arrived, body, sig, content, again, dated, shown,
                 dating, sealed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let clear = entry.opened.as_ref().map(Clear::content);
        insert.execute(params![
            spot,
            place,
            number(stands.hlc.0),
            log,
            number(event.seq),
            event.id.0,
            entry.kind(),
            event.wall.as_millis(),
            entry.arrived.as_millis(),
            &*signed.body,
            signed.sig,
            clear.as_deref().unwrap_or(&signed.content),
            entry.again().map(|id| id.0),
            (stands.hlc != event.hlc).then(|| number(event.hlc.0)),
            (stands.shown != event.wall).then(|| stands.shown.as_millis()),
            dating_number(stands.dating),
            clear.is_some().then_some(&*signed.content),
        ])?;
        self.counts.add(log, number(signed.bytes() as u64));
        unindexed::note(&self.savepoint, spot, place, event.log.author == self.me)?;
        let mut name = self.savepoint.prepare_cached(
            "UPDATE logs SET named = ?4 WHERE room = ?1 AND author = ?2 AND epoch = ?3 AND named < ?4",
        )?;
        for dep in &event.deps {
            name.execute(params![dep.log.room.0, dep.log.author.as_bytes(), epoch(dep.log.epoch), number(dep.seq)])?;
        }
        if event.log.author == self.me {
            self.claim(log, entry)?;
        }
        Ok(())
    }

    /// A log may be continued if all of it was written here, but no longer once somebody else has known more of it.
    fn claim(&self, log: i64, entry: &LogEntry) -> Result<(), Refusal> {
        if entry.own && entry.event.seq > 1 {
            return Ok(());
        }
        let mut claim = self.savepoint.prepare_cached("UPDATE logs SET mine = ? WHERE key = ?")?;
        claim.execute(params![entry.own, log])?;
        Ok(())
    }

    fn new_log(&self, entry: &LogEntry) -> Result<(i64, i64), Refusal> {
        let event = &entry.event;
        let LogId { room, author, epoch: number_of } = event.log;
        // A room whose events are sealed belongs to its members, wherever they are.
        let place = match &entry.opened {
            Some(_) => places::put(&self.savepoint, room, Network::of_members().as_str())?,
            None => self.place(room)?,
        };
        let mut insert = self.savepoint.prepare_cached(
            "INSERT INTO logs (place, room, author, epoch, base, head, head_id, head_hlc, head_place)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let log = insert.insert(params![
            place,
            room.0,
            author.as_bytes(),
            epoch(number_of),
            number(event.seq),
            number(event.seq),
            event.id.0,
            number(event.hlc.0),
            number(entry.place.hlc.0),
        ])?;
        Ok((log, place))
    }

    fn log(&self, state: &LogState) -> Result<(), Refusal> {
        put_log(&self.savepoint, self.place_of(&state.id)?, state)?;
        Ok(())
    }

    fn rewind(&mut self, state: &LogState) -> Result<(), Refusal> {
        let Some((log, place)) = find(&self.savepoint, &state.id)? else { return Ok(()) };
        for bytes in deleting::delete_after(&self.savepoint, log, state.head)? {
            self.counts.take(log, bytes);
        }
        // A node that held the deleted events does not hold those that replace them.
        let mut acks = self.savepoint.prepare_cached("UPDATE acks SET seq = ?2 WHERE log = ?1 AND seq > ?2")?;
        acks.execute(params![log, number(state.head)])?;
        put_log(&self.savepoint, place, state)?;
        Ok(())
    }

    fn guest(&self, line: &GuestLine) -> Result<(), Refusal> {
        let (place, content) = (self.place(line.room)?, lines::guest_content(line));
        let spot = lines::free_spot(&self.savepoint, line.hlc)?;
        put_guest(&self.savepoint, spot, place, line, &content)?;
        Ok(unindexed::note(&self.savepoint, spot, place, false)?)
    }

    /// Ignores an ack of a log that is not there.
    fn ack(&self, ack: &Ack) -> Result<(), Refusal> {
        if let Some((log, _)) = find(&self.savepoint, &ack.log)? {
            put_ack(&self.savepoint, log, ack)?;
        }
        Ok(())
    }

    fn forget_ack(&self, node: &NodeId, log: &LogId) -> Result<(), Refusal> {
        if let Some((log, _)) = find(&self.savepoint, log)? {
            let mut forget = self.savepoint.prepare_cached("DELETE FROM acks WHERE log = ? AND node = ?")?;
            forget.execute(params![log, node.as_bytes()])?;
        }
        Ok(())
    }

    fn fork(&self, proof: &Proof) -> Result<(), Refusal> {
        if let Some((log, _)) = find(&self.savepoint, &proof.log)? {
            put_fork(&self.savepoint, log, proof)?;
        }
        Ok(())
    }

    fn clock(&self, run: LastRun) -> Result<(), Refusal> {
        self.savepoint.prepare_cached("DELETE FROM clock")?.execute([])?;
        let mut insert = self.savepoint.prepare_cached("INSERT INTO clock (showed, jumped) VALUES (?, ?)")?;
        insert.execute(params![run.showed.as_millis(), run.jumped.map(Timestamp::as_millis)])?;
        Ok(())
    }

    fn leave(&self, log: &LogId) -> Result<(), Refusal> {
        if let Some((log, _)) = find(&self.savepoint, log)? {
            self.savepoint.prepare_cached("UPDATE logs SET mine = 0 WHERE key = ?")?.execute([log])?;
        }
        Ok(())
    }

    fn drop_log(&self, log: &LogId) -> Result<(), Refusal> {
        let Some((log, _)) = find(&self.savepoint, log)? else { return Ok(()) };
        let unused = "DELETE FROM logs WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM lines WHERE log = ?1)";
        if self.savepoint.prepare_cached(unused)?.execute([log])? > 0 {
            self.savepoint.prepare_cached("DELETE FROM acks WHERE log = ?")?.execute([log])?;
            self.savepoint.prepare_cached("DELETE FROM forks WHERE log = ?")?.execute([log])?;
            self.savepoint.prepare_cached("DELETE FROM names WHERE log = ?")?.execute([log])?;
        }
        Ok(())
    }

    /// The place of a log: a log stays where it was seen first.
    fn place_of(&self, log: &LogId) -> Result<i64, Refusal> {
        match find(&self.savepoint, log)? {
            Some((_, place)) => Ok(place),
            None => self.place(log.room),
        }
    }

    fn place(&self, room: RoomId) -> Result<i64, Refusal> {
        Ok(places::put(&self.savepoint, room, self.network)?)
    }
}

/// The keys of a log and of its place.
pub(super) fn find(connection: &Connection, log: &LogId) -> rusqlite::Result<Option<(i64, i64)>> {
    let mut find =
        connection.prepare_cached("SELECT key, place FROM logs WHERE room = ? AND author = ? AND epoch = ?")?;
    let values = params![log.room.0, log.author.as_bytes(), epoch(log.epoch)];
    find.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Stores the state of a log, as far as it is above the floor.
pub(super) fn put_log(connection: &Connection, place: i64, state: &LogState) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached(
        "INSERT INTO logs (place, room, author, epoch, base, head, head_id, head_hlc, older_base, older_head, older_id, forked,
             floor, head_place)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, author, epoch) DO UPDATE SET base = excluded.base, head = excluded.head,
             head_id = excluded.head_id, head_hlc = excluded.head_hlc, older_base = excluded.older_base,
             older_head = excluded.older_head, older_id = excluded.older_id, forked = excluded.forked,
             floor = excluded.floor, head_place = excluded.head_place",
    )?;
    let state = &oldest_kept::above(state, oldest_kept::of(connection, &state.id)?);
    let older = state.older;
    put.execute(params![
        place,
        state.id.room.0,
        state.id.author.as_bytes(),
        epoch(state.id.epoch),
        number(state.base),
        number(state.head),
        state.head_id.map(|id| id.0),
        number(state.head_hlc.0),
        older.map(|older| number(older.base)),
        older.map(|older| number(older.head)),
        older.and_then(|older| older.head_id).map(|id| id.0),
        state.forked.map(number),
        number(state.floor),
        number(state.head_place.0),
    ])?;
    Ok(())
}

/// Stores a guest's line.
pub(super) fn put_guest(
    connection: &Connection,
    spot: i64,
    place: i64,
    line: &GuestLine,
    content: &[u8],
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO lines (spot, place, hlc, id, kind, wall, arrived, guest, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let wall = line.hlc.wall().as_millis();
    insert.execute(params![
        spot,
        place,
        number(line.hlc.0),
        line.id.0,
        lines::GUEST_KIND,
        wall,
        wall,
        line.addr.to_string(),
        content
    ])?;
    Ok(())
}

/// Stores what somebody holds.
pub(super) fn put_ack(connection: &Connection, log: i64, ack: &Ack) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO acks (log, node, seq) VALUES (?, ?, ?)")?;
    put.execute(params![log, ack.node.as_bytes(), number(ack.seq)])?;
    Ok(())
}

/// Stores the proof for a forked log. Of several, the one with the lowest number stays.
pub(super) fn put_fork(connection: &Connection, log: i64, proof: &Proof) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached(
        "INSERT INTO forks (log, seq, one_body, one_sig, one_content, other_body, other_sig, other_content)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (log) DO UPDATE SET seq = excluded.seq, one_body = excluded.one_body, one_sig = excluded.one_sig,
             one_content = excluded.one_content, other_body = excluded.other_body, other_sig = excluded.other_sig,
             other_content = excluded.other_content WHERE excluded.seq < seq",
    )?;
    let Proof { one, other, .. } = proof;
    put.execute(params![
        log,
        number(proof.seq),
        &*one.body,
        one.sig,
        &*one.content,
        &*other.body,
        other.sig,
        &*other.content
    ])?;
    Ok(())
}
