//! Moves lines behind the rest if they stand too far ahead because our own clock was wrong.

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::{
    Database,
    columns::{dating_number, number, unsigned},
    lines,
    moving::{Line, put, read},
};
use crate::{
    core::log::storage::{Dating, Reply},
    domain::model::{Hlc, Timestamp},
};

/// How many lines are moved in one request. Each takes some 20 µs, and a line that was just typed may have to wait.
const SETTLED_AT_ONCE: usize = 4_096;

impl Database {
    /// Moves lines that stand after `after` behind the rest. Unless `all` is set, it does so only if none of them is a
    /// believed line of somebody else.
    pub(super) fn settle(&mut self, after: Hlc, wall: Timestamp, all: bool) -> Result<Reply> {
        let [here, everywhere] = self.shown_networks();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut places = transaction.prepare("SELECT key FROM places WHERE network IN (?, ?)")?;
            let places = places
                .query_map([here.as_str(), everywhere.as_str()], |row| row.get(0))?
                .collect::<Result<Vec<i64>>>()?;
            for place in places {
                if all || !has_believed(&transaction, place, after, self.me.as_bytes())? {
                    settle_place(&transaction, place, after, wall, self.me.as_bytes())?;
                }
            }
        }
        transaction.commit()?;
        self.snapshot().map(|snapshot| Reply::Loaded(Box::new(snapshot)))
    }
}

/// Whether a line of others stands after `after` because its clock says so.
fn has_believed(connection: &Connection, place: i64, after: Hlc, me: &[u8; 32]) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM lines JOIN logs ON logs.key = lines.log
               WHERE lines.place = ?1 AND lines.hlc > ?2 AND lines.dating < ?3 AND logs.author <> ?4)";
    let values = params![place, number(after.0), dating_number(Dating::Ahead), me];
    connection.query_row(sql, values, |row| row.get(0))
}

fn settle_place(connection: &Connection, place: i64, after: Hlc, wall: Timestamp, me: &[u8; 32]) -> Result<()> {
    let limit = number(after.0);
    let last = "SELECT ifnull(max(hlc), 0) FROM lines WHERE place = ? AND hlc <= ?";
    let last: i64 = connection.query_row(last, params![place, limit], |row| row.get(0))?;
    let mut to = Hlc(unsigned(last)).next().max(Hlc::at(wall));
    let sql = format!(
        "SELECT spot, lines.place, ifnull(logs.author = ?1, 0) FROM {} WHERE lines.place = ?2 AND lines.hlc > ?3
         ORDER BY {} LIMIT ?4",
        lines::FROM,
        lines::ASCENDING
    );
    let mut far = connection.prepare(&sql)?;
    let far = far.query_map(params![me, place, limit, number(SETTLED_AT_ONCE as u64)], read)?;
    let far = far.collect::<Result<Vec<Line>>>()?;
    for line in &far {
        put(connection, line, to, None)?;
        to = to.next();
    }
    // Heads whose lines are gone must not move any clock.
    connection.execute(
        "UPDATE logs SET head_place = ifnull(
             (SELECT hlc FROM lines WHERE lines.log = logs.key AND lines.seq = logs.head), min(head_hlc, ?2))
         WHERE place = ?1 AND ifnull(head_place, head_hlc) > ?2",
        params![place, limit],
    )?;
    Ok(())
}
