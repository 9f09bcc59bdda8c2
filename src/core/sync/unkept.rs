//! Lines of others that are shown although the disk does not take them, and what happens until it does.
//!
//! They are held in memory, as many as may wait for the disk, and are not acknowledged. Further lines are not taken:
//! they are fetched when the disk takes something again. `outage` says when that is. Strangers' lines are also held
//! here while the disk is only nearly full and still takes the lines of known people.

use std::collections::BTreeMap;

use super::{
    Sync,
    commit::{line_of, line_of_guest},
    event::Context,
    queued::{MAX_QUEUED, Queued, Used, weight},
    sealing::Unsealed,
    strangers::Brought,
};
use crate::{
    core::{
        budgets::Space,
        log::{
            Acceptance, Arrival, Offer,
            storage::{Dating, LogEntry, Place, StoredLine},
        },
        mutant,
    },
    domain::{
        bus::Update,
        model::{Hlc, LinkId, LogId, MessageId, Position, RoomId},
    },
    protocol::{
        codec::event::{Event, Signed},
        identity::is_signed_by,
    },
};

/// Lines that are remembered as on the screen but not kept. This is more than are held, because some have to be fetched
/// again.
const MAX_SHOWN: usize = 2 * MAX_QUEUED;

/// A line that waits here.
#[derive(Debug)]
struct Held {
    queued: Queued,
    /// Whether it is part of its log. If not, it is a stranger's line, and the disk has too little room for strangers.
    accepted: bool,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Unkept {
    held: Vec<Held>,
    used: Used,
    /// Lines on the screen that are not on disk, and where they stand there.
    shown: BTreeMap<MessageId, Hlc>,
    /// Whether the front end was told that lines of the present commit stand elsewhere now: once is enough.
    told_moved: bool,
}

impl Unkept {
    /// Whether this message is on the screen but not on disk.
    pub(super) fn shows(&self, id: &MessageId) -> bool {
        self.shown.contains_key(id)
    }

    /// A commit that may contain such lines is on disk.
    pub(super) fn commit_is_written(&mut self) {
        self.told_moved = false;
    }

    fn has_room_for(&self, link: LinkId, bytes: usize) -> bool {
        self.used.has_share_for(link) && weight(bytes) <= self.used.free()
    }

    /// Holds a line, if there is room. Returns whether there was.
    fn hold(&mut self, queued: Queued, accepted: bool) -> bool {
        let weight = queued.weight();
        // What a link brought was limited by its share, but what was on its way to disk may be more.
        if weight > self.used.free() {
            return false;
        }
        self.used.add(link_of(&queued), weight);
        self.held.push(Held { queued, accepted });
        true
    }

    /// Notes that a message is on the screen but not on disk. Returns whether that is news.
    fn note_shown(&mut self, Position { id, hlc, .. }: Position) -> bool {
        if self.shown.len() >= MAX_SHOWN {
            // The mark of the message that is dropped here stays until the screen is drawn from disk.
            self.shown.pop_first();
        }
        self.shown.insert(id, hlc).is_none()
    }

    /// Takes out what was accepted, or what was not, causes before effects.
    pub(super) fn take(&mut self, accepted: bool) -> Vec<Queued> {
        let (mut taken, left): (Vec<Held>, Vec<Held>) =
            std::mem::take(&mut self.held).into_iter().partition(|held| held.accepted == accepted);
        self.used = Used::default();
        for held in left {
            self.hold(held.queued, held.accepted);
        }
        taken.sort_by_key(|held| position(&held.queued));
        taken.into_iter().map(|held| held.queued).collect()
    }
}

/// What happens to lines.
impl Sync {
    /// Writes what was accepted, or shows it if the disk takes nothing.
    pub(super) fn keep_or_show(&mut self, queued: Queued, cx: &mut Context<'_>) {
        if self.writer.is_broken() {
            self.show_unkept(queued, cx);
        } else {
            self.writer.push(queued);
        }
    }

    /// Shows somebody else's line that the disk does not take.
    pub(super) fn show_unkept(&mut self, queued: Queued, cx: &mut Context<'_>) {
        let (room, line) = (queued.room(), line(&queued));
        let is_guests = line.guest.is_some();
        if mutant::acknowledges_unkept()
            && let Queued::Event(entry, from) = &queued
        {
            let (log, from) = (entry.event.log, *from);
            let states = self.logs.states_after(std::iter::once(&**entry));
            self.logs.committed(states);
            self.changed(&log, from, cx);
        }
        let is_held = self.unkept.hold(queued, true);
        if !is_held {
            self.hold_back(cx);
        }
        // A guest does not send its line again.
        if (is_held || is_guests) && !mutant::hides_unkept() && self.unkept.note_shown(line.position) {
            self.show_line(&room, &line, cx.now, cx);
        }
    }

    /// Shows a stranger's line that was refused because the disk is nearly full. Only what its author sends is shown,
    /// because others do not offer it.
    pub(super) fn show_refused(
        &mut self,
        link: LinkId,
        (event, opened): Unsealed,
        signed: Signed,
        cx: &mut Context<'_>,
    ) {
        let author = event.log.author;
        let is_new = !self.unkept.shows(&event.id.into());
        if is_new
            && self.links.of(&author) == Some(link)
            && self.unkept.has_room_for(link, signed.bytes())
            && is_signed_by(&author, &signed.message(), &signed.sig)
        {
            let entry =
                LogEntry { place: Place::by_clock(&event), event, signed, arrived: cx.now.wall, own: false, opened };
            let (room, shown) = (entry.event.log.room, line_of(&entry));
            self.unkept.hold(Queued::Event(Box::new(entry), Some(link)), false);
            self.unkept.note_shown(shown.position);
            self.show_line(&room, &shown, cx.now, cx);
        }
    }

