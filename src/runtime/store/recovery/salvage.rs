//! What can be read of a damaged file. Every row may be missing, or differ from what was written.

mod proven;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proven::{Proven, Unproven};
use rusqlite::{Connection, Row};

use super::super::{
    columns::{array, dating, hlc, time},
    lines, reading, snapshot,
};
use crate::{
    core::log::{
        Logs,
        storage::{Ack, Clear, Dating, GuestLine, LogEntry, LogState, Place, Proof},
    },
    domain::model::{EventId, Hlc, LogId, MessageId, Network, RoomId, Timestamp},
    protocol::codec::event::{Content, Event, HLC_END, SALT_BYTES, Signed},
};

/// Ways to read the lines, from both ends of the table and of its indexes. If one of them cannot get past a damaged
/// page, another one may reach the lines behind it.
const WAYS: [&str; 6] = [
    "SELECT spot FROM lines NOT INDEXED ORDER BY spot",
    "SELECT spot FROM lines NOT INDEXED ORDER BY spot DESC",
    "SELECT spot FROM lines INDEXED BY lines_in_order ORDER BY place, hlc",
    "SELECT spot FROM lines INDEXED BY lines_in_order ORDER BY place DESC, hlc DESC",
    "SELECT spot FROM lines INDEXED BY lines_by_log WHERE log IS NOT NULL ORDER BY log, seq",
    "SELECT spot FROM lines INDEXED BY lines_by_log WHERE log IS NOT NULL ORDER BY log DESC, seq DESC",
];

/// Ways to read the few places: their table, and the index that has a copy of it.
const PLACES: [&str; 2] = [
    "SELECT key, room, network FROM places NOT INDEXED",
    "SELECT key, room, network FROM places ORDER BY room, network",
];

/// How many lines are proven at once: a few milliseconds of work for all threads, and a few hundred KiB.
const PROOFS: usize = 1_024;

/// What is known of a log's event, without its content.
struct Known {
    spot: i64,
    id: EventId,
    prev: Option<EventId>,
    hlc: Hlc,
    /// Where it stands.
    place: Hlc,
}

/// What was found, without the contents.
pub(super) struct Salvage {
    places: BTreeMap<i64, (RoomId, Network)>,
    logs: BTreeMap<LogId, (i64, LogState)>,
    /// The events that are kept.
    events: BTreeSet<i64>,
    guests: Vec<(i64, i64)>,
}

impl Salvage {
    /// Reads and proves everything once.
    pub(super) fn read(damaged: &Connection) -> Self {
        let places = places(damaged);
        let mut found: BTreeMap<LogId, (i64, BTreeMap<u64, Known>)> = BTreeMap::new();
        let mut guests = Vec::new();
        let spots: Vec<i64> = spots(damaged).into_iter().collect();
        for spots in spots.chunks(PROOFS) {
            for Proven { spot, place, entry } in proven::all(spots.iter().filter_map(|&spot| unproven(damaged, spot))) {
                // If its network is unknown, a line could be shown on one where it was not said.
                let Some((room, _)) = places.get(&place) else { continue };
                match entry {
                    Some(entry) if entry.event.log.room == *room => {
                        let stands = stands(damaged, spot, &entry.event, entry.arrived).hlc;
                        let Event { id, log, seq, prev, hlc, .. } = entry.event;
                        let (at, events) = found.entry(log).or_insert((place, BTreeMap::new()));
                        if *at == place {
                            events.insert(seq, Known { spot, id, prev, hlc, place: stands });
                        }
                    }
                    Some(_) => {}
                    None => guests.push((spot, place)),
                }
            }
        }
        let mut salvage = Self { places, logs: BTreeMap::new(), events: BTreeSet::new(), guests };
        let mut known: BTreeMap<LogId, (i64, LogState)> =
            logs(damaged).into_iter().map(|(state, place)| (state.id, (place, state))).collect();
        for (log, (place, events)) in found {
            let (floor, forked) = known.get(&log).map_or((1, None), |(_, state)| (state.floor, state.forked));
            if salvage.keep(log, place, &events, floor, forked) {
                known.remove(&log);
            }
        }
        // Logs of which everything was erased or forgotten on purpose. Their lines must not come back from others.
        let empty = known.into_iter().filter(|(_, (_, state))| state.floor > 1 && state.head_id.is_some());
        let none_held = |state: LogState| LogState { base: state.head.saturating_add(1), older: None, ..state };
        salvage.logs.extend(empty.map(|(log, (place, state))| (log, (place, none_held(state)))));
        salvage
    }

