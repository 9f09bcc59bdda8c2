//! Networks that turned out to be the same.

use rusqlite::{Connection, Result, ToSql, TransactionBehavior, params, types::Null};

use super::{Database, columns::array, places, writing::find};
use crate::{
    core::log::storage::Reply,
    domain::model::{LogId, Network, NodeId, RoomId, StoreFailure, StoreTask},
};

/// Which rows of the place `?1` are moved: conditions for `lines` and for `logs`.
struct Chosen {
    lines: &'static str,
    logs: &'static str,
}

/// What the author `?2` said there, or everything if `?2` is null.
const OF_AUTHOR: Chosen = Chosen {
    lines: "place = ?1 AND (?2 IS NULL OR log IN (SELECT key FROM logs WHERE place = ?1 AND author = ?2))",
    logs: "place = ?1 AND (?2 IS NULL OR author = ?2)",
};

/// The log with the key `?2`.
const ONE_LOG: Chosen = Chosen { lines: "log = ?2", logs: "key = ?2" };

impl Database {
    /// Moves what was kept under the present network's name to `into`, which is the present network from now on.
    pub(super) fn join(&mut self, into: &Network) -> std::result::Result<Reply, StoreFailure> {
        let from = self.network.get();
        let joined = move_lines(&mut self.connection, &from, into, self.me);
        joined.map_err(|e| self.fail(StoreTask::Move, &e))?;
        self.network.set(into.clone());
        self.loaded()
    }

    /// Moves a log of another network to the present one.
    pub(super) fn adopt(&mut self, log: &LogId) -> std::result::Result<Reply, StoreFailure> {
        let into = self.network.get();
        let moved = move_log(&mut self.connection, log, &into, self.me);
        moved.map_err(|e| self.fail(StoreTask::Move, &e))?;
        self.loaded()
    }

    fn loaded(&self) -> std::result::Result<Reply, StoreFailure> {
        let snapshot = self.snapshot().map_err(|e| self.fail(StoreTask::Read, &e))?;
        Ok(Reply::Loaded(Box::new(snapshot)))
    }

    /// At the start, moves what was kept under earlier names of the present network to its present name.
    pub(super) fn join_earlier(&mut self, names: &[Network]) -> Result<()> {
        let into = self.network.get();
        for from in names.iter().filter(|from| **from != into) {
            move_lines(&mut self.connection, from, &into, self.me)?;
        }
        Ok(())
    }
}

/// Moves what was kept under one name to another one, all of it or nothing. Rows remember where they came from.
///
/// Of the lines that were said while there was no network, only the user's own go there. Others said theirs on this
/// machine alone, and that is where they stay.
fn move_lines(connection: &mut Connection, from: &Network, into: &Network, me: NodeId) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (room, old) in rooms(&transaction, from)? {
        let new = places::put(&transaction, room, into.as_str())?;
        if *from == Network::awaited() {
            move_rows(&transaction, &OF_AUTHOR, &me.as_bytes(), (old, new), me)?;
            let machine = places::put(&transaction, room, Network::loopback().as_str())?;
            move_rows(&transaction, &OF_AUTHOR, &Null, (old, machine), me)?;
        } else {
            move_rows(&transaction, &OF_AUTHOR, &Null, (old, new), me)?;
        }
    }
    transaction.commit()
}

/// Moves the chosen lines and logs from one place to another. `which` is `?2` of the conditions.
fn move_rows(
    connection: &Connection,
    chosen: &Chosen,
    which: &dyn ToSql,
    (old, new): (i64, i64),
    me: NodeId,
) -> Result<()> {
    let Chosen { lines, logs } = chosen;
    let (left, moved) = (params![old, which], params![old, which, new]);
    // The index has each line's place. The lines that are removed from it here are added again when there is time.
    connection.execute(&format!("DELETE FROM words WHERE rowid IN (SELECT spot FROM lines WHERE {lines})"), left)?;
    connection.execute(&format!("DELETE FROM unindexed WHERE spot IN (SELECT spot FROM lines WHERE {lines})"), left)?;
    connection.execute(
        &format!(
            "INSERT INTO unindexed (own, spot, place)
             SELECT coalesce((SELECT author = ?4 FROM logs WHERE key = lines.log), 0), spot, ?3 FROM lines WHERE {lines}"
        ),
        params![old, which, new, me.as_bytes()],
    )?;
    connection.execute(&format!("UPDATE lines SET place = ?3, origin = coalesce(origin, ?1) WHERE {lines}"), moved)?;
    connection.execute(&format!("UPDATE logs SET place = ?3, origin = coalesce(origin, ?1) WHERE {logs}"), moved)?;
    Ok(())
}

fn move_log(connection: &mut Connection, log: &LogId, into: &Network, me: NodeId) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some((key, old)) = find(&transaction, log)? else { return Ok(()) };
    let new = places::put(&transaction, log.room, into.as_str())?;
    move_rows(&transaction, &ONE_LOG, &key, (old, new), me)?;
    transaction.commit()
}

/// The rooms of a network, with the keys of their places.
fn rooms(connection: &Connection, network: &Network) -> Result<Vec<(RoomId, i64)>> {
    let mut rooms = connection.prepare_cached("SELECT room, key FROM places WHERE network = ?")?;
    let rooms = rooms.query_map([network.as_str()], |row| {
        let room = array(0, row.get_ref(0)?.as_blob()?)?;
        Ok((RoomId(room), row.get(1)?))
    })?;
    rooms.collect()
}
