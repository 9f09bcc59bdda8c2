//! The status line.

use super::{disk, lists::counted};
use crate::domain::model::{DiskTrouble, group};

/// The user still has to choose a name.
pub(crate) const WELCOME: &str = "○ welcome";
/// The node does not listen yet.
pub(crate) const STARTING: &str = "○ starting";
/// The first search for people goes on.
pub(crate) const LOOKING: &str = "○ looking";
/// Nobody is here.
pub(crate) const ALONE: &str = "○ alone";
/// Nobody is here, and the chat is closed.
pub(crate) const ONLY_HERE: &str = "○ this machine only";
/// Somebody is here.
pub(crate) const ONLINE: &str = "● online";
/// There is no network, or no node.
pub(crate) const OFFLINE: &str = "✗ OFFLINE";

/// The user is away.
pub(crate) const AWAY: &str = "away";

/// Messages are shown without columns, in a window without a footer.
pub(crate) const PLAIN: &str = "/plain: columns again";

/// It is not certain which network this is.
pub(crate) const NOT_CERTAIN: &str = "network not certain";

/// How many people are here.
pub(crate) fn here(people: usize) -> String {
    format!("{people} here")
}

/// How many others are in a room.
pub(crate) fn here_in(people: usize, room: &str) -> String {
    if people == 0 { format!("no one in {room}") } else { format!("{people} in {room}") }
}

/// How many guests are here. They read everything in plain text. `None` if there are no guests.
pub(crate) fn guests(guests: usize, few_words: bool) -> Option<String> {
    match (guests, few_words) {
        (0, _) => None,
        (guests, true) => Some(format!("{guests} in plain text")),
        (1, false) => Some("1 guest reads along in plain text".to_owned()),
        (guests, false) => Some(format!("{guests} guests read along in plain text")),
    }
}

/// The disk accepts nothing; `held_back`: so many messages wait for it that further ones are not shown.
pub(crate) fn disk(trouble: DiskTrouble, held_back: bool) -> String {
    let held_back = if held_back { ", new lines held back" } else { "" };
    format!("✗ {}{held_back}", disk::trouble_label(trouble))
}

/// How many of the user's messages nobody has yet.
pub(crate) fn waiting(messages: usize) -> String {
    format!("{} waiting", counted(messages, "message"))
}

/// How many people the history is held back from; `None` if from nobody.
pub(crate) fn withheld(people: usize) -> Option<String> {
    match people {
        0 => None,
        1 => Some("history held back from 1 person".to_owned()),
        people => Some(format!("history held back from {people} people")),
    }
}

/// The progress of a search for people; `left` is `3 s left`.
pub(crate) fn scanning(percent: u64, left: &str) -> String {
    format!("scan {percent}%, {left}")
}

/// The progress of a sync.
pub(crate) fn syncing(percent: u64) -> String {
    format!("sync {percent}%")
}

/// How many messages there was no room for.
pub(crate) fn left_out(messages: usize) -> String {
    format!("{} from strangers left out", counted(messages, "message"))
}

/// A search that the user asked for is done.
pub(crate) fn searched(networks: &str, found: u64, took: &str) -> String {
    let found = match found {
        0 => "nobody new".to_owned(),
        1 => "1 port answers".to_owned(),
        found => format!("{found} ports answer"),
    };
    format!("Searched {networks} in {took}: {found}.")
}

/// What is further down, the fullest words first. `more`: there are further messages that are not counted.
pub(crate) fn below(messages: usize, more: bool) -> [String; 2] {
    let what = match (messages, more) {
        (0, false) => "more".to_owned(),
        (1, false) => "1 message".to_owned(),
        (messages, more) => format!("{}{} messages", group(messages), if more { "+" } else { "" }),
    };
    [format!("{what} below · End"), format!("{what} below")]
}

/// How many messages and notices are new, in few words.
pub(crate) fn unread(count: usize) -> String {
    format!("{count} new")
}

/// One person is typing.
pub(crate) fn is_typing(name: &str) -> String {
    format!("{name} is typing")
}

/// Two people are typing.
pub(crate) fn are_typing(one: &str, other: &str) -> String {
    format!("{one} and {other} are typing")
}

/// How many people are typing, the fullest words first.
pub(crate) fn typing(people: usize) -> [String; 2] {
    let full = if people == 1 { "1 is typing".to_owned() } else { format!("{people} people are typing") };
    [full, format!("{people} typing")]
}
