//! The popup with keys and commands.

use super::{Context, Overlay};
use crate::frontend::tui::app::input::{Handled, Key, KeyCode};

/// Help, open or not.
#[derive(Debug, Default)]
pub(crate) struct Help {
    /// Rows scrolled past, while it is open.
    scrolled: Option<u16>,
}

impl Help {
    /// Opens it at its start.
    pub(crate) const fn open(&mut self) {
        self.scrolled = Some(0);
    }

    /// Closes it.
    pub(crate) const fn close(&mut self) {
        self.scrolled = None;
    }

    /// Whether it is open.
    pub(crate) const fn is_open(&self) -> bool {
        self.scrolled.is_some()
    }

    /// Rows scrolled past, while it is open.
    pub(crate) const fn scrolled(&self) -> Option<u16> {
        self.scrolled
    }

    /// It was drawn this many rows down: further than its end it does not go.
    pub(crate) const fn drawn(&mut self, scrolled: u16) {
        self.scrolled = Some(scrolled);
    }

    fn scroll_by(&mut self, rows: i32) {
        if let Some(scrolled) = &mut self.scrolled {
            *scrolled = scrolled.saturating_add_signed(i16::try_from(-rows).unwrap_or(0));
        }
    }
}

impl Overlay for Help {
    fn key(&mut self, key: Key, context: &mut Context<'_>) -> Handled {
        if !self.is_open() {
            return Handled::Ignored;
        }
        match key.code {
            KeyCode::Up => self.scroll_by(1),
            KeyCode::Down => self.scroll_by(-1),
            KeyCode::PageUp => self.scroll_by(context.page),
            KeyCode::PageDown => self.scroll_by(-context.page),
            KeyCode::Home => self.scrolled = Some(0),
            KeyCode::End => self.scrolled = Some(u16::MAX),
            KeyCode::Esc | KeyCode::Enter | KeyCode::F(1) => self.close(),
            KeyCode::Char('c') if key.ctrl => self.close(),
            // Redrawing and suspending leave it open; what types closes it and types.
            KeyCode::Char('l' | 'z') if key.ctrl => return Handled::Ignored,
            _ => {
                self.close();
                return Handled::Ignored;
            }
        }
        Handled::Consumed
    }

    fn scroll(&mut self, rows: i32, _: &mut Context<'_>) -> Handled {
        if !self.is_open() {
            return Handled::Ignored;
        }
        self.scroll_by(rows);
        Handled::Consumed
    }
}

/// Keys and what they do.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Enter", "send"),
    ("Alt-Enter, Ctrl-J", "new line in the draft"),
    ("Tab, Shift-Tab", "complete a name or a command"),
    ("Up, Down", "row of the draft, then what was sent before"),
    ("PgUp, PgDn", "scroll a page; Shift-Up, Shift-Down a row"),
    ("Home, End", "start, end of the line; if empty, of the room"),
    ("Ctrl-Home, Ctrl-End", "oldest and newest message"),
    ("Ctrl-U, Ctrl-D", "half a page, if the draft is empty"),
    ("Alt-U; Alt-P, Alt-N", "first unread; previous, next that names you"),
    ("Ctrl-R, F5", "look for people now"),
    ("F2", "open the chat to your network, or close it"),
    ("Ctrl-O", "open or close a long message; open a flood"),
    ("Ctrl-C", "clear the draft; twice, if it is empty, quit"),
    ("Ctrl-Q", "quit at once"),
    ("Ctrl-A E B F K U W Y", "edit as in a shell; Alt-B F D by words"),
    ("F8; Alt-L", "sidebar on or off; plain view (again: columns)"),
    ("Ctrl-L, Ctrl-Z", "draw anew; suspend"),
    ("F1, Esc", "this help; close it"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_types_closes_help_and_types() {
        let mut help = Help::default();
        let mut context = Context { draft: "", page: 9, requests: Vec::new() };
        help.open();
        assert_eq!(help.key(Key::plain(KeyCode::PageDown), &mut context), Handled::Consumed);
        assert_eq!(help.scrolled(), Some(9));
        assert_eq!(help.scroll(1, &mut context), Handled::Consumed);
        assert_eq!(help.scrolled(), Some(8));
        assert_eq!(help.key(Key::ctrl('l'), &mut context), Handled::Ignored);
        assert!(help.is_open());
        assert_eq!(help.key(Key::plain(KeyCode::Char('x')), &mut context), Handled::Ignored);
        assert!(!help.is_open());
    }
}
