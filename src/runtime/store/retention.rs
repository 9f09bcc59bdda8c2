//! Forgets lines: first those that are too old (`aging`), then those beyond the number to keep. Strangers lose lines
//! first, and among them the one with the most lines.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result, params};

use super::{
    aging,
    columns::{hlc, log_id, number, unsigned},
    deleting::{Line, SLICE_LINES},
    sharing::give_up,
    writing::find,
};
use crate::{
    core::log::storage::Retain,
    domain::model::{Hlc, LogId, NodeId},
};

/// How many lines are examined in one slice, which takes a few milliseconds. Many of them may be lines of our user that
/// stay.
const SLICE_LOOKS: usize = 4_096;

/// The progress of a request to forget.
#[derive(Debug)]
pub(super) struct Retaining {
    retain: Retain,
    me: NodeId,
    /// What is left to do, the next step last; `None` before the first slice.
    steps: Option<Vec<Step>>,
}

/// Lines to forget, of a place, given by its key, or of a log. The oldest go first.
#[derive(Debug)]
enum Step {
    /// Events that are too old, of logs with keys greater than `after`.
    OldEvents { place: i64, after: i64 },
    /// Guests' lines that are too old.
    OldGuests { place: i64 },
    /// Lines beyond the number to keep. This step is replaced by some of the following ones.
    Share { place: i64 },
    /// This many lines of a log.
    Log { log: LogId, lines: u64 },
    /// This many lines of guests.
    Guests { place: i64, lines: u64 },
    /// This many lines of everyone who is left, from a clock reading on; of our user's, at most `own`.
    Everybody { place: i64, lines: u64, own: u64, from: i64 },
}

impl Retaining {
    /// `me` is our user.
    pub(super) fn new(retain: Retain, me: NodeId) -> Self {
        Self { retain, me, steps: None }
    }

    /// The lines that go next, and whether there may be more after them.
    pub(super) fn next(&mut self, connection: &Connection) -> Result<(Vec<Line>, bool)> {
        let Self { retain, me, steps } = self;
        let steps = match steps {
            Some(steps) => steps,
            none => none.insert(first_steps(connection, retain)?),
        };
        let Some(step) = steps.pop() else { return Ok((Vec::new(), false)) };
        let mut lines = Vec::new();
        match step {
            Step::OldEvents { place, after } => {
                let (chosen, next) = aging::events(connection, place, after, retain)?;
                lines = chosen;
                steps.extend(next.map(|after| Step::OldEvents { place, after }));
            }
            Step::OldGuests { place } => {
                lines = aging::guests(connection, place, retain)?;
                if lines.len() == SLICE_LINES {
                    steps.push(step);
                }
            }
            Step::Share { place } => steps.extend(share(connection, place, retain, me)?),
            Step::Log { .. } => {
                steps.push(step);
                lines = of_logs(connection, steps)?;
            }
            Step::Guests { place, lines: wanted } => {
                lines = of_guests(connection, place, wanted)?;
                let left = wanted.saturating_sub(lines.len() as u64);
                if left > 0 && lines.len() == SLICE_LINES {
                    steps.push(Step::Guests { place, lines: left });
                }
            }
            Step::Everybody { place, lines: wanted, own, from } => {
                let (chosen, more) = of_everybody(connection, me, place, (wanted, own, from))?;
                lines = chosen;
                steps.extend(more);
            }
        }
        Ok((lines, !steps.is_empty()))
    }
}

fn first_steps(connection: &Connection, retain: &Retain) -> Result<Vec<Step>> {
    let mut places = connection.prepare_cached("SELECT key FROM places")?;
    let places = places.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    // The steps are taken from the end.
    let steps = places.into_iter().flat_map(|place| {
        let share = retain.keep.map(|_| Step::Share { place });
        let old = retain.before.map(|_| [Step::OldGuests { place }, Step::OldEvents { place, after: 0 }]);
        share.into_iter().chain(old.into_iter().flatten())
    });
    Ok(steps.collect())
}

/// Whose lines are counted together. All guests count as one: they have no keys, and new addresses cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Speaker {
    Node(NodeId),
    Guests,
}

/// What somebody has said: their logs, each with the position of its end and its number of lines; for guests, the
/// number of lines.
#[derive(Debug, Default)]
struct Said {
    logs: Vec<(Hlc, LogId, u64)>,
    guests: u64,
}

impl Said {
    fn lines(&self) -> u64 {
        self.logs.iter().map(|(_, _, lines)| lines).sum::<u64>() + self.guests
    }
}

type Speakers = BTreeMap<Speaker, Said>;

