//! Turns terminal events into inputs of the screen. Pure: the time is passed in.

mod background;
mod press;
mod wheel;

use std::time::Instant;

use crossterm::event::{Event, KeyEvent, KeyEventKind};

use self::{
    background::{Colour, ReplyFilter},
    wheel::Wheel,
};
use crate::frontend::tui::app::{Background, Input};

/// Turns terminal events into inputs.
///
/// Keys pass through two filters that may hold them for a moment: one takes the terminal's answer about its background
/// out of the typing, one tells the wheel from the arrow keys. [`Translator::deadline`] says until when.
#[derive(Debug, Default)]
pub struct Translator {
    reply: ReplyFilter,
    wheel: Wheel,
}

impl Translator {
    /// A translator that holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the terminal was asked for its background.
    pub fn asked_background(&mut self, now: Instant) {
        self.reply.asked(now);
    }

    /// Takes in an event that was read at `at`; what it means is appended to `inputs`, together with what was held
    /// before it.
    pub fn event(&mut self, event: Event, at: Instant, inputs: &mut Vec<Input>) {
        self.expire(at, inputs);
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(key) => {
                let mut passed = Vec::new();
                let colour = self.reply.key(key, at, &mut passed);
                self.pass(passed, colour, at, inputs);
            }
            Event::Paste(text) => {
                self.release_held(inputs);
                inputs.push(Input::Paste(text));
            }
            Event::Resize(cols, rows) => inputs.push(Input::Resize { cols, rows }),
            Event::FocusGained => inputs.push(Input::Focus(true)),
            Event::FocusLost => inputs.push(Input::Focus(false)),
            // Mouse reporting is never switched on, so these are left over from a program that crashed before us.
            Event::Mouse(_) => {}
        }
    }

    /// When [`Translator::expire`] is wanted next, if anything is held.
    pub fn deadline(&self) -> Option<Instant> {
        [self.reply.deadline(), self.wheel.deadline()].into_iter().flatten().min()
    }

    /// Releases what was held long enough.
    pub fn expire(&mut self, now: Instant, inputs: &mut Vec<Input>) {
        if self.reply.deadline().is_some_and(|deadline| deadline <= now) {
            let mut passed = Vec::new();
            let colour = self.reply.end_reply(&mut passed);
            self.pass(passed, colour, now, inputs);
        }
        if self.wheel.deadline().is_some_and(|deadline| deadline <= now) {
            self.wheel.release(inputs);
        }
    }

    /// Releases everything that is held, because something must come after it.
    fn release_held(&mut self, inputs: &mut Vec<Input>) {
        // The wheel comes after the reply filter, so what it holds is older.
        self.wheel.release(inputs);
        let mut passed = Vec::new();
        let colour = self.reply.end_reply(&mut passed);
        inputs.extend(passed.into_iter().filter_map(press::key).map(Input::Key));
        inputs.extend(colour.map(|colour| Input::Background(ground(colour))));
    }

    fn pass(&mut self, keys: Vec<KeyEvent>, colour: Option<Colour>, at: Instant, inputs: &mut Vec<Input>) {
        for key in keys.into_iter().filter_map(press::key) {
            self.wheel.key(key, at, inputs);
        }
        inputs.extend(colour.map(|colour| Input::Background(ground(colour))));
    }
}

fn ground(colour: Colour) -> Background {
    if colour.is_light() { Background::Light } else { Background::Dark }
}

#[cfg(test)]
mod tests;
