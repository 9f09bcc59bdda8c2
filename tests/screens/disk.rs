//! A disk that answers requests as the node would.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::Output,
};

use crate::screen::*;

pub(crate) struct Disk {
    messages: Vec<Message>,
    /// All requests for pages so far.
    pub(crate) asked: Vec<Seek>,
}

impl Disk {
    /// A disk with these messages, in any order.
    pub(crate) fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut disk = Self { messages: messages.into_iter().collect(), asked: Vec::new() };
        disk.messages.sort_by_key(|message| message.position);
        disk
    }

    /// `count` lines of bob, each a second apart, the last one a second ago.
    pub(crate) fn of_bob(s: &Screen, count: u64) -> Self {
        let bob = Author::Peer(bob().id);
        Self::new((0..count).map(|n| s.old(bob, "bob", &format!("line {n}."), count - n)))
    }

    pub(crate) fn add(&mut self, message: Message) {
        let at = self.messages.partition_point(|there| there.position < message.position);
        self.messages.insert(at, message);
    }

    /// Answers all requests so far, and those that the answers cause.
    pub(crate) fn answer(&mut self, s: &mut Screen) {
        loop {
            let effects = std::mem::take(&mut s.effects);
            let mut answers = Vec::new();
            for effect in effects {
                match effect {
                    Output::Send(Command::Page { seek, max, .. }) => answers.push(Update::Page(self.page(seek, max))),
                    Output::Send(Command::Search { query, before, max, .. }) => {
                        answers.push(self.found(query, before, max));
                    }
                    other => s.effects.push(other),
                }
            }
            if answers.is_empty() {
                return;
            }
            for answer in answers {
                s.update(answer);
            }
        }
    }

    fn page(&mut self, seek: Seek, max: usize) -> Page {
        self.asked.push(seek);
        let all = &self.messages;
        let at = |p: Position| all.partition_point(|message| message.position < p);
        let (from, to) = match seek {
            Seek::Newest => (all.len().saturating_sub(max), all.len()),
            Seek::Before(p) => (at(p).saturating_sub(max), at(p)),
            Seek::After(p) => {
                let from = all.partition_point(|message| message.position <= p);
                (from, (from + max).min(all.len()))
            }
            Seek::Around(p) => (at(p).saturating_sub(max / 2), (at(p) + max / 2).min(all.len())),
        };
        let messages = all.iter().take(to).skip(from).cloned().collect();
        page(seek, messages, from > 0, to < all.len())
    }

    fn found(&self, query: String, before: Option<Position>, max: usize) -> Update {
        let hit = |message: &&Message| {
            let text = message.text.as_str().to_lowercase();
            before.is_none_or(|before| message.position < before)
                && query.to_lowercase().split_whitespace().all(|word| text.contains(word))
        };
        let mut hits: Vec<_> = self.messages.iter().rev().filter(hit).take(max + 1).cloned().collect();
        let more = hits.len() > max;
        hits.truncate(max);
        Update::Found { room: Some(Room::Lobby), query, messages: hits, more, behind: 0 }
    }
}

pub(crate) fn bob() -> Whom {
    node("7f3a", "192.168.1.23:4565")
}

/// A screen that shows what is on the disk.
pub(crate) fn opened(make: impl Fn(&Screen) -> Disk, size: (u16, u16)) -> (Screen, Disk) {
    let mut s = Screen::new(lan(), size);
    let mut disk = make(&s);
    s.listens("alice");
    disk.answer(&mut s);
    (s, disk)
}