    /// Whether an event is not taken because too much is held in memory already. It comes again.
    pub(super) fn holds_back(&mut self, link: LinkId, signed: &Signed, cx: &mut Context<'_>) -> bool {
        let is_full = self.writer.is_broken()
            && !self.unkept.has_room_for(link, signed.bytes())
            && !self.unkept.shows(&signed.id().into());
        if is_full {
            self.hold_back(cx);
        }
        is_full
    }

    /// A line is on disk. If it was shown before, the front end is told only that its mark goes, and that it stands
    /// elsewhere now if it does. Returns whether it was shown.
    pub(super) fn is_kept_now(&mut self, room: &RoomId, line: &StoredLine, cx: &mut Context<'_>) -> bool {
        let Position { id, hlc, .. } = line.position;
        let Some(shown) = self.unkept.shown.remove(&id) else { return false };
        if let Some(message) = self.message(room, line, cx.people, cx.now) {
            if shown != hlc && !std::mem::replace(&mut self.unkept.told_moved, true) {
                cx.update(Update::Rearranged { room: message.room });
            }
            cx.update(Update::Kept { id, mark: message.mark });
        }
        true
    }

    /// Lines of a room that are not kept and belong among these, which came from disk. `before` and `after` say whether there are
    /// further ones on disk.
    pub(super) fn unkept_lines(
        &self,
        room: &RoomId,
        stored: &[StoredLine],
        before: bool,
        after: bool,
    ) -> Vec<StoredLine> {
        let first = stored.first().map(|line| line.position).filter(|_| before);
        let last = stored.last().map(|line| line.position).filter(|_| after);
        if stored.is_empty() && (before || after) {
            return Vec::new();
        }
        let held = self.unkept.held.iter().filter(|held| held.queued.room() == *room).map(|held| line(&held.queued));
        let belongs = |line: &StoredLine| {
            first.is_none_or(|first| line.position > first) && last.is_none_or(|last| line.position < last)
        };
        held.filter(belongs).collect()
    }
}

/// Events that may continue what is on disk.
impl Sync {
    /// The logs were just read from disk. Offers them again the events that are held in memory.
    pub(super) fn offer_unkept(&mut self, cx: &mut Context<'_>) {
        for queued in self.unkept.take(true) {
            let Queued::Event(entry, from) = queued else {
                self.unkept.hold(queued, true);
                continue;
            };
            let (_, accepted) = self.offer_to_log(*entry, from, cx);
            for entry in accepted {
                self.unkept.hold(Queued::Event(Box::new(entry), from), true);
            }
        }
    }

    /// Offers an event to its log once more. Its sender may be gone.
    fn offer_to_log(&mut self, entry: LogEntry, from: Option<LinkId>, cx: &Context<'_>) -> (Acceptance, Vec<LogEntry>) {
        let LogEntry { event, signed, place, opened, .. } = entry;
        let links = &self.links;
        let base = from.and_then(|from| links.get(from)?.cursors.base(&event.log));
        let highest = |log: &LogId| links.highest_base(log);
        let ahead = self.clocks.ahead_of_reference(&event.log.author, cx.now);
        // Only what was said just now can be dated too far back.
        let live = place.dating == Dating::Behind;
        let offer = Offer { base, has_room: true, highest: &highest, arrival: Arrival { live, ahead }, opened };
        let mut accepted = Vec::new();
        let acceptance = self.logs.offer(event, signed, &offer, self.clocks.reference(cx.now), &mut accepted);
        (acceptance, accepted)
    }

    /// Notes how much room the disk has. If that is enough for strangers, their lines that were shown are kept now.
    pub(super) fn free_space(&mut self, space: Space, cx: &mut Context<'_>) {
        self.budget.disk_is(space);
        if self.budget.is_disk_full() {
            return;
        }
        for queued in self.unkept.take(false) {
            let Queued::Event(entry, Some(link)) = queued else { continue };
            let Event { log, seq, hlc, .. } = entry.event;
            let bytes = u32::try_from(entry.signed.bytes()).unwrap_or(u32::MAX);
            let brought = Brought { by: log.author, log, seq, hlc, bytes };
            // What finds no place comes again from its author.
            let Ok(instead_of) = self.place_for(&brought, cx) else { continue };
            let (acceptance, accepted) = self.offer_to_log(*entry, Some(link), cx);
            if matches!(acceptance, Acceptance::Accepted | Acceptance::Waits) {
                self.took(link, &brought, instead_of, cx);
            }
            self.keep(accepted, Some(link), cx);
        }
    }
}

fn link_of(queued: &Queued) -> Option<LinkId> {
    match queued {
        Queued::Event(_, from) => *from,
        Queued::Guest(..) => None,
    }
}

/// A line as it will come from disk.
fn line(queued: &Queued) -> StoredLine {
    match queued {
        Queued::Event(entry, _) => line_of(entry),
        Queued::Guest(line, came) => line_of_guest(line.clone(), *came),
    }
}

fn position(queued: &Queued) -> Position {
    match queued {
        Queued::Event(entry, _) => entry.position(),
        Queued::Guest(line, _) => Position::unlogged(line.hlc, line.id),
    }
}
