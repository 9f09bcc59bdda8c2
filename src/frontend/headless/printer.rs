//! Turns updates into lines of output, and remembers the people who are here.

mod membership;
mod rooms;

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use super::{
    Answer, Options,
    event::{Change, Event, Found, OpenTo, Reason},
    people::{People, Present, Tagged, bare, note},
    request::Reference,
    rooms::Rooms,
    text, trust,
    writer::Writer,
};
use crate::{
    domain::{
        bus::{
            Alarm, DiskState, Elsewhere, Failure, NetworkStatus, NoticeCode, SweepProgress, SweepState, Update,
            VerifyStep, Whois,
        },
        model::{
            Delivery, DiskTrouble, Finding, LeaveReason, Message, MessageId, Network, Nick, NodeId, PeerId, Presence,
            Room, Text,
        },
        naming::Name,
    },
    frontend::{
        json::{Clock, Said, Shown, mark_word},
        slash::COMMANDS,
        told,
        words::{self, answers, elsewhere, pipe, pipe_answers, typing, withheld::withheld},
    },
};

/// This program's version, as `/version` and the first event say it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How many characters we quote of a line that was not sent: enough to recognise it.
const QUOTED: usize = 80;

/// Turns updates into output, appended to a buffer.
#[expect(clippy::struct_excessive_bools, reason = "each is about something else, no two make a state together")]
pub(super) struct Printer {
    pub(super) to: Writer,
    clock: Clock,
    node: Option<NodeId>,
    nick: Option<Nick>,
    people: People,
    rooms: Rooms,
    /// The messages that have set the topics of rooms. Bounded by the rooms that the node has.
    topics: BTreeMap<Room, Message>,
    /// Whether the node is open to a network.
    open: bool,
    /// The network that it is open to.
    here: Option<Network>,
    /// Lines that reached nobody on the current network.
    unsent: Option<Elsewhere>,
    /// Whether the user was told about `unsent` on this network, or has said something since.
    told_unsent: bool,
    /// Whether the start of the current sweep was printed. Text leaves out the steps in between.
    sweeping: bool,
    /// Whether text has said that nobody is here. Once is enough until somebody joins.
    alone: bool,
}

impl Printer {
    pub(super) fn new(options: Options) -> Self {
        let Options { form, zone, warnings, room } = options;
        let clock = Clock::new(zone);
        let (to, people) = (Writer::new(form.json), People::default());
        let (open, sweeping, alone) = (false, false, false);
        let mut printer = Self {
            to,
            clock,
            node: None,
            nick: None,
            people,
            rooms: Rooms::new(room),
            topics: BTreeMap::new(),
            open,
            here: None,
            unsent: None,
            told_unsent: false,
            sweeping,
            alone,
        };
        for text in &warnings {
            printer.notice("config", text);
        }
        printer
    }

