//! Rooms: why something was not done.

use super::lists::list;
use crate::domain::{bus::RoomFailure, model::Room};

/// What happened, and what the user can do.
pub(super) fn room_failure(failure: &RoomFailure) -> String {
    match failure {
        RoomFailure::NotJoined(Room::Private(room)) => format!(
            "You are not a member of #{0}. Its owner can invite you; to see your invitations, type /list.",
            room.name
        ),
        RoomFailure::NotJoined(room) => format!("You are not in {room}. To join it, type /join {room}."),
        RoomFailure::Joined(room) => format!("You are in {room} already."),
        RoomFailure::Lobby => {
            "Everyone is in #lobby, so you cannot leave it. To leave the chat, type /quit.".to_owned()
        }
        RoomFailure::TooMany(most) => {
            format!("You are in {most} rooms, which is the most there can be. Leave one with /part.")
        }
        RoomFailure::TooLong => "Not sent: the line is too long for a direct message. Send it in two parts.".to_owned(),
        RoomFailure::NoCard { name } => format!(
            "You cannot send direct messages to {name} yet. Their program is too old for that, or you have not met since you \
             have this version."
        ),
        RoomFailure::OnHold { name, differs: true, text } => format!(
            "Not sent, because your codes differed: this may not be {name}. Compare again with /verify {name}, then send it \
             again: {text}"
        ),
        RoomFailure::OnHold { name, differs: false, text } => format!(
            "Not sent, because someone else had the name of {name} first. Compare codes with /verify {name}, or accept the key \
             with /trust {name}. Then send it again: {text}"
        ),
        RoomFailure::Guest { name } => {
            format!("{name} is a guest and has no key, so you cannot send them direct messages.")
        }
        RoomFailure::Oneself => "You cannot send direct messages to yourself.".to_owned(),
        RoomFailure::NotPrivate(room) => format!(
            "{room} is not a private room, so no one is invited to it or removed from it. To make one, type \
             /create NAME private."
        ),
        RoomFailure::NotOwner { room, owner } => format!("Only {owner}, who owns {room}, can do that. Ask {owner}."),
        RoomFailure::Ambiguous { name, ids } => {
            let rooms: Vec<_> = ids.iter().map(|id| format!("#{name}#{id}")).collect();
            format!("Several rooms are called #{name}. Type {}.", list(&rooms, "or"))
        }
        RoomFailure::NotInvited(name) => {
            format!("No invitation to a room called #{name} is open. To see your invitations, type /list.")
        }
        RoomFailure::IsMember { name } => {
            format!("{name} is a member already, or has an invitation. To see who has joined, type /members.")
        }
        RoomFailure::NoMember { name } => format!("{name} is not a member. To see who is, type /members."),
        RoomFailure::NotSure { name, differs: true } => format!(
            "Not invited, because your codes differed: this may not be {name}. Compare again with /verify {name}, then \
             invite again."
        ),
        RoomFailure::NotSure { name, differs: false } => format!(
            "Not invited, because someone else had the name of {name} first. Compare codes with /verify {name}, or accept \
             the key with /trust {name}. Then invite again."
        ),
        RoomFailure::Full(most) => {
            format!("The room has {most} members, which is the most there can be. Remove someone with /kick first.")
        }
        RoomFailure::Owner(room) => {
            format!("You own {room}: you cannot be removed, and it need not be made anew. To leave it, type /part.")
        }
    }
}