    /// Keeps the newest events without a gap. Returns whether there are any. Others can send what is missing above the
    /// floor.
    fn keep(&mut self, log: LogId, place: i64, events: &BTreeMap<u64, Known>, floor: u64, forked: Option<u64>) -> bool {
        let Some((&head, newest)) = events.range(floor..).next_back() else { return false };
        let (mut base, mut first) = (head, newest);
        self.events.insert(first.spot);
        while let Some((&seq, before)) = events.range(floor..base).next_back() {
            if seq + 1 != base || first.prev != Some(before.id) || first.hlc <= before.hlc {
                break;
            }
            (base, first) = (seq, before);
            self.events.insert(first.spot);
        }
        let (head_id, head_hlc) = (Some(newest.id), newest.hlc);
        let head_place = newest.place;
        let state = LogState { id: log, floor, base, head, head_id, head_hlc, head_place, older: None, forked };
        self.logs.insert(log, (place, state));
        true
    }

    /// The states of the logs of each network.
    pub(super) fn logs(&self) -> BTreeMap<Network, Vec<LogState>> {
        let mut logs: BTreeMap<Network, Vec<LogState>> = BTreeMap::new();
        for (place, state) in self.logs.values() {
            if let Some((_, network)) = self.places.get(place) {
                logs.entry(network.clone()).or_default().push(state.clone());
            }
        }
        logs
    }

    /// The events that are kept, in the order of the clock.
    pub(super) fn events<'a>(&'a self, damaged: &'a Connection) -> impl Iterator<Item = LogEntry> + 'a {
        // The same bytes have been proven already: nobody writes to this file.
        self.events.iter().filter_map(|&spot| {
            let (signed, arrived) = event(damaged, spot)?;
            let event = signed.read().ok()?;
            let place = stands(damaged, spot, &event, arrived);
            Some(LogEntry { event, signed, arrived, own: false, place, opened: opened(damaged, spot) })
        })
    }

    /// The guests' lines of each network.
    pub(super) fn guests(&self, damaged: &Connection) -> BTreeMap<Network, Vec<GuestLine>> {
        let mut lines: BTreeMap<Network, Vec<GuestLine>> = BTreeMap::new();
        for &(spot, place) in &self.guests {
            let Some((room, network)) = self.places.get(&place) else { continue };
            lines.entry(network.clone()).or_default().extend(guest(damaged, spot, *room));
        }
        lines
    }
}

fn places(damaged: &Connection) -> BTreeMap<i64, (RoomId, Network)> {
    let mut places = BTreeMap::new();
    for way in PLACES {
        places.extend(rows(damaged, way, |row| {
            let network = Network::new(row.get_ref(2)?.as_str()?)
                .map_err(|e| rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(e)))?;
            Ok((row.get::<_, i64>(0)?, (RoomId(array(1, row.get_ref(1)?.as_blob()?)?), network)))
        }));
    }
    places
}

/// The states of the logs in a damaged file, with the keys of their places, as far as they can be read.
fn logs(damaged: &Connection) -> Vec<(LogState, i64)> {
    // Files of the first versions have no floor.
    let has_floor = damaged.prepare("SELECT floor FROM logs").is_ok();
    let floor = if has_floor { "floor" } else { "iif(base > head, base, 1)" };
    let has_place = damaged.prepare("SELECT head_place FROM logs").is_ok();
    let place = if has_place { "ifnull(head_place, head_hlc)" } else { "head_hlc" };
    let sql = format!(
        "SELECT room, author, epoch, base, head, head_id, head_hlc, older_base, older_head, older_id, forked, {floor},
             {place}, place FROM logs"
    );
    rows(damaged, &sql, |row| Ok((snapshot::state(row, 0)?, row.get(13)?)))
}

fn spots(damaged: &Connection) -> BTreeSet<i64> {
    WAYS.into_iter().flat_map(|way| rows(damaged, way, |row| row.get(0))).collect()
}

fn unproven(damaged: &Connection, spot: i64) -> Option<Unproven> {
    let place = read(damaged, "SELECT place FROM lines WHERE spot = ?", spot, |row| row.get(0))?;
    Some(Unproven { spot, place, event: event(damaged, spot) })
}

