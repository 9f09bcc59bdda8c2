//! What the node tells.

use jiff::civil::Date;

use super::{
    App, Node,
    pane::{Change, Mover, Tone},
};
use crate::domain::{
    bus::{FailureCode, SweepProgress, SweepState, Update},
    model::{PeerId, Presence},
};

impl App {
    pub(super) fn news(&mut self, update: Update) {
        match update {
            Update::Listening { addr, nick, node } => {
                (self.node, self.own_key) = (Node::At(addr), Some(node));
                self.peers.set_own(&nick);
                self.nick = nick;
                if !self.has_opened() {
                    self.open_room();
                }
            }
            Update::NetworkStatus(place) => self.placed(&place),
            Update::Diagnosis(findings) => self.findings = findings,
            Update::Delivery { id, delivered, of } => self.delivered(id, delivered, of),
            Update::Unsent { lines } => self.unsent(lines),
            Update::Waiting { node, lines } => self.peers.waits(node, lines, self.now.mono),
            Update::Sync { received, total } => self.sync = Some((received, total)),
            Update::Page(page) => self.paged(page),
            Update::Found { query, messages, more } => self.found(&query, messages, more),
            Update::Erased { lines, .. } => self.erased(lines),
            Update::Sweep(progress) => self.swept(progress),
            Update::PeerJoined(peer) => {
                let id = peer.id;
                let (change, old_name) = self.peers.joined(peer, self.now.mono);
                self.goes_by_name(id);
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
                self.goes_by_name(peer);
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
            Update::Failed { code, text } => {
                if code == FailureCode::Storage {
                    self.unreadable();
                }
                self.notice(Tone::Error, &text);
            }
        }
    }

    pub(super) fn node_gone(&mut self) {
        self.node = Node::Gone;
        if self.asking {
            self.asking = false;
            self.draft.set(String::new());
        }
        self.peers.all_gone(self.now.mono);
        self.unreadable();
        let text = "The network part of the program has ended; nothing is sent or received any more. \
                    Leave with /quit and start the program again.";
        self.notice(Tone::Error, text);
    }

    /// Adds a line of the program's own.
    pub(super) fn notice(&mut self, tone: Tone, text: &str) {
        self.pane.push_notice(tone, text, self.today());
    }

    /// Adds several lines of the program's own that belong together; those after the first hang by `hang` columns, or,
    /// if that is 0, by the spaces they begin with. Says which entry they are.
    pub(super) fn block(&mut self, tone: Tone, text: &str, hang: usize) -> u64 {
        self.pane.push_block(tone, text, hang, self.today())
    }

    fn presence(&mut self, id: PeerId, name: Option<String>, change: Change) {
        let Some(name) = name.filter(|_| !self.peers.ignores(id)) else { return };
        let mover = Mover { id, name, stranger: self.peers.is_stranger(id) };
        self.pane.push_presence(mover, change, self.today());
    }

    /// Somebody who is here goes by a name from now on: who said something under it before is told apart.
    fn goes_by_name(&mut self, id: PeerId) {
        let rivals = self.peers.claims_name(id, self.now.mono);
        self.label_anew(&rivals);
    }

    fn today(&self) -> Date {
        self.local(self.now.wall).date()
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
            self.notice(Tone::Dim, &format!("Looked through {}: {found}, {took}.", self.looked_at()));
        }
    }
}
