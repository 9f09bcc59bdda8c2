//! The screen's state machine: pure. Inputs and a clock in, effects out; drawn by [`crate::ui`].

mod input;
mod setup;

pub use input::{Background, Effect, Input, Key, KeyCode, Now};
pub use setup::{MESSAGE_CAP, Setup};

/// Everything that the screen shows.
#[derive(Debug)]
pub struct App {
    setup: Setup,
    dirty: bool,
}

impl App {
    /// A screen that shows that the node is starting. Feed [`Input::Resize`] next.
    pub fn new(setup: Setup, _now: Now) -> Self {
        Self { setup, dirty: true }
    }

    /// Takes in what happened and says what to do about it.
    pub fn update(&mut self, _input: Input, _now: Now) -> Vec<Effect> {
        self.dirty = true;
        let _ = &self.setup;
        Vec::new()
    }

    /// When [`Input::Tick`] is wanted next, if at all; may lie in the past.
    pub fn next_tick(&self, _now: Now) -> Option<std::time::Instant> {
        None
    }

    /// Whether anything changed since [`crate::ui::draw`] drew last.
    pub fn needs_draw(&self) -> bool {
        self.dirty
    }

    /// Notes that everything was drawn. Only for [`crate::ui`].
    pub(crate) fn drawn(&mut self) {
        self.dirty = false;
    }
}
