//! How far the lines of a log have come.

use super::{cursor::Cursor, link::Link, withholding::Withholding};
use crate::domain::model::LogId;

/// How many links have each line of one log of ours, and how many are to have it. Each list has a number for each link, in
/// ascending order.
#[derive(Debug)]
pub(super) struct Reach {
    /// The last line of what they hold.
    heads: Vec<u64>,
    /// The first line of what they hold. Those whose log begins later lack the earlier lines, which were withheld from
    /// them.
    bases: Vec<u64>,
    /// The first line that they may have from us.
    allowed: Vec<u64>,
    /// The first line that they do not take now. Only those that refuse lines.
    refused: Vec<u64>,
}

impl Reach {
    /// `links`: those that may know of the room.
    pub(super) fn of<'a>(log: &LogId, links: impl Iterator<Item = &'a Link>, withholding: &Withholding) -> Self {
        let base = |cursor: Cursor| cursor.base.min(cursor.ours + 1);
        let mut reach = Self { heads: Vec::new(), bases: Vec::new(), allowed: Vec::new(), refused: Vec::new() };
        for link in links {
            let cursor = link.cursors.get(log);
            reach.heads.push(cursor.ours);
            reach.bases.push(base(cursor));
            reach.allowed.push(withholding.first(link, log));
            reach.refused.extend(link.refuses.get(log));
        }
        for numbers in [&mut reach.heads, &mut reach.bases, &mut reach.allowed, &mut reach.refused] {
            numbers.sort_unstable();
        }
        reach
    }

    /// How many links have a line, and how many are to have it: nobody waits for those that refuse it or may not have it.
    pub(super) fn of_line(&self, seq: u64) -> (u32, u32) {
        let later = |numbers: &[u64]| numbers.len() - numbers.partition_point(|first| *first <= seq);
        let reached = self.heads.len() - self.heads.partition_point(|head| *head < seq);
        let refusing = self.refused.partition_point(|from| *from <= seq);
        let has = reached.saturating_sub(later(&self.bases));
        let of = (self.heads.len() - refusing).saturating_sub(later(&self.allowed));
        (has as u32, of as u32)
    }
}
