//! `/list`.

use std::fmt::Write as _;

use super::table;
use crate::{
    domain::bus::RoomListing,
    frontend::words::{private_rooms, tabs as words},
};

/// Columns before the names.
pub(crate) const HANG: usize = 4;

/// A private room that the user is invited to.
#[derive(Debug)]
pub(crate) struct Invited {
    /// What it is called.
    pub room: String,
    /// Who has invited them.
    pub owner: String,
    /// How many others are members or invited.
    pub others: usize,
}

/// Lists open rooms of the network with how many others are in each, the private rooms that the user is in with how
/// many of their members are here, and invitations.
pub(crate) fn text(rooms: &[RoomListing], joined: &[(String, usize)], invitations: &[Invited]) -> String {
    let mut text = if rooms.is_empty() { words::NO_ROOMS.to_owned() } else { words::rooms(rooms.len()) };
    let row = |listing: &RoomListing| {
        (listing.room.to_string(), words::others(listing.people), if listing.joined { words::JOINED } else { "" })
    };
    table::append(&mut text, &rooms.iter().map(row).collect::<Vec<_>>());
    // Writing to a string cannot fail.
    if !joined.is_empty() {
        let _ = write!(text, "\n{}", private_rooms::rooms(joined.len()));
        let row = |(name, here): &(String, usize)| (name.clone(), private_rooms::members_here(*here), "");
        table::append(&mut text, &joined.iter().map(row).collect::<Vec<_>>());
    }
    if !rooms.is_empty() || !joined.is_empty() {
        let _ = write!(text, "\n{}", words::HOW_TO_JOIN);
    }
    if !invitations.is_empty() {
        let _ = write!(text, "\n{}", private_rooms::invitations(invitations.len()));
        let row = |one: &Invited| (one.room.clone(), private_rooms::invitation(&one.owner, one.others), "");
        table::append(&mut text, &invitations.iter().map(row).collect::<Vec<_>>());
        let _ = write!(text, "\n{}", private_rooms::HOW_TO_ANSWER);
    }
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
        assert_eq!(text(&rooms, &[], &[]), expected);
        assert_eq!(text(&[], &[], &[]), words::NO_ROOMS);
    }

    #[test]
    fn private_rooms_and_invitations_follow() {
        let joined = [("*#plan".to_owned(), 2), ("*#garden".to_owned(), 0)];
        let invited = Invited { room: "#plan#77aa".to_owned(), owner: "carol".to_owned(), others: 1 };
        let expected = "There are no other rooms on this network. /join ROOM opens one: /join #dev\n\
                        You are in 2 private rooms:\n  *#plan    2 here\n  *#garden  no other member here\n\
                        /join ROOM joins one, and /go ROOM goes to one that you are in.\n\
                        You have 1 invitation:\n  #plan#77aa  from carol, 1 person\n\
                        /join ROOM joins one, and /decline ROOM refuses it for good.";
        assert_eq!(text(&[], &joined, &[invited]), expected);
    }
}
