//! Routes each command of the user to the machine that handles it.

use super::{Node, Output, dialing, rooms, verify};
use crate::{
    core::sync,
    domain::{
        bus::{Command, RequestId, RoomFailure, Update, Whois},
        model::{Nick, NodeId, Now, Presence, Repute, Room, Text, Topic, Trust, Who},
    },
};

impl Node {
    pub(super) fn command(&mut self, command: Command, now: Now, out: &mut Vec<Output>) {
        match command {
            Command::Numbered { id, command } => self.answered(id, *command, now, out),
            Command::Say { room, text, action, .. } => self.say(room, text, action, now, out),
            Command::SetTopic { room, topic, .. } => self.set_topic(room, topic, now, out),
            Command::Look(room) => self.drive_rooms(rooms::Input::Used(room), now, out),
            Command::Page { room, seek, max } => self.drive_sync(sync::Input::Page { room, seek, max }, now, out),
            Command::Search { room, query, before, max } => {
                self.drive_sync(sync::Input::Search { room, query, before, max }, now, out);
            }
            Command::Erase { room, .. } => self.drive_sync(sync::Input::Erase(room), now, out),
            Command::Quit => self.drive_sync(sync::Input::Quit, now, out),
            Command::SetNick(nick) => self.set_nick(nick, now, out),
            Command::SetPresence(presence) => self.set_presence(presence, now, out),
            Command::Typing(typing) => self.tell_status(typing, now, out),
            Command::ShareTyping(shared) => self.share_typing(shared, now, out),
            Command::Rescan => self.rescan(now, out),
            Command::Connect(target) => self.drive_dialing(dialing::Input::Connect(target), now, out),
            Command::Trust { who, sure } => {
                self.with_trust(now, out, |trust, here, out| trust.trust(&who, sure, here, now, out));
            }
            Command::Untrust(who) => self.with_trust(now, out, |trust, here, out| trust.untrust(&who, here, now, out)),
            Command::Unverify(who) => {
                self.with_trust(now, out, |trust, here, out| trust.unverify(&who, here, now, out));
            }
            Command::Ignore(who) => {
                self.with_trust(now, out, |trust, here, out| trust.ignore(&who, true, here, now, out));
                self.drive_sync(sync::Input::IgnoredChanged, now, out);
            }
            Command::Unignore(who) => {
                self.with_trust(now, out, |trust, here, out| trust.ignore(&who, false, here, now, out));
                self.drive_sync(sync::Input::IgnoredChanged, now, out);
            }
            Command::Verify { who, same: None } => self.drive_verify(verify::Input::Begin(&who), now, out),
            Command::Verify { who, same: Some(same) } => {
                self.drive_verify(verify::Input::Answer { who: &who, same }, now, out);
            }
            Command::Whois(who) => self.whois(&who, now, out),
            command @ (Command::Join { .. }
            | Command::Part(_)
            | Command::Create { .. }
            | Command::Invite { .. }
            | Command::Kick { .. }
            | Command::Decline { .. }
            | Command::ListMembers(_)
            | Command::Renew(_)
            | Command::ListRooms
            | Command::KeepView { .. }) => self.room_command(command, now, out),
            Command::Query(who) => drop(self.query(&who, true, now, out)),
            Command::Tell { who, text } => self.tell(&who, text, now, out),
            Command::SayHere(network) => self.drive_sync(sync::Input::SayHere(network), now, out),
            // The shell carries these out and does not pass them on. It answers the first four with `Input::Relocated`.
            Command::Open(_)
            | Command::OpenAt(_)
            | Command::SameNetwork(_)
            | Command::ShareHistory
            | Command::PlainView(_) => {}
        }
    }

    /// Carries out a command. What is told because of it is marked as its answer.
    fn answered(&mut self, id: RequestId, command: Command, now: Now, out: &mut Vec<Output>) {
        let before = out.len();
        self.command(command, now, out);
        let mark = |output| match output {
            Output::Update(update) if !update.depends_on_disk() => Output::Update(update.answering(Some(id))),
            output => output,
        };
        let told = out.split_off(before);
        out.extend(told.into_iter().map(mark));
    }

    fn say(&mut self, room: Room, text: Text, action: bool, now: Now, out: &mut Vec<Output>) {
        if let Room::Direct(node) = &room
            && let Some(text) = self.hold(node, &text, now)
        {
            return out.push(Output::Update(text.into()));
        }
        self.peers.said();
        self.drive_rooms(rooms::Input::Used(room.clone()), now, out);
        self.drive_sync(sync::Input::Say { room, text, action }, now, out);
    }

