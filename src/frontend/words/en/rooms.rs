//! Rooms: why something was not done.

use crate::domain::bus::RoomFailure;

/// What happened, and what the user can do.
pub(super) fn room_failure(failure: &RoomFailure) -> String {
    match failure {
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
    }
}
