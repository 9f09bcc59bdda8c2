//! Carries inputs to the machines, and their outputs to the shell and to each other.
//!
//! Each machine has a function here that calls it and then carries out its outputs. Machines never call each other.

use super::{Node, Output, dialing, peers, room_commands, rooms, trust, verify};
use crate::{
    core::{node::views::Directory, sync},
    domain::{
        bus::{Notice, Update},
        model::{Author, Message, Now, PeerId, Room},
    },
    protocol::codec::mesh::Cap,
};

impl Node {
    /// Lets the links handle something.
    pub(super) fn with_peers(
        &mut self,
        now: Now,
        out: &mut Vec<Output>,
        handle: impl FnOnce(&mut peers::Peers, &peers::Context<'_>, &mut Vec<peers::Output>),
    ) {
        let mut outputs = Vec::new();
        let context = peers::Context { me: &self.myself, reputation: &self.trust, now };
        handle(&mut self.peers, &context, &mut outputs);
        for output in outputs {
            self.route_peers(output, now, out);
        }
    }

    fn route_peers(&mut self, output: peers::Output, now: Now, out: &mut Vec<Output>) {
        match output {
            peers::Output::Shell(output) => out.push(output),
            peers::Output::Address(news) => self.drive_dialing(dialing::Input::News(news), now, out),
            peers::Output::Newcomer(newcomer) => self.join(*newcomer, now, out),
            peers::Output::Down { link, node } => {
                self.drive_verify(verify::Input::LinkDown(link), now, out);
                if let Some(node) = node {
                    self.trust.parted(&node, now);
                    self.drive_rooms(rooms::Input::LinkDown(link), now, out);
                    self.drive_sync(sync::Input::LinkDown(link), now, out);
                }
            }
            peers::Output::Clock { link, ahead_ms } => {
                self.drive_sync(sync::Input::Clock { link, ahead_ms }, now, out);
            }
            peers::Output::NameLeft(nick) => {
                self.with_trust(now, out, |trust, here, out| trust.name_left(&nick, here, now, out));
            }
            peers::Output::Renamed { node, nick } => {
                self.with_trust(now, out, |trust, here, out| trust.renamed(node, &nick, here, now, out));
            }
            peers::Output::Listens { node, addr } => self.trust.listens(&node, addr),
            peers::Output::GuestNamed { addr, nick } => {
                self.with_trust(now, out, |trust, _, out| trust.guest_named(addr, &nick, now, out));
            }
            peers::Output::GuestLeft { addr, nick, moved_to } => {
                self.with_trust(now, out, |trust, _, out| trust.guest_left(addr, nick.as_ref(), moved_to, out));
            }
            peers::Output::GuestSaid { addr, nick, text, action } => {
                self.drive_sync(sync::Input::GuestLine { addr, nick, text, action }, now, out);
            }
        }
    }

    /// A node is let in: its link comes up with what is known about its key, and the other machines are told.
    fn join(&mut self, newcomer: peers::Newcomer, now: Now, out: &mut Vec<Output>) {
        let (link, node, exporter) = (newcomer.link, newcomer.secure.node, newcomer.secure.exporter);
        let (capable, is_known_run) = (newcomer.can_compare(), newcomer.is_known_run);
        let card = newcomer.card.clone();
        let (caps, clock_ahead_ms) = (newcomer.caps(), newcomer.clock_ahead_ms());
        let host = Some(newcomer.host());
        let alarm = self.trust.met(node, newcomer.nick.as_ref(), host, &self.peers, now);
        if let Some(card) = &card {
            self.trust.keep_card(&node, card);
        }
        let repute = self.trust.book().repute(&node, now.wall);
        self.with_peers(now, out, |peers, _, out| peers.join(newcomer, repute, out));
        self.with_trust(now, out, |trust, _, out| trust.raise(alarm, now.mono, out));
        self.drive_verify(verify::Input::LinkUp { link, node, exporter, capable }, now, out);
        self.with_peers(now, out, |peers, context, out| peers.greet(link, context, out));
        let (knows_rooms, private) = (caps.has(Cap::Rooms), caps.has(Cap::Private));
        self.drive_sync(sync::Input::LinkUp { link, node, caps, clock_ahead_ms }, now, out);
        self.drive_rooms(rooms::Input::LinkUp { link, node, capable: knows_rooms, private, host, card }, now, out);
        // A node that only changes its link knows the others already, and they know it.
        if !is_known_run {
            self.drive_dialing(dialing::Input::NodeLinked { link, node }, now, out);
        }
    }

    /// Lets the trust machine handle something.
    pub(super) fn with_trust(
        &mut self,
        now: Now,
        out: &mut Vec<Output>,
        handle: impl FnOnce(&mut trust::Keyring, &dyn Directory, &mut Vec<trust::Output>),
    ) {
        let mut outputs = Vec::new();
        handle(&mut self.trust, &self.peers, &mut outputs);
        for output in outputs {
            match output {
                trust::Output::Update(update) => out.push(Output::Update(update)),
                trust::Output::Repute(node) => {
                    let repute = self.trust.book().repute(&node, now.wall);
                    self.with_peers(now, out, |peers, _, out| peers.set_repute(node, repute, out));
                }
                trust::Output::NameTaken { node, nick } => {
                    self.with_peers(now, out, |peers, _, out| peers.tell_name_taken(node, nick, out));
                }
                trust::Output::GuestIgnored { addr, ignored } => {
                    self.with_peers(now, out, |peers, _, out| peers.guest_ignored(addr, ignored, out));
                }
            }
        }
    }

    /// Tells the verify machine what happened, and does what it says.
    pub(super) fn drive_verify(&mut self, input: verify::Input<'_>, now: Now, out: &mut Vec<Output>) {
        let mut outputs = Vec::new();
        self.verify.handle(input, self.trust.people(&self.peers, now.wall), now.mono, &mut outputs);
        for output in outputs {
            match output {
                verify::Output::Tell { link, frame } => out.push(Output::Tell { link, frame }),
                verify::Output::Update(update) => out.push(Output::Update(update)),
                verify::Output::Compared { node, same } => {
                    self.with_trust(now, out, |trust, here, out| trust.compared(node, same, here, out));
                }
                verify::Output::Misbehaved(link) => self.misbehaved(link, now, out),
            }
        }
    }

    /// Tells the dialing machine what happened, and does what it says.
    pub(super) fn drive_dialing(&mut self, input: dialing::Input<'_>, now: Now, out: &mut Vec<Output>) {
        let mut outputs = Vec::new();
        let context = dialing::Context { me: &self.myself, links: &self.peers, reputation: &self.trust, now };
        self.dialing.handle(input, &context, &mut outputs);
        for output in outputs {
            match output {
                dialing::Output::Dial { addr, via } => {
                    self.with_peers(now, out, |peers, _, out| peers.dial(addr, via, now, out));
                }
                dialing::Output::Tell { link, frame } => out.push(Output::Tell { link, frame }),
                dialing::Output::Announce => out.push(Output::Announce),
                dialing::Output::Update(update) => out.push(Output::Update(update)),
            }
        }
    }

    /// Tells the rooms what happened, and does what they say.
    pub(super) fn drive_rooms(&mut self, input: rooms::Input, now: Now, out: &mut Vec<Output>) {
        let mut outputs = Vec::new();
        self.rooms.handle(input, &mut outputs);
        for output in outputs {
            match output {
                rooms::Output::Sync(input) => self.drive_sync(input, now, out),
                rooms::Output::Update(update) => {
                    for node in room_commands::named(&update) {
                        let known = self.trust.book().nick(&node).cloned();
                        let repute = self.trust.book().repute(&node, now.wall);
                        let as_known = |nick| Update::KnownAs { peer: PeerId::Node(node), nick, repute };
                        out.extend(known.map(as_known).map(Output::Update));
                    }
                    out.push(Output::Update(update));
                }
                rooms::Output::Refused(room, refusal) => {
                    out.push(Output::Update(self.room_refused(room, refusal, now)));
                }
                rooms::Output::Kept => out.push(Output::RoomsChanged),
                rooms::Output::KeptPrivate => out.push(Output::PrivateRoomsChanged),
            }
        }
    }

    /// Tells the log machine what happened, and does what it says.
    pub(super) fn drive_sync(&mut self, input: sync::Input, now: Now, out: &mut Vec<Output>) {
        let people = super::log_people::LogPeople { me: &self.myself, peers: &self.peers, trust: &self.trust };
        let mut outputs = Vec::new();
        self.sync.handle(input, &people, now, &mut outputs);
        for output in outputs {
            match output {
                sync::Output::Tell { link, frame } => out.push(Output::Tell { link, frame }),
                sync::Output::Batch { link, frame } => out.push(Output::Batch { link, frame }),
                sync::Output::Publish(message) => out.push(Output::Publish(message)),
                sync::Output::Store { ticket, request } => out.push(Output::Store { ticket, request }),
                sync::Output::Update(update) => {
                    if let Update::Message(Message { room: Room::Direct(node), .. }) = &update {
                        self.hear(*node, now, out);
                    }
                    if let Update::Message(message) = &update
                        && let Author::Peer(PeerId::Node(node)) = message.author
                    {
                        self.trust.spoke(&node);
                    }
                    out.push(Output::Update(update));
                }
                sync::Output::Notice(notice) => {
                    if self.notices.allow(notice.code(), now.mono) {
                        let names = self.trust.people(&self.peers, now.wall).names();
                        let notice = notice.named(|author| names.name(PeerId::Node(author)));
                        out.push(Output::Update(Update::Notice(Notice::History(notice))));
                    }
                }
                sync::Output::Unseen { room, line } => {
                    let heard = self.sync.heard_of(room, line.position.author);
                    self.hear_earlier(&heard, now, out);
                    self.drive_sync(sync::Input::Show { room, line }, now, out);
                }
                sync::Output::NotDone(reason) => out.push(Output::Update(reason.into())),
                sync::Output::Misbehaved(link) => self.misbehaved(link, now, out),
                sync::Output::Leave => {
                    self.phase = super::Phase::Left;
                    out.push(Output::Leave);
                }
            }
        }
    }
}
