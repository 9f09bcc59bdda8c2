//! What is to be written to the links: one ring of lines with a cursor for each link, and a few frames for each link
//! alone.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use tokio::{sync::Notify, time::Instant};

use super::ring::{FellBehind, Place, Ring};
use crate::{
    core::node::Unpublished,
    domain::model::LinkId,
    protocol::codec::{Protocol, Published},
};

/// How long a link may leave lines unread before it counts as frozen.
const FROZEN_AFTER: Duration = Duration::from_secs(10);

/// How far a guest must get within [`MOVES_WITHIN`], in lines or in bytes, for the user's input to wait for it. Any
/// network carries this much, and a program that reads all the time takes it even next to ten others on one processor.
/// A slower guest could hold up everyone.
const STEP_LINES: u64 = 1_024;
const STEP_BYTES: u64 = 512 * 1024;

/// See [`STEP_LINES`]. A guest that freezes holds up the user's input for this long, if more than half a ring is
/// waiting.
const MOVES_WITHIN: Duration = Duration::from_secs(2);

/// How many messages, and how many bytes of them, a link takes at a time. They are few enough that a peer that reads
/// slowly but steadily is seen to move, and that what is on its way to all peers is little compared with the ring.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 64 * 1024;

/// Bytes of frames that may wait for one link alone, with [`FRAME_OVERHEAD`] for each. A peer that reads has a few
/// hundred waiting. One that does not read gets no more, and will be cut as frozen.
const MAX_OWN_BYTES: usize = 64 * 1024;

/// What a waiting frame costs in addition to its bytes: its place in the queue and its block on the heap. The shortest
/// ones are answers to pings with a dozen bytes, and a peer can ask for many.
const FRAME_OVERHEAD: usize = 64;

/// What waits to be written, for all links.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
    /// Notified when a link has taken its batch.
    taken: Notify,
}

#[derive(Debug, Default)]
struct State {
    ring: Ring,
    readers: BTreeMap<LinkId, Reader>,
    /// Links that have taken their batch, until somebody asks.
    taken: Vec<LinkId>,
}

