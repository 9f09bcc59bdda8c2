//! From updates to lines of output; remembers who is here.

use super::{
    Local, Options,
    clock::Clock,
    event::{Change, Event, Person, Reason, Shown, protocol},
    people::{Name, People, Present},
    text, trust,
};
use crate::{
    bus::{Alarm, SweepProgress, SweepState, Update, VerifyStep, Whois},
    model::{Author, Delivery, LeaveReason, Message, MessageId, Nick, NodeId, PeerId, Presence},
    slash::{COMMANDS, Spec},
};

/// This program's version, as `/version` and the first event say it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The protocol of our own lines: reference nodes get them in theirs, everybody else in ours.
const MESH: &str = "mesh";

/// Turns updates into output, appended to a buffer.
pub(super) struct Printer {
    json: bool,
    clock: Clock,
    node: Option<NodeId>,
    nick: Option<Nick>,
    people: People,
    /// Whether the beginning of the present sweep was printed: in text, the steps between are left out.
    sweeping: bool,
    /// Whether it was said that nobody is here: in text, once is enough until somebody joins.
    alone: bool,
    out: Vec<u8>,
}

impl Printer {
    pub(super) fn new(options: Options) -> Self {
        let Options { json, zone, warnings } = options;
        let clock = Clock::new(zone);
        let (people, out) = (People::default(), Vec::new());
        let mut printer = Self { json, clock, node: None, nick: None, people, sweeping: false, alone: false, out };
        for text in &warnings {
            printer.notice("config", text);
        }
        printer
    }

    /// What is to be written, in whole lines. Clear it when that is done.
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    pub(super) fn update(&mut self, update: Update) {
        match update {
            Update::Listening { addr, nick, node } => {
                self.event(&Event::Listening { addr, node: Shown(node), nick: nick.as_str(), version: VERSION });
                self.node = Some(node);
                self.own_nick(nick);
            }
            Update::Delivery { .. }
            | Update::Waiting { .. }
            | Update::Sync { .. }
            | Update::Page(_)
            | Update::Found { .. }
            | Update::Erased { .. } => {}
            Update::Sweep(progress) => self.sweep(progress),
            Update::PeerJoined(peer) => {
                let event = changed(Change::Joined, self.people.joined(peer), None);
                print(self.json, &mut self.out, &event);
                self.alone = false;
            }
            Update::PeerRenamed { peer, nick } => {
                if let Some((present, was)) = self.people.renamed(peer, nick) {
                    let event = changed(Change::Renamed, present, Some(was));
                    print(self.json, &mut self.out, &event);
                }
            }
            Update::PeerLeft { peer, reason } => {
                if let Some(gone) = self.people.left(peer) {
                    self.event(&left(&gone, reason));
                }
            }
            Update::PeerTrust { peer, trust, ignored } => {
                if let Some(present) = self.people.trusted(peer, trust, ignored) {
                    print(self.json, &mut self.out, &changed(Change::Trust, present, None));
                }
            }
            Update::PeerPresence { peer, presence, typing } => {
                // Whether somebody types is nothing for people who read it later.
                if let Some((present, moved)) = self.people.presence(peer, presence, typing)
                    && (moved || self.json)
                {
                    print(self.json, &mut self.out, &changed(Change::Presence, present, None));
                }
            }
            Update::RoundTrip { peer, time } => self.people.round_trip(peer, time),
            Update::Alarm(alarm) => self.alarm(&alarm),
            Update::Whois(whois) => self.whois(&whois),
            Update::Verify { peer, step } => self.verify(peer, &step),
            Update::NickSet(nick) => {
                self.notice("nick", &format!("You are {nick} now."));
                self.own_nick(nick);
            }
            Update::PresenceSet(presence) => self.notice("presence", &own_presence(&presence)),
            Update::Message(message) => self.message(&message),
            Update::Notice { code, text } => self.notice(code.as_str(), &text),
            Update::Failed { code, text } => self.event(&Event::Error { code: code.as_str(), text: &text }),
        }
    }

    pub(super) fn local(&mut self, local: Local) {
        match local {
            Local::Who => print(self.json, &mut self.out, &Event::Who { peers: self.people.list() }),
            Local::OwnNick => match self.nick.take() {
                Some(nick) => {
                    self.notice("nick", &format!("You are {nick}."));
                    self.nick = Some(nick);
                }
                None => self.notice("nick", "The node is not ready yet."),
            },
            Local::Help(Some(spec)) => self.help(spec),
            Local::Help(None) => COMMANDS.iter().for_each(|spec| self.help(spec)),
            Local::Version => self.notice("version", &format!("proximity-chat {VERSION}")),
            Local::Clear => self.notice("clear", "There is no screen to empty here."),
            Local::Error { code, text } => self.event(&Event::Error { code, text: &text }),
        }
    }

    fn help(&mut self, spec: &Spec) {
        self.notice("help", &format!("{:<24}{}", spec.usage, spec.help));
    }

