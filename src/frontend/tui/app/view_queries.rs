//! What the view asks that no part knows alone.

use std::ops::Range;

use super::{App, Line, Sight, Standing, overlays, percent, setup::Setup, status::Node, time_left};
use crate::{
    domain::model::{Now, group},
    frontend::slash::Spec,
};

impl App {
    /// What the screen was started with.
    pub(crate) const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The time of the last input.
    pub(crate) const fn now(&self) -> Now {
        self.now
    }

    /// The present year: messages of another one are shown with it.
    pub(crate) fn year(&self) -> i16 {
        self.clock().today().year()
    }

    /// Whether Ctrl-C was just pressed and another one quits.
    pub(crate) fn quit_armed(&self) -> bool {
        self.timers.is_set(super::Timer::QuitArmed)
    }

    /// Where things stand.
    pub(crate) fn standing(&self) -> Standing {
        self.status.standing(self.overlays.name.is_open(), self.people.here())
    }

    /// The commands that what is typed could become.
    pub(crate) fn suggestions(&self) -> Vec<&'static Spec> {
        if self.overlays.name.is_open() { Vec::new() } else { overlays::suggestions(self.composer.text()) }
    }

    /// The words to show in `line`, if it is the hit of a search.
    pub(crate) fn marks(&self, line: &Line) -> Vec<Range<usize>> {
        if self.conversation.hit() == Some(line.position) {
            self.overlays.search.marks(line.text.as_str())
        } else {
            Vec::new()
        }
    }

    /// The parts of the status line after its first word, the most important first; with short words if `short`.
    pub(crate) fn status_line(&self, sight: &Sight, short: bool) -> Vec<String> {
        let mut parts = Vec::new();
        if self.user.presence.is_away() {
            parts.push("away".to_owned());
        }
        // Where there is a footer, that says it.
        if self.window.is_plain() && self.window.layout().is_some_and(|layout| layout.footer.is_none()) {
            parts.push("/plain ends it".to_owned());
        }
        if self.people.here() > 0 {
            parts.push(format!("{} here", self.people.here()));
        }
        parts.extend(self.guests(short));
        parts.extend(self.status.disk_words());
        parts.extend(self.waiting());
        if !self.status.is_certain() {
            parts.push("network not certain".to_owned());
        }
        match self.status.withheld() {
            0 => {}
            1 => parts.push("history held back from 1".to_owned()),
            people => parts.push(format!("history held back from {people}")),
        }
        if let Some(sweep) = self.status.sweeping() {
            parts.push(format!("sweep {}%, {}", percent(sweep.probed, sweep.total), time_left(sweep.left)));
        }
        if let Some((received, total)) = self.status.syncing() {
            parts.push(format!("sync {}%", percent(received, total)));
        }
        if self.status.left_out() > 0 {
            let lines = usize::try_from(self.status.left_out()).unwrap_or(usize::MAX);
            let s = if lines == 1 { "" } else { "s" };
            parts.push(format!("{} line{s} of strangers left out", group(lines)));
        }
        match (sight.below, sight.more_below) {
            (0, false) => {}
            (1, false) => parts.push("1 line below - End".to_owned()),
            (below, false) => parts.push(format!("{below} lines below - End")),
            (below, true) => parts.push(format!("{below}+ lines below - End")),
        }
        if self.conversation.unread() > 0 {
            parts.push(format!("{} new", self.conversation.unread()));
        }
        if !self.overlays.name.is_open() {
            parts.push(self.user.nick.to_string());
        }
        if let Node::At(addr) = self.status.node() {
            parts.push(addr.to_string());
        }
        parts
    }

    /// That guests read along.
    fn guests(&self, short: bool) -> Option<String> {
        let guests = self.people.guests();
        match guests {
            0 => None,
            _ if short => Some(format!("{guests} in clear text")),
            1 => Some("1 guest reads along in clear text".to_owned()),
            _ => Some(format!("{guests} guests read along in clear text")),
        }
    }

    /// What waits, while nobody is here; else the list of people says for whom.
    fn waiting(&self) -> Option<String> {
        let lines = usize::try_from(self.status.unsent().max(self.people.most_waiting())).unwrap_or(usize::MAX);
        let apart = !matches!(self.standing(), Standing::Online | Standing::Welcome);
        (apart && lines > 0).then(|| format!("{} {} waiting", group(lines), if lines == 1 { "line" } else { "lines" }))
    }

    /// Who is typing, for the end of the status line.
    pub(crate) fn typing_now(&self) -> Option<String> {
        match self.people.typing(self.now.mono).as_slice() {
            [] => None,
            [one] => Some(format!("{one} is typing")),
            [one, other] => Some(format!("{one} and {other} are typing")),
            several => Some(format!("{} people are typing", several.len())),
        }
    }
}