#[derive(Debug)]
struct Reader {
    protocol: Protocol,
    /// What goes to this link alone, before lines.
    own: VecDeque<Bytes>,
    own_bytes: usize,
    /// Since when the oldest of them has been waiting.
    own_since: Option<Instant>,
    /// Events that the peer is missing: they go after its other frames and before lines.
    batch: Option<Bytes>,
    /// Since when they have been waiting.
    batch_since: Option<Instant>,
    /// What goes last.
    bye: Option<Bytes>,
    /// The first line that is not known to have left.
    cursor: u64,
    /// The first line after the batch that is leaving.
    next: Place,
    /// When and where it last had come a step further, or had everything.
    step: (Instant, Place),
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
    pub fn publish(&self, line: Published) {
        let mut state = self.state();
        let State { ring, readers, .. } = &mut *state;
        let now = Instant::now();
        for reader in readers.values_mut() {
            if reader.cursor == ring.head() {
                reader.moved = now;
                reader.step = (now, ring.end());
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

    /// Lets `link` read `first`, if there is one, and then everything from now on, in its protocol.
    pub fn open(&self, link: LinkId, protocol: Protocol, first: Option<Bytes>) {
        let mut state = self.state();
        let end = state.ring.end();
        let now = Instant::now();
        let reader = Reader {
            protocol,
            own_bytes: first.as_ref().map_or(0, cost),
            own_since: first.is_some().then_some(now),
            own: first.into_iter().collect(),
            batch: None,
            batch_since: None,
            bye: None,
            cursor: end.lines,
            next: end,
            step: (now, end),
            end: None,
            moved: now,
            waker: None,
        };
        state.readers.insert(link, reader);
    }

    /// Adds a frame for `link` alone. The frame is dropped if too many are waiting already.
    pub fn tell(&self, link: LinkId, frame: Bytes) {
        let mut state = self.state();
        if let Some(reader) = state.readers.get_mut(&link).filter(|reader| reader.end.is_none())
            && reader.own_bytes + cost(&frame) <= MAX_OWN_BYTES
        {
            reader.own_bytes += cost(&frame);
            reader.own_since.get_or_insert_with(Instant::now);
            reader.own.push_back(frame);
            if let Some(waker) = reader.waker.take() {
                waker.wake();
            }
        }
    }

    /// Gives `link` a frame of events. It must have taken the last one.
    pub fn batch(&self, link: LinkId, frame: Bytes) {
        let mut state = self.state();
        if let Some(reader) = state.readers.get_mut(&link).filter(|reader| reader.end.is_none()) {
            (reader.batch, reader.batch_since) = (Some(frame), Some(Instant::now()));
            if let Some(waker) = reader.waker.take() {
                waker.wake();
            }
        }
    }

    /// Waits until links have taken their batches, and returns which ones.
    pub async fn taken(&self) -> Vec<LinkId> {
        loop {
            let taken = std::mem::take(&mut self.state().taken);
            if !taken.is_empty() {
                return taken;
            }
            self.taken.notified().await;
        }
    }

    /// Lets `link` read what is there already, then `bye` if it speaks the mesh protocol, and then ends it.
    pub fn finish(&self, link: LinkId, bye: Option<&Bytes>) {
        let mut state = self.state();
        let head = state.ring.head();
        if let Some(reader) = state.readers.get_mut(&link)
            && reader.end.is_none()
        {
            reader.end = Some(head);
            reader.bye = bye.filter(|_| reader.protocol == Protocol::Mesh).cloned();
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

    #[cfg(test)]
    pub(crate) fn readers(&self) -> usize {
        self.state().readers.len()
    }

    /// The links that have taken nothing for 10 s although there was something to take.
    pub fn frozen(&self) -> Vec<LinkId> {
        let state = self.state();
        let head = state.ring.head();
        let since = |reader: &Reader| {
            let line = (reader.cursor < head).then_some(reader.moved);
            line.into_iter().chain(reader.own_since).chain(reader.batch_since).min()
        };
        let stuck = |reader: &Reader| since(reader).is_some_and(|since| since.elapsed() >= FROZEN_AFTER);
        state.readers.iter().filter(|(_, reader)| stuck(reader)).map(|(link, _)| *link).collect()
    }

    /// Whether to take no more lines from the user for now. That is so if a guest that moves, or every link, would be
    /// half a ring behind once the accepted lines that are still `coming` are published. Slow or frozen guests do not
    /// count unless all links are behind. Nor do slow nodes: they get what they missed from the log.
    pub fn is_congested(&self, coming: Unpublished) -> bool {
        let state = self.state();
        let is_behind = |reader: &Reader| state.ring.is_half_behind(reader.next, coming);
        let is_cut = |reader: &Reader| reader.protocol == Protocol::Reference && reader.end.is_none() && reader.moves();
        let mut all = !state.readers.is_empty();
        for reader in state.readers.values() {
            match is_behind(reader) {
                true if is_cut(reader) => return true,
                behind => all &= behind,
            }
        }
        all
    }

    /// Appends the next lines for `link` to `into`. The lines that it got before have left. Ready with false at its
    /// end.
    pub(super) fn poll_take(
        &self,
        link: LinkId,
        cx: &Context<'_>,
        into: &mut VecDeque<Bytes>,
    ) -> Poll<Result<bool, FellBehind>> {
        let mut state = self.state();
        let State { ring, readers, taken } = &mut *state;
        let Some(reader) = readers.get_mut(&link) else { return Poll::Ready(Ok(false)) };
        if reader.cursor != reader.next.lines {
            reader.cursor = reader.next.lines;
            reader.moved = Instant::now();
            if reader.step.1.is_far_from(reader.next, STEP_LINES, STEP_BYTES) {
                reader.step = (reader.moved, reader.next);
            }
        }
        if !reader.own.is_empty() {
            into.extend(reader.own.drain(..));
            (reader.own_bytes, reader.own_since) = (0, None);
            return Poll::Ready(Ok(true));
        }
        if let Some(batch) = reader.batch.take() {
            reader.batch_since = None;
            into.push_back(batch);
            taken.push(link);
            self.taken.notify_one();
            return Poll::Ready(Ok(true));
        }
        if reader.protocol == Protocol::Mesh && reader.next.lines < ring.base() {
            // A node gets what it has missed from the log.
            (reader.cursor, reader.next, reader.moved) = (ring.head(), ring.end(), Instant::now());
        }
        let limit = reader.end.unwrap_or_else(|| ring.head());
        let left = usize::try_from(limit.saturating_sub(reader.next.lines)).unwrap_or(usize::MAX).min(BATCH);
        if left == 0 {
            if reader.end.is_some() {
                let bye = reader.bye.take();
                let more = bye.is_some();
                into.extend(bye);
                return Poll::Ready(Ok(more));
            }
            reader.waker = Some(cx.waker().clone());
            state.release();
            return Poll::Pending;
        }
        let mut bytes = 0;
        for line in ring.read(reader.next.lines, left)? {
            bytes += line.bytes();
            if bytes > BATCH_BYTES && reader.next.lines != reader.cursor {
                break;
            }
            into.extend(line.get(reader.protocol).iter().cloned());
            reader.next.lines += 1;
            reader.next.bytes += line.bytes() as u64;
        }
        Poll::Ready(Ok(true))
    }
}

impl Reader {
    /// Whether it has come a step further just now, or had everything.
    fn moves(&self) -> bool {
        self.step.0.elapsed() < MOVES_WITHIN
    }
}

/// What a waiting frame counts, in bytes.
fn cost(frame: &Bytes) -> usize {
    frame.len() + FRAME_OVERHEAD
}

impl State {
    fn release(&mut self) {
        let needed = self.readers.values().map(|reader| reader.cursor).min().unwrap_or_else(|| self.ring.head());
        self.ring.release(needed);
    }
}

#[cfg(test)]
mod tests;
