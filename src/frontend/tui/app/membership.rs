//! What the node reports of private rooms: invitations, members, and requests to invite somebody. Also the question
//! whether to leave one.

use std::time::Duration;

use super::{App, Timer, Tone, answers::members};
use crate::{
    domain::{
        bus::{Invitation, MemberChange, MemberList, Update},
        model::{NodeId, PeerId, PrivateRoom, Room},
    },
    frontend::{
        room_names::{self, Named},
        slash::TypedRoom,
        words::private_rooms as words,
    },
};

/// How long the question whether to leave a room stays open, as with `/erase`.
const PART_ASKED: Duration = Duration::from_mins(1);

impl App {
    /// What the user knows a private room by.
    pub(super) fn private_name(&self, room: &PrivateRoom) -> String {
        room_names::called(room, self.named_rooms())
    }

    /// Every room that has a name: those that the user is in, and those that they are invited to.
    fn named_rooms(&self) -> impl Iterator<Item = Named<'_>> {
        let joined = self.tabs.all().filter_map(|tab| room_names::named(tab.room()));
        joined.chain(self.private.invitations().map(|invitation| room_names::named_private(&invitation.room)))
    }

    /// What is on a tab.
    pub(crate) fn tab_name(&self, room: &Room) -> String {
        let lock = if matches!(room, Room::Private(_)) { words::LOCK } else { "" };
        format!("{lock}{}", self.room_name(room))
    }

    /// The tab that `/join` means, if the user is in that room. Without digits of an id, it is the room that is called
    /// just like that.
    pub(super) fn tab_to_join(&self, typed: &TypedRoom) -> Option<usize> {
        if typed.id.is_some() {
            return self.tab_with_id(typed);
        }
        let name = typed.room.to_string();
        let mut tabs = self.tabs.all();
        tabs.position(|tab| {
            *tab.room() == typed.room || matches!(tab.room(), Room::Private(room) if self.private_name(room) == name)
        })
    }

    /// The only tab whose room has this name and an id with these digits.
    pub(super) fn tab_with_id(&self, typed: &TypedRoom) -> Option<usize> {
        typed.id.as_ref()?;
        let is_invited = self.private.invitations().any(|one| typed.means(&Room::Private(one.room.clone())));
        let mut found = self.tabs.all().enumerate().filter(|(_, tab)| typed.means(tab.room())).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(at), None) if !is_invited => Some(at),
            _ => None,
        }
    }

    /// Rooms that a command can be about, for completion: `joined` ones, and those that the user is `invited` to.
    pub(super) fn rooms_to_name(&self, joined: bool, invited: bool) -> Vec<String> {
        let invitations = self.private.invitations().filter(|_| invited).map(|one| self.private_name(&one.room));
        let tabs = self.tabs.all().filter(|_| joined).map(|tab| self.room_name(tab.room()));
        invitations.chain(tabs).collect()
    }

    fn is_user(&self, node: NodeId) -> bool {
        self.user.key == Some(node)
    }

    /// What the user or somebody else is called.
    fn anyone(&self, node: NodeId) -> String {
        if self.is_user(node) { self.user.nick.to_string() } else { self.people.name_of(node) }
    }

    /// Everybody but the user.
    fn others(&self, nodes: &[NodeId]) -> Vec<String> {
        nodes.iter().filter(|node| !self.is_user(**node)).map(|node| self.people.name_of(*node)).collect()
    }

    /// Handles an update that is about who is a member of what.
    pub(super) fn membership(&mut self, update: Update) {
        match update {
            Update::Invited(invitation) => self.invited(invitation),
            Update::Declined(room) => self.declined(&room),
            Update::InvitationGone(room) => self.private.forget(&room),
            Update::MembersChanged(change) => self.members_changed(&change),
            Update::InviteRequested { room, owner, who } => self.invite_requested(&room, owner, &who),
            Update::InviteAsked { room, by, who } => self.invite_asked(&room, by, who),
            Update::Members(list) => self.member_list(&list),
            // The others are handled elsewhere.
            _ => {}
        }
    }

    /// Somebody has invited the user to a private room.
    fn invited(&mut self, invitation: Invitation) {
        let Invitation { room, owner, members } = invitation.clone();
        if !self.private.invited(invitation) || self.people.ignores(PeerId::Node(owner)) {
            return;
        }
        let text = words::invited(&self.people.name_of(owner), &self.private_name(&room), members);
        self.warn(Tone::Ask, &text, 0);
    }

    /// The user has refused an invitation.
    fn declined(&mut self, room: &PrivateRoom) {
        let name = self.private_name(room);
        self.private.forget(room);
        self.notice(Tone::Dim, &words::declined(&name));
    }

    /// The user has come into a private room, perhaps because they have asked for it.
    pub(super) fn private_joined(&mut self, room: &PrivateRoom, asked: bool) {
        let was_invited = self.private.joined(room);
        let is_made = asked && !was_invited && self.private.is_made(room);
        if let Some(key) = self.user.key.filter(|_| is_made) {
            self.private.is_owned(room, key);
        }
        if asked {
            self.tell_in(room, Tone::Dim, if is_made { words::MADE } else { words::JOINED });
        }
    }

    /// Says something in a room.
    fn tell_in(&mut self, room: &PrivateRoom, tone: Tone, text: &str) {
        let today = self.clock().today();
        if let Some(conversation) = self.tabs.conversation(&Room::Private(room.clone())) {
            conversation.notice(tone, text, today);
        }
    }

    /// Who is a member of a private room has changed.
    fn members_changed(&mut self, change: &MemberChange) {
        let MemberChange { room, owner, invited, removed, left } = change;
        if self.tabs.position(&Room::Private(room.clone())).is_none() {
            return;
        }
        self.private.is_owned(room, *owner);
        let by = (!self.is_user(*owner)).then(|| self.people.name_of(*owner));
        let [invited, removed, left] = [invited, removed, left].map(|nodes| self.others(nodes));
        if !invited.is_empty() {
            self.tell_in(room, Tone::Dim, &words::has_invited(by.as_deref(), &invited));
        }
        if !removed.is_empty() {
            self.tell_in(room, Tone::Dim, &words::has_removed(by.as_deref(), &removed));
        }
        if !left.is_empty() {
            self.tell_in(room, Tone::Dim, &words::have_left(&left));
        }
    }

    /// The owner has been asked to invite somebody.
    fn invite_requested(&mut self, room: &PrivateRoom, owner: NodeId, who: &[NodeId]) {
        let text = words::invite_requested(&self.people.name_of(owner), &self.others(who));
        self.tell_in(room, Tone::Dim, &text);
    }

    /// A member would like the user to invite somebody. That is as worth seeing as a message that names the user.
    fn invite_asked(&mut self, room: &PrivateRoom, by: NodeId, who: NodeId) {
        let typed = self.people.typed_of(PeerId::Node(who));
        let (by, who) = (self.people.name_of(by), self.people.name_of(who));
        let text = words::invite_asked(&by, &who, &self.private_name(room), &typed);
        let room = Room::Private(room.clone());
        let (today, is_here) = (self.clock().today(), self.tabs.is_here(&room));
        let watched = is_here && self.window.attention.is_focused();
        let Some(conversation) = self.tabs.conversation(&room) else { return };
        let seq = conversation.block(Tone::Ask, &text, 0, today);
        if conversation.arrived(seq, watched) {
            self.ring();
        }
    }

    /// Who is in a private room.
    fn member_list(&mut self, list: &MemberList) {
        self.private.is_owned(&list.room, list.owner);
        let text = members::text(list, &self.private_name(&list.room), |node| self.anyone(node));
        let today = self.clock().today();
        self.tabs.here_mut().answer(&text, members::HANG, today);
    }

    /// The user was removed from a room, in which they were writing `draft`. That must not become a draft in another
    /// room, where an Enter would send it to others.
    pub(super) fn was_removed(&mut self, name: &str, by: NodeId, draft: &str) {
        let text = words::removed(&self.people.name_of(by), name, draft);
        self.warn(Tone::Plain, &text, 0);
    }

    /// Asks whether to leave a private room; `typed` is the line that does.
    pub(super) fn confirm_part(&mut self, room: &PrivateRoom, typed: &str) {
        let owner = self.private.owner(room);
        let name = owner.map(|owner| self.people.name_of(owner));
        let owner = match (owner, &name) {
            (Some(owner), _) if self.is_user(owner) => words::Owner::User,
            (_, Some(name)) => words::Owner::Other(name),
            (_, None) => words::Owner::Unknown,
        };
        let text = words::confirm_part(&self.private_name(room), owner, typed);
        self.timers.set(Timer::PartAsked, self.now.mono + PART_ASKED);
        self.private.ask_to_leave(Room::Private(room.clone()));
        self.block(Tone::Ask, &text, 0);
    }

    /// Whether the user was just asked whether to leave this room. They are asked again the next time.
    pub(super) fn was_asked_to_leave(&mut self, room: &Room) -> bool {
        let in_time = self.timers.is_set(Timer::PartAsked);
        self.timers.clear(Timer::PartAsked);
        self.private.was_asked_to_leave(room) && in_time
    }
}
