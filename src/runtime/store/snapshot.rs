//! What the store holds, so that the log can go on after a start.

use std::collections::BTreeMap;

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
    domain::model::{EventId, Hlc, LogId, NodeId, RoomId, Timestamp},
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
        let [here, everywhere] = self.shown_networks();
        snapshot.lines = self.connection.query_row(
            "SELECT count(*) FROM lines WHERE place IN (SELECT key FROM places WHERE network IN (?, ?))",
            [here.as_str(), everywhere.as_str()],
            |row| row.get(0).map(unsigned),
        )?;
        Ok(snapshot)
    }

    fn logs(&self, snapshot: &mut Snapshot) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, base, head, head_id, head_hlc, older_base, older_head, older_id, forked,
             floor, ifnull(head_place, head_hlc), named, network, bytes FROM logs JOIN places ON places.key = logs.place ORDER BY logs.key",
        )?;
        let networks = self.shown_networks();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let of = row.get_ref(14)?.as_str()?;
            if networks.iter().all(|network| network.as_str() != of) {
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

    /// Where the last line of each room stands, or the newest event of a log without lines.
    fn latest(&self, snapshot: &Snapshot) -> Result<BTreeMap<RoomId, Hlc>> {
        let mut last = self.connection.prepare_cached(
            "SELECT room, (SELECT max(hlc) FROM lines WHERE place = places.key) FROM places WHERE network IN (?, ?)",
        )?;
        let [here, everywhere] = self.shown_networks();
        let mut rows = last.query([here.as_str(), everywhere.as_str()])?;
        let mut latest: BTreeMap<RoomId, Hlc> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            if let Some(hlc) = row.get::<_, Option<i64>>(1)? {
                latest.insert(RoomId(array(0, row.get_ref(0)?.as_blob()?)?), Hlc(unsigned(hlc)));
            }
        }
        for log in &snapshot.logs {
            let known = latest.entry(log.id.room).or_default();
            *known = log.head_place.max(*known);
        }
        Ok(latest)
    }

    /// Our user's logs that may be continued: of each room the newest one.
    fn own(&self) -> Result<Vec<LogId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch FROM logs JOIN places ON places.key = logs.place
             WHERE mine AND forked IS NULL AND author = ? AND network IN (?, ?) ORDER BY logs.room, head_hlc DESC",
        )?;
        let [here, everywhere] = self.shown_networks();
        let values = (self.me.as_bytes(), here.as_str(), everywhere.as_str());
        let own = select.query_map(values, |row| log_id(row, 0))?;
        let mut own = own.collect::<Result<Vec<LogId>>>()?;
        own.dedup_by_key(|log| log.room);
        Ok(own)
    }

    fn acks(&self) -> Result<Vec<Ack>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, node, seq FROM acks JOIN logs ON logs.key = acks.log
             JOIN places ON places.key = logs.place WHERE author = ? AND network IN (?, ?)",
        )?;
        let [here, everywhere] = self.shown_networks();
        let acks = select.query_map((self.me.as_bytes(), here.as_str(), everywhere.as_str()), ack)?;
        acks.collect()
    }

    fn said_again(&self) -> Result<Vec<Repeated>> {
        let mut select = self.connection.prepare_cached(
            "SELECT lines.again, lines.id, max(lines.hlc) FROM lines JOIN logs ON logs.key = lines.log
             JOIN places ON places.key = lines.place WHERE lines.again IS NOT NULL AND author = ? AND network IN (?, ?)
             GROUP BY lines.again",
        )?;
        let [here, everywhere] = self.shown_networks();
        let values = (self.me.as_bytes(), here.as_str(), everywhere.as_str());
        let ids = select.query_map(values, |row| {
            let id = |column| -> Result<EventId> { Ok(EventId(array(column, row.get_ref(column)?.as_blob()?)?)) };
            Ok(Repeated { first: id(0)?, last: id(1)?, hlc: hlc(row, 2)? })
        })?;
        ids.collect()
    }

    fn forks(&self) -> Result<Vec<Proof>> {
        let mut select = self.connection.prepare_cached(
            "SELECT logs.room, author, epoch, seq, one_body, one_sig, one_content, other_body, other_sig, other_content
             FROM forks JOIN logs ON logs.key = forks.log JOIN places ON places.key = logs.place WHERE network IN (?, ?)",
        )?;
        let [here, everywhere] = self.shown_networks();
        let forks = select.query_map([here.as_str(), everywhere.as_str()], proof)?;
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
