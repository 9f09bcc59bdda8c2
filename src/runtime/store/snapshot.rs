//! What the store holds, so that the log can go on after a start.

use rusqlite::{OptionalExtension as _, Result, Row};

use super::{
    Database,
    columns::{array, event_id, hlc, log_id, time, unsigned},
    reading,
};
use crate::{
    core::{
        clock::LastRun,
        log::storage::{Ack, LogState, Older, Proof, Repeated, Snapshot},
    },
    domain::model::{EventId, Hlc, LogId, NodeId, Room, Timestamp},
    protocol::codec::event::Dep,
};

impl Database {
    pub(super) fn snapshot(&self) -> Result<Snapshot> {
        let mut snapshot = Snapshot { own: self.own()?, read_only: self.read_only, ..Snapshot::default() };
        self.logs(&mut snapshot)?;
        snapshot.acks = self.acks()?;
        snapshot.said_again = self.said_again()?;
        snapshot.undelivered = self.undelivered()?;
        snapshot.forks = self.forks()?;
        snapshot.latest = self.latest(&snapshot)?;
        snapshot.last_run = self.connection.query_row("SELECT showed, jumped FROM clock", [], last_run).optional()?;
        snapshot.lines = self.connection.query_row(
            "SELECT count(*) FROM lines WHERE place IN (SELECT key FROM places WHERE network = ?)",
            [self.network.get().as_str()],
            |row| row.get(0).map(unsigned),
        )?;
        Ok(snapshot)
    }

    fn logs(&self, snapshot: &mut Snapshot) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, base, head, head_id, head_hlc, older_base, older_head, older_id, forked,
             floor, ifnull(head_place, head_hlc), named, network, bytes FROM logs JOIN places ON places.key = logs.place ORDER BY logs.key",
        )?;
        let network = self.network.get();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if row.get_ref(14)?.as_str()? != network.as_str() {
                snapshot.foreign.push(log_id(row, 0)?);
                continue;
            }
            let state = state(row, 0)?;
            if state.is_placed_by_clock() && state.head > unsigned(row.get(13)?) {
                snapshot.frontier.push(Dep { log: state.id, seq: state.head });
            }
            let bytes = unsigned(row.get(15)?);
            if bytes > 0 {
                snapshot.bytes.push((state.id, bytes));
            }
            snapshot.logs.push(state);
        }
        Ok(())
    }

    /// Where the last line stands, or the newest event of a log without lines.
    fn latest(&self, snapshot: &Snapshot) -> Result<Hlc> {
        let mut last = self.connection.prepare_cached(
            "SELECT (SELECT max(hlc) FROM lines WHERE place = places.key) FROM places WHERE network = ?",
        )?;
        let last = last.query_map([self.network.get().as_str()], |row| row.get::<_, Option<i64>>(0))?;
        let last = last.collect::<Result<Vec<_>>>()?.into_iter().flatten().map(|hlc| Hlc(unsigned(hlc)));
        Ok(last.chain(snapshot.logs.iter().map(|log| log.head_place)).max().unwrap_or_default())
    }

    /// Our user's log that may be continued.
    fn own(&self) -> Result<Option<LogId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch FROM logs JOIN places ON places.key = logs.place
             WHERE mine AND forked IS NULL AND author = ? AND network = ? AND logs.room = ? ORDER BY head_hlc DESC LIMIT 1",
        )?;
        let network = self.network.get();
        let values = (self.me.as_bytes(), network.as_str(), Room::LOBBY.id().0);
        select.query_row(values, |row| log_id(row, 0)).optional()
    }

    fn acks(&self) -> Result<Vec<Ack>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, node, seq FROM acks JOIN logs ON logs.key = acks.log
             JOIN places ON places.key = logs.place WHERE author = ? AND network = ?",
        )?;
        let acks = select.query_map((self.me.as_bytes(), self.network.get().as_str()), ack)?;
        acks.collect()
    }

    fn said_again(&self) -> Result<Vec<Repeated>> {
        let mut select = self.connection.prepare_cached(
            "SELECT lines.again, lines.id, max(lines.hlc) FROM lines JOIN logs ON logs.key = lines.log
             JOIN places ON places.key = lines.place WHERE lines.again IS NOT NULL AND author = ? AND network = ?
             GROUP BY lines.again",
        )?;
        let ids = select.query_map((self.me.as_bytes(), self.network.get().as_str()), |row| {
            let id = |column| -> Result<EventId> { Ok(EventId(array(column, row.get_ref(column)?.as_blob()?)?)) };
            Ok(Repeated { first: id(0)?, last: id(1)?, hlc: hlc(row, 2)? })
        })?;
        ids.collect()
    }

    fn forks(&self) -> Result<Vec<Proof>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, seq, one_body, one_sig, one_content, other_body, other_sig, other_content
             FROM forks JOIN logs ON logs.key = forks.log JOIN places ON places.key = logs.place WHERE network = ?",
        )?;
        let forks = select.query_map([self.network.get().as_str()], proof)?;
        forks.collect()
    }
}

fn last_run(row: &Row<'_>) -> Result<LastRun> {
    let jumped = row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis);
    Ok(LastRun { showed: time(row, 0)?, jumped })
}

/// The state of a log, from thirteen columns.
pub(super) fn state(row: &Row<'_>, first: usize) -> Result<LogState> {
    let unsigned_at = |column: usize| row.get::<_, i64>(first + column).map(unsigned);
    let optional_at = |column: usize| row.get::<_, Option<i64>>(first + column).map(|value| value.map(unsigned));
    let older = match (optional_at(7)?, optional_at(8)?) {
        (Some(base), Some(head)) => Some(Older { base, head, head_id: event_id(row, first + 9)? }),
        _ => None,
    };
    Ok(LogState {
        id: log_id(row, first)?,
        floor: unsigned_at(11)?,
        base: unsigned_at(3)?,
        head: unsigned_at(4)?,
        head_id: event_id(row, first + 5)?,
        head_hlc: hlc(row, first + 6)?,
        head_place: hlc(row, first + 12)?,
        older,
        forked: optional_at(10)?,
    })
}

/// What somebody holds, from five columns.
pub(super) fn ack(row: &Row<'_>) -> Result<Ack> {
    let node = NodeId::new(array(3, row.get_ref(3)?.as_blob()?)?);
    Ok(Ack { log: log_id(row, 0)?, node, seq: unsigned(row.get(4)?) })
}

/// A proof, from ten columns.
pub(super) fn proof(row: &Row<'_>) -> Result<Proof> {
    Ok(Proof {
        log: log_id(row, 0)?,
        seq: unsigned(row.get(3)?),
        one: reading::signed(row, 4)?,
        other: reading::signed(row, 7)?,
    })
}
