//! What the links tell the actor. The links take turns, and quiet links come first.
//!
//! Each link has a queue. A link that had nothing waiting is *fresh*. Once served it is *busy*, until it has nothing
//! waiting when its turn comes. The lists of fresh and busy links are served alternately, so links that come and go,
//! which are always fresh, cannot starve the others. A peer that says a line now and then hardly waits, however many
//! others flood, and the floods take turns. This is how FQ-CoDel works (RFC 8290, section 4), without its dropping.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Handle, NodeFacts,
    limits::{INBOX_CAPACITY, INBOX_LARGE, READ_BYTES},
};
use crate::{
    core::node::Input,
    domain::model::{LinkId, NodeId},
};

/// Bytes of one turn. A link that has taken more skips turns until it is even.
const TURN: usize = READ_BYTES;

/// What links and the server tell the actor.
#[derive(Debug)]
pub enum LinkEvent {
    /// Any input for the node except frames.
    Node(Input),
    /// Frames for the node.
    Read(Input),
    /// Somebody dialled us.
    Arrived {
        /// The link.
        link: LinkId,
        /// [`Input::GuestArrived`] or [`Input::NodeArrived`].
        input: Input,
        /// The means to answer.
        handle: Handle,
    },
    /// The holder of this key asks about us; the answer goes here.
    Probed(NodeId, oneshot::Sender<NodeFacts>),
}

/// The path of one link's frames to the actor. At most one batch of them may be on it.
#[derive(Debug)]
pub(super) struct Reading {
    link: LinkId,
    free: Arc<Semaphore>,
}

/// The right to pass on one batch. It is given back when the actor has taken the batch.
#[derive(Debug)]
pub(super) struct Turn(OwnedSemaphorePermit);

/// See the module's documentation.
#[derive(Debug)]
pub struct Inbox {
    state: Mutex<State>,
    /// Notified when something has come.
    came: Notify,
    /// Room for events other than frames.
    places: Arc<Semaphore>,
    /// Room for the bytes of batches beyond [`READ_BYTES`], which a single long frame may exceed.
    large: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    /// One for each link that is in one of the lists. Probes share one without a link.
    queues: BTreeMap<Option<LinkId>, Queue>,
    fresh: VecDeque<Option<LinkId>>,
    busy: VecDeque<Option<LinkId>>,
    /// Whether a fresh link was served last.
    was_fresh: bool,
    closed: bool,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Waiting>,
    /// Bytes that it has taken beyond its turns.
    debt: usize,
}

#[derive(Debug)]
struct Waiting {
    event: LinkEvent,
    bytes: usize,
    /// What it holds until the actor has taken it.
    _room: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            came: Notify::new(),
            places: Arc::new(Semaphore::new(INBOX_CAPACITY)),
            large: Arc::new(Semaphore::new(INBOX_LARGE as usize)),
        }
    }
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on a batch of `bytes`. A large one waits for room.
    pub(super) async fn pass(&self, reading: &Reading, turn: Turn, frames: Input, bytes: usize) {
        let beyond = u32::try_from(bytes.saturating_sub(READ_BYTES)).unwrap_or(INBOX_LARGE).min(INBOX_LARGE);
        let large = if beyond > 0 {
            // It is closed once the actor takes nothing any more.
            let Ok(large) = self.large.clone().acquire_many_owned(beyond).await else { return };
            Some(large)
        } else {
            None
        };
        self.push(Some(reading.link), Waiting { event: LinkEvent::Read(frames), bytes, _room: (turn.0, large) });
    }

    /// Passes on an event other than frames, when there is room. `link` is the link that it is about. Returns false if
    /// the inbox is closed.
    pub(super) async fn tell(&self, link: Option<LinkId>, event: LinkEvent) -> bool {
        let Ok(place) = self.places.clone().acquire_owned().await else { return false };
        self.push(link, Waiting { event, bytes: 0, _room: (place, None) })
    }

    fn push(&self, link: Option<LinkId>, waiting: Waiting) -> bool {
        let mut state = self.state();
        if state.closed {
            return false;
        }
        let State { queues, fresh, .. } = &mut *state;
        let queue = queues.entry(link).or_insert_with(|| {
            fresh.push_back(link);
            Queue::default()
        });
        queue.events.push_back(waiting);
        drop(state);
        self.came.notify_one();
        true
    }

    /// Waits for the next event of a link that `may` be served.
    pub async fn next(&self, may: impl Fn(LinkId) -> bool) -> LinkEvent {
        loop {
            if let Some(event) = self.try_next(&may) {
                return event;
            }
            self.came.notified().await;
        }
    }

    /// The next event of a link that `may` be served, if there is one now.
    pub fn try_next(&self, may: impl Fn(LinkId) -> bool) -> Option<LinkEvent> {
        let mut state = self.state();
        let first = !state.was_fresh;
        [first, !first].into_iter().find_map(|fresh| {
            let served = state.serve(fresh, &may)?;
            state.was_fresh = fresh;
            Some(served)
        })
    }

    /// Stops taking anything. Tasks that wait for room wait no longer.
    pub fn close(&self) {
        *self.state() = State { closed: true, ..State::default() };
        self.places.close();
        self.large.close();
    }
}

impl Reading {
    /// The path of the frames of `link`.
    pub(super) fn new(link: LinkId) -> Self {
        Self { link, free: Arc::new(Semaphore::new(1)) }
    }

    /// Waits until the actor has taken the last batch. The next one is read only then, so that a link keeps at most
    /// one.
    pub(super) async fn turn(&self) -> Turn {
        loop {
            // Nobody closes it.
            if let Ok(free) = self.free.clone().acquire_owned().await {
                return Turn(free);
            }
        }
    }
}

impl State {
    /// Serves the first link of a list that may be served, and moves it to the end of the busy ones.
    fn serve(&mut self, fresh: bool, may: &impl Fn(LinkId) -> bool) -> Option<LinkEvent> {
        let mut skipped = 0;
        loop {
            let list = if fresh { &mut self.fresh } else { &mut self.busy };
            if skipped >= list.len() {
                return None;
            }
            let link = list.pop_front()?;
            let queue = self.queues.get_mut(&link)?;
            if queue.events.is_empty() && queue.debt == 0 {
                self.queues.remove(&link);
                continue;
            }
            if queue.debt > 0 {
                queue.debt = queue.debt.saturating_sub(TURN);
                list.push_back(link);
                // The others come first; without others it need not wait.
                skipped = 0;
                continue;
            }
            if link.is_some_and(|link| !may(link)) {
                list.push_back(link);
                skipped += 1;
                continue;
            }
            let Some(Waiting { event, bytes, .. }) = queue.events.pop_front() else { continue };
            queue.debt = bytes.saturating_sub(TURN);
            self.busy.push_back(link);
            return Some(event);
        }
    }
}

#[cfg(test)]
mod tests;
