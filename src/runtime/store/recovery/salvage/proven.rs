//! Checks what authors have signed. That takes most of the time of a recovery, so all processors share the work.

use std::thread;

use crate::{
    core::log::storage::{LogEntry, Place},
    domain::model::Timestamp,
    protocol::{codec::event::Signed, identity::is_signed_by},
};

/// More processors than this do not make the disk faster.
const MAX_THREADS: usize = 8;

/// A line that may be an event.
#[derive(Debug, Clone)]
pub(super) struct Unproven {
    pub(super) spot: i64,
    pub(super) place: i64,
    /// Its bytes, with the time of its arrival.
    pub(super) event: Option<(Signed, Timestamp)>,
}

/// A line, with its event if it is one.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) spot: i64,
    pub(super) place: i64,
    pub(super) entry: Option<LogEntry>,
}

/// Checks all lines, and returns them in the same order. Only events that their authors have signed have an entry.
pub(super) fn all(lines: impl Iterator<Item = Unproven>) -> Vec<Proven> {
    let lines: Vec<Unproven> = lines.collect();
    let threads = thread::available_parallelism().map_or(1, |count| count.get().min(MAX_THREADS));
    let share = lines.len().div_ceil(threads).max(1);
    let prove = |part: &[Unproven]| part.iter().map(of).collect::<Vec<Proven>>();
    thread::scope(|scope| {
        let started: Vec<_> = lines
            .chunks(share)
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || prove(part))))
            .collect();
        let ended = started.into_iter().map(|(part, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| prove(part)),
            // The system gives no more threads.
            Err(_) => prove(part),
        });
        ended.flatten().collect()
    })
}

fn of(line: &Unproven) -> Proven {
    let entry = line.event.clone().and_then(|(signed, arrived)| one(signed, arrived));
    Proven { spot: line.spot, place: line.place, entry }
}

/// An event that its author has signed; `None` for everything else.
pub(super) fn one(signed: Signed, arrived: Timestamp) -> Option<LogEntry> {
    let event = signed.read().ok()?;
    let is_proven = is_signed_by(&event.log.author, &signed.message(), &signed.sig);
    is_proven.then(|| LogEntry { place: Place::by_clock(&event), event, signed, arrived, own: false, opened: None })
}
