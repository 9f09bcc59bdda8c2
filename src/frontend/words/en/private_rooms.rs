//! What the screen says about private rooms.

use super::lists::{counted, list, people};
use crate::domain::bus::MemberState;

/// The most names in one sentence. Further ones are counted, so that an invitation of hundreds stays a line.
const NAMED: usize = 5;

/// Before the name of a private room: a lock that every terminal can show, in one column.
pub(crate) const LOCK: &str = "*";

/// Beside the number of people in a private room, in the status line.
pub(crate) const MEMBERS_ONLY: &str = "members only";

/// In the status line, while no other member is here.
pub(crate) const NO_MEMBER_HERE: &str = "no other member here";

/// In a room that the user has just joined.
pub(crate) const JOINED: &str = "Only members can read this room. /members lists them.";

/// In a room that the user has just made.
pub(crate) const MADE: &str = "Only members can read this room. You own it. You can invite people with /invite NAME.";

/// Below the last message of a private room in which nobody else is, the fullest words first.
pub(crate) fn nobody_in(room: &str) -> [String; 2] {
    let full = format!("No other member of {room} is here now. What you write is delivered when you meet again.");
    [full, "No other member is here now.".to_owned()]
}

/// Somebody has invited the user. `others` are members or invited, too.
pub(crate) fn invited(owner: &str, room: &str, others: usize) -> String {
    format!(
        "{owner} invites you to the private room {room} ({} besides you).\n\
         To join it, type  /join {room}\n\
         To refuse for good, type  /decline {room}",
        people(others)
    )
}

/// The user has refused an invitation.
pub(crate) fn declined(room: &str) -> String {
    format!("You have refused the invitation to {room} for good.")
}

/// Somebody, or the user if `by` is none, has invited these.
pub(crate) fn has_invited(by: Option<&str>, whom: &[String]) -> String {
    format!("{} invited {}.", by.unwrap_or("You"), some(whom))
}

/// Somebody, or the user if `by` is none, has removed these.
pub(crate) fn has_removed(by: Option<&str>, whom: &[String]) -> String {
    format!("{} removed {}.", by.unwrap_or("You"), some(whom))
}

/// These are not members any more because they wished so.
pub(crate) fn have_left(who: &[String]) -> String {
    format!("{} {} left the room for good.", some(who), if who.len() == 1 { "has" } else { "have" })
}

/// The owner has removed the user. `draft` is what they were writing there.
pub(crate) fn removed(owner: &str, room: &str, draft: &str) -> String {
    let was_writing = if draft.trim().is_empty() { String::new() } else { format!("\nYou were writing: {draft}") };
    format!("{owner} removed you from {room}. What was said there is still on this machine.{was_writing}")
}

/// The user has asked the owner to invite these.
pub(crate) fn invite_requested(owner: &str, whom: &[String]) -> String {
    format!("You asked {owner} to invite {}. That happens as soon as {owner}'s program is here.", some(whom))
}

/// A member asks the user, who owns the room, to invite somebody; `typed` is how to name that person.
pub(crate) fn invite_asked(by: &str, who: &str, room: &str, typed: &str) -> String {
    let typed = if typed.contains(' ') { format!("\"{typed}\"") } else { typed.to_owned() };
    format!("{by} asks you to invite {who} to {room}.\nTo do so, type in {room}  /invite {typed}")
}

/// Asks whether to leave a private room; `typed` is the line that does.
pub(crate) fn confirm_part(room: &str, owner: Owner<'_>, typed: &str) -> String {
    let back = match owner {
        Owner::User => "You own it, so no one can bring you back.".to_owned(),
        Owner::Other(name) => format!("Only {name}, who owns it, can bring you back."),
        Owner::Unknown => "Only its owner can bring you back.".to_owned(),
    };
    format!("Leave {room}? {back}\nWhat was said stays on this machine. Type  {typed}")
}

/// Who owns a room.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    User,
    Other(&'a str),
    Unknown,
}

/// The title of the answer to `/members`.
pub(crate) fn members(room: &str, members: usize) -> String {
    format!("{}, and only they can read {room}:", counted(members, "member"))
}

/// Beside a member.
pub(crate) fn member(state: MemberState, owner: bool) -> String {
    let here = match state {
        MemberState::Oneself => "you",
        MemberState::Here => "here",
        MemberState::Away => "away",
        MemberState::Invited => "invited, has not joined yet",
    };
    if owner { format!("{here}, owner") } else { here.to_owned() }
}

/// The title of the private rooms in the answer to `/list`.
pub(crate) fn rooms(rooms: usize) -> String {
    format!("You are in {}:", counted(rooms, "private room"))
}

/// The title of the invitations in the answer to `/list`.
pub(crate) fn invitations(invitations: usize) -> String {
    format!("You have {}:", counted(invitations, "invitation"))
}

/// How many members of a private room are here.
pub(crate) fn members_here(members: usize) -> String {
    match members {
        0 => NO_MEMBER_HERE.to_owned(),
        members => format!("{members} here"),
    }
}

/// Beside an invitation in the answer to `/list`.
pub(crate) fn invitation(owner: &str, others: usize) -> String {
    format!("from {owner}, {}", people(others))
}

/// Below the invitations in the answer to `/list`.
pub(crate) const HOW_TO_ANSWER: &str = "/join ROOM joins one, and /decline ROOM refuses it for good.";

/// A list of names of which the last are only counted if there are many.
fn some(names: &[String]) -> String {
    match names.get(..NAMED) {
        Some(first) if names.len() > NAMED + 1 => {
            let others = format!("{} others", names.len() - NAMED);
            list(&[first, &[others]].concat(), "and")
        }
        _ => list(names, "and"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted() {
        let names: Vec<_> = (1..=300).map(|n| format!("p{n}")).collect();
        assert_eq!(some(&names), "p1, p2, p3, p4, p5 and 295 others");
        assert_eq!(some(&names[..6]), "p1, p2, p3, p4, p5 and p6");
        assert_eq!(has_invited(None, &names[..1]), "You invited p1.");
        assert_eq!(have_left(&names[..2]), "p1 and p2 have left the room for good.");
    }
}
