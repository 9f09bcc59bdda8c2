//! Forgetting what is too old or too much.

use std::time::Duration;

use super::{
    Purpose, Retention, Sync,
    event::{Context, Output},
    timer::Timer,
};
use crate::{
    core::log::storage::{Request, Retain},
    domain::{
        bus::HistoryNotice,
        model::{Hlc, LinkId, LogId, Timestamp},
    },
};

/// How often old lines are forgotten. Nobody needs it to the minute.
const RETAIN_EVERY: Duration = Duration::from_hours(1);

impl Sync {
    /// Makes the store forget what is too old or too much. Nothing is forgotten by age while our clock is in doubt.
    pub(super) fn retain(&mut self, cx: &mut Context<'_>) {
        self.timers.set(Timer::Retain, cx.now.mono + RETAIN_EVERY);
        let Retention { age, lines } = self.retention;
        let look = self.look_at_clocks(cx);
        let now = self.clocks.reference(cx.now);
        let is_believed = !look.contradicted && self.believes_clock(look.agreed, cx);
        let may_forget = is_believed && self.run.may_forget(cx.now);
        if age.is_some() && !is_believed && !std::mem::replace(&mut self.told_doubt, true) {
            cx.out.push(Output::Notice(HistoryNotice::NothingForgotten));
        }
        let before = age.filter(|_| may_forget).map(|age| before(now.wall, age));
        if before.is_none() && lines.is_none() {
            return;
        }
        let authors = self.logs.iter().map(|(log, _)| log.author);
        let known = authors.filter(|author| !cx.people.class(author, cx.now.wall).is_stranger()).collect();
        let retain = Retain { now: now.wall, before, keep: lines, known };
        self.requests.ask(Purpose::Retain, Request::Retain(retain), cx.out);
    }

    /// Whether our clock is believed, judged by how it has run. If so, what it shows is kept for the next run.
    pub(super) fn believes_clock(&mut self, agreed: bool, cx: &Context<'_>) -> bool {
        let kept = self.retention.age.unwrap_or(Duration::MAX);
        let is_believed = self.run.is_believed(kept, agreed, cx.now);
        if is_believed {
            self.clock_to_write = self.run.last();
        }
        is_believed
    }

    /// Whether all of a log is older than what is kept. If so, only its author offers it, or it would be passed on for
    /// ever.
    pub(super) fn is_too_old(&self, log: &LogId, cx: &Context<'_>) -> bool {
        let Some(age) = self.retention.age.filter(|_| log.author != self.me) else { return false };
        let wall = self.clocks.reference(cx.now).wall;
        // A log whose end was taken out has no clock reading: its newest event may be of today.
        let newest = self.logs.get(log).map(|held| held.state().head_hlc).filter(|newest| *newest != Hlc(0));
        newest.is_some_and(|newest| newest.wall() < before(wall, age))
    }

    /// The same, except for the link with its author, who must know what we hold.
    pub(super) fn is_too_old_to_offer(&self, name: LinkId, log: &LogId, cx: &Context<'_>) -> bool {
        self.is_too_old(log, cx) && self.links.get(name).is_none_or(|link| link.node != log.author)
    }
}

fn before(wall: Timestamp, age: Duration) -> Timestamp {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(wall.as_millis().saturating_sub(age))
}
