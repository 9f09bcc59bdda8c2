//! `/members`.

use std::fmt::Write as _;

use crate::{
    domain::{
        bus::{MemberList, MemberState},
        model::NodeId,
    },
    frontend::{tui::app::wrap::width, words::private_rooms as words},
};

/// Columns before the names.
pub(crate) const HANG: usize = 4;

/// Lists the members of the room that is called `room`; `name` is what each is called.
pub(crate) fn text(list: &MemberList, room: &str, name: impl Fn(NodeId) -> String) -> String {
    let mut text = words::members(room, list.members.len());
    let rows: Vec<_> = list.members.iter().map(|member| (name(member.node), member)).collect();
    let names = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    for (name, member) in &rows {
        let glyph = match member.state {
            MemberState::Oneself | MemberState::Here => "●",
            MemberState::Away | MemberState::Invited => "○",
        };
        let (pad, state) = (names - width(name), words::member(member.state, member.node == list.owner));
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {glyph} {name}{:pad$}  {state}", "");
    }
    text
}
