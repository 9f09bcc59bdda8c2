//! The oldest lines go, a slice at a time.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Result, TransactionBehavior, params};

use super::{
    Database,
    columns::{log_id, number, unsigned},
};
use crate::{
    log::storage::{Failure, Reply, Retain},
    model::{Hlc, LogId},
};

/// Lines that go in one commit: a few milliseconds, which is how long a line that was just typed may have to wait.
const SLICE: i64 = 256;

/// How far a request to forget has come.
#[derive(Debug)]
pub(super) struct Retaining {
    /// Places, and before which reading of the clock their lines go.
    places: Vec<(i64, i64)>,
    lines: u64,
    bases: BTreeMap<LogId, u64>,
}

impl Retaining {
    pub(super) fn into_reply(self) -> Reply {
        Reply::Raised { lines: self.lines, bases: self.bases.into_iter().collect() }
    }
}

impl Database {
    pub(super) fn retain(&mut self, retain: Retain) -> std::result::Result<Reply, Failure> {
        let mut retaining = self.begin_retaining(retain)?;
        while self.retain_slice(&mut retaining)? {}
        Ok(retaining.into_reply())
    }

    pub(super) fn begin_retaining(&self, retain: Retain) -> std::result::Result<Retaining, Failure> {
        let places = self.cutoffs(retain).map_err(|e| self.failure("read", &e))?;
        Ok(Retaining { places, lines: 0, bases: BTreeMap::new() })
    }

    /// Whether there is more to do. What was done stays done if it fails.
    pub(super) fn retain_slice(&mut self, retaining: &mut Retaining) -> std::result::Result<bool, Failure> {
        let Some(&(place, cutoff)) = retaining.places.last() else { return Ok(false) };
        let gone = self.forget(place, cutoff, &mut retaining.bases);
        let gone = gone.map_err(|e| self.failure("shortened", &e))?;
        retaining.lines += gone;
        if gone < SLICE.cast_unsigned() {
            retaining.places.pop();
        }
        Ok(!retaining.places.is_empty())
    }

    /// A clock never goes back within a log, so that what is before a reading is the begin of every log.
    fn cutoffs(&self, retain: Retain) -> Result<Vec<(i64, i64)>> {
        let mut places = self.connection.prepare_cached("SELECT key FROM places")?;
        let places = places.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
        let mut oldest_kept = self
            .connection
            .prepare_cached("SELECT hlc FROM lines WHERE place = ? ORDER BY hlc DESC LIMIT 1 OFFSET ?")?;
        let by_age = retain.before.map_or(0, |before| number(Hlc::at(before).0));
        let mut cutoffs = Vec::with_capacity(places.len());
        for place in places {
            let by_count = match retain.keep {
                None => 0,
                Some(0) => i64::MAX,
                Some(keep) => {
                    let oldest = oldest_kept.query_row(params![place, number(keep - 1)], |row| row.get(0));
                    oldest.optional()?.unwrap_or(0)
                }
            };
            cutoffs.push((place, by_age.max(by_count)));
        }
        Ok(cutoffs)
    }

    fn forget(&mut self, place: i64, cutoff: i64, bases: &mut BTreeMap<LogId, u64>) -> Result<u64> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let oldest = {
            let mut oldest = transaction
                .prepare_cached("SELECT spot, log, seq FROM lines WHERE place = ? AND hlc < ? ORDER BY hlc LIMIT ?")?;
            let oldest = oldest.query_map(params![place, cutoff, SLICE], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?))
            })?;
            oldest.collect::<Result<Vec<_>>>()?
        };
        let mut last = BTreeMap::new();
        for &(spot, log, seq) in &oldest {
            transaction.prepare_cached("DELETE FROM words WHERE rowid = ?")?.execute([spot])?;
            transaction.prepare_cached("DELETE FROM lines WHERE spot = ?")?.execute([spot])?;
            if let (Some(log), Some(seq)) = (log, seq) {
                let newest = last.entry(log).or_insert(seq);
                *newest = seq.max(*newest);
            }
        }
        for (log, seq) in last {
            // The right sides are what was before.
            let mut raise = transaction.prepare_cached(
                "UPDATE logs SET base = max(base, ?2 + 1),
                     older_id = iif(?2 < older_head, older_id, NULL),
                     older_head = iif(?2 < older_head, older_head, NULL),
                     older_base = iif(?2 < older_head, max(older_base, ?2 + 1), NULL)
                 WHERE key = ?1 AND (older_head IS NULL OR ?2 >= base)",
            )?;
            raise.execute(params![log, seq])?;
            let mut raise_older = transaction.prepare_cached(
                "UPDATE logs SET older_id = iif(?2 < older_head, older_id, NULL),
                     older_base = iif(?2 < older_head, max(older_base, ?2 + 1), NULL),
                     older_head = iif(?2 < older_head, older_head, NULL)
                 WHERE key = ?1 AND older_head IS NOT NULL AND ?2 < base",
            )?;
            raise_older.execute(params![log, seq])?;
            transaction.prepare_cached("DELETE FROM forks WHERE log = ?1 AND seq <= ?2")?.execute(params![log, seq])?;
            let mut begin = transaction
                .prepare_cached("SELECT room, author, epoch, ifnull(older_base, base) FROM logs WHERE key = ?")?;
            let (id, base) = begin.query_row([log], |row| Ok((log_id(row, 0)?, unsigned(row.get(3)?))))?;
            bases.insert(id, base);
        }
        transaction.commit()?;
        Ok(oldest.len() as u64)
    }
}
