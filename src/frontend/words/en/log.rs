//! `proximity-chat log`.

use super::lists::counted;
use crate::domain::model::{Network, ProfileName, Room};

/// Nobody has used the chat here.
pub(crate) const NEVER_USED: &str = "There is no history: the chat has not been used here yet.";

/// There was nothing to erase.
pub(crate) const NOTHING_TO_ERASE: &str = "Nothing was stored here, so there was nothing to erase.";

/// A damaged history was erased.
pub(crate) const DAMAGED_ERASED: &str = "The history was damaged. The damaged file was erased too.";

/// A profile has no lines of a room.
pub(crate) fn empty(profile: &ProfileName, room: &Room, network: &Network) -> String {
    format!("Profile {profile} has no messages in {room} on this network ({network}).")
}

/// Asks before a room is erased. The answer follows on the same line.
pub(crate) fn erase_question(room: &Room, network: &Network) -> String {
    format!(
        "This erases everything said in {room} on this network ({network}) from this machine's disk, for good. Others keep \
         their copies. Type yes to continue: "
    )
}

/// A room was erased.
pub(crate) fn erased(room: &Room, lines: u64) -> String {
    format!("Erased {} of {room} from this machine.", counted(lines, "line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_singular() {
        assert_eq!(erased(&Room::Lobby, 1), "Erased 1 line of #lobby from this machine.");
        assert_eq!(erased(&Room::Lobby, 1_318), "Erased 1,318 lines of #lobby from this machine.");
    }
}
