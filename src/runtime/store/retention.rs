//! The oldest lines go, a slice at a time.

use std::{collections::BTreeMap, time::Duration};

use rusqlite::{OptionalExtension as _, Result, TransactionBehavior, params};

use super::{
    Database,
    columns::{log_id, number, unsigned},
    oldest_kept,
};
use crate::{
    core::log::storage::{Failure, Reply, Retain},
    domain::model::{Hlc, LogId, Timestamp},
};

/// Lines that go in one commit: a few milliseconds, which is how long a line that was just typed may have to wait.
const SLICE: i64 = 256;

/// A line that is dated further ahead than this pushes no others out: its author's clock is wrong, or worse.
const MAX_AHEAD: Duration = Duration::from_hours(24);

/// How far a request to forget has come.
#[derive(Debug)]
pub(super) struct Retaining {
    spans: Vec<Span>,
    lines: u64,
    bases: BTreeMap<LogId, u64>,
}

/// Lines that go: those of a place with a clock from one reading on and before another.
#[derive(Debug, Clone, Copy)]
struct Span {
    place: i64,
    from: i64,
    to: i64,
}

impl Retaining {
    /// What is done stays done, and whoever asked must know of it, also if the rest has failed.
    pub(super) fn end(self, ended: std::result::Result<(), Failure>) -> std::result::Result<Reply, Failure> {
        match ended {
            Err(failure) if self.lines == 0 => Err(failure),
            _ => Ok(Reply::Raised { lines: self.lines, bases: self.bases.into_iter().collect(), freed: Vec::new() }),
        }
    }
}

impl Database {
    pub(super) fn retain(&mut self, retain: Retain) -> std::result::Result<Reply, Failure> {
        let mut retaining = self.begin_retaining(retain)?;
        loop {
            match self.retain_slice(&mut retaining) {
                Ok(true) => {}
                Ok(false) => return retaining.end(Ok(())),
                Err(failure) => return retaining.end(Err(failure)),
            }
        }
    }

    pub(super) fn begin_retaining(&self, retain: Retain) -> std::result::Result<Retaining, Failure> {
        let spans = self.spans(retain).map_err(|e| self.fail("read", &e))?;
        Ok(Retaining { spans, lines: 0, bases: BTreeMap::new() })
    }

    /// Whether there is more to do. What was done stays done if it fails.
    pub(super) fn retain_slice(&mut self, retaining: &mut Retaining) -> std::result::Result<bool, Failure> {
        let Some(&span) = retaining.spans.last() else { return Ok(false) };
        let gone = self.forget(span, &mut retaining.bases);
        let gone = gone.map_err(|e| self.fail("shortened", &e))?;
        retaining.lines += gone;
        if gone < SLICE.cast_unsigned() {
            retaining.spans.pop();
        }
        Ok(!retaining.spans.is_empty())
    }

    /// A clock never goes back within a log, so that what is before a reading is the begin of every log.
    fn spans(&self, retain: Retain) -> Result<Vec<Span>> {
        let mut places = self.connection.prepare_cached("SELECT key FROM places")?;
        let places = places.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
        let by_age = retain.before.map_or(0, |before| number(Hlc::at(before).0));
        let ahead = i64::try_from(MAX_AHEAD.as_millis()).unwrap_or(i64::MAX);
        let ahead = Timestamp::from_millis(retain.now.as_millis().saturating_add(ahead));
        let ahead = number(Hlc::at(ahead).0);
        let mut spans = Vec::with_capacity(places.len());
        for place in places {
            let mut to = by_age;
            if let Some(keep) = retain.keep {
                let kept: u64 = self
                    .connection
                    .prepare_cached("SELECT count(*) FROM lines WHERE place = ? AND hlc < ?")?
                    .query_row(params![place, ahead], |row| row.get(0).map(unsigned))?;
                to = to.max(self.oldest_kept(place, 0, ahead, keep)?.unwrap_or(ahead).min(ahead));
                let from = ahead.max(to);
                let rest = self.oldest_kept(place, from, i64::MAX, keep.saturating_sub(kept))?;
                spans.push(Span { place, from: 0, to });
                // Taken from the end: these are the first to go.
                spans.push(Span { place, from, to: rest.unwrap_or(i64::MAX) });
            } else {
                spans.push(Span { place, from: 0, to: by_age });
            }
        }
        Ok(spans)
    }

    /// The clock of the oldest line between two readings, if only so many of them are kept; `None` if none is kept. All are
    /// kept where there are fewer.
    fn oldest_kept(&self, place: i64, from: i64, to: i64, keep: u64) -> Result<Option<i64>> {
        let Some(before) = keep.checked_sub(1) else { return Ok(None) };
        let mut oldest = self.connection.prepare_cached(
            "SELECT hlc FROM lines WHERE place = ? AND hlc >= ? AND hlc < ? ORDER BY hlc DESC LIMIT 1 OFFSET ?",
        )?;
        let oldest = oldest.query_row(params![place, from, to, number(before)], |row| row.get(0)).optional()?;
        Ok(Some(oldest.unwrap_or(from)))
    }

    fn forget(&mut self, span: Span, bases: &mut BTreeMap<LogId, u64>) -> Result<u64> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let oldest = {
            let mut oldest = transaction.prepare_cached(
                "SELECT spot, log, seq FROM lines WHERE place = ? AND hlc >= ? AND hlc < ? ORDER BY hlc LIMIT ?",
            )?;
            let oldest = oldest.query_map(params![span.place, span.from, span.to, SLICE], |row| {
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
        let mut raised = Vec::new();
        for (log, seq) in last {
            transaction.prepare_cached("DELETE FROM forks WHERE log = ?1 AND seq <= ?2")?.execute(params![log, seq])?;
            if let Some(base) = oldest_kept::raise(&transaction, log, unsigned(seq).saturating_add(1))? {
                let mut id = transaction.prepare_cached("SELECT room, author, epoch FROM logs WHERE key = ?")?;
                raised.push((id.query_row([log], |row| log_id(row, 0))?, base));
            }
        }
        transaction.commit()?;
        bases.extend(raised);
        Ok(oldest.len() as u64)
    }
}
