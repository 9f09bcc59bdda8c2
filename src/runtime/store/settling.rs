//! Puts lines where they belong that stand too far ahead: in files of versions that placed every line by its author's clock,
//! and after our own clock was wrong.

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::{
    Database,
    columns::{dating_number, number, unsigned},
    indexing, lines,
};
use crate::{
    core::log::storage::{Dating, Reply},
    domain::model::{Hlc, Timestamp},
};

/// How far a line's clock may be ahead of its arrival, and its two times apart. Never change it: it is part of a step of
/// the schema.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far ahead of its arrival a shown time may be. Part of the same step.
const SHOWN_AHEAD_MS: i64 = 10 * 60 * 1_000;

/// Lines that are put elsewhere in one request. Each takes some 20 µs, and a line that was just typed may have to wait.
const SETTLED_AT_ONCE: usize = 4_096;

/// A line that is put elsewhere.
struct Line {
    spot: i64,
    place: i64,
    own: bool,
}

/// Lines that are dated more than a day after they came stand where they came, and impossible times are not shown.
pub(super) fn place_stored(connection: &Connection) -> Result<()> {
    let sql = "SELECT spot, place, 0, arrived FROM lines
               WHERE log IS NOT NULL AND (hlc >> 16) > arrived + ?1 ORDER BY place, hlc, log, seq";
    let far = connection.prepare(sql)?.query_map([DAY_MS], read_with_time)?.collect::<Result<Vec<_>>>()?;
    for (line, arrived) in far {
        let arrived = Timestamp::from_millis(arrived);
        put(connection, &line, Hlc::at(arrived), Some(arrived))?;
    }
    connection.execute(
        "UPDATE lines SET shown = arrived, dating = ?1 WHERE log IS NOT NULL AND dating = 0
         AND (abs(wall - (hlc >> 16)) > ?2 OR wall > arrived + ?3)",
        params![dating_number(Dating::OtherTime), DAY_MS, SHOWN_AHEAD_MS],
    )?;
    // Logs whose lines are gone move no clock if they are dated after all that is there.
    connection.execute(
        "UPDATE logs SET head_place = ifnull(
             (SELECT hlc FROM lines WHERE lines.log = logs.key AND lines.seq = logs.head),
             min(head_hlc, ifnull((SELECT max(hlc) FROM lines WHERE lines.place = logs.place), 0)))",
        [],
    )?;
    connection.execute("UPDATE logs SET head_place = NULL WHERE head_place = head_hlc", [])?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> Result<Line> {
    Ok(Line { spot: row.get(0)?, place: row.get(1)?, own: row.get(2)? })
}

fn read_with_time(row: &rusqlite::Row<'_>) -> Result<(Line, i64)> {
    Ok((read(row)?, row.get(3)?))
}

/// Puts one line elsewhere, and marks it.
fn put(connection: &Connection, line: &Line, hlc: Hlc, shown: Option<Timestamp>) -> Result<()> {
    let spot = lines::free_spot(connection, hlc)?;
    indexing::forget(connection, line.spot)?;
    let mut update = connection.prepare_cached(
        "UPDATE lines SET spot = ?1, dated = ifnull(dated, hlc), hlc = ?2, dating = ?3, shown = ifnull(?4, shown)
         WHERE spot = ?5",
    )?;
    let shown = shown.map(Timestamp::as_millis);
    update.execute(params![spot, number(hlc.0), dating_number(Dating::Ahead), shown, line.spot])?;
    indexing::note(connection, spot, line.place, line.own)
}

impl Database {
    /// Puts lines that stand after `after` behind the rest. If not `all`, only if none of them is a line of others that was
    /// believed.
    pub(super) fn settle(&mut self, after: Hlc, wall: Timestamp, all: bool) -> Result<Reply> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut places = transaction.prepare("SELECT key FROM places WHERE network = ?")?;
            let places =
                places.query_map([self.network.get().as_str()], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
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
    // Heads whose lines are gone move no clock any more.
    connection.execute(
        "UPDATE logs SET head_place = ifnull(
             (SELECT hlc FROM lines WHERE lines.log = logs.key AND lines.seq = logs.head), min(head_hlc, ?2))
         WHERE place = ?1 AND ifnull(head_place, head_hlc) > ?2",
        params![place, limit],
    )?;
    Ok(())
}
