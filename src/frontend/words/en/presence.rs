//! Who came, left or changed their name.

use crate::domain::model::group;

/// What one person did, and what several did.
pub(crate) type Verb = [&'static str; 2];

/// They were disconnected, because everyone waits for the slowest.
pub(crate) const READ_TOO_SLOWLY: Verb =
    ["was disconnected for reading too slowly", "were disconnected for reading too slowly"];
/// They were disconnected, because they sent what nobody may send.
pub(crate) const BROKE_PROTOCOL: Verb =
    ["was disconnected for breaking the protocol", "were disconnected for breaking the protocol"];
/// They were there, and did not answer in time.
pub(crate) const STOPPED_ANSWERING: Verb = ["stopped answering"; 2];
/// They said that they were leaving.
pub(crate) const LEFT: Verb = ["left"; 2];
/// They were not here before, and are not here now.
pub(crate) const CAME_AND_WENT: Verb = ["came and went"; 2];
/// They are new.
pub(crate) const JOINED: Verb = ["joined"; 2];
/// They go by another name.
pub(crate) const RENAMED: Verb = ["has a new name", "have new names"];
/// They went by another name in between.
pub(crate) const OLD_NAME: Verb = ["has their old name again", "have their old names again"];
/// They are here again, after a long time.
pub(crate) const CAME_BACK: Verb = ["came back"; 2];
/// They are here again, after a moment.
pub(crate) const RECONNECTED: Verb = ["reconnected"; 2];
/// Guests: nobody can say whether those who came are those who left.
pub(crate) const LEFT_AND_JOINED: Verb = ["left and joined"; 2];

/// What people did: `bob, carol and 2 others joined`.
pub(crate) fn did(names: &[&str], others: usize, verb: Verb) -> String {
    let who = match (names, others) {
        (names, 0) => names.join(", "),
        ([], others) => count(others),
        (names, others) => format!("{} and {}", names.join(", "), count(others)),
    };
    let [one, several] = verb;
    format!("{who} {}", if names.len() + others > 1 { several } else { one })
}

/// What someone is called now.
pub(crate) fn is_now(old: &str, new: &str) -> String {
    format!("{old} is now {new}")
}

fn count(others: usize) -> String {
    if others == 1 { "1 other".to_owned() } else { format!("{} others", group(others)) }
}
