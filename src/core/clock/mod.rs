//! What time it is, by our own clock and the clocks of linked nodes.
//!
//! A machine's clock may be off by minutes, or by years. [`Clocks`] compares ours with the clocks of others and decides
//! which time to go by: the reference. That is our own clock, unless others contradict it by half a day or more. So a
//! clock that is a few minutes off changes nothing, and no single stranger can move ours.
//!
//! The other side of a link may send its clock reading when the link opens and in every answer to a ping. We add the
//! time that has passed since then on the monotonic clock, so a jump of our own clock shows at once.

mod trusted_run;

use std::{collections::BTreeMap, time::Instant};

pub use trusted_run::{LastRun, TrustedRun};

use crate::domain::model::{LinkId, Machine, NodeId, Now, Timestamp};

/// How far off our clock must be before others override it: 12 hours. No slow quartz is that far off. A smaller error
/// does no harm: what is dated less than a day ahead keeps its place.
const OVERRIDDEN_AT_MS: i64 = 12 * 60 * 60 * 1_000;

/// How far off our clock must be before the user is told: 2 minutes. Less goes unnoticed.
const TOLD_AT_MS: i64 = 2 * 60 * 1_000;

/// How far off somebody else's clock must be before the user is told: 10 minutes. Machines in one office are often a
/// few minutes apart, which does no harm.
const MARKED_AT_MS: i64 = 10 * 60 * 1_000;

/// No correct clock shows a time before this: 1 September 2026, before this program was made. Machines with an empty
/// battery start years earlier, many of them at the same time.
const MADE: Timestamp = Timestamp::from_millis(1_788_220_800_000);

/// Smaller offsets cannot be measured well enough to correct anything: a Hello may take a second to arrive.
const EXACT_TO_MS: i64 = 2_000;

/// The clock of a node that is linked.
#[derive(Debug, Clone, Copy)]
struct Clock {
    node: NodeId,
    /// Several nodes of one machine have one clock and count once.
    machine: Machine,
    /// What it showed, and when.
    showed: Timestamp,
    at: Instant,
}

impl Clock {
    /// What it shows now.
    fn shows(&self, now: Now) -> Timestamp {
        let passed = now.mono.saturating_duration_since(self.at).as_millis();
        let shows = self.showed.as_millis().saturating_add(i64::try_from(passed).unwrap_or(i64::MAX));
        Timestamp::from_millis(shows)
    }

    /// By how many milliseconds it is ahead of ours.
    fn ahead(&self, now: Now) -> i64 {
        self.shows(now).as_millis().saturating_sub(now.wall.as_millis())
    }
}

/// The clocks of all who are linked.
#[derive(Debug, Default)]
pub struct Clocks {
    links: BTreeMap<LinkId, Clock>,
    /// What is added to our clock, as of the last comparison.
    correction: i64,
    /// By how much others contradict our clock, if they say that it is behind.
    behind: i64,
    /// By how much the median of the others is ahead of our clock, if there are two or more; otherwise the correction.
    consensus: i64,
}

/// The result of comparing all clocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// What is added to our own clock, in milliseconds. Zero unless others override it.
    pub correction: i64,
    /// Whether others agree with the time we go by. They do not if no clock here counts, or if they contradict ours but
    /// may not override it.
    pub agreed: bool,
    /// Whether the clocks of others contradict ours by half a day or more.
    pub contradicted: bool,
    /// How far off our own clock is, if the user should know.
    pub off: Option<Off>,
}

/// How far off our own clock is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Off {
    /// By how many milliseconds it is ahead; negative if it is behind.
    pub ahead: i64,
    /// The nodes whose clocks say so, in the order of their keys.
    pub of: Vec<NodeId>,
}

impl Clocks {
    /// The clock of `node` on `machine`, at the other end of a link, is `ahead` milliseconds ahead of ours now.
    pub fn up(&mut self, link: LinkId, node: NodeId, machine: Machine, ahead: i64, now: Now) {
        let showed = Timestamp::from_millis(now.wall.as_millis().saturating_add(ahead));
        self.links.insert(link, Clock { node, machine, showed, at: now.mono });
    }

    /// The same, for a link that is open already. Returns whether that is news: its node had not sent a clock reading
    /// before, or the clock was set meanwhile.
    pub fn measured(&mut self, link: LinkId, node: NodeId, machine: Machine, ahead: i64, now: Now) -> bool {
        let is_set = |clock: &Clock| clock.ahead(now).abs_diff(ahead) > EXACT_TO_MS.unsigned_abs();
        let is_news = self.links.get(&link).is_none_or(is_set);
        self.up(link, node, machine, ahead, now);
        is_news
    }

    /// A link is gone.
    pub fn down(&mut self, link: LinkId) {
        self.links.remove(&link);
    }

