//! What was said, now or long ago.

use jiff::civil::DateTime;

use super::{
    App,
    flood::Verdict,
    pane::{Line, RowRef, Tone},
};
use crate::{
    domain::model::{Author, Mark, Message, PeerId, Timestamp},
    protocol::codec::MAX_LINES_SENT,
};

impl App {
    /// Takes in a message: most are the newest; what was said elsewhere meanwhile belongs among the others.
    pub(super) fn said(&mut self, message: Message) {
        if let Author::Peer(peer) = message.author {
            self.peers.said(peer);
            if self.peers.ignores(peer) {
                return;
            }
        }
        if message.is_own() && self.set_delivery(message.id, message.delivery) {
            return;
        }
        self.heard([&message]);
        let long_ago = self.was_said_long_ago(&message);
        let history = message.history;
        let quiet = message.is_own() && self.is_fresh(&message);
        let line = Line { quiet, ..self.line(message) };
        if self.pane.newest().is_some_and(|newest| line.position <= newest) {
            let tell = long_ago && line.author != Author::Own;
            self.insert_late(line, tell);
            return;
        }
        let mention = line.mention;
        let Author::Peer(peer) = line.author else {
            let cut = line.text.as_str().lines().filter(|line| !line.trim().is_empty()).count() > MAX_LINES_SENT;
            self.pane.push_line(line);
            if cut && !history && !self.told_of_cut && self.peers.has_reference() {
                self.told_of_cut = true;
                let text = format!("Reference nodes see the first {MAX_LINES_SENT} lines of a message.");
                self.notice(Tone::Dim, &text);
            }
            return;
        };
        if long_ago {
            let seq = self.pane.push_line(line);
            self.missed(seq);
            return;
        }
        let seq = match self.floods.line(peer, self.now.mono) {
            Verdict::Show => self.pane.push_line(line),
            Verdict::Fold(fold) => {
                let seq = self.pane.push_flood(fold, line);
                self.floods.folded(peer, seq);
                seq
            }
        };
        self.arrived(seq, mention);
    }

    /// Notes that the message `seq` was said while the user could not see it. Until they have touched anything, the room
    /// stays open at the first of those.
    fn missed(&mut self, seq: u64) {
        match &mut self.pane.marker {
            Some(marker) => marker.count += 1,
            None => self.pane.begin_unread(seq),
        }
        if !self.touched
            && self.past.is_none()
            && let Some(marker) = self.pane.marker
        {
            self.pane.go(RowRef { seq: marker.seq, row: 0 });
        }
    }

    /// Notes who goes by which names in these messages, and labels those anew who could be taken for them.
    pub(super) fn heard<'a>(&mut self, messages: impl IntoIterator<Item = &'a Message>) {
        for message in messages {
            if let (Author::Peer(peer), Some(nick)) = (message.author, &message.nick) {
                let rivals = self.peers.heard(peer, nick, self.now.mono);
                self.label_anew(&rivals);
            }
        }
    }

    /// Labels what these have said anew: somebody else goes by their name.
    pub(super) fn label_anew(&mut self, rivals: &[PeerId]) {
        if rivals.is_empty() {
            return;
        }
        let peers = &self.peers;
        let tag = |line: &Line| match (line.author, &line.nick) {
            (Author::Peer(peer), Some(nick)) if rivals.contains(&peer) => peers.tag(peer, nick),
            _ => None,
        };
        for pane in self.past.iter_mut().chain([&mut self.pane]) {
            pane.relabel(tag);
        }
    }

    /// Messages from disk, as far as they are shown.
    pub(super) fn lines(&self, messages: Vec<Message>) -> Vec<Line> {
        let shown = |message: &Message| match message.author {
            Author::Peer(peer) => !self.peers.ignores(peer),
            Author::Own => true,
        };
        messages.into_iter().filter(shown).map(|message| self.line(message)).collect()
    }

    fn line(&self, message: Message) -> Line {
        let at = self.local(message.sent_at);
        // Said when it was said: who comes or goes later does not change it.
        let tag = match (message.author, &message.nick) {
            (Author::Peer(peer), Some(nick)) => self.peers.tag(peer, nick),
            _ => None,
        };
        Line {
            tag,
            mention: !message.is_own() && names(message.text.as_str(), self.nick.as_str()),
            author: message.author,
            nick: message.nick,
            text: message.text,
            action: message.action,
            delivery: message.delivery,
            quiet: false,
            // Who was not there finds everything late.
            mark: if message.history && message.mark == Mark::Late { Mark::None } else { message.mark },
            position: message.position,
            day: at.date(),
            minute: u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs()),
            stamped: true,
        }
    }

    /// The time on the user's clock.
    pub(super) fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.setup.time_zone.to_datetime(at)
    }
}

/// Whether `text` holds `nick` as a word.
fn names(text: &str, nick: &str) -> bool {
    let (text, nick) = (text.to_lowercase(), nick.to_lowercase());
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&nick).any(|(at, found)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_word_of_its_own_only() {
        for text in ["alice: on my way", "ask Alice", "ALICE!", "@alice, ok"] {
            assert!(names(text, "alice"), "{text}");
        }
        for text in ["malice", "alice_2 left", "", "ali ce"] {
            assert!(!names(text, "alice"), "{text}");
        }
        assert!(names("问 山田 吧", "山田"));
    }
}
