//! Networks that turned out to be one.

use rusqlite::{Connection, OptionalExtension as _, Result, TransactionBehavior, params};

use super::{
    Database,
    writing::{find, put_place},
};
use crate::{
    core::log::storage::{Failure, Reply},
    domain::model::{LogId, Network, NodeId, RoomId},
};

/// Lines of a place: all, or those of one author.
const LINES: &str = "place = ?1 AND (?2 IS NULL OR log IN (SELECT key FROM logs WHERE place = ?1 AND author = ?2))";

/// Logs of a place: all, or those of one author.
const LOGS: &str = "place = ?1 AND (?2 IS NULL OR author = ?2)";

impl Database {
    /// What was kept under the present network's name is kept under `into` from now on, which is then the present network.
    pub(super) fn join(&mut self, into: &Network) -> std::result::Result<Reply, Failure> {
        let from = self.network.get();
        let joined = move_lines(&mut self.connection, &from, into, self.me);
        joined.map_err(|e| self.fail("moved to another network", &e))?;
        self.network.set(into.clone());
        self.loaded()
    }

    /// A log of another network is of the present one from now on.
    pub(super) fn adopt(&mut self, log: &LogId) -> std::result::Result<Reply, Failure> {
        let into = self.network.get();
        let moved = move_log(&mut self.connection, log, &into, self.me);
        moved.map_err(|e| self.fail("moved to another network", &e))?;
        self.loaded()
    }

    fn loaded(&self) -> std::result::Result<Reply, Failure> {
        let snapshot = self.snapshot().map_err(|e| self.fail("read", &e))?;
        Ok(Reply::Loaded(Box::new(snapshot)))
    }

    /// The same for names that the present network had before, at the start.
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
/// Of what was said while there was no network, only the user's own lines are moved: others said theirs on this machine alone,
/// and that is where they stay.
fn move_lines(connection: &mut Connection, from: &Network, into: &Network, me: NodeId) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for room in rooms(&transaction, from)? {
        let Some(old) = place(&transaction, room, from)? else { continue };
        let new = put_place(&transaction, room, into.as_str())?;
        if *from == Network::awaited() {
            move_place(&transaction, (old, new), Some(me), me)?;
            let machine = put_place(&transaction, room, Network::loopback().as_str())?;
            move_place(&transaction, (old, machine), None, me)?;
        } else {
            move_place(&transaction, (old, new), None, me)?;
        }
    }
    transaction.commit()
}

/// Moves the lines and logs of a place, those of `author` or all, to another one.
fn move_place(connection: &Connection, (old, new): (i64, i64), author: Option<NodeId>, me: NodeId) -> Result<()> {
    let author = author.as_ref().map(NodeId::as_bytes);
    let (chosen, moved) = (params![old, author], params![old, author, new]);
    // The index has each line's place. What is taken out of it is added again when there is time.
    connection.execute(&format!("DELETE FROM words WHERE rowid IN (SELECT spot FROM lines WHERE {LINES})"), chosen)?;
    connection
        .execute(&format!("DELETE FROM unindexed WHERE spot IN (SELECT spot FROM lines WHERE {LINES})"), chosen)?;
    connection.execute(
        &format!(
            "INSERT INTO unindexed (own, spot, place)
             SELECT coalesce((SELECT author = ?4 FROM logs WHERE key = lines.log), 0), spot, ?3 FROM lines WHERE {LINES}"
        ),
        params![old, author, new, me.as_bytes()],
    )?;
    connection.execute(&format!("UPDATE lines SET place = ?3, origin = coalesce(origin, ?1) WHERE {LINES}"), moved)?;
    connection.execute(&format!("UPDATE logs SET place = ?3, origin = coalesce(origin, ?1) WHERE {LOGS}"), moved)?;
    Ok(())
}

fn move_log(connection: &mut Connection, log: &LogId, into: &Network, me: NodeId) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some((key, old)) = find(&transaction, log)? else { return Ok(()) };
    let new = put_place(&transaction, log.room, into.as_str())?;
    let own = log.author == me;
    transaction.execute("DELETE FROM words WHERE rowid IN (SELECT spot FROM lines WHERE log = ?)", [key])?;
    transaction.execute("DELETE FROM unindexed WHERE spot IN (SELECT spot FROM lines WHERE log = ?)", [key])?;
    transaction.execute(
        "INSERT INTO unindexed (own, spot, place) SELECT ?1, spot, ?2 FROM lines WHERE log = ?3",
        params![own, new, key],
    )?;
    let values = params![new, old, key];
    transaction.execute("UPDATE lines SET place = ?1, origin = coalesce(origin, ?2) WHERE log = ?3", values)?;
    transaction.execute("UPDATE logs SET place = ?1, origin = coalesce(origin, ?2) WHERE key = ?3", values)?;
    transaction.commit()
}

fn rooms(connection: &Connection, network: &Network) -> Result<Vec<RoomId>> {
    let mut rooms = connection.prepare_cached("SELECT room FROM places WHERE network = ?")?;
    let rooms =
        rooms.query_map([network.as_str()], |row| super::columns::array(0, row.get_ref(0)?.as_blob()?).map(RoomId))?;
    rooms.collect()
}

fn place(connection: &Connection, room: RoomId, network: &Network) -> Result<Option<i64>> {
    let mut find = connection.prepare_cached("SELECT key FROM places WHERE room = ? AND network = ?")?;
    find.query_row((room.0, network.as_str()), |row| row.get(0)).optional()
}