    /// Compares all clocks. `is_known` says which nodes are no strangers. If two of their machines are here, strangers
    /// have no say. A clock that is certainly wrong never counts.
    pub fn look(&mut self, is_known: impl Fn(&NodeId) -> bool, now: Now) -> Look {
        let possible = self.links.values().filter(|clock| clock.shows(now) >= MADE);
        let mut voices: Vec<(bool, Clock)> = possible.map(|clock| (is_known(&clock.node), *clock)).collect();
        let known = machines(voices.iter().filter(|(known, _)| *known).map(|(_, clock)| clock), now);
        if known.len() >= 2 {
            voices.retain(|(known, _)| *known);
        }
        let aheads = machines(voices.iter().map(|(_, clock)| clock), now);
        let Some(ahead) = median(aheads.values().copied().collect()) else {
            (self.correction, self.behind, self.consensus) = (0, 0, 0);
            return Look::default();
        };
        let contradicted = ahead.saturating_abs() > OVERRIDDEN_AT_MS;
        // A single other node is believed only if it is known and its clock is ahead: one that is behind may have been
        // reset.
        let overrides = aheads.len() >= 2 || (ahead > 0 && voices.iter().all(|(known, _)| *known));
        let is_overridden = contradicted && overrides;
        self.correction = if is_overridden { ahead } else { 0 };
        self.behind = if contradicted { ahead.max(0) } else { 0 };
        self.consensus = if aheads.len() >= 2 { ahead } else { self.correction };
        let off = (ahead.saturating_abs() >= TOLD_AT_MS).then(|| {
            let differs = |clock: &Clock| {
                let theirs = clock.ahead(now);
                theirs.signum() == ahead.signum() && theirs.saturating_abs() >= TOLD_AT_MS
            };
            let mut of: Vec<NodeId> =
                voices.iter().filter(|(_, clock)| differs(clock)).map(|(_, clock)| clock.node).collect();
            of.sort_unstable();
            of.dedup();
            Off { ahead: -ahead, of }
        });
        Look { correction: self.correction, agreed: is_overridden || !contradicted, contradicted, off }
    }

    /// The time to go by, as of the last comparison.
    pub fn reference(&self, now: Now) -> Now {
        let wall = Timestamp::from_millis(now.wall.as_millis().saturating_add(self.correction));
        Now { wall, ..now }
    }

    /// The latest time that it may be now, as of the last comparison. What comes now counts as having come then, so
    /// that it is not forgotten too soon. If only a stranger says that our clock is behind, this function believes it,
    /// but the reference does not.
    pub fn latest(&self, now: Now) -> Timestamp {
        Timestamp::from_millis(now.wall.as_millis().saturating_add(self.correction.max(self.behind)))
    }

    /// How many milliseconds a node's clock is ahead of the reference. Zero if the difference is within the measurement
    /// error, or if the node is not linked.
    pub fn ahead_of_reference(&self, node: &NodeId, now: Now) -> i64 {
        let clock = self.links.values().rev().find(|clock| clock.node == *node);
        let ahead = clock.map_or(0, |clock| clock.ahead(now).saturating_sub(self.correction));
        if ahead.saturating_abs() < EXACT_TO_MS { 0 } else { ahead }
    }

    /// The linked nodes whose clocks are so far off that the user should see it, and by how many milliseconds they are
    /// ahead, as of the last comparison. With two or more others, their median counts as right, whatever our own clock
    /// shows.
    pub fn far_off(&self, now: Now) -> BTreeMap<NodeId, i64> {
        let off = |clock: &Clock| (clock.node, clock.ahead(now).saturating_sub(self.consensus));
        self.links.values().map(off).filter(|(_, ahead)| ahead.saturating_abs() >= MARKED_AT_MS).collect()
    }
}

/// By how much the clock of each machine is ahead. If a machine has several nodes, the one nearest to ours counts.
fn machines<'a>(clocks: impl Iterator<Item = &'a Clock>, now: Now) -> BTreeMap<Machine, i64> {
    let mut aheads = BTreeMap::new();
    for clock in clocks {
        let ahead = clock.ahead(now);
        let of = aheads.entry(clock.machine).or_insert(ahead);
        if ahead.saturating_abs() < of.saturating_abs() {
            *of = ahead;
        }
    }
    aheads
}

/// The median. Of two middle values it is the one nearer to zero, so that one wrong clock of two convinces nobody.
fn median(mut aheads: Vec<i64>) -> Option<i64> {
    aheads.sort_unstable();
    let upper = aheads.get(aheads.len() / 2).copied()?;
    let lower = aheads.get((aheads.len() - 1) / 2).copied()?;
    // Either zero lies between them, or both are on one side of it.
    Some(if upper.signum() != lower.signum() {
        [lower, upper].into_iter().min_by_key(|ahead| ahead.saturating_abs()).unwrap_or(0)
    } else if upper > 0 {
        lower
    } else {
        upper
    })
}

#[cfg(test)]
mod tests;
