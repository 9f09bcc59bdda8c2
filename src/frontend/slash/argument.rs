//! What the arguments of a command are, for completion.

use super::{find, is_command, table::Kind};

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// A name, as the only argument.
    Name,
    /// A person, and more after them. A name of two words is in quotes.
    Quoted,
    /// A room that the user is in.
    Room,
    /// A room that the user can join or is in.
    AnyRoom,
    /// A room that the user is invited to.
    Invitation,
}

impl Argument {
    /// What the command in `line` is about; `None` if it is text.
    pub fn of(line: &str) -> Option<Self> {
        if !is_command(line) {
            return None;
        }
        let name = line.split(char::is_whitespace).next().unwrap_or_default();
        Some(match find(name).map(|spec| spec.kind) {
            Ok(Kind::Tell | Kind::Invite | Kind::Kick) => Self::Quoted,
            Ok(Kind::Go | Kind::Part) => Self::Room,
            Ok(Kind::Join) => Self::AnyRoom,
            Ok(Kind::Decline) => Self::Invitation,
            _ => Self::Name,
        })
    }

    /// Whether it is a room.
    pub const fn is_room(self) -> bool {
        matches!(self, Self::Room | Self::AnyRoom | Self::Invitation)
    }
}
