//! What is to be written to all links: one ring, and a cursor for each link.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    convert::{Frames, Framing},
    node::{FellBehind, LinkId, Ring},
};

/// How long a link may leave lines unread before it counts as frozen (DESIGN.md section 5).
pub const FROZEN_AFTER: Duration = Duration::from_secs(10);

/// Lines that a link takes at a time.
const BATCH: usize = 64;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ring: Ring,
    readers: BTreeMap<LinkId, Reader>,
}

#[derive(Debug)]
struct Reader {
    framing: Framing,
    /// The first line that is not known to have left.
    cursor: u64,
    /// The first line after the batch that is leaving.
    next: u64,
    /// Where to stop, once the link is to be closed.
    end: Option<u64>,
    /// When it last took anything, or had everything.
    moved: Instant,
    waker: Option<Waker>,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line for all readers.
    pub fn publish(&self, line: Frames) {
        let mut state = self.state();
        let State { ring, readers } = &mut *state;
        let now = Instant::now();
        for reader in readers.values_mut() {
            if reader.cursor == ring.head() {
                reader.moved = now;
            }
        }
        ring.push(line);
        for waker in readers.values_mut().filter_map(|reader| reader.waker.take()) {
            waker.wake();
        }
        if readers.is_empty() {
            let head = ring.head();
            ring.release(head);
        }
    }

    /// Lets `link` read everything from now on, in its framing.
    pub fn open(&self, link: LinkId, framing: Framing) {
        let mut state = self.state();
        let head = state.ring.head();
        let reader = Reader { framing, cursor: head, next: head, end: None, moved: Instant::now(), waker: None };
        state.readers.insert(link, reader);
    }

    /// Lets `link` read what is there already, and then end.
    pub fn finish(&self, link: LinkId) {
        let mut state = self.state();
        let head = state.ring.head();
        if let Some(reader) = state.readers.get_mut(&link) {
            reader.end.get_or_insert(head);
            if let Some(waker) = reader.waker.take() {
                waker.wake();
            }
        }
    }

    /// Forgets `link`.
    pub fn remove(&self, link: LinkId) {
        let mut state = self.state();
        if let Some(Some(waker)) = state.readers.remove(&link).map(|reader| reader.waker) {
            waker.wake();
        }
        state.release();
    }

    /// The links that have taken nothing for [`FROZEN_AFTER`] although there was something to take.
    pub fn frozen(&self) -> Vec<LinkId> {
        let state = self.state();
        let head = state.ring.head();
        let stuck = |reader: &Reader| reader.cursor < head && reader.moved.elapsed() >= FROZEN_AFTER;
        state.readers.iter().filter(|(_, reader)| stuck(reader)).map(|(link, _)| *link).collect()
    }

    /// Whether even the fastest link is half a ring behind: time to take no more lines from the user, lest they overtake
    /// everybody. One link that is slow or frozen does not count, unless it is the only one.
    pub fn is_congested(&self) -> bool {
        let state = self.state();
        let head = state.ring.head();
        let fastest = state.readers.values().map(|reader| head - reader.next).min();
        fastest.is_some_and(|behind| state.ring.is_half_full() && behind * 2 >= state.ring.len())
    }

    /// The next lines for `link`, appended to `into`; the lines it got before have left. Ready with false at its end.
    pub(super) fn poll_take(
        &self,
        link: LinkId,
        cx: &Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<Result<bool, FellBehind>> {
        let mut state = self.state();
        let State { ring, readers } = &mut *state;
        let Some(reader) = readers.get_mut(&link) else { return Poll::Ready(Ok(false)) };
        if reader.cursor != reader.next {
            reader.cursor = reader.next;
            reader.moved = Instant::now();
        }
        let limit = reader.end.unwrap_or_else(|| ring.head());
        let left = usize::try_from(limit.saturating_sub(reader.next)).unwrap_or(usize::MAX).min(BATCH);
        if left == 0 {
            if reader.end.is_some() {
                return Poll::Ready(Ok(false));
            }
            reader.waker = Some(cx.waker().clone());
            state.release();
            return Poll::Pending;
        }
        into.extend(ring.read(reader.next, left)?.flat_map(|line| line.get(reader.framing)).cloned());
        reader.next += left as u64;
        Poll::Ready(Ok(true))
    }
}

impl State {
    fn release(&mut self) {
        let needed = self.readers.values().map(|reader| reader.cursor).min().unwrap_or_else(|| self.ring.head());
        self.ring.release(needed);
    }
}
