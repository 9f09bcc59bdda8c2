//! How fast guests may talk. Any program on this machine can be a guest, and a reference node whose input has ended
//! repeats its last line for ever.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{Output, link_table::LinkTable};
use crate::{
    core::budgets::{GUEST_LINES, GUEST_RATE, GUESTS_LINES, GUESTS_RATE},
    domain::{bus::LinkNotice, limit::TokenBucket, model::LinkId},
};

/// How long to wait before the user is told that lines of a guest are omitted: long enough to say how many.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// How often the user is told again while a flood lasts. It is over when nothing was omitted for that long.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Notices that the user gets at once, and per second in the long run. Guests that reconnect again and again to flood
/// must not fill the screen.
const NOTICES: u32 = 8;
const NOTICES_RATE: f64 = 0.2;

/// The pace of all guests.
#[derive(Debug)]
pub(super) struct GuestPace {
    guests: BTreeMap<LinkId, Guest>,
    all: TokenBucket,
    notices: TokenBucket,
    /// Omitted lines of guests that have left, not yet reported to the user.
    unsaid: u64,
}

#[derive(Debug)]
struct Guest {
    /// Its address, for the user.
    addr: SocketAddr,
    allowance: TokenBucket,
    /// Lines that were omitted since the flood began.
    left_out: u64,
    /// How many of them the user knows of.
    told: u64,
    /// When the user is told about more, or the flood counts as over.
    due: Option<Instant>,
}

impl Default for GuestPace {
    fn default() -> Self {
        Self {
            guests: BTreeMap::new(),
            all: TokenBucket::new(GUESTS_LINES, GUESTS_RATE),
            notices: TokenBucket::new(NOTICES, NOTICES_RATE),
            unsaid: 0,
        }
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
        let Self { guests, notices, unsaid, .. } = self;
        guests.retain(|link, guest| {
            let is_here = table.get(*link).is_some_and(|state| state.guest().is_some());
            if guest.due.is_some_and(|due| due <= now || !is_here) {
                let news = guest.left_out > guest.told;
                let tells = news && notices.take(now);
                if tells {
                    out.push(Output::update(
                        LinkNotice::GuestFlood { guest: guest.addr, lines: guest.left_out }.into(),
                    ));
                }
                if tells && *unsaid > 0 {
                    out.push(Output::update(LinkNotice::EarlierGuestFlood { lines: std::mem::take(unsaid) }.into()));
                }
                if news && !tells && !is_here {
                    *unsaid += guest.left_out - guest.told;
                }
                guest.go_on(tells, news, now);
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
    /// `told`: the user was just told. `news`: more was omitted since they were last told; if not, the flood is over.
    fn go_on(&mut self, told: bool, news: bool, now: Instant) {
        if told {
            self.told = self.left_out;
        }
        self.due = news.then_some(now + TELL_EVERY);
        if !news {
            (self.left_out, self.told) = (0, 0);
        }
    }
}
