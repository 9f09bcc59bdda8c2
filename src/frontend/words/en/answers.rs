//! What the program says about what the user asked for.

use super::{disk, lists::counted};
use crate::domain::model::{DiskTrouble, Nick, Presence};

/// The user has no name yet and types something else.
pub(crate) const NAME_FIRST: &str = "Choose a name first: type it and press Enter.";

/// The user has no name yet and types a command.
pub(crate) const NAME_BEFORE_COMMANDS: &str = "Choose a name first, then type commands. /quit leaves.";

/// The node has ended.
pub(crate) const NODE_GONE: &str =
    "The network part of the program has stopped. Type /quit, then start the program again.";

/// The node has just ended.
pub(crate) const NODE_GONE_NOW: &str = "The network part of the program has stopped: nothing is sent or received any more. \
                                        Type /quit, then start the program again.";

/// The node does not know yet where it is.
pub(crate) const NOT_READY: &str = "The program is still starting. Try again in a moment.";

/// The screen was cleared.
pub(crate) const CLEARED: &str = "The screen is empty. No message is lost: PgUp shows them again.";

/// Nothing is folded.
pub(crate) const NOTHING_FOLDED: &str = "Nothing is folded here.";

/// The terminal takes no text for the clipboard.
pub(crate) const NO_CLIPBOARD: &str =
    "This terminal does not let programs copy. Select with the mouse; /plain shows messages without columns.";

/// Follows the report of the first copy.
pub(crate) const CLIPBOARD_ADVICE: &str =
    " If nothing arrives, allow it in your terminal; in tmux: set -s set-clipboard on";

/// The message to copy does not exist; `last`: the user wanted the newest one.
pub(crate) fn nothing_to_copy(last: bool) -> String {
    let text = if last { "There is no message to copy." } else { "There are not that many messages here." };
    format!("{text} Messages that are folded or not on the screen yet do not count.")
}

/// A message of this many `bytes` was copied. `from` is its author, if that is not the user.
pub(crate) fn copied(bytes: usize, from: Option<&str>, time: &str) -> String {
    let bytes = counted(bytes, "byte");
    match from {
        None => format!("Copied {bytes}: your message of {time}."),
        Some(name) => format!("Copied {bytes}: the message of {time} from {name}."),
    }
}

/// What the user is called.
pub(crate) fn your_name(nick: &Nick) -> String {
    format!("Your name is {nick}. /nick NAME changes it.")
}

/// What the user is now called.
pub(crate) fn renamed(nick: &Nick) -> String {
    format!("Your name is now {nick}.")
}

/// Whether the user is away from now on.
pub(crate) fn presence(presence: &Presence) -> String {
    match presence {
        Presence::Here => "You are back.".to_owned(),
        Presence::Away { note: None } => "You are away. /back ends it.".to_owned(),
        Presence::Away { note: Some(note) } => format!("You are away: {note}. /back ends it."),
    }
}

/// The version of this program.
pub(crate) fn version(version: &str) -> String {
    format!("proximity-chat {version}")
}

/// How a command is written, what it does, and its other names.
pub(crate) fn usage(usage: &str, help: &str, aliases: &[&str]) -> String {
    let aliases: Vec<_> = aliases.iter().map(|alias| format!("/{alias}")).collect();
    let also = if aliases.is_empty() { String::new() } else { format!("  (also {})", aliases.join(", ")) };
    format!("{usage}  {help}{also}")
}

/// Asks whether to erase the history of a room.
pub(crate) fn confirm_erase(room: &str) -> String {
    format!("Erase the history of {room} from this machine for good?\nOthers keep theirs. Type  /erase yes")
}

/// The history of a room is erased.
pub(crate) fn erased(lines: usize, room: &str) -> String {
    format!("Erased {} of {room} from this machine.", counted(lines, "line"))
}

/// There was no room for a command on its way to the node; `is_back`: its line is in the draft again.
pub(crate) fn too_busy(is_back: bool) -> String {
    let again = if is_back { "Press Enter to try again." } else { "Press ↑ to get it back, then try again." };
    format!("Not sent: too much is waiting to be sent already. {again}")
}

/// The disk did not accept a message; `is_back`: it is in the draft again.
pub(crate) fn not_stored(trouble: DiskTrouble, is_back: bool) -> String {
    let again = if is_back { "Then press Enter to send it." } else { "Then press ↑ to get it back, and send it." };
    format!("Not sent: {}. {} {again}", disk::trouble(trouble), disk::trouble_advice(trouble))
}

/// The disk did not accept a message in another room than the one in view.
pub(crate) fn not_stored_in(room: &str, trouble: DiskTrouble) -> String {
    format!("Not sent in {room}: {}.", disk::trouble(trouble))
}

/// What the user types to send lines here that nobody received elsewhere; `offered`: the user was asked about it.
pub(crate) const fn sends_here(offered: bool) -> &'static str {
    if offered { "Enter" } else { "/deliver" }
}

/// Follows the offer to say lines here that nobody received elsewhere.
pub(crate) const fn decline(lines: u64) -> &'static str {
    if lines == 1 { " Esc leaves it there." } else { " Esc leaves them there." }
}
