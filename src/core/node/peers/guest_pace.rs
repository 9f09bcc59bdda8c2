//! How much guests may say. Anybody on this machine can play one, and a reference node whose input has ended repeats its last
//! word for ever.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{Output, link_table::LinkTable, notices};
use crate::{
    core::budgets::{GUEST_LINES, GUEST_RATE, GUESTS_LINES, GUESTS_RATE},
    domain::{limit::TokenBucket, model::LinkId},
};

/// How soon the user is told that lines of a guest are left out: late enough to say how many.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// How often that is said again while it lasts. A flood is over when nothing was left out for that long.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// The pace of all guests.
#[derive(Debug)]
pub(super) struct GuestPace {
    guests: BTreeMap<LinkId, Guest>,
    all: TokenBucket,
}

#[derive(Debug)]
struct Guest {
    /// Where it is, for the user.
    addr: SocketAddr,
    allowance: TokenBucket,
    /// Lines that were left out since the flood began.
    left_out: u64,
    /// How many of them the user knows of.
    told: u64,
    /// When the user is told of more, or the flood is over.
    due: Option<Instant>,
}

impl Default for GuestPace {
    fn default() -> Self {
        Self { guests: BTreeMap::new(), all: TokenBucket::new(GUESTS_LINES, GUESTS_RATE) }
    }
}

impl GuestPace {
    /// Whether the guest at `addr`, linked by `link`, may say one more line. If not, the line is counted.
    pub(super) fn take(&mut self, link: LinkId, addr: SocketAddr, now: Instant) -> bool {
        let new =
            || Guest { addr, allowance: TokenBucket::new(GUEST_LINES, GUEST_RATE), left_out: 0, told: 0, due: None };
        let guest = self.guests.entry(link).or_insert_with(new);
        guest.addr = addr;
        let takes = guest.allowance.take(now) && self.all.take(now);
        if !takes {
            guest.left_out += 1;
            guest.due.get_or_insert(now + TELL_AFTER);
        }
        takes
    }

    /// Tells the user what is due, and forgets guests that are gone.
    pub(super) fn tick(&mut self, table: &LinkTable, now: Instant, out: &mut Vec<Output>) {
        self.guests.retain(|link, guest| {
            let is_here = table.get(*link).is_some_and(|state| state.guest().is_some());
            if guest.due.is_some_and(|due| due <= now || !is_here) {
                guest.tell(now, out);
            }
            is_here
        });
    }

    /// When [`Self::tick`] is wanted next.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.guests.values().filter_map(|guest| guest.due).min()
    }
}

impl Guest {
    fn tell(&mut self, now: Instant, out: &mut Vec<Output>) {
        if self.left_out > self.told {
            out.push(Output::update(notices::guest_flood(self.addr, self.left_out)));
            (self.told, self.due) = (self.left_out, Some(now + TELL_EVERY));
        } else {
            (self.left_out, self.told, self.due) = (0, 0, None);
        }
    }
}
