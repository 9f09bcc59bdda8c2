//! Tells the wheel from the arrow keys.
//!
//! Without mouse reporting, which would take the terminal's own selection away, a terminal sends one notch of the wheel
//! as three to six equal arrows at once. A person's key comes alone.

use std::time::{Duration, Instant};

use crate::frontend::tui::app::{Input, Key, KeyCode};

/// Equal arrows that are no further apart belong to one burst. Terminals write a notch within 1 ms (seen with xterm,
/// VTE, kitty and alacritty); a key that repeats comes every 30 ms.
const BURST_GAP: Duration = Duration::from_millis(5);

/// A single arrow this soon after a burst in its direction is the burst's tail, which the network held back: it must
/// not replace the draft with a line of the history.
const TAIL: Duration = Duration::from_millis(100);

/// What is known about the last arrows.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Quiet,
    /// One arrow came. Within [`BURST_GAP`] it turns out whether it is a key.
    Held { arrow: Key, at: Instant },
    /// A burst of this arrow scrolls; its last one came at `at`.
    Scrolling { arrow: Key, at: Instant },
}

impl Wheel {
    /// Takes in a key that was pressed at `at`.
    pub(super) fn key(&mut self, key: Key, at: Instant, inputs: &mut Vec<Input>) {
        let Some(step) = step(key) else {
            self.release(inputs);
            inputs.push(Input::Key(key));
            return;
        };
        self.state = match std::mem::take(&mut self.state) {
            State::Held { arrow, at: before } if arrow == key && gap(before, at) <= BURST_GAP => {
                inputs.push(Input::Scroll(2 * step));
                State::Scrolling { arrow, at }
            }
            State::Scrolling { arrow, at: before } if arrow == key && gap(before, at) <= TAIL => {
                inputs.push(Input::Scroll(step));
                State::Scrolling { arrow, at }
            }
            State::Held { arrow, .. } => {
                inputs.push(Input::Key(arrow));
                State::Held { arrow: key, at }
            }
            State::Quiet | State::Scrolling { .. } => State::Held { arrow: key, at },
        };
    }

    /// When a held arrow turns out to be a key.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Held { at, .. } => Some(at + BURST_GAP),
            State::Quiet | State::Scrolling { .. } => None,
        }
    }

    /// A held arrow is a key: its time is over, or something else came.
    pub(super) fn release(&mut self, inputs: &mut Vec<Input>) {
        if let State::Held { arrow, .. } = std::mem::take(&mut self.state) {
            inputs.push(Input::Key(arrow));
        }
    }
}

/// Rows that one arrow of a burst scrolls; `None` for other keys.
fn step(key: Key) -> Option<i32> {
    if key == Key::plain(KeyCode::Up) {
        Some(1)
    } else if key == Key::plain(KeyCode::Down) {
        Some(-1)
    } else {
        None
    }
}

fn gap(before: Instant, after: Instant) -> Duration {
    after.saturating_duration_since(before)
}
