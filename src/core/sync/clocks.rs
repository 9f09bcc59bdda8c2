//! Which time we go by, and what is done when that changes.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Purpose, Sync,
    event::{Context, Output},
    say_again::Lines,
    timer::Timer,
};
use crate::{
    core::{
        clock::{Look, Off},
        log::{
            Arrival, HeldLog, Logs,
            placing::max_off_ms,
            storage::{Request, Snapshot},
        },
    },
    domain::{
        bus::{HistoryNotice, Update},
        model::{Hlc, LinkId, LogId, Machine, NodeId, Now, PeerId, Timestamp},
    },
};

/// How long after a link has opened the clocks are compared. Nodes that start together are all linked by then, so the
/// user is told of all of them at once.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// How often they are compared after that: our own clock may be set at any time.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The user is told again if the offset has grown or shrunk by more than this factor since they were told.
const TELL_AGAIN_FACTOR: i64 = 2;

/// Repeated measurements of a clock differ a little, in milliseconds. Only a larger change is reported.
const SAME_MS: u64 = 60_000;

/// What the user was told about our own clock.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// By how many milliseconds it was said to be ahead; none if nothing is wrong.
    ahead: Option<i64>,
}

impl Told {
    /// Whether the user should be told this.
    fn is_news(&mut self, off: Option<&Off>) -> bool {
        let Some(off) = off else {
            self.ahead = None;
            return false;
        };
        let is_news = self.ahead.is_none_or(|told| {
            let (now, before) = (off.ahead.saturating_abs(), told.saturating_abs());
            let (more, less) = (now.max(before), now.min(before));
            off.ahead.signum() != told.signum() || more > less.saturating_mul(TELL_AGAIN_FACTOR)
        });
        if is_news {
            self.ahead = Some(off.ahead);
        }
        is_news
    }
}

/// Whose clocks the front end shows as far off.
#[derive(Debug, Default)]
pub(super) struct Marked {
    /// By how many milliseconds they are ahead.
    ahead: BTreeMap<NodeId, i64>,
}

impl Marked {
    /// Somebody has come or gone: what the front end knew of their clock is forgotten.
    pub(super) fn forget(&mut self, node: &NodeId) {
        self.ahead.remove(node);
    }

    /// These clocks are far off now. Returns what has changed.
    fn change(&mut self, now: &BTreeMap<NodeId, i64>) -> Vec<(NodeId, Option<i64>)> {
        let right = self.ahead.keys().filter(|node| !now.contains_key(node)).map(|node| (*node, None));
        let other =
            |(node, ahead): &(&NodeId, &i64)| self.ahead.get(node).is_none_or(|told| told.abs_diff(**ahead) > SAME_MS);
        let off = now.iter().filter(other).map(|(node, ahead)| (*node, Some(*ahead)));
        let changes: Vec<_> = right.chain(off).collect();
        for (node, ahead) in &changes {
            match ahead {
                Some(ahead) => drop(self.ahead.insert(*node, *ahead)),
                None => drop(self.ahead.remove(node)),
            }
        }
        changes
    }
}

/// Whether the store moves lines that stand too far ahead.
#[derive(Debug, Default)]
pub(super) enum Settling {
    /// It was not asked.
    #[default]
    Idle,
    /// It was asked while others corrected our clock by this much and this was the latest reading.
    Asked {
        /// In milliseconds.
        correction: i64,
        /// Where the last line stood.
        latest: Hlc,
    },
    /// It has nothing to move, or may not move it, as long as the correction stays about the same.
    Refused {
        /// In milliseconds.
        correction: i64,
    },
}

impl Settling {
    /// Whether to ask, with this correction.
    fn may_ask(&self, correction: i64) -> bool {
        match self {
            Self::Idle => true,
            Self::Asked { .. } => false,
            // The next measurement may differ by some milliseconds.
            Self::Refused { correction: refused } => correction.abs_diff(*refused) > max_off_ms().unsigned_abs() / 2,
        }
    }
}

impl Sync {
    /// A link to `node` is open. Its clock is `ahead` milliseconds ahead of ours, if it has said so.
    pub(super) fn clock_up(&mut self, link: LinkId, node: NodeId, ahead: Option<i64>, cx: &mut Context<'_>) {
        if let Some(ahead) = ahead {
            let machine = Machine::new(node, cx.people.host(&node));
            self.clocks.up(link, node, machine, ahead, cx.now);
        }
        self.marked_clocks.forget(&node);
        // This comes before the link gets anything, so that it gets no lines that are then said again.
        self.go_by_clocks(cx);
        self.timers.set_no_later(Timer::LookAtClocks, cx.now.mono + LOOK_AFTER);
    }

    /// A clock was measured, again or for the first time.
    pub(super) fn clock_measured(&mut self, link: LinkId, ahead: i64, cx: &Context<'_>) {
        let Some(node) = self.links.get(link).map(|link| link.node) else { return };
        let machine = Machine::new(node, cx.people.host(&node));
        if self.clocks.measured(link, node, machine, ahead, cx.now) {
            self.timers.set_no_later(Timer::LookAtClocks, cx.now.mono + LOOK_AFTER);
        }
    }

