//! Floods in pages from disk. Someone who opens a room after a flood wants to see what the others said.

use std::collections::BTreeMap;

use super::{Entry, Flood, Line, Slot, Source};
use crate::domain::model::{Author, PeerId};

/// This many lines of one person within [`DENSE_MS`] are a flood: nearly 2 lines a second. Slower ones are shown one by
/// one.
pub(super) const DENSE_LINES: usize = 50;

/// See [`DENSE_LINES`].
pub(super) const DENSE_MS: i64 = 30_000;

/// Lines of a flood that stay in sight, and as many that name the user.
const SHOWN: usize = 3;

/// The entries for the lines of a page, which are in order. The first lines of a flood stay. The rest becomes one entry
/// for each person, in the place of the first line that it takes in.
pub(super) fn fold(lines: Vec<Line>) -> Vec<Slot> {
    let floods = floods(&lines);
    let mut slots: Vec<Slot> = Vec::with_capacity(lines.len());
    let mut seen: BTreeMap<PeerId, Seen> = BTreeMap::new();
    for (at, line) in lines.into_iter().enumerate() {
        let (key, day) = (line.position, line.day);
        let of = match line.author {
            Author::Peer(peer) if floods.get(at) == Some(&true) => Some((peer, seen.entry(peer).or_default())),
            _ => None,
        };
        let Some((peer, seen)) = of else {
            slots.push(Slot::new(Entry::Line(line), key, day));
            continue;
        };
        let shown = if line.mention { &mut seen.mentions } else { &mut seen.lines };
        *shown += 1;
        if *shown <= SHOWN {
            slots.push(Slot::new(Entry::Line(line), key, day));
        } else if let Some(Slot { entry: Entry::Flood(flood), .. }) = seen.fold.and_then(|fold| slots.get_mut(fold)) {
            flood.add(line);
        } else {
            seen.fold = Some(slots.len());
            slots.push(Slot::new(Entry::Flood(Box::new(Flood::new(Source::Past(peer), line))), key, day));
        }
    }
    slots
}

/// What we have seen of one person's floods.
#[derive(Default)]
struct Seen {
    lines: usize,
    mentions: usize,
    /// Which slot takes in the others.
    fold: Option<usize>,
}

/// Which of these lines belong to a flood.
fn floods(lines: &[Line]) -> Vec<bool> {
    let mut floods = vec![false; lines.len()];
    let mut places: BTreeMap<PeerId, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let Author::Peer(peer) = line.author {
            places.entry(peer).or_default().push(at);
        }
    }
    let date = |at: usize| lines.get(at).map_or(0, |line| line.position.hlc.wall().as_millis());
    for window in places.values().flat_map(|places| places.windows(DENSE_LINES)) {
        if let [first, .., last] = window
            && date(*last).saturating_sub(date(*first)) <= DENSE_MS
        {
            for at in window {
                if let Some(flood) = floods.get_mut(*at) {
                    *flood = true;
                }
            }
        }
    }
    floods
}
