//! Answers for the view that need more than one part.

use std::ops::Range;

use super::{App, DraftSize, Line, Sight, Standing, cut, overlays, percent, setup::Setup, status::Node, width};
use crate::{
    domain::model::{Now, Room},
    frontend::{
        slash::Spec,
        words::{private_rooms, status as words, times},
    },
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

    /// The current year: messages from other years are shown with theirs.
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
        if self.tabs.here().hit() == Some(line.position) {
            self.overlays.search.marks(line.text.as_str())
        } else {
            Vec::new()
        }
    }

    /// The parts of the status line after its first word, the most important first, and the parts about the user. Each
    /// part comes in several wordings, the fullest first. `few` shortens the part about guests.
    pub(crate) fn status_line(&self, sight: &Sight, few: bool) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let size = self.composer.size().map(DraftSize::wordings);
        let news = self.before_guests().into_iter().map(|part| vec![part]);
        let news = news.chain(self.guests(few)).chain(self.after_guests().into_iter().map(|part| vec![part]));
        let here = self.tabs.here();
        let unread = here.unread_words().map(|words| vec![words, words::unread(here.unread().all)]);
        let nick = (!self.overlays.name.is_open()).then(|| self.user.nick.to_string());
        let address = if let Node::At(addr) = self.status.node() { Some(addr.to_string()) } else { None };
        let user = nick.into_iter().chain(address).map(|part| vec![part]);
        (size.into_iter().chain(news).chain(below(sight)).chain(unread).collect(), user.collect())
    }

    /// Whether the user is away, and who is here.
    fn before_guests(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.user.presence.is_away() {
            parts.push(words::AWAY.to_owned());
        }
        // If there is a footer, it says so.
        if self.window.is_plain() && self.window.layout().is_some_and(|layout| layout.footer.is_none()) {
            parts.push(words::PLAIN.to_owned());
        }
        match self.tabs.room() {
            Room::Lobby if self.people.here() == 0 => {}
            Room::Lobby => parts.push(words::here(self.people.here())),
            room @ Room::Open(_) => parts.push(words::here_in(self.count_here(), &room.to_string())),
            room @ Room::Private(_) => {
                parts.push(match self.count_here() {
                    0 => private_rooms::NO_MEMBER_HERE.to_owned(),
                    here => words::here_in(here, &self.room_name(room)),
                });
                parts.push(private_rooms::MEMBERS_ONLY.to_owned());
            }
            // Who is there is in the name of the room.
            Room::Direct(_) => {}
        }
        parts
    }

    /// The state of the node and the network, as far as it is worth a word.
    fn after_guests(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.status.disk_words().into_iter().collect();
        parts.extend(self.waiting());
        if !self.status.is_certain() {
            parts.push(words::NOT_CERTAIN.to_owned());
        }
        parts.extend(words::withheld(self.status.withheld()));
        if let Some(sweep) = self.status.sweeping() {
            parts.push(words::scanning(percent(sweep.probed, sweep.total), &times::left(sweep.left)));
        }
        if let Some((received, total)) = self.status.syncing() {
            parts.push(words::syncing(percent(received, total)));
        }
        if self.status.left_out() > 0 {
            let lines = usize::try_from(self.status.left_out()).unwrap_or(usize::MAX);
            parts.push(words::left_out(lines));
        }
        parts
    }

    /// Says that guests read along, which they do in the lobby only.
    fn guests(&self, few: bool) -> Option<Vec<String>> {
        if !self.tabs.room().is_lobby() {
            return None;
        }
        words::guests(self.people.guests(), few).map(|words| vec![words])
    }

    /// How much waits, while nobody is here. Otherwise the list of people says for whom it waits.
    fn waiting(&self) -> Option<String> {
        let lines = usize::try_from(self.status.unsent().max(self.people.most_waiting())).unwrap_or(usize::MAX);
        let apart = !matches!(self.standing(), Standing::Online | Standing::Welcome);
        (apart && lines > 0).then(|| words::waiting(lines))
    }

    /// Who is typing, in at most `columns`, for the end of the status line. The name of a single person is cut, but not
    /// below `least` columns; without room for that, people are counted. A notice without a subject would seem to be
    /// about the user.
    pub(crate) fn typing_now(&self, columns: usize, least: usize) -> Option<String> {
        // Nobody says in which room they type; all do so in the lobby.
        if !self.tabs.room().is_lobby() {
            return None;
        }
        let typing = self.people.typing(self.now.mono);
        let mut wordings = match typing.as_slice() {
            [] => return None,
            [one] => {
                let room = columns.saturating_sub(width(&words::is_typing("")));
                let cut = (room >= least).then(|| words::is_typing(&cut(one, room)));
                vec![Some(words::is_typing(one)), cut]
            }
            [one, other] => vec![Some(words::are_typing(one, other))],
            _ => Vec::new(),
        };
        wordings.extend(words::typing(typing.len()).map(Some));
        wordings.into_iter().flatten().find(|text| width(text) <= columns)
    }
}

/// What is below the last row in sight, and the key that goes there if there is room for it.
fn below(sight: &Sight) -> Option<Vec<String>> {
    let messages = usize::try_from(sight.below).unwrap_or(usize::MAX);
    let is_any = messages > 0 || sight.more_below || sight.is_more;
    is_any.then(|| words::below(messages, sight.more_below).to_vec())
}
