//! Puts events into the output, as JSON or as text, and counts those that are dropped.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{event::Event, request::Reference, text};

/// Output that waits to be handed over.
#[derive(Debug)]
pub(super) struct Writer {
    json: bool,
    out: Vec<u8>,
    /// What is in it.
    counts: Counts,
    /// What was dropped and not told yet.
    gap: Option<Counts>,
    /// How the program that reads called the command that the next events answer.
    answers: Option<Reference>,
}

/// How much of the output something is.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    events: u64,
    messages: u64,
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
    pub(super) fn new(json: bool) -> Self {
        Self { json, out: Vec::new(), counts: Counts::default(), gap: None, answers: None }
    }

    /// Whether the output is JSON.
    pub(super) const fn is_json(&self) -> bool {
        self.json
    }

    /// What waits, in whole lines.
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// What waits was handed over.
    pub(super) fn taken(&mut self) {
        self.out.clear();
        self.counts = Counts::default();
    }

    /// Nobody takes what waits. It is dropped and counted.
    pub(super) fn drop_all(&mut self) {
        if !self.out.is_empty() {
            let gap = self.gap.get_or_insert_default();
            gap.events += self.counts.events;
            gap.messages += self.counts.messages;
        }
        self.taken();
    }

    /// Whether something was dropped and not told yet.
    pub(super) const fn has_gap(&self) -> bool {
        self.gap.is_some()
    }

    /// Tells what was dropped, after everything that waits.
    pub(super) fn tell_gap(&mut self) {
        if let Some(Counts { events, messages }) = self.gap.take() {
            self.event(&Event::Gap { events, messages });
        }
    }

    /// The next events answer the command that the program called this, or none.
    pub(super) fn answers(&mut self, reference: Option<Reference>) {
        self.answers = reference;
    }

    /// Adds a message as text.
    pub(super) fn message(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.text(write);
        self.counts.messages += 1;
    }

    /// Adds something else as text, if there is something to say.
    pub(super) fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.out.len();
        write(&mut self.out);
        self.counts.events += u64::from(self.out.len() > before);
    }

    /// Adds an event.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        self.counts.events += 1;
        self.counts.messages += u64::from(matches!(event, Event::Message(_)));
        if !self.json {
            return text::event(&mut self.out, event);
        }
        let start = self.out.len();
        let reference = self.answers.as_ref().and_then(Reference::as_json);
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
