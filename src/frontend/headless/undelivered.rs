//! Own lines that somebody here has not received yet: `/quit` waits for them, and its exit code tells of them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::domain::{
    bus::Update,
    model::{Delivery, MessageId, PeerId},
};

/// How long `/quit` waits for the others to have everything: enough for a link that has to be dialled
/// anew, and for a pause in Wi-Fi.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// A tally of own lines, shared by the threads that read them, that see what becomes of them, and that want to leave.
#[derive(Debug, Clone, Default)]
pub(super) struct Undelivered(Arc<(Mutex<Tally>, Condvar)>);

/// A node holds an author's log without gaps, so a node with the newest line has those before it. Following one line is
/// enough.
#[derive(Debug, Default)]
struct Tally {
    /// Lines that the node was given and has not shown yet.
    on_the_way: u64,
    /// The newest line of this run, and whether everybody here has it.
    newest: Option<(MessageId, bool)>,
    /// Lines of earlier runs that somebody here lacks; as many as the node follows.
    earlier: BTreeSet<MessageId>,
    /// Nodes that are here.
    here: BTreeSet<PeerId>,
    /// Whether a line was lost.
    lost: bool,
    /// Nothing more will be seen.
    closed: bool,
}

impl Tally {
    fn see(&mut self, update: &Update) {
        match update {
            Update::Message(message) if message.is_own() && !message.history => {
                self.on_the_way = self.on_the_way.saturating_sub(1);
                match message.delivery {
                    Delivery::NotSent => self.lost = true,
                    delivery => self.newest = Some((message.id, delivery == Delivery::Sent)),
                }
            }
            Update::Delivery { id, delivered, of } => match &mut self.newest {
                Some((newest, complete)) if newest == id => *complete = delivered >= of,
                Some(_) => {}
                None if delivered < of => drop(self.earlier.insert(*id)),
                None => drop(self.earlier.remove(id)),
            },
            Update::PeerJoined(peer) if peer.id.node().is_some() => drop(self.here.insert(peer.id)),
            Update::PeerLeft { peer, .. } => drop(self.here.remove(peer)),
            _ => {}
        }
    }

    /// Whether everybody here has every line.
    fn is_complete(&self) -> bool {
        let latest = self.newest.map_or(self.earlier.is_empty(), |(_, complete)| complete);
        self.on_the_way == 0 && (latest || self.here.is_empty())
    }
}

impl Undelivered {
    /// The node is about to be given a line.
    pub(super) fn said(&self) {
        self.tally().on_the_way += 1;
    }

    /// Something happened.
    pub(super) fn see(&self, update: &Update) {
        let mut tally = self.tally();
        tally.see(update);
        if tally.is_complete() {
            self.0.1.notify_all();
        }
    }

    /// Nothing more will be seen. A thread that waits goes on.
    pub(super) fn close(&self) {
        self.tally().closed = true;
        self.0.1.notify_all();
    }

    /// Waits until everybody here has everything, but no longer than [`LINGER`]. Returns whether they have.
    pub(super) fn wait(&self) -> bool {
        let waits = |tally: &mut Tally| !tally.closed && !tally.is_complete();
        let waited = self.0.1.wait_timeout_while(self.tally(), LINGER, waits);
        let (tally, _) = waited.unwrap_or_else(PoisonError::into_inner);
        tally.is_complete() && !tally.lost
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // The counts are right, even if another thread panicked while it held them.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
