//! What all links share, and their way to the actor.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::{
    admission::Admission,
    closing::Closing,
    dial_back::DialBacks,
    inbox::{Inbox, LinkEvent},
    outbox::Outbox,
    tls::Tls,
};
use crate::{
    core::node::{CloseReason, DialFailure, Input},
    domain::model::{Guests, LinkId},
};

/// The way to the actor, and what all links share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// What the links tell the actor.
    pub inbox: Arc<Inbox>,
    /// What is to be written to the links.
    pub outbox: Arc<Outbox>,
    /// Our side of TLS.
    pub tls: Tls,
    /// Links that are closing.
    pub closing: Arc<Closing>,
    /// From where plain text is accepted.
    pub guests: Guests,
    /// Accepted connections that wait.
    pub(super) admission: Admission,
    /// The number of the next accepted link.
    accepted: Arc<AtomicU32>,
    /// Connections that we try because probes ask for them.
    pub(super) dial_backs: DialBacks,
}

impl Shared {
    /// For links of one node.
    pub fn new(tls: Tls, guests: Guests) -> Self {
        Self {
            inbox: Arc::default(),
            outbox: Arc::default(),
            tls,
            closing: Arc::default(),
            guests,
            admission: Admission::default(),
            accepted: Arc::default(),
            dial_backs: DialBacks::default(),
        }
    }

    /// An id for a link that a peer opens.
    pub(super) fn next_accepted(&self) -> LinkId {
        LinkId::Accepted(self.accepted.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the task of a link. If it panics, which only a defect of ours can cause, the node is told that the link has
    /// ended: a link that nobody reads must not stay on the map. However it ends, the outbox keeps nothing for it,
    /// because a link that we close ourselves does not report its end.
    pub(super) fn run(&self, link: LinkId, task: impl Future<Output = ()> + Send + 'static) {
        let shared = self.clone();
        tokio::spawn(async move {
            let ended = tokio::spawn(task).await;
            shared.outbox.remove(link);
            if let Err(error) = ended
                && error.is_panic()
            {
                shared.tell(link, Input::DialFailed { link, failure: DialFailure::Ended }).await;
                shared.tell(link, Input::Closed { link, reason: CloseReason::Protocol }).await;
            }
        });
    }

    /// Tells the node what happened to `link`.
    pub(super) async fn tell(&self, link: LinkId, event: Input) {
        // If nothing is taken any more, nobody is left to tell: the program is leaving.
        let _ = self.inbox.tell(Some(link), LinkEvent::Node(event)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{codec::Protocol, identity::Identity};

    #[tokio::test]
    async fn a_link_whose_task_panics_is_reported_as_ended() {
        let tls = Tls::new(&Identity::from_secret(&[1; 32])).unwrap();
        let shared = Shared::new(tls, Guests::None);
        let (inbox, outbox) = (shared.inbox.clone(), shared.outbox.clone());
        let link = LinkId::Accepted(1);
        outbox.open(link, Protocol::Mesh, None);
        shared.run(link, async { panic!("a defect") });
        let mut told = Vec::new();
        while told.len() < 2 {
            let LinkEvent::Node(event) = inbox.next(|_| true).await else { panic!("something else was told") };
            told.push(event);
        }
        assert_eq!(told[1], Input::Closed { link, reason: CloseReason::Protocol });
        assert_eq!(outbox.readers(), 0);
    }
}
