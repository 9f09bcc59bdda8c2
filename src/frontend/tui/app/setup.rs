//! What the screen needs to know from the start.

use jiff::tz::TimeZone;

use super::Background;
use crate::domain::model::{Nick, Room};

/// Messages held for the screen by default; the rest stays on disk. Far more than a window shows, so that scrolling
/// rarely waits. With texts of 200 bytes they take about 1 MB, and as much again while the user reads further up.
pub const MESSAGE_CAP: usize = 2_000;

/// What the command line and the configuration say about the screen.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Setup {
    /// The name to go by until the node says otherwise.
    pub nick: Nick,
    /// Whether the user still has to choose a name. Then `nick` is only a proposal, the node waits until
    /// [`crate::domain::bus::Command::SetNick`] comes, and no command other than a quit is sent.
    pub ask_name: bool,
    /// Whether others are told when the user is typing, and the user when others are.
    pub typing: bool,
    /// First and last port of the range.
    pub ports: (u16, u16),
    /// The program's version, for people.
    pub version: &'static str,
    /// Messages held for the screen; what is older is read from disk. Use [`MESSAGE_CAP`] unless there is a reason not
    /// to.
    pub history_cap: usize,
    /// The zone for times of day.
    pub time_zone: TimeZone,
    /// Whether to do without colours (`NO_COLOR`, `--no-color`).
    pub no_color: bool,
    /// The terminal's background, if it is known beforehand; [`super::Input::Background`] overrides it.
    pub background: Option<Background>,
    /// Whether to begin with the plain view.
    pub plain_view: bool,
    /// Whether the terminal may have a clipboard that programs can write to.
    pub clipboard: bool,
    /// Warnings from the configuration, shown first.
    pub warnings: Vec<String>,
    /// The room to join and show at the start. Everybody is in the lobby.
    pub room: Room,
}
