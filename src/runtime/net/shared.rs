//! What all links share, and their way to the actor.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::sync::{Semaphore, mpsc};

use super::{
    LinkEvent, admission::Admission, closing::Closing, dial_back::DialBacks, limits::INBOX_BYTES, outbox::Outbox,
    tls::Tls,
};
use crate::{
    core::node::{CloseReason, DialFailure, Input},
    domain::model::{Guests, LinkId},
};

/// The way to the actor, and what all links share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// To the actor.
    pub inbox: mpsc::Sender<LinkEvent>,
    /// What is to be written to the links.
    pub outbox: Arc<Outbox>,
    /// Our side of TLS.
    pub tls: Tls,
    /// Links that are closing.
    pub closing: Arc<Closing>,
    /// From where plain text is accepted.
    pub guests: Guests,
    /// For frames on their way to the actor, in bytes.
    room: Arc<Semaphore>,
    /// Accepted connections that wait.
    pub(super) admission: Admission,
    /// Names accepted links.
    accepted: Arc<AtomicU32>,
    /// Connections that we try because probes ask for them.
    pub(super) dial_backs: DialBacks,
}

impl Shared {
    /// For links that report to `inbox`.
    pub fn new(inbox: mpsc::Sender<LinkEvent>, tls: Tls, guests: Guests) -> Self {
        let room = Arc::new(Semaphore::new(INBOX_BYTES as usize));
        Self {
            inbox,
            outbox: Arc::default(),
            tls,
            closing: Arc::default(),
            guests,
            room,
            admission: Admission::default(),
            accepted: Arc::default(),
            dial_backs: DialBacks::default(),
        }
    }

    /// An id for a link that a peer opens.
    pub(super) fn next_accepted(&self) -> LinkId {
        LinkId::Accepted(self.accepted.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the task of a link. If it panics, which only a defect of ours can make it do, the node is told that the link
    /// has ended: a link that nobody reads must not stay on the map. However it ends, nothing is kept for it: a link that
    /// we close ourselves has no end to tell.
    pub(super) fn run(&self, link: LinkId, task: impl Future<Output = ()> + Send + 'static) {
        let shared = self.clone();
        tokio::spawn(async move {
            let ended = tokio::spawn(task).await;
            shared.outbox.remove(link);
            if let Err(error) = ended
                && error.is_panic()
            {
                shared.tell(Input::DialFailed { link, failure: DialFailure::Ended }).await;
                shared.tell(Input::Closed { link, reason: CloseReason::Protocol }).await;
            }
        });
    }

    /// Passes on what was read, `bytes` of it, when there is room.
    pub(super) async fn pass(&self, frames: Input, bytes: usize) {
        let wanted = u32::try_from(bytes).unwrap_or(INBOX_BYTES).min(INBOX_BYTES);
        // Nobody closes the semaphore.
        let Ok(room) = self.room.clone().acquire_many_owned(wanted).await else { return };
        let _ = self.inbox.send(LinkEvent::Read(frames, room)).await;
    }

    pub(super) async fn tell(&self, event: Input) {
        // Without an actor there is nobody left to tell: the program is leaving.
        let _ = self.inbox.send(LinkEvent::Node(event)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{codec::Protocol, identity::Identity};

    #[tokio::test]
    async fn a_link_whose_task_panics_is_told_to_have_ended() {
        let (inbox, mut events) = mpsc::channel(8);
        let tls = Tls::new(&Identity::from_secret(&[1; 32])).unwrap();
        let shared = Shared::new(inbox, tls, Guests::None);
        let outbox = shared.outbox.clone();
        let link = LinkId::Accepted(1);
        outbox.open(link, Protocol::Mesh, None);
        shared.run(link, async { panic!("a defect") });
        let mut told = Vec::new();
        while told.len() < 2 {
            let Some(LinkEvent::Node(event)) = events.recv().await else { panic!("nothing was told") };
            told.push(event);
        }
        assert_eq!(told[1], Input::Closed { link, reason: CloseReason::Protocol });
        assert_eq!(outbox.readers(), 0);
    }
}
