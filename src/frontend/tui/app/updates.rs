//! What the node reports.

use super::{
    App, Output, Tone,
    answers::{alarm, verification, whois},
    conversation::{Arrival, Mover},
    people::Change,
};
use crate::{
    domain::{
        bus::{Alarm, Elsewhere, Failure, NetworkStatus, Notice, Page, TrustNotice, Update, VerifyStep},
        model::{Author, Message, NodeId, Peer, PeerId, Presence},
        naming,
    },
    frontend::{
        told,
        words::{answers as words, elsewhere, typing, withheld::withheld},
    },
};

impl App {
    /// Handles an update.
    pub(super) fn node_update(&mut self, update: Update) {
        match update {
            Update::Listening { addr, nick, node } => {
                self.status.listening(addr);
                self.user.key = Some(node);
                self.take_nick(nick);
                self.conversation.connect(&mut self.outputs);
            }
            Update::NetworkStatus(network) => self.network_status(network),
            Update::NetworkJoined => self.conversation.change_network(&mut self.outputs),
            Update::Withheld(people) => self.withheld(&people),
            Update::Elsewhere(networks) => self.elsewhere(&networks),
            Update::Diagnosis(findings) => self.status.set_findings(findings),
            Update::Sweep(progress) => {
                if let Some(text) = self.status.swept(progress) {
                    self.notice(Tone::Dim, &text);
                }
            }
            Update::PeerJoined(peer) => self.joined(peer),
            Update::PeerRenamed { peer, nick } => {
                let old = self.people.called(peer);
                if self.people.renamed(peer, nick)
                    && let Some(old) = old
                {
                    self.presence(peer, self.people.called(peer), Change::Renamed(old));
                }
                self.goes_by_name(peer);
            }
            Update::PeerLeft { peer, reason } => {
                let name = self.people.called(peer);
                if self.people.left(peer, self.now.mono) {
                    self.presence(peer, name, Change::Left(reason));
                }
            }
            Update::PeerTrust { peer, repute } => {
                self.people.trust(peer, repute);
                // The user's decision can give a name to another key, so what others said under it is relabelled.
                let mut changed = self.people.alike(peer);
                changed.push(peer);
                self.relabel(&changed);
            }
            Update::PeerPresence { peer, presence, typing } => {
                self.people.presence(peer, presence, typing && self.user.typing, self.now.mono);
            }
            Update::PeerClock { peer, ahead_ms } => self.people.clock(peer, ahead_ms),
            // Round trips are handled earlier, because most of them need no new frame. The list of people and each line
            // show what others lack.
            Update::RoundTrip { .. } | Update::Lacking(_) => {}
            Update::Message(message) => self.message(message),
            Update::Delivery { id, delivered, of } => self.conversation.delivered(id, delivered, of),
            Update::Kept { id, mark } => self.conversation.set_mark(id, mark),
            Update::Returned { text, action, trouble, .. } => self.returned(text, action, trouble),
            Update::Disk(state) => self.status.set_disk(state),
            Update::Unsent { lines } => self.status.set_unsent(lines),
            Update::Waiting { node, lines } => self.people.waits(node, lines, self.now.mono),
            Update::Sync { received, total, refused } => self.status.set_sync(received, total, refused),
            Update::Page(page) => self.page(page),
            Update::Found { query, messages, more, behind } => self.found(&query, messages, more, behind),
            Update::Erased { lines, .. } => self.erased(lines),
            Update::Rearranged { .. } => self.conversation.reread(&mut self.outputs),
            Update::Alarm(alarm) => self.alarm(&alarm),
            Update::Whois(answer) => self.answer(&whois::text(&answer, &self.people, &self.clock())),
            Update::Verify { peer, step } => self.verification(peer, step),
            Update::NickSet(nick) => {
                self.notice(Tone::Dim, &words::renamed(&nick));
                self.take_nick(nick);
            }
            Update::PresenceSet(presence) => self.own_presence(presence),
            Update::TypingShared(shared) => self.share_typing(shared),
            Update::Notice(notice) if notice.code().is_alarming() => {
                let seq = self.block(Tone::Alarm, &told::notice(&notice), 0);
                self.arrived(seq);
            }
            Update::Notice(notice) => {
                // Their messages are on the disk, and were left out of the pane.
                if matches!(notice, Notice::Trust(TrustNotice::Unignored(_) | TrustNotice::GuestUnignored { .. })) {
                    self.conversation.reread(&mut self.outputs);
                }
                self.notice(Tone::Dim, &told::notice(&notice));
            }
            Update::Failed(failure) => {
                if matches!(failure, Failure::Storage(_)) {
                    self.conversation.unreadable();
                }
                self.notice(Tone::Error, &told::failure(&failure));
            }
        }
    }

