//! Output that waits for its reader, up to a limit.
//!
//! The node must not wait for a reader that has stopped, nor must its peers. So what is printed waits here, and a thread
//! of its own writes it.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Bytes that wait at most: about 15,000 messages in JSON. A reader that is busy for a few seconds misses nothing even
/// in a busy room, and one that has stopped costs no more than this.
pub(super) const MOST: usize = 4 * 1024 * 1024;

/// The two ends of the queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    /// Wakes the thread that writes, and the one that waits for the end.
    moved: Condvar,
    /// There is more room than before, or writing has failed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Bytes that are being written.
    written: usize,
    /// Nothing more comes.
    ended: bool,
    /// Why nothing more can be written.
    failed: Option<io::Error>,
}

impl State {
    const fn len(&self) -> usize {
        self.waiting.len() + self.written
    }

    /// The error of writing, if there was one.
    fn check(&self) -> io::Result<()> {
        let Some(error) = &self.failed else { return Ok(()) };
        Err(error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error))
    }
}

impl Queue {
    /// Takes `bytes`, which are whole lines. Returns whether there was room; if not, it takes nothing. There is always
    /// room if nothing waits, however much it is.
    ///
    /// # Errors
    /// That of writing.
    pub(super) fn take(&self, bytes: &[u8]) -> io::Result<bool> {
        let mut state = self.state();
        state.check()?;
        let fits = state.len() == 0 || state.len() + bytes.len() <= MOST;
        if fits {
            state.waiting.extend_from_slice(bytes);
            drop(state);
            self.0.moved.notify_all();
        }
        Ok(fits)
    }

    /// Whether a quarter of the queue is free: after a gap, it should not fill up again at once.
    pub(super) fn has_room(&self) -> bool {
        self.state().len() <= MOST / 4 * 3
    }

    /// Waits until there may be more room, or writing has failed.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Whether writing has failed.
    ///
    /// # Errors
    /// That of writing.
    pub(super) fn check(&self) -> io::Result<()> {
        self.state().check()
    }

    /// Takes the last `bytes`, and waits until everything is written.
    ///
    /// # Errors
    /// That of writing.
    pub(super) fn finish(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.waiting.extend_from_slice(bytes);
        state.ended = true;
        self.0.moved.notify_all();
        while state.len() > 0 && state.failed.is_none() {
            state = self.0.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.check()
    }

    /// Writes what comes, until the end or the first error. Everything that is ready is written at once, and flushed
    /// before this thread waits.
    pub(super) fn write_to(&self, mut output: impl Write) {
        loop {
            let bytes = {
                let mut state = self.state();
                state.written = 0;
                self.0.moved.notify_all();
                self.0.changed.notify_one();
                while state.waiting.is_empty() && !state.ended {
                    state = self.0.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if state.waiting.is_empty() {
                    return;
                }
                state.written = state.waiting.len();
                std::mem::take(&mut state.waiting)
            };
            if let Err(error) = output.write_all(&bytes).and_then(|()| output.flush()) {
                self.state().failed = Some(error);
                self.0.moved.notify_all();
                self.0.changed.notify_one();
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The bytes are right, even if another thread panicked while it held the lock.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_was_taken_is_written_in_order() {
        let (queue, (read, write)) = (Queue::default(), io::pipe().unwrap());
        let writing = {
            let queue = queue.clone();
            thread::spawn(move || queue.write_to(write))
        };
        let reading = thread::spawn(move || io::read_to_string(read).unwrap());
        let mut all = String::new();
        for n in 0..10_000 {
            let line = format!("line {n}\n");
            assert!(queue.take(line.as_bytes()).unwrap());
            all.push_str(&line);
        }
        queue.finish(b"the end\n").unwrap();
        writing.join().unwrap();
        assert_eq!(reading.join().unwrap(), all + "the end\n");
    }

    #[test]
    fn a_full_queue_takes_nothing_and_stays_within_its_limit() {
        let queue = Queue::default();
        let line = vec![b'x'; MOST / 2];
        assert!(queue.take(&line).unwrap() && queue.take(&line).unwrap());
        assert!(!queue.take(b"x").unwrap() && !queue.has_room());
        assert_eq!(queue.state().waiting.len(), MOST);
    }

    #[test]
    fn an_error_of_writing_ends_everything() {
        let (queue, (read, write)) = (Queue::default(), io::pipe().unwrap());
        drop(read);
        assert!(queue.take(b"x").unwrap());
        queue.write_to(write);
        assert_eq!(queue.check().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        queue.take(b"x").unwrap_err();
        queue.finish(b"").unwrap_err();
    }

    #[test]
    fn a_single_event_may_be_larger_than_the_queue() {
        let queue = Queue::default();
        assert!(queue.take(&vec![b'x'; 2 * MOST]).unwrap());
        assert!(!queue.take(b"x").unwrap());
    }
}