/// How many lines each must give up in a place. The last step in the list is done next.
fn share(connection: &Connection, place: i64, retain: &Retain, me: &NodeId) -> Result<Vec<Step>> {
    let Some(keep) = retain.keep else { return Ok(Vec::new()) };
    let mut strangers = Speakers::new();
    let (mut own, mut all) = (0, 0);
    let sql = "SELECT room, author, epoch, lines, ifnull(head_place, head_hlc) FROM logs WHERE place = ? AND lines > 0";
    let mut logs = connection.prepare_cached(sql)?;
    let mut logs = logs.query([place])?;
    while let Some(row) = logs.next()? {
        let (log, lines, end) = (log_id(row, 0)?, unsigned(row.get(3)?), hlc(row, 4)?);
        all += lines;
        if log.author == *me {
            own += lines;
        } else if !retain.known.contains(&log.author) {
            strangers.entry(Speaker::Node(log.author)).or_default().logs.push((end, log, lines));
        }
    }
    let guests = "SELECT count(*) FROM lines INDEXED BY guests_in_order WHERE place = ? AND log IS NULL";
    let guests = connection.prepare_cached(guests)?.query_row([place], |row| row.get(0).map(unsigned))?;
    if guests > 0 {
        strangers.entry(Speaker::Guests).or_default().guests = guests;
        all += guests;
    }
    let mut beyond = all.saturating_sub(keep);
    let first = steps(place, strangers, &mut beyond);
    // Our user's lines go last, but they are protected only up to half of what is kept, so that something else is left.
    let own = own.saturating_sub(keep / 2);
    let last = (beyond > 0).then_some(Step::Everybody { place, lines: beyond, own, from: 0 });
    Ok(last.into_iter().chain(first).collect())
}

/// The steps for what these people give up of `beyond` lines.
fn steps(place: i64, speakers: Speakers, beyond: &mut u64) -> Vec<Step> {
    let counts: Vec<u64> = speakers.values().map(Said::lines).collect();
    let mut steps = Vec::new();
    for (mut said, mut lines) in speakers.into_values().zip(give_up(&counts, *beyond)) {
        *beyond = beyond.saturating_sub(lines);
        if said.guests > 0 && lines > 0 {
            steps.push(Step::Guests { place, lines });
        }
        // The log that ended first goes first.
        said.logs.sort_unstable();
        for (_, log, has) in said.logs {
            if lines > 0 {
                steps.push(Step::Log { log, lines: has.min(lines) });
            }
            lines = lines.saturating_sub(has);
        }
    }
    steps
}

/// The oldest lines of the logs in the last steps, as many as fit into one slice. Each log is named by one step only.
fn of_logs(connection: &Connection, steps: &mut Vec<Step>) -> Result<Vec<Line>> {
    let sql = format!("SELECT {} FROM lines WHERE log = ? ORDER BY seq LIMIT ?", Line::columns());
    let mut oldest = connection.prepare_cached(&sql)?;
    let mut chosen: Vec<Line> = Vec::new();
    while let Some(Step::Log { log, lines }) = steps.last_mut() {
        let room = (SLICE_LINES - chosen.len()) as u64;
        if room == 0 {
            break;
        }
        let wanted = room.min(*lines);
        // A log may be dropped between two slices, and its key given to another.
        if let Some((key, _)) = find(connection, log)? {
            let rows = oldest.query_map(params![key, number(wanted)], Line::read)?;
            chosen.extend(rows.collect::<Result<Vec<Line>>>()?);
        }
        *lines -= wanted;
        if *lines == 0 {
            steps.pop();
        }
    }
    Ok(chosen)
}

fn of_guests(connection: &Connection, place: i64, wanted: u64) -> Result<Vec<Line>> {
    let sql = format!(
        "SELECT {} FROM lines INDEXED BY guests_in_order WHERE place = ? AND log IS NULL ORDER BY hlc LIMIT ?",
        Line::columns()
    );
    let mut oldest = connection.prepare_cached(&sql)?;
    let values = params![place, number(wanted.min(SLICE_LINES as u64))];
    oldest.query_map(values, Line::read)?.collect()
}

/// The oldest lines of a place, except those of our user that stay, and what is left to do after them.
fn of_everybody(
    connection: &Connection,
    me: &NodeId,
    place: i64,
    (mut wanted, mut own, mut from): (u64, u64, i64),
) -> Result<(Vec<Line>, Option<Step>)> {
    let mut logs = connection.prepare_cached("SELECT key FROM logs WHERE place = ? AND author = ?")?;
    let logs = logs.query_map(params![place, me.as_bytes()], |row| row.get(0))?;
    let mut ours = Vec::new();
    for key in logs {
        ours.push(Some(key?));
    }
    let sql = format!("SELECT {}, lines.hlc FROM lines WHERE place = ? AND hlc >= ? ORDER BY hlc", Line::columns());
    let mut oldest = connection.prepare_cached(&sql)?;
    let mut oldest = oldest.query(params![place, from])?;
    let mut chosen = Vec::new();
    for _ in 0..SLICE_LOOKS {
        if wanted == 0 || chosen.len() == SLICE_LINES {
            break;
        }
        let Some(row) = oldest.next()? else { return Ok((chosen, None)) };
        from = row.get(4)?;
        if ours.contains(&row.get::<_, Option<i64>>(1)?) {
            if own == 0 {
                continue;
            }
            own -= 1;
        }
        wanted -= 1;
        chosen.push(Line::read(row)?);
    }
    Ok((chosen, (wanted > 0).then_some(Step::Everybody { place, lines: wanted, own, from })))
}
