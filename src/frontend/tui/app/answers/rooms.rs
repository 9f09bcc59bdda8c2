//! `/list`.

use std::fmt::Write as _;

use crate::{
    domain::bus::RoomListing,
    frontend::{tui::app::wrap::width, words::tabs as words},
};

/// Columns before the names.
pub(crate) const HANG: usize = 4;

/// Lists open rooms of the network, with how many others are in each.
pub(crate) fn text(rooms: &[RoomListing]) -> String {
    if rooms.is_empty() {
        return words::NO_ROOMS.to_owned();
    }
    let mut text = words::rooms(rooms.len());
    let rows: Vec<_> =
        rooms.iter().map(|listing| (listing.room.to_string(), words::others(listing.people), listing.joined)).collect();
    let names = rows.iter().map(|(name, ..)| width(name)).max().unwrap_or(0);
    let counts = rows.iter().map(|(_, people, _)| width(people)).max().unwrap_or(0);
    for (name, people, joined) in &rows {
        let (name_pad, count_pad) = (names - width(name), counts - width(people));
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {name}{:name_pad$}  {people}", "");
        if *joined {
            let _ = write!(text, "{:count_pad$}  {}", "", words::JOINED);
        }
    }
    let _ = write!(text, "\n{}", words::HOW_TO_JOIN);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Room;

    #[test]
    fn rooms_are_listed_with_their_people() {
        let listing = |name, people, joined| RoomListing { room: Room::named(name).unwrap(), people, joined };
        let rooms = [listing("dev", 12, true), listing("münchen", 1, false), listing("ops", 0, true)];
        let expected = "3 open rooms on this network, besides #lobby:\n  #dev      12 people    joined\n  \
                        #münchen  1 person\n  #ops      no one else  joined\n\
                        /join ROOM joins one, and /go ROOM goes to one that you are in.";
        assert_eq!(text(&rooms), expected);
        assert_eq!(text(&[]), words::NO_ROOMS);
    }
}
