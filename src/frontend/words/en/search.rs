//! Searching the history.

use crate::domain::model::group;

/// In place of the list if nothing was found.
pub(crate) const NOTHING: [&str; 3] =
    ["Nothing was found.", "Try fewer or shorter words.", "Only local history is searched."];

/// There is no result that could be shown again.
pub(crate) const NO_RESULT: &str = "There is no search to reopen. Type /search WORDS.";

/// How many messages were found; `more`: there are further ones that were not counted.
pub(crate) fn found(hits: usize, more: bool) -> String {
    let more = if more { "+" } else { "" };
    match hits {
        0 => "0 found".to_owned(),
        1 => format!("1{more} found"),
        hits => format!("{}{more} found, newest first", group(hits)),
    }
}

/// How many messages of a burst are not listed.
pub(crate) fn more(hits: usize) -> String {
    format!("+{} more", group(hits))
}

/// How many lines were not searched; `None` if all were.
pub(crate) fn not_searched(lines: usize) -> Option<String> {
    match lines {
        0 => None,
        1 => Some("1 newer line cannot be searched yet.".to_owned()),
        lines => Some(format!("{} newer lines cannot be searched yet.", group(lines))),
    }
}

/// The title of the list: how many were found, and how many were not searched if there is room for that.
pub(crate) fn with_not_searched(found: &str, not_searched: &str) -> String {
    format!("{found}. {not_searched}")
}

/// After the words that were searched for in all rooms.
pub(crate) const EVERYWHERE: &str = " in all rooms";

/// The same after the words that were searched for, in one room or everywhere. Words that are in quotes get no others.
pub(crate) fn title(words: &str, everywhere: bool, found: &str) -> String {
    let quote = if words.contains('"') { "" } else { "\"" };
    format!("{quote}{words}{quote}{}: {found}", if everywhere { EVERYWHERE } else { "" })
}