    /// Compares all clocks.
    pub(super) fn look_at_clocks(&mut self, cx: &Context<'_>) -> Look {
        self.clocks.look(|node| !cx.people.class(node, cx.now.wall).is_stranger(), cx.now)
    }

    /// Decides which time to go by. If it has changed, the lines that have reached nobody are said again: their dates
    /// are wrong, and they would go unseen where they stand.
    pub(super) fn go_by_clocks(&mut self, cx: &mut Context<'_>) -> Look {
        let look = self.look_at_clocks(cx);
        let now = self.clocks.reference(cx.now);
        let has_moved = self.went_by.is_some_and(|before| {
            let passed = now.mono.saturating_duration_since(before.mono).as_millis();
            let expected = before.wall.as_millis().saturating_add(i64::try_from(passed).unwrap_or(i64::MAX));
            now.wall.as_millis().abs_diff(expected) > max_off_ms().unsigned_abs()
        });
        // Without others we cannot tell which of the two times was right.
        if !has_moved || look.agreed {
            self.went_by = Some(now);
        }
        if has_moved && look.agreed {
            self.say_unsent_again(cx);
        }
        look
    }

    /// Says again the lines of our own logs that have reached nobody.
    fn say_unsent_again(&mut self, cx: &mut Context<'_>) {
        for log in self.logs.own_logs().collect::<Vec<_>>() {
            let until = self.logs.get(&log).map_or(0, HeldLog::committed_head);
            let from = self.delivery.newest_acked(&log) + 1;
            if from <= until {
                self.say_again(Lines { log, from, until }, cx);
            }
        }
    }

    /// Compares all clocks, tells the user if our own is off, and moves lines that a wrong clock has placed.
    pub(super) fn compare_clocks(&mut self, cx: &mut Context<'_>) {
        if !self.links.is_empty() {
            self.timers.set(Timer::LookAtClocks, cx.now.mono + LOOK_EVERY);
        }
        let look = self.go_by_clocks(cx);
        if self.told_clock.is_news(look.off.as_ref()) {
            cx.out.extend(
                look.off
                    .clone()
                    .map(|Off { ahead, of }| Output::Notice(HistoryNotice::ClockOff { ahead_ms: ahead, of })),
            );
        }
        for (node, ahead_ms) in self.marked_clocks.change(&self.clocks.far_off(cx.now)) {
            cx.update(Update::PeerClock { peer: PeerId::Node(node), ahead_ms });
        }
        let wall = self.clocks.reference(cx.now).wall;
        // Our clock was ahead when these lines were placed. That is certain only if others agree with the present time.
        let wanted = look.agreed && Logs::is_ahead(self.logs.latest_of_all(), wall);
        if wanted && !self.writer.is_idle() {
            self.timers.set_no_later(Timer::LookAtClocks, cx.now.mono + LOOK_AFTER);
        } else if wanted && self.settling.may_ask(look.correction) {
            self.settling = Settling::Asked { correction: look.correction, latest: self.logs.latest_of_all() };
            let after = Timestamp::from_millis(wall.as_millis().saturating_add(max_off_ms()));
            self.requests.ask(
                Purpose::Settle,
                Request::Settle { after: Hlc::at(after), wall, all: look.correction == 0 },
                cx.out,
            );
        }
    }

    /// The store has moved lines that stood too far ahead, or has failed.
    pub(super) fn settled(&mut self, snapshot: Option<&Snapshot>, cx: &mut Context<'_>) {
        let Settling::Asked { correction, latest } = std::mem::take(&mut self.settling) else { return };
        match snapshot {
            Some(snapshot) if snapshot.latest.values().max().copied().unwrap_or_default() < latest => {
                self.logs.settled(snapshot);
                for room in self.rooms.names() {
                    cx.update(Update::Rearranged { room: room.clone() });
                }
            }
            _ => self.settling = Settling::Refused { correction },
        }
        // There may be more, including lines that were said meanwhile.
        self.timers.set_no_later(Timer::LookAtClocks, cx.now.mono + LOOK_AFTER);
    }

    /// The arrival time of what comes now. Better too late than too early, or it would be forgotten too soon. A clock
    /// that is a day behind what was already said here is wrong.
    pub(super) fn arrives(&self, now: Now) -> Timestamp {
        let (ours, room) = (self.clocks.latest(now), self.logs.latest_of_all());
        if Logs::is_ahead(room, ours) { room.wall() } else { ours }
    }

    /// How an event of `log` came over a link.
    pub(super) fn arrival(&self, name: LinkId, log: &LogId, seq: u64, cx: &Context<'_>) -> Arrival {
        let live = self.links.get(name).is_some_and(|link| link.is_live(log, seq));
        Arrival { live, ahead: self.clocks.ahead_of_reference(&log.author, cx.now) }
    }
}
