//! What lies over the conversation and takes keys before it: help, the result of a search, and the question for a name.
//!
//! Each overlay owns its state and its keys. They are tried in order; a key that all ignore goes on to the draft. An
//! overlay leaves its requests to the rest of the screen in [`Context::requests`].

mod commands;
mod help;
mod marks;
mod name_question;
mod search;

pub(crate) use self::{
    commands::suggestions,
    help::Help,
    name_question::NameQuestion,
    search::{Hit, PAGE, Search, SearchList},
};
use super::input::{Handled, Key};
use crate::domain::{
    bus::Command,
    model::{Nick, Position, Room},
};

/// The most rows that one turn of the wheel moves a list by.
const MAX_ROWS: i32 = 1_000;

/// What overlays are given, and where they leave what they want.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The text of the draft.
    pub draft: &'a str,
    /// Rows that a page moves by.
    pub page: i32,
    /// What the rest of the screen should do, in order.
    pub requests: Vec<Request>,
}

/// What an overlay wants from the rest of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Ask the node.
    Send(Command),
    /// Show this message of a room.
    GoTo(Room, Position),
    /// The user goes by this name.
    TakeName(Nick),
    /// Tell the user that this did not work.
    Complain(String),
    /// End the program.
    Quit,
}

/// One thing that can lie over the conversation.
trait Overlay {
    /// Offers a key. An overlay that is closed ignores it.
    fn key(&mut self, key: Key, context: &mut Context<'_>) -> Handled;

    /// Offers a turn of the wheel by `rows`, positive towards older messages.
    fn scroll(&mut self, rows: i32, context: &mut Context<'_>) -> Handled;
}

/// All overlays.
#[derive(Debug)]
pub(crate) struct Overlays {
    /// The keys and commands.
    pub help: Help,
    /// What was searched for and found.
    pub search: SearchList,
    /// The question for the user's name at the first start.
    pub name: NameQuestion,
}

impl Overlays {
    /// Nothing is open.
    pub(crate) fn new() -> Self {
        Self { help: Help::default(), search: SearchList::default(), name: NameQuestion::default() }
    }

    /// Offers a key to each in turn.
    pub(crate) fn key(&mut self, key: Key, context: &mut Context<'_>) -> Handled {
        self.offer(|overlay| overlay.key(key, context))
    }

    /// Offers a turn of the wheel to each in turn.
    pub(crate) fn scroll(&mut self, rows: i32, context: &mut Context<'_>) -> Handled {
        self.offer(|overlay| overlay.scroll(rows.clamp(-MAX_ROWS, MAX_ROWS), context))
    }

    fn offer(&mut self, mut to: impl FnMut(&mut dyn Overlay) -> Handled) -> Handled {
        let overlays: [&mut dyn Overlay; 3] = [&mut self.help, &mut self.search, &mut self.name];
        let consumed = overlays.into_iter().any(|overlay| to(overlay) == Handled::Consumed);
        if consumed { Handled::Consumed } else { Handled::Ignored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::tui::app::KeyCode;

    #[test]
    fn the_first_overlay_that_is_open_takes_the_key() {
        let mut overlays = Overlays::new();
        let mut context = Context { draft: "alice", page: 10, requests: Vec::new() };
        let (enter, esc) = (Key::plain(KeyCode::Enter), Key::plain(KeyCode::Esc));
        assert_eq!(overlays.key(enter, &mut context), Handled::Ignored, "nothing is open");
        overlays.name.ask();
        overlays.help.open();
        assert_eq!(overlays.key(enter, &mut context), Handled::Consumed);
        assert!(!overlays.help.is_open() && overlays.name.is_open() && context.requests.is_empty());
        assert_eq!(overlays.key(esc, &mut context), Handled::Ignored);
        assert_eq!(overlays.key(enter, &mut context), Handled::Consumed);
        assert_eq!(context.requests, [Request::TakeName(Nick::new("alice").unwrap())]);
    }
}