    /// The node has ended without being asked to.
    pub(super) fn node_gone(&mut self) {
        self.status.node_gone();
        if self.overlays.name.is_open() {
            self.overlays.name.close();
            self.composer.set(String::new());
        }
        self.people.all_gone(self.now.mono);
        self.conversation.disconnect();
        self.notice(Tone::Error, words::NODE_GONE_NOW);
        self.lay_out();
    }

    fn network_status(&mut self, network: NetworkStatus) {
        self.people.cut_off(network.lost.is_some());
        let change = self.status.set_network(network);
        if change.moved {
            self.change_network();
        }
        if let Some((tone, text)) = change.notice {
            self.notice(tone, &text);
        }
    }

    /// Older lines are held back from these people.
    fn withheld(&mut self, people: &[NodeId]) {
        self.status.set_withheld(people.len());
        let name = |node: &NodeId| self.people.called(PeerId::Node(*node)).unwrap_or_else(|| node.short());
        if let Some(text) = withheld(&people.iter().map(name).collect::<Vec<_>>()) {
            self.notice(Tone::Plain, &text);
        }
    }

    /// Lines wait on other networks. Those that were said to nobody else need only an Enter to be said here.
    fn elsewhere(&mut self, networks: &[Elsewhere]) {
        self.elsewhere = networks.to_vec();
        let here = self.status.network().filter(|_| self.status.is_open());
        self.offered = networks
            .iter()
            .map(|one| one.network.clone())
            .filter(|network| here.is_some() && network.is_local())
            .collect();
        for one in networks {
            let is_offered = self.offered.contains(&one.network);
            let way = words::sends_here(is_offered);
            let text = elsewhere::sentence(one, here.as_ref(), way);
            let esc = if is_offered { words::decline(one.lines) } else { "" };
            self.block(if is_offered { Tone::Ask } else { Tone::Plain }, &format!("{text}{esc}"), 0);
        }
    }

    /// The room now belongs to another network. A question from the previous one does not apply any more: a yes must
    /// not erase what was said here.
    fn change_network(&mut self) {
        self.timers.clear(super::Timer::EraseAsked);
        // The node reports again what waits elsewhere, if anything does.
        self.elsewhere.clear();
        self.offered.clear();
        self.overlays.search.forget();
        self.composer.change_network();
        self.people.forget_gone();
        self.people.nothing_waits();
        self.conversation.change_network(&mut self.outputs);
    }

    fn joined(&mut self, peer: Peer) {
        let id = peer.id;
        let (change, old_name) = self.people.joined(peer, self.now.mono);
        self.goes_by_name(id);
        self.presence(id, self.people.called(id), change);
        if let Some(old) = old_name {
            self.presence(id, self.people.called(id), Change::Renamed(old));
        }
    }

    fn presence(&mut self, id: PeerId, name: Option<String>, change: Change) {
        let Some(name) = name.filter(|_| !self.people.ignores(id)) else { return };
        let mover = Mover { id, name, stranger: self.people.is_stranger(id) };
        let at = self.clock().local(self.now.wall);
        self.conversation.presence(mover, change, at);
    }

