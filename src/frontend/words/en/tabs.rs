//! The row of tabs, and what the program says about rooms on the screen.

use super::lists::{counted, list};

/// A greater number of unread messages is not shown: it would only take room.
const MOST_UNREAD: usize = 99;

/// After the name of a room: how much of it is unread. `mark`: some of it is for the user.
pub(crate) fn count(unread: usize, mark: bool) -> String {
    let more = if unread > MOST_UNREAD { "+" } else { "" };
    let mark = if mark { "!" } else { "" };
    match unread.min(MOST_UNREAD) {
        0 => String::new(),
        unread => format!(" ({unread}{more}{mark})"),
    }
}

/// In place of the row of tabs in a narrow window: which of them is in view, and how much is unread in the others.
pub(crate) fn short(number: usize, of: usize, room: &str, unread: usize, mark: bool) -> String {
    format!("{number}/{of} {room}{}", count(unread, mark))
}

/// Below the last message of a room in which nobody else is, the fullest words first.
pub(crate) fn nobody_in(room: &str) -> [String; 2] {
    let full = format!("No one else is in {room} now. What you write is delivered when someone joins it.");
    [full, "No one else is in this room now.".to_owned()]
}

/// Below the last message of a conversation with somebody who is away, the fullest words first.
pub(crate) fn is_away(name: &str) -> [String; 2] {
    let full = format!("{name} is not here now. What you write is delivered when you meet again.");
    [full, format!("{name} is not here now.")]
}

/// The user is in no room with that name.
pub(crate) fn no_tab(typed: &str) -> String {
    format!("You are in no room called {typed:?}. /list shows the rooms, and /join ROOM joins one.")
}

/// Several rooms could be meant.
pub(crate) fn several(typed: &str, rooms: &[String]) -> String {
    format!("{typed:?} is ambiguous: {}?", list(rooms, "or"))
}

/// Nothing is unread.
pub(crate) const NOTHING_NEW: &str = "Nothing is unread in the other rooms.";

/// The user is in the lobby alone, and wants to see another room.
pub(crate) const ONE_ROOM: &str = "You are in one room only. /join ROOM joins another one.";

/// The answer to `/list` if there are no rooms.
pub(crate) const NO_ROOMS: &str = "There are no other rooms on this network. /join ROOM opens one: /join #dev";

/// The title of the answer to `/list`.
pub(crate) fn rooms(rooms: usize) -> String {
    format!("{} on this network, besides #lobby:", counted(rooms, "open room"))
}

/// How many others are in a room.
pub(crate) fn others(people: usize) -> String {
    match people {
        0 => "no one else".to_owned(),
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    }
}

/// Beside a room that the user is in.
pub(crate) const JOINED: &str = "joined";

/// Below the list of rooms.
pub(crate) const HOW_TO_JOIN: &str = "/join ROOM joins one, and /go ROOM goes to one that you are in.";

/// Beside the title of the list of people, the fullest words first.
pub(crate) fn members(people: usize, room: &str) -> [String; 2] {
    match people {
        0 => [format!("no one in {room}"), "no one here".to_owned()],
        people => [format!("{people} in {room}"), format!("{people} here")],
    }
}

/// Below the people in a room: how many others are on the network.
pub(crate) fn elsewhere(people: usize) -> String {
    format!("{people} more in #lobby")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_says_how_much_is_unread_and_for_whom() {
        assert_eq!([count(0, false), count(3, false), count(1, true)], ["", " (3)", " (1!)"]);
        assert_eq!([count(99, false), count(100, false), count(100, true)], [" (99)", " (99+)", " (99+!)"]);
        assert_eq!(short(2, 5, "#dev", 3, false), "2/5 #dev (3)");
    }
}
