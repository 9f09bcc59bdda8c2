//! Carries out the user's commands about rooms.

use super::{Node, Output, rooms, rooms::Refusal};
use crate::{
    domain::{
        bus::{Command, Failure, LeftBecause, RoomFailure, Update},
        model::{NodeId, Now, PeerId, PrivateRoom, Room, RoomId, Trust, Who},
    },
    protocol::{
        membership::{Cut, MAX_CUTS, MAX_MEMBERS},
        sealing::Card,
    },
};

impl Node {
    /// A command about rooms.
    pub(super) fn room_command(&mut self, command: Command, now: Now, out: &mut Vec<Output>) {
        let input = match command {
            Command::Join { room, id } => Ok(rooms::Input::Join { room, id }),
            Command::Part(room) => {
                let cuts = private(&room).map(|room| self.cuts(&room.id, &self.myself.node)).unwrap_or_default();
                return self.part(room, cuts, now, out);
            }
            Command::Create { name, ask } => Ok(rooms::Input::Create { name, ask }),
            Command::Decline { name, id } => Ok(rooms::Input::Decline { name, id }),
            Command::Invite { room, who } => self.invitees(&room, &who, now),
            Command::Kick { room, who } => self.removed(&room, &who, now),
            Command::ListMembers(room) => private(&room).map(|room| rooms::Input::Members(room.clone())),
            Command::Renew(room) => private(&room)
                .map(|room| rooms::Input::Renew { room: room.clone(), cuts: self.cuts(&room.id, &self.myself.node) }),
            Command::ListRooms => Ok(rooms::Input::List),
            Command::KeepView { room, view } => Ok(rooms::Input::KeepView { room, view: *view }),
            _ => return,
        };
        match input {
            Ok(input) => self.drive_rooms(input, now, out),
            Err(failure) => out.push(Output::Update(Update::Failed(failure))),
        }
    }

    /// Invites people to a room.
    fn invitees(&self, room: &Room, who: &[Who], now: Now) -> Result<rooms::Input, Failure> {
        let room = private(room)?.clone();
        let cards = who.iter().map(|who| self.card_of(who, now)).collect::<Result<_, _>>()?;
        Ok(rooms::Input::Invite { room, cards })
    }

    /// Removes people from a room.
    fn removed(&self, room: &Room, who: &[Who], now: Now) -> Result<rooms::Input, Failure> {
        let room = private(room)?.clone();
        let removed = |who: &Who| {
            let node = self.node_of(who, now)?;
            Ok((node, self.cuts(&room.id, &node)))
        };
        let who = who.iter().map(removed).collect::<Result<_, _>>()?;
        Ok(rooms::Input::Kick { room, who })
    }

    /// The key of the person whom the user means.
    pub(super) fn node_of(&self, who: &Who, now: Now) -> Result<NodeId, Failure> {
        let people = self.trust.people(&self.peers, now.wall);
        let id = people.resolve(who).map_err(Failure::Who)?;
        id.node().copied().ok_or_else(|| Failure::Room(RoomFailure::Guest { name: people.names().name(id) }))
    }

    /// The card of a person whom the user would like to invite. Fails if they may be somebody else.
    fn card_of(&self, who: &Who, now: Now) -> Result<Card, Failure> {
        let node = self.node_of(who, now)?;
        let name = || self.name_of(&node, now);
        if let Some(differs) = self.doubt(&node, now) {
            return Err(Failure::Room(RoomFailure::NotSure { name: name(), differs }));
        }
        if node == self.myself.node {
            return Err(Failure::Room(RoomFailure::IsMember { name: name() }));
        }
        let card = self.trust.book().get(&node).and_then(|known| known.card.clone());
        let card = card.and_then(|card| Card::decode(&card).ok()).filter(|card| card.node() == node);
        card.ok_or_else(|| Failure::Room(RoomFailure::NoCard { name: name() }))
    }

    /// Whether this person may be somebody else: none if not, else whether the user saw that the words differ.
    pub(super) fn doubt(&self, node: &NodeId, now: Now) -> Option<bool> {
        match self.trust.book().repute(node, now.wall).trust {
            Trust::Differs => Some(true),
            Trust::Suspect => Some(false),
            _ => None,
        }
    }

    /// The name of this person on the screen.
    pub(super) fn name_of(&self, node: &NodeId, now: Now) -> String {
        self.trust.people(&self.peers, now.wall).names().name(PeerId::Node(*node))
    }

    /// What is held of the logs of somebody in a room: the newest logs, in ascending order of their epochs.
    fn cuts(&self, room: &RoomId, node: &NodeId) -> Vec<Cut> {
        let ends = self.sync.ends(room, node).into_iter().take(MAX_CUTS);
        let mut cuts: Vec<Cut> = ends.map(|(epoch, seq, id)| Cut { epoch, seq, id }).collect();
        cuts.sort_unstable();
        cuts
    }

    /// Tells the user why something about a private room was not done.
    pub(super) fn room_refused(&self, room: PrivateRoom, refusal: Refusal, now: Now) -> Update {
        let room = Room::Private(room);
        let name = |node: NodeId| self.name_of(&node, now);
        let failure = match refusal {
            Refusal::NotIn => RoomFailure::NotJoined(room),
            Refusal::NotOwner(owner) => RoomFailure::NotOwner { room, owner: name(owner) },
            Refusal::IsMember(node) => RoomFailure::IsMember { name: name(node) },
            Refusal::NoMember(node) => RoomFailure::NoMember { name: name(node) },
            Refusal::Owner => RoomFailure::Owner(room),
            Refusal::Full => RoomFailure::Full(MAX_MEMBERS),
        };
        failure.into()
    }
}

fn private(room: &Room) -> Result<&PrivateRoom, Failure> {
    match room {
        Room::Private(room) => Ok(room),
        other => Err(Failure::Room(RoomFailure::NotPrivate(other.clone()))),
    }
}

/// Whom an update names who may not be here.
pub(super) fn named(update: &Update) -> Vec<NodeId> {
    match update {
        Update::RoomJoined { room: Room::Direct(node), .. } => vec![*node],
        Update::Invited(invitation) => vec![invitation.owner],
        Update::MembersChanged(change) => {
            let all = [&change.invited, &change.removed, &change.left].into_iter().flatten();
            all.copied().chain([change.owner]).collect()
        }
        Update::InviteRequested { owner, who, .. } => who.iter().copied().chain([*owner]).collect(),
        Update::InviteAsked { by, who, .. } => vec![*by, *who],
        Update::Members(list) => list.members.iter().map(|member| member.node).collect(),
        Update::RoomLeft { because: LeftBecause::Removed { by }, .. } => vec![*by],
        _ => Vec::new(),
    }
}
