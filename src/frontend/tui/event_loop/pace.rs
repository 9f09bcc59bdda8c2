//! When to draw.

use std::time::{Duration, Instant};

/// The shortest time between two frames that only show updates: 30 a second. A person reads no faster, and this leaves
/// processor time for the keys.
const FRAME_TIME: Duration = Duration::from_millis(33);

/// Knows when the next frame is due.
#[derive(Debug, Default)]
pub(super) struct Pace {
    drawn_at: Option<Instant>,
    hurry: bool,
}

impl Pace {
    /// The user did something, and wants to see it now.
    pub(super) fn hurry(&mut self) {
        self.hurry = true;
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        self.drawn_at = Some(now);
    }

    /// What the user did is on the screen, or changed nothing there.
    pub(super) fn drawn_or_unchanged(&mut self) {
        self.hurry = false;
    }

    /// When a frame may be drawn; at any time if there is none.
    pub(super) fn due_at(&self) -> Option<Instant> {
        if self.hurry { None } else { self.drawn_at.map(|drawn| drawn + FRAME_TIME) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_is_due_at_once_and_others_later() {
        let mut pace = Pace::default();
        assert_eq!(pace.due_at(), None);
        let now = Instant::now();
        pace.drawn(now);
        assert_eq!(pace.due_at(), Some(now + FRAME_TIME));
    }

    #[test]
    fn a_key_is_drawn_at_once_and_only_once() {
        let mut pace = Pace::default();
        let now = Instant::now();
        pace.drawn(now);
        pace.hurry();
        assert_eq!(pace.due_at(), None);
        pace.drawn(now);
        pace.drawn_or_unchanged();
        assert!(pace.due_at().is_some());
    }
}
