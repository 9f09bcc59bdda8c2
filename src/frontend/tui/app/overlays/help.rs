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

    /// It was drawn this many rows down: it does not scroll past its end.
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
            // Redrawing and suspending leave it open. A key that types closes it and types.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_types_closes_help_and_types() {
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
