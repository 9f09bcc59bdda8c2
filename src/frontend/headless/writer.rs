//! Puts events into the output, as JSON or as text.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{event::Event, text};
use crate::domain::bus::Tag;

/// Output that waits to be written.
#[derive(Debug)]
pub(super) struct Writer {
    json: bool,
    out: Vec<u8>,
    /// What the program that reads calls the command that the next events answer: a JSON value.
    answers: Option<Tag>,
}

/// An event that answers a command.
#[derive(Serialize)]
struct Answering<'a> {
    #[serde(flatten)]
    event: &'a Event<'a>,
    #[serde(rename = "ref")]
    reference: &'a RawValue,
}

impl Writer {
    pub(super) const fn new(json: bool) -> Self {
        Self { json, out: Vec::new(), answers: None }
    }

    /// Whether the output is JSON.
    pub(super) const fn is_json(&self) -> bool {
        self.json
    }

    /// What waits, in whole lines. Clear it once it is written.
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// The next events answer the command with this tag, or none.
    pub(super) fn answers(&mut self, tag: Option<Tag>) {
        self.answers = tag;
    }

    /// Adds an event.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        if !self.json {
            return text::event(&mut self.out, event);
        }
        let start = self.out.len();
        let reference = self.answers.as_ref().and_then(|tag| serde_json::from_str::<&RawValue>(tag.as_str()).ok());
        let written = match reference {
            Some(reference) => serde_json::to_writer(&mut self.out, &Answering { event, reference }),
            None => serde_json::to_writer(&mut self.out, event),
        };
        match written {
            Ok(()) => self.out.push(b'\n'),
            // This cannot fail: memory takes everything, and every key is a string. If it did, no half line must
            // remain.
            Err(_) => self.out.truncate(start),
        }
    }
}
