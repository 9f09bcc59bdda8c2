//! What a pipe answers to the lines that are written into it.

use std::io;

use super::disk;
use crate::domain::model::DiskTrouble;

/// The user's name is not known yet.
pub(crate) const STARTING: &str = "Still starting. Try again in a moment.";

/// `/connect` with something other than an address, which may be long and is not repeated.
pub(crate) const NO_ADDRESS: &str =
    "That is not an IP address. Example: /connect 192.168.1.23 or /connect 192.168.1.23:4565";

/// `/clear`.
pub(crate) const NO_SCREEN: &str = "There is no screen to clear here.";

/// `/copy`.
pub(crate) const NO_CLIPBOARD: &str = "/copy works only on the screen. Copy the text from the output.";

/// `/plain`.
pub(crate) const NO_VIEW: &str = "/plain works only on the screen.";

/// `/lan` without an argument.
pub(crate) const LAN: &str = "Type /lan on or /lan off. The event \"network\" says whether the chat is open.";

/// `/typing` without an argument.
pub(crate) const TYPING: &str = "Type /typing on or /typing off. A pipe never shows others that you type.";

/// `/go`.
pub(crate) const ONE_ROOM: &str = "There are no tabs in a pipe. Messages go to the lobby, or to the room of --room.";

/// `/search` without words.
pub(crate) const SEARCH: &str = "Usage: /search WORDS";

/// `/erase` without a yes.
pub(crate) const ERASE: &str =
    "This erases this room's history from your disk. To confirm, type /erase yes; in JSON, add \"sure\":true.";

/// `/part` of a private room without a yes.
pub(crate) const PART: &str = "Only its owner can bring you back into a private room. To leave it, type /part yes or /part ROOM yes; in JSON, add \
     \"sure\":true.";

/// `/part` with digits that no room of the user has.
pub(crate) const NO_SUCH_ROOM: &str =
    "You are in no private room with that name and id. The event \"room\" says which there are.";

/// Nobody is here to deliver a line to.
pub(crate) const WAITING: &str = "No one else is here. Saved; it is delivered when someone joins.";

/// A line is shown, but not kept.
pub(crate) const NOT_SAVED: &str = "This line could not be saved, so it was not sent. Send it again.";

/// A line was not accepted at all; its start is `quoted`.
pub(crate) fn not_sent(quoted: &str, trouble: DiskTrouble) -> String {
    format!("\"{quoted}\" was not sent: {}. Send it again when the disk works.", disk::trouble(trouble))
}

/// The input cannot be read.
pub(crate) fn unreadable(error: &io::Error) -> String {
    format!("Cannot read the input: {error}. Nothing more is read.")
}

/// A row of help: how a command is written, and what it does.
pub(crate) fn help(usage: &str, what: &str) -> String {
    format!("{usage:<23} {what}")
}

/// A line begins with `{` and is no JSON object. The cause is the parser's.
pub(crate) fn no_json(cause: &str) -> String {
    format!("That is no JSON object: {cause}.")
}

/// A `ref` that cannot be repeated.
pub(crate) fn bad_reference(most: usize) -> String {
    format!("A ref is a whole number below 2^64, or a string of at most {most} bytes.")
}

/// No command has the name in `cmd`. The name is empty if it is not worth repeating.
pub(crate) fn unknown_cmd(name: &str, similar: Option<&str>) -> String {
    let unknown =
        if name.is_empty() { "There is no such cmd.".to_owned() } else { format!("There is no cmd \"{name}\".") };
    match similar {
        Some(similar) => format!("{unknown} Did you mean \"{similar}\"?"),
        None => unknown,
    }
}

/// A key is missing, unknown, or has a wrong value. The cause is the parser's.
pub(crate) fn wrong_keys(cause: &str) -> String {
    format!("Wrong keys: {cause}.")
}

/// A `who` that names nobody.
pub(crate) const NOT_A_PERSON: &str =
    "who must be a person: a name, a key or the beginning of one. Some cmds need at least one.";

/// A `network` that names none.
pub(crate) const NOT_A_NETWORK: &str = "That cannot be the name of a network.";

/// Keys of `lan` that do not go together.
pub(crate) const LAN_KEYS: &str = "Only do: on takes an interface, and only do: same takes a network.";
