//! What the benchmarks of the screen share.

use proximity_chat::{
    domain::model::{Nick, Room},
    frontend::tui::app::{MESSAGE_CAP, Setup},
};

/// The start of a user called alice, who has nothing set.
pub(crate) fn setup() -> Setup {
    Setup {
        nick: Nick::clean("alice").unwrap_or_else(|| unreachable!("a valid name")),
        ask_name: false,
        typing: true,
        ports: (4565, 4569),
        version: "0",
        history_cap: MESSAGE_CAP,
        warnings: Vec::new(),
        room: Room::Lobby,
        time_zone: jiff::tz::TimeZone::UTC,
        no_color: false,
        background: None,
        plain_view: false,
        clipboard: true,
    }
}
