//! What the node tells.

use jiff::civil::DateTime;

use super::{
    App, Node,
    flood::Verdict,
    pane::{Change, Line, Mover, Tone},
};
use crate::{
    bus::{SweepProgress, SweepState, Update},
    convert::MAX_LINES_SENT,
    model::{Author, Message, PeerId, Presence, Timestamp},
};

impl App {
    pub(super) fn news(&mut self, update: Update) {
        match update {
            Update::Listening { addr, nick, node } => {
                (self.node, self.own_key) = (Node::At(addr), Some(node));
                self.peers.set_own(&nick);
                self.nick = nick;
            }
            Update::Delivery { .. }
            | Update::Waiting { .. }
            | Update::Sync { .. }
            | Update::Page(_)
            | Update::Found { .. }
            | Update::Erased { .. } => {}
            Update::Sweep(progress) => self.swept(progress),
            Update::PeerJoined(peer) => {
                let id = peer.id;
                let (change, old_name) = self.peers.joined(peer, self.now.mono);
                self.presence(id, self.peers.called(id), change);
                if let Some(old) = old_name {
                    self.presence(id, self.peers.called(id), Change::Renamed(old));
                }
            }
            Update::PeerRenamed { peer, nick } => {
                let old = self.peers.called(peer);
                if self.peers.renamed(peer, nick)
                    && let Some(old) = old
                {
                    self.presence(peer, self.peers.called(peer), Change::Renamed(old));
                }
            }
            Update::PeerLeft { peer, reason } => {
                self.floods.left(peer);
                let name = self.peers.called(peer);
                if self.peers.left(peer, self.now.mono) {
                    self.presence(peer, name, Change::Left(reason));
                }
            }
            Update::PeerTrust { peer, trust, ignored } => self.peers.trust(peer, trust, ignored),
            Update::PeerPresence { peer, presence, typing } => {
                self.peers.presence(peer, presence, typing, self.now.mono);
            }
            // Taken in before it could count as worth a frame.
            Update::RoundTrip { .. } => {}
            Update::Alarm(alarm) => self.alarm(&alarm),
            Update::Whois(answer) => self.whois(&answer),
            Update::Verify { peer, step } => self.verification(peer, step),
            Update::NickSet(nick) => {
                self.notice(Tone::Dim, &format!("You are {nick} now."));
                self.peers.set_own(&nick);
                self.nick = nick;
            }
            Update::PresenceSet(presence) => {
                let text = match &presence {
                    Presence::Here => "You are back.".to_owned(),
                    Presence::Away { note: None } => "You are away. /back ends it.".to_owned(),
                    Presence::Away { note: Some(note) } => format!("You are away: {note}. /back ends it."),
                };
                self.notice(Tone::Dim, &text);
                self.away = presence;
            }
            Update::Message(message) => self.said(message),
            Update::Notice { text, .. } => self.notice(Tone::Dim, &text),
            Update::Failed { text, .. } => self.notice(Tone::Error, &text),
        }
    }

    pub(super) fn node_gone(&mut self) {
        self.node = Node::Gone;
        if self.asking {
            self.asking = false;
            self.draft.set(String::new());
        }
        self.peers.all_gone(self.now.mono);
        let text = "The network part of the program has ended; nothing is sent or received any more. \
                    Leave with /quit and start the program again.";
        self.notice(Tone::Error, text);
    }

    /// Adds a line of the program's own.
    pub(super) fn notice(&mut self, tone: Tone, text: &str) {
        self.pane.begin_day(self.local(self.now.wall).date());
        self.pane.push_notice(tone, text);
    }

    /// Adds several lines of the program's own that belong together; those after the first hang by `hang` columns, or,
    /// if that is 0, by the spaces they begin with. Says which entry they are.
    pub(super) fn block(&mut self, tone: Tone, text: &str, hang: usize) -> u64 {
        self.pane.begin_day(self.local(self.now.wall).date());
        self.pane.push_block(tone, text, hang)
    }

    fn presence(&mut self, id: PeerId, name: Option<String>, change: Change) {
        let Some(name) = name.filter(|_| !self.peers.ignores(id)) else { return };
        self.pane.begin_day(self.local(self.now.wall).date());
        self.pane.push_presence(Mover { id, name, stranger: self.peers.is_stranger(id) }, change);
    }

    fn swept(&mut self, progress: SweepProgress) {
        self.sweep = Some(progress);
        if progress.state == SweepState::Done && self.rescan_asked {
            self.rescan_asked = false;
            let found = match progress.found {
                0 => "nobody new".to_owned(),
                1 => "1 open port".to_owned(),
                found => format!("{found} open ports"),
            };
            let took = progress.took;
            let took = if took.as_secs() > 0 {
                format!("{:.1} s", took.as_secs_f32())
            } else {
                format!("{} ms", took.as_millis())
            };
            self.notice(Tone::Dim, &format!("Looked through {}: {found}, {took}.", self.setup.network));
        }
    }

    fn said(&mut self, message: Message) {
        let at = self.local(message.sent_at);
        if let Author::Peer(peer) = message.author {
            self.peers.said(peer);
            if self.peers.ignores(peer) {
                return;
            }
        }
        let own = message.is_own();
        // Said when it was said: who comes or goes later does not change it.
        let tag = match (message.author, &message.nick) {
            (Author::Peer(peer), Some(nick)) => self.peers.tag(peer, nick),
            _ => None,
        };
        let line = Line {
            tag,
            mention: !own && names(message.text.as_str(), self.nick.as_str()),
            author: message.author,
            nick: message.nick,
            text: message.text,
            action: message.action,
            delivery: message.delivery,
            minute: u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs()),
            stamped: true,
        };
        let mention = line.mention;
        let Author::Peer(peer) = line.author else {
            let cut = line.text.as_str().lines().filter(|line| !line.trim().is_empty()).count() > MAX_LINES_SENT;
            self.pane.push_line(line, at.date());
            if cut && !self.told_of_cut && self.peers.has_reference() {
                self.told_of_cut = true;
                let text = format!("Reference nodes see the first {MAX_LINES_SENT} lines of a message.");
                self.notice(Tone::Dim, &text);
            }
            return;
        };
        let seq = match self.floods.line(peer, self.now.mono) {
            Verdict::Show => self.pane.push_line(line, at.date()),
            Verdict::Fold(fold) => {
                let seq = self.pane.push_flood(fold, line);
                self.floods.folded(peer, seq);
                seq
            }
        };
        self.arrived(seq, mention);
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