    fn set_topic(&mut self, room: Room, topic: Topic, now: Now, out: &mut Vec<Output>) {
        if let Room::Direct(node) = &room
            && let Some(failure) = self.hold(node, &topic.typed(), now)
        {
            return out.push(Output::Update(failure.into()));
        }
        self.peers.said();
        self.drive_sync(sync::Input::SetTopic { room, topic }, now, out);
    }

    /// Says something to one person alone.
    fn tell(&mut self, who: &Who, text: Text, now: Now, out: &mut Vec<Output>) {
        if let Some(room) = self.query(who, false, now, out) {
            self.say(room, text, false, now, out);
        }
    }

    /// Opens the direct room with a person. None if it cannot be opened; then the user was told why.
    fn query(&mut self, who: &Who, asked: bool, now: Now, out: &mut Vec<Output>) -> Option<Room> {
        let node = match self.node_of(who, now) {
            Ok(node) => node,
            Err(failure) => {
                out.push(Output::Update(Update::Failed(failure)));
                return None;
            }
        };
        if node == self.myself.node {
            out.push(Output::Update(RoomFailure::Oneself.into()));
            return None;
        }
        let name = self.name_of(&node, now);
        let card = self.trust.book().get(&node).and_then(|known| known.card.clone());
        self.drive_rooms(rooms::Input::Query { node, name, card, asked }, now, out);
        let room = Room::Direct(node);
        self.rooms.is_in(&room).then_some(room)
    }

    /// Why a line to this person is not sent now: it may be somebody else.
    fn hold(&self, node: &NodeId, text: &Text, now: Now) -> Option<RoomFailure> {
        let differs = self.doubt(node, now)?;
        Some(RoomFailure::OnHold { name: self.name_of(node, now), differs, text: text.clone() })
    }

    fn set_nick(&mut self, nick: Nick, now: Now, out: &mut Vec<Output>) {
        self.myself.nick = nick.clone();
        self.with_trust(now, out, |trust, here, out| trust.own_name(&nick, here, now, out));
        out.push(Output::Update(Update::NickSet(nick)));
        self.tell_status(false, now, out);
    }

    fn set_presence(&mut self, presence: Presence, now: Now, out: &mut Vec<Output>) {
        self.myself.presence = presence.clone();
        out.push(Output::Update(Update::PresenceSet(presence)));
        self.tell_status(false, now, out);
    }

    /// The front end turns typing notices off, or on again.
    fn share_typing(&mut self, shared: bool, now: Now, out: &mut Vec<Output>) {
        out.push(Output::Update(Update::TypingShared(shared)));
        if !shared {
            // Others may have been told a moment ago that we are typing.
            self.tell_status(false, now, out);
        }
    }

    fn tell_status(&mut self, typing: bool, now: Now, out: &mut Vec<Output>) {
        self.with_peers(now, out, |peers, context, out| peers.tell_status(typing, context, out));
    }

    /// Looks for everybody, now.
    fn rescan(&mut self, now: Now, out: &mut Vec<Output>) {
        self.drive_dialing(dialing::Input::Rescan, now, out);
        self.with_peers(now, out, |peers, _, out| peers.forget_ourselves(out));
        out.push(Output::Sweep);
    }

    /// Shows what the machines know about somebody.
    fn whois(&self, who: &Who, now: Now, out: &mut Vec<Output>) {
        let people = self.trust.people(&self.peers, now.wall);
        let id = match people.resolve_loosely(who) {
            Ok(id) => id,
            Err(unclear) => return out.push(Output::Update(unclear.into())),
        };
        let peer = people.here().peer(id).cloned();
        let known = id.node().and_then(|node| self.trust.book().get(node)).cloned();
        let repute = match (&peer, id.node()) {
            (Some(peer), _) => peer.repute,
            (None, Some(node)) => self.trust.book().repute(node, now.wall),
            (None, None) => Repute::of(Trust::Guest),
        };
        let link = self.peers.details(&id);
        let addrs = match (&link, &peer, &known) {
            (Some(link), ..) => link.addrs.clone(),
            (None, Some(peer), _) => vec![peer.addr],
            (None, None, known) => known.as_ref().map(|known| known.addrs.clone()).unwrap_or_default(),
        };
        out.push(Output::Update(Update::Whois(Box::new(Whois {
            peer,
            known,
            repute,
            addrs,
            presence: link.as_ref().map_or(Presence::Here, |link| link.presence.clone()),
            round_trip: link.as_ref().and_then(|link| link.round_trip),
            clock_ahead_ms: link.as_ref().and_then(|link| link.clock_ahead_ms),
        }))));
    }
}