    /// The output to hand over, in whole lines.
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        self.to.out()
    }

    /// Prints an update. `asked` is how the program called the command that it answers.
    pub(super) fn update_for(&mut self, asked: Option<Reference>, update: Update) {
        self.to.answers(asked);
        self.update(update);
        self.to.answers(None);
    }

    /// Prints what the input has asked for.
    pub(super) fn answer_to(&mut self, asked: Option<Reference>, answer: Answer) {
        self.to.answers(asked);
        self.answer(answer);
        self.to.answers(None);
    }

    pub(super) fn update(&mut self, update: Update) {
        match update {
            Update::Answer { update, .. } => self.update(*update),
            Update::Listening { addr, nick, node } => {
                self.event(&Event::Listening { addr, node: Shown(node), nick: nick.as_str(), version: VERSION });
                self.node = Some(node);
                self.own_nick(nick);
            }
            Update::NetworkStatus(status) => self.network(&status),
            Update::Diagnosis(findings) => self.diagnosis(&findings),
            Update::Delivery { id, delivered, of } => self.event(&Event::Delivery { id: Shown(id), delivered, of }),
            Update::Waiting { node, lines } => self.event(&Event::Waiting { peer: Shown(node), lines }),
            Update::Sync { received, total, refused } => self.event(&Event::Sync { received, total, refused }),
            Update::Kept { id, mark } => self.event(&Event::Kept { id: Shown(id), mark: mark_word(mark) }),
            Update::Disk(DiskState { trouble, held_back }) => {
                self.event(&Event::Disk { trouble: trouble.map(DiskTrouble::as_str), held_back });
            }
            Update::Returned { room, text, action, topic, trouble, shown: false } => {
                let command = if topic { "/topic " } else if action { "/me " } else { "" };
                self.returned(&room, &text, command, trouble);
            }
            // The notice for a line that was shown was printed already.
            Update::Returned { shown: true, .. }
            // Everybody is in the lobby. A pipe shows what arrives, not pages, and reports deliveries line by line.
            | Update::RoomJoined { room: Room::Lobby, .. }
            | Update::Page(_)
            | Update::Rearranged { .. }
            | Update::Lacking(_)
            | Update::NetworkJoined => {}
            Update::Withheld(people) => self.withheld(&people),
            Update::Elsewhere(networks) => self.elsewhere(&networks),
            Update::Unsent { lines } => self.unsent(lines),
            Update::RoomJoined { room, asked, .. } => self.room_joined(&room, asked),
            Update::RoomLeft { room, because } => self.room_left(&room, because),
            Update::RoomTopic { room, topic } => self.room_topic(&room, topic),
            Update::Invited(invitation) => self.invited(invitation),
            Update::Declined(room) => self.declined(&room),
            Update::InvitationGone(room) => self.rooms.declined(&room),
            Update::MembersChanged(change) => self.members_changed(&change),
            Update::Members(list) => self.member_list(&list),
            Update::InviteRequested { room, owner, who } => self.invite_requested(room, owner, &who),
            Update::InviteAsked { room, by, who } => self.invite_asked(room, by, who),
            Update::RoomMembers(members) => self.members(members),
            Update::RoomList(rooms) => self.room_list(&rooms),
            Update::Found { room, query, messages, more, behind } => {
                self.found(room.as_ref(), &query, &messages, more, behind);
            }
            Update::Erased { room, lines } => self.event(&Event::Erased { room: self.rooms.keys(&room), lines }),
            Update::Sweep(progress) => self.sweep(progress),
            Update::PeerJoined(peer) => {
                let event = changed(Change::Joined, &self.people.joined(peer), None);
                self.to.event(&event);
                self.alone = false;
            }
            Update::PeerRenamed { peer, nick } => {
                if let Some((present, was)) = self.people.renamed(peer, nick) {
                    let event = changed(Change::Renamed, &present, Some(was));
                    self.to.event(&event);
                }
            }
            Update::PeerLeft { peer, reason } => {
                if let Some((gone, name)) = self.people.left(peer) {
                    self.event(&left(&gone, name, reason));
                }
            }
            Update::KnownAs { peer, nick, repute } => self.people.known_as(peer, &nick, repute),
            Update::PeerTrust { peer, repute } => {
                if let Some(present) = self.people.trusted(peer, repute) {
                    self.to.event(&changed(Change::Trust, &present, None));
                }
            }
            Update::PeerPresence { peer, presence, typing } => {
                // People who read text later do not care who was typing.
                if let Some((present, moved)) = self.people.presence(peer, presence, typing)
                    && (moved || self.to.is_json())
                {
                    self.to.event(&changed(Change::Presence, &present, None));
                }
            }
            Update::PeerClock { peer, ahead_ms } => {
                if let Some(present) = self.people.clock(peer, ahead_ms) {
                    self.to.event(&changed(Change::Clock, &present, None));
                }
            }
            Update::RoundTrip { peer, time } => self.people.round_trip(peer, time),
            Update::Alarm(alarm) => self.alarm(&alarm),
            Update::Whois(whois) => self.whois(&whois),
            Update::Verify { peer, step } => self.verify(peer, &step),
            Update::NickSet(nick) => {
                self.notice("nick", &answers::renamed(&nick));
                self.own_nick(nick);
            }
            Update::TypingShared(shared) => self.notice("typing", typing::sentence(shared)),
            Update::PresenceSet(presence) => self.notice("presence", &own_presence(&presence)),
            Update::Message(message) => self.message(&message),
            Update::Notice(notice) => self.notice(notice.code().as_str(), &told::notice(&notice)),
            Update::Failed(Failure::Room(failure)) if self.rooms.expects(&failure) => {}
            Update::Failed(failure) => {
                self.event(&Event::Error { code: failure.code().as_str(), text: &told::failure(&failure) });
            }
        }
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Who => self.to.event(&Event::Who { peers: self.people.list() }),
            Answer::Topic(room) => self.show_topic(&room),
            Answer::OwnNick => match self.nick.take() {
                Some(nick) => {
                    self.notice("nick", &pipe::own_name(&nick));
                    self.nick = Some(nick);
                }
                None => self.notice("nick", pipe_answers::STARTING),
            },
            Answer::Help(Some(spec)) => {
                self.help(spec.usage, spec.help);
                spec.forms().iter().for_each(|(form, what)| self.help(form, what));
            }
            Answer::Help(None) => COMMANDS.iter().for_each(|spec| self.help(spec.usage, spec.help)),
            Answer::Version => self.notice("version", &answers::version(VERSION)),
            Answer::Clear => self.notice("clear", pipe_answers::NO_SCREEN),
            Answer::Error { code, text } => self.event(&Event::Error { code, text: &text }),
        }
    }

    fn help(&mut self, usage: &str, what: &str) {
        self.notice("help", &pipe_answers::help(usage, what));
    }

    fn sweep(&mut self, progress: SweepProgress) {
        let SweepProgress { state, probed, total, found, took, left } = progress;
        let running = state == SweepState::Running;
        if self.to.is_json() || !(running && self.sweeping) {
            let state = if running { "running" } else { "done" };
            let ms = |time: Duration| time.as_millis().try_into().unwrap_or(u64::MAX);
            let (took_ms, left_ms) = (ms(took), ms(left));
            self.event(&Event::Sweep { state, probed, total, found, took_ms, left_ms });
        }
        self.sweeping = running;
    }

    fn network(&mut self, status: &NetworkStatus) {
        let interfaces = status.spots.iter().map(|spot| OpenTo {
            interface: &spot.interface,
            ip: spot.ip,
            network: spot.network.to_string(),
        });
        let closed = std::mem::replace(&mut self.open, status.open) && !status.open;
        self.here = status.open.then(|| status.network.clone());
        let before = self.unsent.as_ref().map(|waiting| &waiting.network);
        if before.is_some_and(|before| *before != status.network && !status.joined.contains(before)) {
            self.forget_topics();
        }
        if self.unsent.as_ref().is_none_or(|waiting| waiting.network != status.network) {
            self.unsent = Some(Elsewhere { network: status.network.clone(), lines: 0 });
            self.told_unsent = false;
        }
        self.event(&Event::Network {
            open: status.open,
            network: status.network.as_str(),
            certain: status.certain,
            may_be: status.may_be.iter().map(Network::as_str).collect(),
            addrs: &status.addrs,
            interfaces: interfaces.collect(),
            looks: status.sweep.iter().map(ToString::to_string).collect(),
            lost: status.lost.as_ref().map(words::listening::no_network),
            closed,
        });
    }

    /// Names the people who do not get older lines.
    fn withheld(&mut self, people: &[NodeId]) {
        let names = people.iter().map(|node| match self.people.get(PeerId::Node(*node)) {
            Some(present) => present.name(),
            None => node.short(),
        });
        if let Some(text) = withheld(&names.collect::<Vec<_>>()) {
            self.notice(NoticeCode::Withheld.as_str(), &text);
        }
    }

    /// This many lines reached nobody. Those left from earlier runs are reported.
    fn unsent(&mut self, lines: u64) {
        let Some(waiting) = &mut self.unsent else { return };
        waiting.lines = lines;
        if !std::mem::replace(&mut self.told_unsent, true) {
            self.tell_unsent();
        }
    }

    /// Reports at the end what reached nobody.
    pub(super) fn end(&mut self) {
        self.tell_unsent();
    }

    fn tell_unsent(&mut self) {
        if let Some(waiting) = self.unsent.clone().filter(|waiting| waiting.lines > 0) {
            self.undelivered(&waiting, &elsewhere::sentence(&waiting, None, ""));
        }
    }

    /// Reports what waits on other networks.
    fn elsewhere(&mut self, networks: &[Elsewhere]) {
        for waiting in networks {
            self.undelivered(waiting, &elsewhere::sentence(waiting, self.here.as_ref(), "/deliver"));
        }
    }

    fn undelivered(&mut self, waiting: &Elsewhere, text: &str) {
        self.event(&Event::Undelivered { network: waiting.network.as_str(), lines: waiting.lines, text });
    }

    fn diagnosis(&mut self, findings: &[Finding]) {
        let findings = findings.iter().map(|finding| Found {
            code: finding.fault().as_str(),
            state: finding.severity().as_str(),
            text: words::findings::what(finding),
            todo: words::findings::todo(finding),
        });
        self.event(&Event::Diagnosis { findings: findings.collect() });
    }

    fn own_nick(&mut self, nick: Nick) {
        self.people.own(&nick);
        self.nick = Some(nick);
    }

    fn alarm(&mut self, alarm: &Alarm) {
        let text = words::trust::alarm(alarm, self.clock.date(alarm.known_last_seen));
        let (code, alarm) = (alarm.kind.as_str(), Some(trust::keys(alarm)));
        self.event(&Event::Notice { code, text: &text, id: None, room: None, alarm });
    }

    fn whois(&mut self, whois: &Whois) {
        let present = whois.peer.as_ref().and_then(|peer| self.people.get(peer.id));
        if let Some(event) = trust::whois(whois, present.as_ref(), &mut self.clock) {
            self.event(&Event::Whois(Box::new(event)));
        }
    }

    fn verify(&mut self, peer: PeerId, how: &VerifyStep) {
        let present = self.people.get(peer);
        let (step, code, began) = match how {
            VerifyStep::Code { code, began } => ("code", Some(code.as_str()), Some(*began)),
            VerifyStep::Verified => ("verified", None, None),
            VerifyStep::Differs => ("differs", None, None),
            VerifyStep::TheySayDiffers => ("they_say_differs", None, None),
            VerifyStep::Ended => ("ended", None, None),
        };
        let nick = present.as_ref().and_then(|tagged| tagged.present.peer.nick.as_ref()).map(Nick::as_str);
        // Someone who has left meanwhile still needs a name.
        let name =
            present.map_or_else(|| peer.node().map_or_else(|| peer.to_string(), NodeId::short), |tagged| tagged.name());
        let event = Event::Verify { step, peer: Shown(peer), nick, code, began, how, name };
        self.to.event(&event);
    }

    fn message(&mut self, message: &Message) {
        // What is said from now on is reported line by line.
        self.told_unsent |= message.is_own();
        self.people.heard(message);
        let tag = self.people.tag(message);
        if self.to.is_json() {
            let room = self.rooms.keys(&message.room);
            let said = Said::new(message, room, bare(&tag), self.node, self.clock.utc(message.sent_at));
            self.to.event(&Event::Message(said));
        } else {
            let name = Name::of_author(message, &tag);
            let room = self.rooms.is_other(&message.room).then(|| self.room_name(&message.room));
            let time = self.clock.local(message.sent_at);
            self.to.message(|out| text::message(out, message, &name, time, room.as_deref()));
        }
        match message.delivery {
            Delivery::NotSent => self.not_sent(message.id, &message.room),
            Delivery::Waiting if message.is_own() && !message.history && self.is_alone_in(&message.room) => {
                self.waits(message.id);
            }
            _ => {}
        }
    }

    fn not_sent(&mut self, id: MessageId, room: &Room) {
        let text = pipe_answers::NOT_SAVED;
        let (id, room) = (Some(Shown(id)), Some(self.rooms.keys(room)));
        self.event(&Event::Notice { code: "not_sent", text, id, room, alarm: None });
    }

    /// A line was not accepted at all.
    fn returned(&mut self, room: &Room, line: &Text, command: &str, trouble: DiskTrouble) {
        let said: String = line.as_str().chars().take(QUOTED).collect();
        let more = if said.len() < line.as_str().len() { "…" } else { "" };
        let said = said.replace('\n', " ");
        let text = pipe_answers::not_sent(&format!("{command}{said}{more}"), trouble);
        let room = Some(self.rooms.keys(room));
        self.event(&Event::Notice { code: "not_sent", text: &text, id: None, room, alarm: None });
    }

    /// Nobody is here to deliver a line to.
    fn waits(&mut self, id: MessageId) {
        if self.to.is_json() {
            self.to.event(&Event::Delivery { id: Shown(id), delivered: 0, of: 0 });
        } else if !self.alone {
            self.alone = true;
            self.notice("waiting", pipe_answers::WAITING);
        }
    }

    fn found(&mut self, room: Option<&Room>, query: &str, messages: &[Message], more: bool, behind: u64) {
        for message in messages {
            self.people.heard(message);
        }
        if self.to.is_json() {
            let tag = |message| bare(&self.people.tag(message));
            let mut found = Vec::with_capacity(messages.len());
            for message in messages {
                let (room, sent_at) = (self.rooms.keys(&message.room), self.clock.utc(message.sent_at).to_owned());
                found.push(Said::new(message, room, tag(message), self.node, sent_at));
            }
            let (room, messages) = (room.map(|room| self.rooms.keys(room)), found);
            let behind = (behind > 0).then_some(behind);
            self.to.event(&Event::Found { room, query, messages, more, behind });
            return;
        }
        self.to.text(|out| text::found(out, query, messages.len(), more));
        for message in messages.iter().rev() {
            let tag = self.people.tag(message);
            let name = Name::of_author(message, &tag);
            let said_in = room.is_none().then(|| self.room_name(&message.room));
            let date = self.clock.date(message.sent_at);
            self.to.text(|out| text::hit(out, message, &name, date, said_in.as_deref()));
        }
        self.to.text(|out| text::behind(out, behind));
    }

    fn notice(&mut self, code: &str, text: &str) {
        self.event(&Event::Notice { code, text, id: None, room: None, alarm: None });
    }

    fn event(&mut self, event: &Event<'_>) {
        self.to.event(event);
    }
}

/// What happened to somebody; `was` is what they were called before.
fn changed<'a>(change: Change, present: &Tagged<'a>, was: Option<String>) -> Event<'a> {
    let activity = (change == Change::Presence).then(|| present.activity());
    Event::Peer { change, person: present.person(), activity, reason: None, name: present.name(), was }
}

/// Somebody left. Their presence no longer matters.
fn left(gone: &Present, name: String, reason: LeaveReason) -> Event<'_> {
    let (activity, reason, was) = (None, Some(Reason(reason)), None);
    Event::Peer { change: Change::Left, person: gone.person(), activity, reason, name, was }
}

fn own_presence(presence: &Presence) -> Cow<'static, str> {
    match presence {
        Presence::Here => pipe::OWN_BACK.into(),
        Presence::Away { .. } => pipe::own_away(note(presence)).into(),
    }
}
