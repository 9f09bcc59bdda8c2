//! What the user has not seen yet: the marker, the title, the bell.

use std::time::{Duration, Instant};

use super::{App, Effect};

/// A bell rings at most this often, however often the user is named.
const BELL_EVERY: Duration = Duration::from_secs(5);

/// No list is longer than this: what a scroll in one is cut to.
const MAX_LIST_ROWS: i32 = 1_000;

/// Whether the user looks, and what was done to make them look.
#[derive(Debug)]
pub(super) struct Attention {
    focused: bool,
    last_bell: Option<Instant>,
    title: String,
}

impl Default for Attention {
    /// A terminal that never reports its focus counts as looked at.
    fn default() -> Self {
        Self { focused: true, last_bell: None, title: String::new() }
    }
}

impl App {
    /// Notes that a peer's message came in as entry `seq`.
    pub(super) fn arrived(&mut self, seq: u64, mention: bool) {
        if self.attention.focused && self.follows() {
            return;
        }
        match &mut self.pane.marker {
            Some(marker) => marker.count += 1,
            None => self.pane.begin_unread(seq),
        }
        let now = self.now.mono;
        let quiet = self.attention.last_bell.is_none_or(|last| now.saturating_duration_since(last) >= BELL_EVERY);
        if mention && !self.attention.focused && quiet {
            self.attention.last_bell = Some(now);
            self.effects.push(Effect::Bell);
        }
    }

    /// How many messages arrived unseen.
    pub(crate) fn unread(&self) -> usize {
        self.pane.marker.map_or(0, |marker| marker.count)
    }

    pub(super) fn focus(&mut self, focused: bool) {
        if self.attention.focused && !focused && self.follows() {
            // All of it was in sight.
            self.pane.marker = None;
        }
        self.attention.focused = focused;
    }

    pub(super) fn scroll(&mut self, rows: i32) {
        if let Some(help) = &mut self.help {
            let by = rows.clamp(-MAX_LIST_ROWS, MAX_LIST_ROWS);
            *help = help.saturating_add_signed(i16::try_from(-by).unwrap_or(0));
            return;
        }
        if self.listed().is_some() {
            return self.choose(-rows.clamp(-MAX_LIST_ROWS, MAX_LIST_ROWS));
        }
        self.view_mut().scroll(rows);
        self.scrolled(rows);
    }

    /// Takes the marker away if the user has come to the bottom.
    pub(super) fn reached(&mut self) {
        if self.follows() {
            self.pane.marker = None;
        }
    }

    /// Keeps the window's title up to date.
    pub(super) fn retitle(&mut self) {
        let title = match self.unread() {
            unread @ 1.. if !self.attention.focused => format!("({unread}) proximity-chat"),
            _ => "proximity-chat".to_owned(),
        };
        if self.attention.title != title {
            self.attention.title.clone_from(&title);
            self.effects.push(Effect::SetTitle(title));
        }
    }
}
