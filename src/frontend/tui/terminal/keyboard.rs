//! Where keys come from.

use std::{io, thread, time::Instant};

use crossterm::event::{Event, read};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// How many events may wait for the run loop. When it is full, the reader waits, and so does the terminal: a page that
/// is pasted without bracketed paste arrives as one event per character.
const EVENT_CAPACITY: usize = 1_024;

/// A terminal event and when it was read: the loop may be late, and milliseconds tell the wheel from the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Instant,
}

/// Reads the terminal in a thread of its own, for as long as the stream lives.
///
/// Not crossterm's `EventStream`: that one reads within `poll`, and reads on, blocking, while an escape sequence or a
/// paste is incomplete: a lone Alt-[ would freeze the screen until the next key.
///
/// # Errors
/// When the thread cannot be started. A failed read is an item of the stream, and its last.
pub fn keyboard() -> io::Result<ReceiverStream<io::Result<Stamped>>> {
    let (sender, receiver) = mpsc::channel(EVENT_CAPACITY);
    thread::Builder::new().name("keyboard".into()).spawn(move || {
        loop {
            let item = read().map(|event| Stamped { event, at: Instant::now() });
            let failed = item.is_err();
            if sender.blocking_send(item).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(ReceiverStream::new(receiver))
}
