//! The rules of names, one by one, and then against random histories.

mod bounds;
mod histories;
mod names;
mod who;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::*;
use crate::domain::model::{Met, Trust, Who};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// A time in these tests: hours after their start, which is years after the epoch.
fn hour(hours: i64) -> Timestamp {
    Timestamp::from_millis(50 * 365 * DAY + hours * HOUR)
}

fn key(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

/// A record of somebody who was met a week ago, and seen yesterday.
fn old(n: u8, name: &str) -> Known {
    Known { first_seen: hour(-7 * 24), last_seen: hour(-24), ..fresh(n, name) }
}

/// A record of somebody who was met an hour ago, and said something.
fn fresh(n: u8, name: &str) -> Known {
    Known {
        nick: Some(nick(name)),
        met: Some(Met { days: 1, proven: true, ..Met::default() }),
        ..Known::new(key(n), hour(-1))
    }
}

/// The book of a user called zoe.
fn book(known: Vec<Known>) -> TrustBook {
    TrustBook::new(known, key(0xee), &nick("zoe"))
}

/// A book, who is linked, and the time.
struct Desk {
    book: TrustBook,
    here: BTreeSet<NodeId>,
    now: Timestamp,
    /// When the desk was set up, which is hour zero.
    began: Instant,
}

impl Desk {
    fn new(known: Vec<Known>) -> Self {
        Self { book: book(known), here: BTreeSet::new(), now: hour(0), began: Instant::now() }
    }

    /// Both clocks.
    fn clocks(&self) -> Now {
        let ms = self.now.as_millis().saturating_sub(hour(0).as_millis());
        Now { mono: self.began + Duration::from_millis(u64::try_from(ms).unwrap_or_default()), wall: self.now }
    }

    /// Links or renames.
    fn met(&mut self, n: u8, name: &str) -> Option<Alarm> {
        self.here.insert(key(n));
        let here = &self.here;
        self.book.met(key(n), Some(&nick(name)), None, |node| here.contains(node), self.clocks())
    }

    fn kind(&mut self, n: u8, name: &str) -> Option<AlarmKind> {
        self.met(n, name).map(|alarm| alarm.kind)
    }

    fn parted(&mut self, n: u8) {
        self.here.remove(&key(n));
        self.book.parted(&key(n), self.clocks());
        self.judge_again();
    }

    /// When someone leaves or is ignored, the node judges again everyone who uses that name.
    fn judge_again(&mut self) {
        let claims = self.here.iter().filter_map(|node| Some((*node, self.book.nick(node)?.clone())));
        for (node, nick) in claims.collect::<Vec<_>>() {
            let here = &self.here;
            self.book.met(node, Some(&nick), None, |node| here.contains(node), self.clocks());
        }
    }

    fn again(&mut self, n: u8, name: &str) -> Option<AlarmKind> {
        self.parted(n);
        self.kind(n, name)
    }

    fn repute(&self, n: u8) -> Repute {
        self.book.repute(&key(n), self.now)
    }

    /// Whether it is shown with a tag.
    fn tagged(&self, n: u8) -> bool {
        self.repute(n).namesake
    }

    /// The user trusts a key. It need not be present.
    fn trusts(&mut self, n: u8) {
        let both = self.book.rival(&key(n)).is_some_and(|known| self.here.contains(&known.node));
        self.book.trust(&key(n), both);
    }

    fn compared(&mut self, n: u8, same: bool) {
        let here = &self.here;
        self.book.compared(&key(n), same, |node| here.contains(node));
    }

    fn trust(&self, n: u8) -> Trust {
        self.repute(n).trust
    }

    /// Writes the book as if to disk, and reads it again as the next run does.
    fn restart(&mut self) {
        for node in std::mem::take(&mut self.here) {
            self.book.parted(&node, self.clocks());
        }
        self.book = book(self.book.kept().cloned().collect());
    }
}
