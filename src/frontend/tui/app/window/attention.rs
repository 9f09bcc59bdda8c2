//! Whether the user looks at the window, and what is done to make them look: the title and the bell.

use std::time::{Duration, Instant};

use crate::frontend::words::screen as words;

/// The bell rings at most this often, no matter how often the user is mentioned.
const BELL_EVERY: Duration = Duration::from_secs(5);

/// Whether the user looks, and what was done to make them look.
#[derive(Debug)]
pub(crate) struct Attention {
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

impl Attention {
    /// Whether the user looks at the window.
    pub(crate) const fn is_focused(&self) -> bool {
        self.focused
    }

    /// The window gained or lost the focus. Returns whether the user looks away now.
    pub(crate) const fn set_focus(&mut self, focused: bool) -> bool {
        let leaves = self.focused && !focused;
        self.focused = focused;
        leaves
    }

    /// Something came that the user should see. Returns whether to ring the bell: not while they look, and not too
    /// often.
    pub(crate) fn rings(&mut self, now: Instant) -> bool {
        let quiet = self.last_bell.is_none_or(|last| now.saturating_duration_since(last) >= BELL_EVERY);
        let rings = !self.focused && quiet;
        if rings {
            self.last_bell = Some(now);
        }
        rings
    }

    /// The title for this many unread messages, if it has changed.
    pub(crate) fn new_title(&mut self, unread: usize) -> Option<String> {
        let title = match unread {
            1.. if !self.focused => words::title(unread),
            _ => words::PROGRAM.to_owned(),
        };
        (self.title != title).then(|| {
            self.title.clone_from(&title);
            title
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bell_rings_rarely_and_only_when_nobody_looks() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut attention = Attention::default();
        assert!(!attention.rings(at(0)), "they look");
        assert!(attention.set_focus(false) && !attention.set_focus(false));
        assert_eq!([at(0), at(4), at(5)].map(|now| attention.rings(now)), [true, false, true]);
    }

    #[test]
    fn the_title_counts_unread_messages_while_nobody_looks() {
        let mut attention = Attention::default();
        assert_eq!(attention.new_title(3).as_deref(), Some("proximity-chat"));
        assert_eq!(attention.new_title(4), None);
        attention.set_focus(false);
        assert_eq!(attention.new_title(4).as_deref(), Some("(4) proximity-chat"));
        assert_eq!(attention.new_title(0).as_deref(), Some("proximity-chat"));
    }
}