    /// Someone here now goes by a name. Others who said something under it before are told apart from them.
    fn goes_by_name(&mut self, id: PeerId) {
        let rivals = self.people.rivals(id);
        self.relabel(&rivals);
    }

    /// Notes the names in these messages, and relabels everyone who could be mistaken for one of their authors.
    fn heard<'a>(&mut self, messages: impl IntoIterator<Item = &'a Message>) {
        for message in messages {
            if let (Author::Peer(peer), Some(nick)) = (message.author, &message.nick) {
                let rivals = self.people.heard(peer, nick, message.repute, self.now.mono);
                self.relabel(&rivals);
            }
        }
    }

    fn relabel(&mut self, rivals: &[PeerId]) {
        let people = &self.people;
        self.conversation.relabel(rivals, |peer, line| people.label(peer, line.nick.as_ref(), line.repute));
    }

    fn message(&mut self, message: Message) {
        if let Author::Peer(peer) = message.author {
            self.people.said(peer);
            if self.people.ignores(peer) {
                return;
            }
        }
        if message.is_own() && self.conversation.set_delivery(message.id, message.delivery) {
            return;
        }
        self.heard([&message]);
        let is_new = message.is_own() && !message.history;
        let is_cut = is_new && self.people.has_reference() && self.composer.advises_on_length(&message.text);
        let watched = self.window.attention.is_focused();
        let (conversation, maker) = self.reading();
        match conversation.receive(message, &maker, watched) {
            Arrival::Own if is_cut => {
                let advice = self.composer.advice_on_length();
                self.notice(Tone::Dim, &advice);
            }
            Arrival::Unseen { mention: true } => self.ring(),
            Arrival::Own | Arrival::Unseen { mention: false } | Arrival::Quiet => {}
        }
    }

    fn page(&mut self, page: Page) {
        if self.conversation.awaits(page.seek) {
            self.heard(&page.messages);
            let (conversation, maker) = self.reading();
            conversation.paged(page, &maker);
        }
    }

    fn found(&mut self, query: &str, messages: Vec<Message>, more: bool, behind: u64) {
        if self.overlays.search.awaits(query) {
            self.heard(&messages);
            let lines = self.reading().1.lines(messages);
            let next = self.overlays.search.found(lines, more, behind);
            self.outputs.extend(next.map(Output::Send));
        }
    }

    fn erased(&mut self, lines: u64) {
        self.conversation.erased();
        self.overlays.search.forget();
        self.status.set_unsent(0);
        self.people.nothing_waits();
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        self.notice(Tone::Plain, &words::erased(lines, self.conversation.room()));
    }

    /// Someone may be pretending to be somebody else. That is as worth seeing as a message that names the user.
    fn alarm(&mut self, alarm: &Alarm) {
        let text = alarm::text(alarm, &self.people, &self.clock(), self.conversation.geometry());
        let seq = self.block(Tone::Alarm, &text, 0);
        self.arrived(seq);
    }

    fn verification(&mut self, peer: PeerId, step: VerifyStep) {
        let by_peer = matches!(step, VerifyStep::Code { began: false, .. } | VerifyStep::TheySayDiffers);
        let name = self.people.called(peer).unwrap_or_else(|| naming::handle(peer));
        let (tone, text) = verification::text(&name, &self.people.typed_of(peer), step);
        let seq = self.block(tone, &text, 0);
        if by_peer {
            self.arrived(seq);
        }
    }

    /// Turns typing notices on or off, both for others and for the user.
    fn share_typing(&mut self, shared: bool) {
        self.notice(Tone::Dim, typing::sentence(shared));
        self.user.typing = shared;
        if !shared {
            // The node has told others so.
            self.composer.said();
            self.people.nobody_types();
        }
    }

    fn own_presence(&mut self, presence: Presence) {
        self.notice(Tone::Dim, &words::presence(&presence));
        self.user.presence = presence;
    }
}