/// What may be an event.
fn event(damaged: &Connection, spot: i64) -> Option<(Signed, Timestamp)> {
    let sealed = "SELECT body, sig, ifnull(sealed, content), arrived FROM lines WHERE spot = ?";
    // Files of earlier versions have nothing sealed.
    let clear = "SELECT body, sig, content, arrived FROM lines WHERE spot = ?";
    let sql = if damaged.prepare(sealed).is_ok() { sealed } else { clear };
    read(damaged, sql, spot, |row| Ok((reading::signed(row, 0)?, time(row, 3)?)))
}

/// What a sealed event says. No signature proves it, but only this machine has written it, where it opened the seal.
fn opened(damaged: &Connection, spot: i64) -> Option<Clear> {
    let sql = "SELECT kind, content FROM lines WHERE spot = ? AND sealed IS NOT NULL";
    let read = read(damaged, sql, spot, |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
    read.and_then(|(kind, content)| Some(Clear { kind, payload: Bytes::copy_from_slice(content.get(SALT_BYTES..)?) }))
}

/// Where an event stands. An event whose place is damaged, or was written by an earlier version, stands where its clock
/// says, unless that is more than a day after it arrived.
fn stands(damaged: &Connection, spot: i64, event: &Event, arrived: Timestamp) -> Place {
    let sql = "SELECT hlc, dating, ifnull(shown, wall) FROM lines WHERE spot = ?";
    let stored =
        read(damaged, sql, spot, |row| Ok(Place { hlc: hlc(row, 0)?, dating: dating(row, 1)?, shown: time(row, 2)? }));
    match stored.filter(|place| place.hlc < HLC_END) {
        Some(place) if place.dating.is_by_arrival() => place,
        Some(place) => Place { hlc: event.hlc, ..place },
        None if Logs::is_ahead(event.hlc, arrived) => {
            Place { hlc: Hlc::at(arrived), dating: Dating::Ahead, shown: arrived }
        }
        None => Place::by_clock(event),
    }
}

fn guest(damaged: &Connection, spot: i64, room: RoomId) -> Option<GuestLine> {
    let sql = "SELECT hlc, id, content, guest FROM lines WHERE spot = ? AND log IS NULL";
    let line = read(damaged, sql, spot, |row| {
        let id = MessageId(array(1, row.get_ref(1)?.as_blob()?)?);
        let content = lines::content(lines::GUEST_KIND, row.get_ref(2)?.as_blob()?);
        Ok((hlc(row, 0)?, id, content, row.get_ref(3)?.as_str()?.parse().ok()))
    });
    match line? {
        (hlc, id, Content::Said { nick, text, action, .. }, Some(addr)) => {
            Some(GuestLine { room, id, hlc, addr, nick, text, action })
        }
        _ => None,
    }
}

/// What others hold, as far as it can be read.
pub(super) fn acks(damaged: &Connection) -> Vec<Ack> {
    let sql = "SELECT room, author, epoch, node, seq FROM acks JOIN logs ON logs.key = acks.log";
    // `seq` is a column of the acks: logs have none.
    rows(damaged, sql, snapshot::ack)
}

/// Proofs that hold.
pub(super) fn forks(damaged: &Connection) -> Vec<Proof> {
    let sql = "SELECT room, author, epoch, seq, one_body, one_sig, one_content, other_body, other_sig, other_content
               FROM forks JOIN logs ON logs.key = forks.log";
    let is_proof = |proof: &Proof| {
        let of = |signed: &Signed| {
            let event = proven::one(signed.clone(), Timestamp::default())?.event;
            ((event.log, event.seq) == (proof.log, proof.seq)).then_some(event.id)
        };
        matches!((of(&proof.one), of(&proof.other)), (Some(one), Some(other)) if one != other)
    };
    rows(damaged, sql, snapshot::proof).into_iter().filter(is_proof).collect()
}

/// The rows up to the first one that cannot be reached, without those that make no sense.
fn rows<T>(damaged: &Connection, sql: &str, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut found = Vec::new();
    let Ok(mut statement) = damaged.prepare(sql) else { return found };
    let Ok(mut rows) = statement.query([]) else { return found };
    while let Ok(Some(row)) = rows.next() {
        found.extend(read(row));
    }
    found
}

fn read<T>(damaged: &Connection, sql: &str, spot: i64, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Option<T> {
    damaged.prepare_cached(sql).ok()?.query_row([spot], read).ok()
}
