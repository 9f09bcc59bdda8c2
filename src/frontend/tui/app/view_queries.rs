//! What the view asks that no part knows alone.

use std::ops::Range;

use super::{
    App, DraftSize, Line, Sight, Standing, cut, overlays, percent, setup::Setup, status::Node, time_left, width,
};
use crate::{
    domain::model::{Now, counted, group},
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

    /// The parts of the status line after its first word, the most important first, each in several wordings, the fullest
    /// first; about guests in `few` words. And the parts about the user.
    pub(crate) fn status_line(&self, sight: &Sight, few: bool) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let size = self.composer.size().map(DraftSize::wordings);
        let news = self.before_guests().into_iter().map(|part| vec![part]);
        let news = news.chain(self.guests(few)).chain(self.after_guests().into_iter().map(|part| vec![part]));
        let unread =
            self.conversation.unread_words().map(|words| vec![words, format!("{} new", self.conversation.unread())]);
        let nick = (!self.overlays.name.is_open()).then(|| self.user.nick.to_string());
        let address = if let Node::At(addr) = self.status.node() { Some(addr.to_string()) } else { None };
        let user = nick.into_iter().chain(address).map(|part| vec![part]);
        (size.into_iter().chain(news).chain(below(sight)).chain(unread).collect(), user.collect())
    }

    /// How the user is, and who is here.
    fn before_guests(&self) -> Vec<String> {
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
        parts
    }

    /// How the node and the network are, as far as it is worth a word.
    fn after_guests(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.status.disk_words().into_iter().collect();
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
            parts.push(format!("{} of strangers left out", counted(lines, "message")));
        }
        parts
    }

    /// That guests read along.
    fn guests(&self, few: bool) -> Option<Vec<String>> {
        let guests = self.people.guests();
        Some(vec![match guests {
            0 => return None,
            _ if few => format!("{guests} in clear text"),
            1 => "1 guest reads along in clear text".to_owned(),
            _ => format!("{guests} guests read along in clear text"),
        }])
    }

    /// What waits, while nobody is here; else the list of people says for whom.
    fn waiting(&self) -> Option<String> {
        let lines = usize::try_from(self.status.unsent().max(self.people.most_waiting())).unwrap_or(usize::MAX);
        let apart = !matches!(self.standing(), Standing::Online | Standing::Welcome);
        (apart && lines > 0).then(|| format!("{} waiting", counted(lines, "message")))
    }

    /// Who is typing, in at most `columns`, for the end of the status line. The name of one person is cut to `least` columns at
    /// most; where there is no room for that either, they are counted. Without a word of who it is, it would read as the user.
    pub(crate) fn typing_now(&self, columns: usize, least: usize) -> Option<String> {
        let typing = self.people.typing(self.now.mono);
        let mut words = match typing.as_slice() {
            [] => return None,
            [one] => {
                let verb = "is typing";
                let room = columns.saturating_sub(verb.len() + 1);
                let cut = (room >= least).then(|| format!("{} {verb}", cut(one, room)));
                vec![Some(format!("{one} {verb}")), cut]
            }
            [one, other] => vec![Some(format!("{one} and {other} are typing"))],
            _ => Vec::new(),
        };
        let count = typing.len();
        words.push(Some(if count == 1 { "1 is typing".to_owned() } else { format!("{count} people are typing") }));
        words.push(Some(format!("{count} typing")));
        words.into_iter().flatten().find(|text| width(text) <= columns)
    }
}

/// What is below the last row in sight, and the key that goes there if there is room for it.
fn below(sight: &Sight) -> Option<Vec<String>> {
    let messages = usize::try_from(sight.below).unwrap_or(usize::MAX);
    let what = match (messages, sight.more_below) {
        (0, false) if !sight.is_more => return None,
        (0, false) => "more".to_owned(),
        (1, false) => "1 message".to_owned(),
        (messages, more) => format!("{}{} messages", group(messages), if more { "+" } else { "" }),
    };
    Some(vec![format!("{what} below · End"), format!("{what} below")])
}
