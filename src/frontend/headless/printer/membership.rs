//! What is printed of private rooms: invitations, members, and requests to invite somebody.

use super::Printer;
use crate::{
    domain::{
        bus::{Invitation, LeftBecause, MemberChange, MemberList, MemberState},
        model::{NodeId, PrivateRoom, Room},
    },
    frontend::{
        headless::event::{Event, ListedMember, Member, RoomChange, RoomNews},
        json::Shown,
    },
};

impl Printer {
    /// The user has joined a room, or refused an invitation.
    pub(super) fn room_changed(&mut self, room: &Room, change: RoomChange) {
        self.event(&Event::Room { room: self.rooms.keys(room), change, news: RoomNews::default() });
    }

    /// The user has left a room, or was removed from it.
    pub(super) fn room_left(&mut self, room: &Room, because: LeftBecause) {
        let keys = self.rooms.keys(room);
        self.rooms.left(room);
        let by = if let LeftBecause::Removed { by } = because { Some(by) } else { None };
        let remover = by.map(|by| self.people.called(by).name).unwrap_or_default();
        let news = RoomNews { removed_by: by.map(Shown), remover, ..RoomNews::default() };
        self.event(&Event::Room { room: keys, change: RoomChange::Left, news });
    }

    /// Somebody has invited the user.
    pub(super) fn invited(&mut self, invitation: Invitation) {
        let (owner, members) = (invitation.owner, Some(invitation.members));
        let room = Room::Private(invitation.room.clone());
        self.rooms.invited(invitation);
        let news = RoomNews { by: Some(self.people.someone(owner)), members, ..RoomNews::default() };
        let event = Event::Room { room: self.rooms.keys(&room), change: RoomChange::Invited, news };
        self.to.event(&event);
    }

    /// The user has refused an invitation.
    pub(super) fn declined(&mut self, room: &PrivateRoom) {
        self.room_changed(&Room::Private(room.clone()), RoomChange::Declined);
        self.rooms.declined(room);
    }

    /// Who is a member of a private room has changed.
    pub(super) fn members_changed(&mut self, change: &MemberChange) {
        let MemberChange { room, owner, invited, removed, left } = change;
        let room = Room::Private(room.clone());
        let changes = [(invited, Member::Invited), (removed, Member::Removed), (left, Member::Left)];
        for (nodes, change) in changes {
            // What happens to the user is told of the room.
            for node in nodes.iter().filter(|node| self.node != Some(**node)) {
                let for_good = change == Member::Left;
                let doer = (self.node != Some(*owner)).then(|| self.people.called(*owner).name);
                let (room, by) = (self.rooms.keys(&room), (!for_good).then_some(Shown(*owner)));
                let event = Event::Member { room, who: self.people.someone(*node), change, by, for_good, doer };
                self.to.event(&event);
            }
        }
    }

    /// Who is in a private room.
    pub(super) fn member_list(&mut self, list: &MemberList) {
        let members = list.members.iter().map(|member| {
            let mut who = self.people.named(member.node);
            let own = member.state == MemberState::Oneself;
            if let Some(nick) = self.nick.as_ref().filter(|_| own) {
                (who.called.nick, who.called.name) = (Some(nick.as_str()), nick.to_string());
            }
            let state = match member.state {
                MemberState::Oneself | MemberState::Here => "here",
                MemberState::Away => "away",
                MemberState::Invited => "invited",
            };
            ListedMember { who, state, own, how: (member.state, member.node == list.owner) }
        });
        let (room, owner) = (self.rooms.keys(&Room::Private(list.room.clone())), Shown(list.owner));
        let event = Event::Members { room, owner, members: members.collect() };
        self.to.event(&event);
    }

    /// The owner was asked to invite these people.
    pub(super) fn invite_requested(&mut self, room: PrivateRoom, owner: NodeId, who: &[NodeId]) {
        // The node has told its key before anything else.
        let Some(own) = self.node else { return };
        self.request(room, own, owner, who);
    }

    /// A member asks the user, who owns the room, to invite somebody.
    pub(super) fn invite_asked(&mut self, room: PrivateRoom, by: NodeId, who: NodeId) {
        let Some(own) = self.node else { return };
        self.request(room, by, own, &[who]);
    }

    fn request(&mut self, room: PrivateRoom, by: NodeId, owner: NodeId, who: &[NodeId]) {
        let (own, asked) = (self.node == Some(by), self.people.called(owner).name);
        let mut by = self.people.someone(by);
        if let Some(nick) = self.nick.as_ref().filter(|_| own) {
            by.called.nick = Some(nick.as_str());
        }
        let who = who.iter().map(|node| self.people.named(*node)).collect();
        let room = self.rooms.keys(&Room::Private(room));
        let event = Event::Request { room, by, own, owner: Shown(owner), who, asked };
        self.to.event(&event);
    }
}
