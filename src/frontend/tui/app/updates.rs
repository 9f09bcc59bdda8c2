//! What the node reports.

use super::{
    App, Tone,
    answers::{alarm, verification, whois},
    conversation::Mover,
    people::Change,
};
use crate::{
    domain::{
        bus::{
            Alarm, Command, Elsewhere, Failure, NetworkStatus, Notice, RoomFailure, SweepProgress, TrustNotice, Update,
            VerifyStep,
        },
        model::{NodeId, Peer, PeerId, Presence, Room},
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
            // The screen gives its commands no numbers.
            Update::Answer { update, .. } => self.node_update(*update),
            Update::Listening { addr, nick, node } => {
                self.status.listening(addr);
                self.user.key = Some(node);
                self.take_nick(nick);
                self.tabs.connect();
                self.tabs.here_mut().enter(&mut self.outputs);
                // Only the first time: the node says so again on another network.
                match std::mem::replace(&mut self.setup.room, Room::Lobby) {
                    Room::Lobby => {}
                    room => self.send(Command::Join { room, id: None }),
                }
            }
            Update::NetworkStatus(network) => self.network_status(network),
            Update::NetworkJoined => self.change_rooms(),
            Update::Withheld(people) => self.withheld(&people),
            Update::Elsewhere(networks) => self.elsewhere(&networks),
            Update::Diagnosis(findings) => self.status.set_findings(findings),
            Update::Sweep(progress) => self.swept(progress),
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
            Update::Delivery { id, delivered, of } => {
                self.tabs.conversations().for_each(|conversation| conversation.delivered(id, delivered, of));
            }
            Update::Kept { id, mark } => {
                self.tabs.conversations().for_each(|conversation| conversation.set_mark(id, mark));
            }
            Update::Returned { room, text, action, topic, trouble, .. } => {
                self.returned(&room, text, (action, topic), trouble);
            }
            Update::Disk(state) => self.status.set_disk(state),
            Update::Unsent { lines } => self.status.set_unsent(lines),
            Update::Waiting { node, lines } => self.people.waits(node, lines, self.now.mono),
            Update::Sync { received, total, refused } => self.status.set_sync(received, total, refused),
            Update::KnownAs { peer, nick, repute } => self.known_as(peer, &nick, repute),
            Update::RoomJoined { room, view, asked } => self.room_joined(room, &view, asked),
            Update::RoomLeft { room, because } => self.room_left(&room, because),
            Update::RoomTopic { room, topic } => self.tabs.set_topic(room, topic),
            Update::Invited(_)
            | Update::Declined(_)
            | Update::InvitationGone(_)
            | Update::MembersChanged(_)
            | Update::InviteRequested { .. }
            | Update::InviteAsked { .. }
            | Update::Members(_) => self.membership(update),
            Update::RoomMembers(members) => self.room_members(members),
            Update::RoomList(rooms) => self.room_list(&rooms),
            Update::Page(page) => self.page(page),
            Update::Found { room, query, messages, more, behind } => self.found(room, &query, messages, more, behind),
            Update::Erased { room, lines } => self.erased(&room, lines),
            Update::Rearranged { room } => self.reread(Some(&room)),
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
                self.warn(Tone::Alarm, &told::notice(&notice), 0);
            }
            Update::Notice(notice) => {
                // Their messages are on the disk, and were left out of the pane.
                if matches!(notice, Notice::Trust(TrustNotice::Unignored(_) | TrustNotice::GuestUnignored { .. })) {
                    self.reread(None);
                }
                self.announce(Tone::Dim, &told::notice(&notice));
            }
            Update::Failed(failure) => self.failed(&failure),
        }
    }

    /// Something that the user asked for did not work.
    fn failed(&mut self, failure: &Failure) {
        match failure {
            Failure::Storage(_) => self.tabs.unreadable(),
            // The user wants to see it.
            Failure::Room(RoomFailure::Joined(room)) if self.tabs.position(room).is_some() => {
                let at = self.tabs.position(room).unwrap_or_default();
                return self.show_tab(at);
            }
            Failure::Room(_) => self.private.not_made(),
            _ => {}
        }
        self.notice(Tone::Error, &told::failure(failure));
    }

    fn swept(&mut self, progress: SweepProgress) {
        if let Some(text) = self.status.swept(progress) {
            self.notice(Tone::Dim, &text);
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
        self.tabs.disconnect();
        self.announce(Tone::Error, words::NODE_GONE_NOW);
        self.lay_out();
    }

    fn network_status(&mut self, network: NetworkStatus) {
        self.people.cut_off(network.lost.is_some());
        let change = self.status.set_network(network);
        if change.moved {
            self.change_network();
        }
        if let Some((tone, text)) = change.notice {
            self.announce(tone, &text);
        }
    }

    /// Older lines are held back from these people.
    fn withheld(&mut self, people: &[NodeId]) {
        self.status.set_withheld(people.len());
        let name = |node: &NodeId| self.people.called(PeerId::Node(*node)).unwrap_or_else(|| node.short());
        if let Some(text) = withheld(&people.iter().map(name).collect::<Vec<_>>()) {
            self.announce(Tone::Plain, &text);
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
            let (tone, today) = (if is_offered { Tone::Ask } else { Tone::Plain }, self.clock().today());
            for conversation in self.tabs.lobby_and_here() {
                conversation.block(tone, &format!("{text}{esc}"), 0, today);
            }
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
        self.tabs.forget_topics();
        self.change_rooms();
    }

    /// All rooms belong to another network now, or have what was said there under another name. They are read when they
    /// are next shown.
    fn change_rooms(&mut self) {
        for tab in self.tabs.all_mut() {
            tab.parked.change_network();
            tab.conversation.change_network();
        }
        self.tabs.here_mut().enter(&mut self.outputs);
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
        // Elsewhere, the people in the room are told of, see `room_members`.
        if let Some(lobby) = self.tabs.conversation(&Room::Lobby) {
            lobby.presence(mover, change, at);
        }
    }

    /// Someone here now goes by a name. Others who said something under it before are told apart from them.
    fn goes_by_name(&mut self, id: PeerId) {
        let rivals = self.people.rivals(id);
        self.relabel(&rivals);
    }

    /// Someone may be pretending to be somebody else. That is as worth seeing as a message that names the user.
    fn alarm(&mut self, alarm: &Alarm) {
        let text = alarm::text(alarm, &self.people, &self.clock(), self.tabs.here().geometry());
        self.warn(Tone::Alarm, &text, 0);
    }

    fn verification(&mut self, peer: PeerId, step: VerifyStep) {
        let by_peer = matches!(step, VerifyStep::Code { began: false, .. } | VerifyStep::TheySayDiffers);
        let name = self.people.called(peer).unwrap_or_else(|| naming::handle(peer));
        let (tone, text) = verification::text(&name, &self.people.typed_of(peer), step);
        if by_peer {
            self.warn(tone, &text, 0);
        } else {
            self.block(tone, &text, 0);
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
