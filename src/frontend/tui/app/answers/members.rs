//! `/members`.

use super::table;
use crate::{
    domain::{
        bus::{Member, MemberList, MemberState},
        model::NodeId,
    },
    frontend::words::private_rooms as words,
};

/// Columns before the names.
pub(crate) const HANG: usize = 4;

/// Lists the members of the room that is called `room`; `name` is what each is called.
pub(crate) fn text(list: &MemberList, room: &str, name: impl Fn(NodeId) -> String) -> String {
    let mut text = words::members(room, list.members.len());
    let row = |member: &Member| {
        let glyph = match member.state {
            MemberState::Oneself | MemberState::Here => "●",
            MemberState::Away | MemberState::Invited => "○",
        };
        (format!("{glyph} {}", name(member.node)), words::member(member.state, member.node == list.owner), "")
    };
    table::append(&mut text, &list.members.iter().map(row).collect::<Vec<_>>());
    text
}
