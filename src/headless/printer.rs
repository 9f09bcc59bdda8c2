//! From updates to lines of output; remembers who is here.

use std::collections::BTreeMap;

use super::{
    Local, Options,
    clock::Clock,
    event::{Change, Event, PROTOCOL, Reason, Shown, Who},
    text,
};
use crate::{
    bus::{SweepProgress, SweepState, Update},
    model::{Author, Delivery, LeaveReason, Message, MessageId, Nick, Peer, PeerId},
    slash::{COMMANDS, Spec},
};

/// This program's version, as `/version` and the first event say it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Turns updates into output, appended to a buffer.
pub(super) struct Printer {
    json: bool,
    clock: Clock,
    nick: Option<Nick>,
    peers: BTreeMap<PeerId, Peer>,
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
        let mut printer =
            Self { json, clock, nick: None, peers: BTreeMap::new(), sweeping: false, alone: false, out: Vec::new() };
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
            Update::Listening { addr, nick, node: _ } => {
                self.event(&Event::Listening { addr, node: None, nick: nick.as_str(), version: VERSION });
                self.nick = Some(nick);
            }
            Update::Sweep(progress) => self.sweep(progress),
            Update::PeerJoined(peer) => {
                self.peer(Change::Joined, &peer, None, None);
                self.peers.insert(peer.id, peer);
                self.alone = false;
            }
            Update::PeerRenamed { peer, nick } => {
                if let Some(mut peer) = self.peers.remove(&peer) {
                    let was = peer.nick.replace(nick);
                    self.peer(Change::Renamed, &peer, was.as_ref(), None);
                    self.peers.insert(peer.id, peer);
                }
            }
            Update::PeerLeft { peer, reason } => {
                if let Some(peer) = self.peers.remove(&peer) {
                    self.peer(Change::Left, &peer, None, Some(reason));
                }
            }
            Update::NickSet(nick) => {
                self.notice("nick", &format!("You are {nick} now."));
                self.nick = Some(nick);
            }
            Update::Message(message) => self.message(&message),
            Update::Notice { code, text } => self.notice(code.as_str(), &text),
            Update::PeerTrust { .. }
            | Update::PeerPresence { .. }
            | Update::RoundTrip { .. }
            | Update::Alarm(_)
            | Update::Whois(_)
            | Update::Verify { .. }
            | Update::PresenceSet(_) => {}
            Update::Failed { code, text } => self.event(&Event::Error { code: code.as_str(), text: &text }),
        }
    }

    pub(super) fn local(&mut self, local: Local) {
        match local {
            Local::Who => {
                let peers = std::mem::take(&mut self.peers);
                self.event(&Event::Who { peers: peers.values().map(Who::new).collect() });
                self.peers = peers;
            }
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

    fn peer(&mut self, change: Change, peer: &Peer, was: Option<&Nick>, reason: Option<LeaveReason>) {
        self.event(&Event::Peer {
            change,
            peer: Shown(peer.id),
            nick: peer.nick.as_ref().map(Nick::as_str),
            was: was.map(Nick::as_str),
            addr: peer.addr,
            protocol: PROTOCOL,
            verified: (change != Change::Left).then_some(false),
            reason: reason.map(Reason),
        });
    }

    fn message(&mut self, message: &Message) {
        if self.json {
            let event = Event::Message {
                id: Shown(message.id),
                room: message.room.name(),
                from: match message.author {
                    Author::Own => None,
                    Author::Peer(peer) => Some(Shown(peer)),
                },
                nick: message.nick.as_ref().map(Nick::as_str),
                text: message.text.as_str(),
                sent_at: self.clock.utc(message.sent_at),
                own: message.is_own(),
                history: false,
                protocol: PROTOCOL,
                action: message.action,
            };
            json(&mut self.out, &event);
        } else {
            text::message(&mut self.out, message, self.clock.local(message.sent_at));
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
        self.event(&Event::Notice { code: "not_sent", text, id: Some(Shown(id)) });
    }

    fn notice(&mut self, code: &str, text: &str) {
        self.event(&Event::Notice { code, text, id: None });
    }

    fn event(&mut self, event: &Event<'_>) {
        if self.json {
            json(&mut self.out, event);
        } else {
            text::event(&mut self.out, event);
        }
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
