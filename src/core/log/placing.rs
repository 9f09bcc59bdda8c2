//! Where a line stands. This is decided once, when it arrives.
//!
//! A line stands where its author's clock says, and moves our clock, unless it is dated more than a day ahead. A line
//! that is dated further ahead is placed by its arrival, like a guest's line: it moves no clock and is no cause. The
//! same goes for a line that was said just now and is dated more than a day back. Old lines that are fetched only now
//! stand where their clocks say, however old they are. So a line that moves clocks has the same place on all nodes.

use std::time::Duration;

use super::{
    HeldLog, Logs,
    storage::{Clear, Dating, LogEntry, Place, Snapshot},
};
use crate::{
    core::mutant,
    domain::model::{Hlc, RoomId, Timestamp},
    protocol::codec::event::{Event, Signed},
};

/// How far ahead an event may be dated and still stand where its clock says, and how far back if it was said just now.
/// The clocks in an office are minutes apart: with a tight limit, answers would stand above their questions.
pub const MAX_OFF: Duration = Duration::from_hours(24);

/// How far ahead of its arrival a line's shown time may be: two clocks that were never set may differ by as much.
const MAX_SHOWN_AHEAD_MS: i64 = 10 * 60 * 1_000;

/// What is known about the arrival of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// Whether its author sent it to us and has said it since the link came up.
    pub live: bool,
    /// By how many milliseconds its author's clock is ahead; zero if that is not known.
    pub ahead: i64,
}

impl Logs {
    /// A clock reading for a line that stands where it came. It is later than everything seen in the room.
    pub fn tick(&mut self, room: RoomId, wall: Timestamp) -> Hlc {
        let state = self.rooms.get_mut(room);
        state.latest = state.latest.next().max(Hlc::at(wall));
        state.latest
    }

    /// The latest reading of a room's clock.
    pub fn latest(&self, room: &RoomId) -> Hlc {
        self.rooms.get(room).map_or(Hlc(0), |room| room.latest)
    }

    /// The clocks of the rooms go on from those of `before`: what was shown and is not on disk counts.
    pub fn go_on_from(&mut self, before: &Self) {
        for (room, state) in before.rooms.iter() {
            let known = self.rooms.get_mut(*room);
            known.latest = known.latest.max(state.latest);
        }
    }

    /// The latest reading of the clocks of all rooms.
    pub fn latest_of_all(&self) -> Hlc {
        self.rooms.iter().map(|(_, state)| state.latest).max().unwrap_or_default()
    }

    /// Lines that stood too far ahead were moved. `snapshot` is what the store holds now.
    pub fn settled(&mut self, snapshot: &Snapshot) {
        for state in &snapshot.logs {
            if let Some(held) = self.held.get_mut(&state.id) {
                held.settled(state);
            }
        }
        // Lines that are not on disk yet have not been moved.
        for (room, state) in self.rooms.iter_mut() {
            let unwritten = self.held.values().filter(|held| held.head() > held.committed_head());
            let unwritten = unwritten.map(HeldLog::state).filter(|log| log.id.room == *room).map(|log| log.head_place);
            let stored = snapshot.latest.get(room).copied().unwrap_or_default();
            state.latest = unwritten.max().unwrap_or_default().max(stored);
        }
        let rooms = &self.rooms;
        self.frontier.forget_after(|room| rooms.get(room).map_or(Hlc(0), |room| room.latest));
        for state in snapshot.logs.iter().filter(|state| !state.is_placed_by_clock()) {
            self.frontier.forget(&state.id);
        }
    }

    /// Whether this reading is so far ahead that its line is placed by its arrival.
    pub fn is_ahead(hlc: Hlc, wall: Timestamp) -> bool {
        hlc.wall().as_millis() > wall.as_millis().saturating_add(max_off_ms())
    }

    /// An event that arrives at `wall`, with what is known of its place. Whether it is behind can be seen only now.
    pub(super) fn arriving(
        &self,
        (event, signed, opened): (Event, Signed, Option<Clear>),
        arrival: Arrival,
        wall: Timestamp,
    ) -> LogEntry {
        let present = self.latest(&event.log.room).wall().max(wall).as_millis();
        let is_behind = arrival.live && event.hlc.wall().as_millis().saturating_add(max_off_ms()) < present;
        let shown = Timestamp::from_millis(event.wall.as_millis().saturating_sub(arrival.ahead));
        let dating = if is_behind { Dating::Behind } else { Dating::Believed };
        let place = Place { hlc: event.hlc, dating, shown };
        LogEntry { event, signed, arrived: wall, own: false, place, opened }
    }

    /// Decides where an event that is accepted at `wall` stands.
    pub(super) fn place(&mut self, entry: &mut LogEntry, wall: Timestamp) {
        let event = &entry.event;
        let before = self.held.get(&event.log).map(HeldLog::state).filter(|state| event.seq > state.head);
        let arriving = entry.place;
        let dating = if mutant::places_by_authors_clock() {
            Dating::Believed
        } else if Self::is_ahead(event.hlc, wall) {
            Dating::Ahead
        } else if arriving.dating == Dating::Behind || before.is_some_and(|state| event.hlc <= state.head_place) {
            // No line stands above its predecessor in its log.
            Dating::Behind
        } else {
            Dating::Believed
        };
        let hlc = if dating.is_by_arrival() { self.tick(event.log.room, wall) } else { event.hlc };
        let is_merged = !dating.is_by_arrival() && !Self::is_ahead(event.hlc, wall) && !mutant::ignores_clocks();
        if is_merged || mutant::merges_every_clock() {
            let state = self.rooms.get_mut(event.log.room);
            state.latest = state.latest.max(event.hlc);
        }
        let (shown, is_certain) = shown(arriving.shown, event.wall, hlc.wall(), wall);
        let dating = if dating == Dating::Believed && !is_certain { Dating::OtherTime } else { dating };
        entry.place = Place { hlc, dating, shown };
    }
}

/// The time to show: the corrected one, or else the author's own, or else the time of arrival. Also returns whether it
/// is one of the first two.
fn shown(corrected: Timestamp, own: Timestamp, stands: Timestamp, arrived: Timestamp) -> (Timestamp, bool) {
    let is_plausible = |time: &Timestamp| {
        let time = time.as_millis();
        time.saturating_sub(stands.as_millis()).saturating_abs() <= max_off_ms()
            && time <= arrived.as_millis().saturating_add(MAX_SHOWN_AHEAD_MS)
    };
    [corrected, own].into_iter().find(is_plausible).map_or((arrived, false), |time| (time, true))
}

/// [`MAX_OFF`] in milliseconds.
pub(crate) fn max_off_ms() -> i64 {
    i64::try_from(MAX_OFF.as_millis()).unwrap_or(i64::MAX)
}