    fn sweep(&mut self, progress: SweepProgress) {
        let SweepProgress { state, probed, total, found, took, left: _ } = progress;
        let running = state == SweepState::Running;
        if self.json || !(running && self.sweeping) {
            let state = if running { "running" } else { "done" };
            let took_ms = took.as_millis().try_into().unwrap_or(u64::MAX);
            self.event(&Event::Sweep { state, probed, total, found, took_ms });
        }
        self.sweeping = running;
    }

    fn own_nick(&mut self, nick: Nick) {
        self.people.own(&nick);
        self.nick = Some(nick);
    }

    fn alarm(&mut self, alarm: &Alarm) {
        let text = trust::text(alarm, &self.clock);
        let (code, alarm) = (alarm.kind.as_str(), Some(trust::keys(alarm)));
        self.event(&Event::Notice { code, text: &text, id: None, alarm });
    }

    fn whois(&mut self, whois: &Whois) {
        let present = whois.peer.as_ref().and_then(|peer| self.people.get(peer.id));
        if let Some(event) = trust::whois(whois, present, &mut self.clock) {
            self.event(&Event::Whois(Box::new(event)));
        }
    }

    fn verify(&mut self, peer: PeerId, step: &VerifyStep) {
        let present = self.people.get(peer);
        let (step, code, began) = match step {
            VerifyStep::Code { code, began } => ("code", Some(code.as_str()), Some(*began)),
            VerifyStep::Verified => ("verified", None, None),
            VerifyStep::Differs => ("differs", None, None),
            VerifyStep::Ended => ("ended", None, None),
        };
        let nick = present.and_then(|present| present.peer.nick.as_ref()).map(Nick::as_str);
        // Who left meanwhile is still somebody.
        let name = present.map_or_else(|| peer.node().map_or_else(|| peer.to_string(), NodeId::short), Present::name);
        let event = Event::Verify { step, peer: Shown(peer), nick, code, began, name };
        print(self.json, &mut self.out, &event);
    }

    fn message(&mut self, message: &Message) {
        if self.json {
            let event = Event::Message {
                id: Shown(message.id),
                room: message.room.name(),
                from: match message.author {
                    Author::Own => self.node.map(|node| Shown(PeerId::Node(node))),
                    Author::Peer(peer) => Some(Shown(peer)),
                },
                nick: message.nick.as_ref().map(Nick::as_str),
                text: message.text.as_str(),
                sent_at: self.clock.utc(message.sent_at),
                own: message.is_own(),
                history: false,
                protocol: match message.author {
                    Author::Own => MESH,
                    Author::Peer(peer) => protocol(peer),
                },
                action: message.action,
            };
            json(&mut self.out, &event);
        } else {
            let name = match message.author {
                Author::Own => Name::own(message),
                Author::Peer(peer) => self.people.author(message, peer),
            };
            text::message(&mut self.out, message, &name, self.clock.local(message.sent_at));
        }
        if message.delivery == Delivery::NotSent {
            self.not_sent(message.id);
        }
    }

    fn not_sent(&mut self, id: MessageId) {
        let text = if self.json {
            "Nobody else is here, so nobody got this line."
        } else if self.alone {
            return;
        } else {
            "Nobody else is here, so nobody got this line, nor will what follows until somebody joins."
        };
        self.alone = true;
        self.event(&Event::Notice { code: "not_sent", text, id: Some(Shown(id)), alarm: None });
    }

    fn notice(&mut self, code: &str, text: &str) {
        self.event(&Event::Notice { code, text, id: None, alarm: None });
    }

    fn event(&mut self, event: &Event<'_>) {
        print(self.json, &mut self.out, event);
    }
}

/// Appends an event; a function, so that what is printed may be borrowed from the printer.
fn print(as_json: bool, out: &mut Vec<u8>, event: &Event<'_>) {
    if as_json {
        json(out, event);
    } else {
        text::event(out, event);
    }
}

/// What happened to somebody; `was` is how they were called before.
fn changed(change: Change, present: &Present, was: Option<String>) -> Event<'_> {
    let activity = (change == Change::Presence).then(|| present.activity());
    Event::Peer { change, person: present.person(), activity, reason: None, name: present.name(), was }
}

/// Somebody is gone: what they were matters no more.
fn left(gone: &Present, reason: LeaveReason) -> Event<'_> {
    let person = Person { verified: None, trust: None, ignored: false, ..gone.person() };
    let (activity, reason, was) = (None, Some(Reason(reason)), None);
    Event::Peer { change: Change::Left, person, activity, reason, name: gone.name(), was }
}

fn own_presence(presence: &Presence) -> String {
    match presence {
        Presence::Here => "You are here again.".to_owned(),
        Presence::Away { note: None } => "You are away.".to_owned(),
        Presence::Away { note: Some(note) } => format!("You are away: {note}"),
    }
}

fn json(out: &mut Vec<u8>, event: &Event<'_>) {
    let start = out.len();
    match serde_json::to_writer(&mut *out, event) {
        Ok(()) => out.push(b'\n'),
        // Memory takes everything and every key is a string; if not, no half line may remain.
        Err(_) => out.truncate(start),
    }
}
