//! gRPC over [`crate::runtime::io`]: the server, the dialer and the life of one link.
//!
//! Every link has one task that reads. What is written to it is pulled, by cursor, from the one [`Outbox`]: a slow
//! peer costs no queue and delays nobody.

mod dialer;
mod doorman;
mod linger;
mod link;
mod listen;
mod one_shot;
mod outbox;
mod outgoing;
mod probe;
mod ring;
mod server;
mod tls;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

pub use dialer::dial;
use doorman::Doorman;
pub use linger::Lingering;
pub use link::Handle;
pub use listen::{Bound, ListenError, first_free, on_port};
#[cfg(test)]
pub(crate) use one_shot::OneShot;
pub use outbox::Outbox;
use probe::DialBacks;
pub use probe::{NodeFacts, Probed, probe};
pub use server::serve;
pub use tls::{Tls, TlsSetupError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{
    core::node::{CloseReason, DialFailure, Input},
    domain::model::{Guests, LinkId, NodeId},
};

/// Events that may wait for the actor. Full makes the links wait, and their peers through HTTP/2's windows.
pub const INBOX_CAPACITY: usize = 256;

/// Bytes of frames that may wait for the actor. It takes them in moments; if it does not, because the front end is far
/// behind, each event may hold a link's whole window.
const INBOX_BYTES: u32 = 4 * 1024 * 1024;

/// The longest message of the reference protocol, decoded: 64 KiB of text, a nick and some room (DESIGN.md section 7).
const MAX_MESSAGE_BYTES: usize = 72 * 1024;

/// The longest frame of the mesh protocol, decoded (DESIGN.md section 7).
const MAX_FRAME_BYTES: usize = 256 * 1024;

/// HTTP/2 flow control, per stream: what a peer may have on its way that we have not read. A quarter of what DESIGN.md section 7
/// says, so that it can be all of short lines (see [`CONNECTION_WINDOW`]); 13 MB/s at a round trip of 5 ms, which is more than
/// a peer may send in the long run.
const STREAM_WINDOW: u32 = 64 * 1024;

/// HTTP/2 flow control, per connection. h2 (since 0.4.16) charges 256 bytes less its length for every unread frame, and ends the
/// connection when that adds up to half of this window. Frames of 8 bytes and more that fill a stream's window must fit: a
/// peer that talks while our own output waits in its pipe was thrown out with smaller windows (measured: 1,110 short lines
/// with those of DESIGN.md section 7). What bounds memory is the stream's window.
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;

/// What may wait to be written on one stream, in bytes, beside what the ring holds for all. Peers that never read cost this
/// each: 250 of them took 88 MB with the 400 KiB that the library's server allows.
const MAX_SEND_BUFFER: usize = 64 * 1024;

/// The largest header list that is read (DESIGN.md section 7).
const MAX_HEADER_LIST: u32 = 8 * 1024;

/// Who is alive answers pings, and is therefore heard more often than this.
const HEARD_EVERY: Duration = Duration::from_secs(8);

/// How often a connection is asked whether it is alive, and how long it may think about it: together 10 s, so that who
/// freezes is noticed within 11 s.
const PING_INTERVAL: Duration = Duration::from_secs(5);
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// How long after its accept or connect a connection may take until its first frame was answered.
const HELLO_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a link that we close may take to pass on its last lines.
pub const LINGER: Duration = Duration::from_millis(500);

/// What links and server tell the actor.
#[derive(Debug)]
pub enum Event {
    /// Something for the node.
    Node(Input),
    /// Frames for the node, and the room that they take until it has them.
    Read(Input, OwnedSemaphorePermit),
    /// Somebody dialled us.
    Arrived {
        /// The link.
        link: LinkId,
        /// [`Input::Arrived`] or [`Input::Introduced`].
        input: Input,
        /// The means to answer.
        handle: Handle,
    },
    /// The holder of this key asks about us; the answer goes here.
    Probed(NodeId, oneshot::Sender<NodeFacts>),
}

/// The way to the actor, and what all links share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// To the actor.
    pub inbox: mpsc::Sender<Event>,
    /// What is to be written to the links.
    pub outbox: Arc<Outbox>,
    /// Our side of TLS.
    pub tls: Tls,
    /// Links on their way out.
    pub lingering: Arc<Lingering>,
    /// From where plain text is taken.
    pub guests: Guests,
    /// For frames on their way to the actor, in bytes.
    room: Arc<Semaphore>,
    /// Who waits at any of our doors.
    doorman: Doorman,
    /// Names accepted links.
    accepted: Arc<AtomicU32>,
    /// What is dialled because others ask for it.
    dial_backs: DialBacks,
}

impl Shared {
    /// For links that report to `inbox`.
    pub fn new(inbox: mpsc::Sender<Event>, tls: Tls, guests: Guests) -> Self {
        let room = Arc::new(Semaphore::new(INBOX_BYTES as usize));
        Self {
            inbox,
            outbox: Arc::default(),
            tls,
            lingering: Arc::default(),
            guests,
            room,
            doorman: Doorman::default(),
            accepted: Arc::default(),
            dial_backs: DialBacks::default(),
        }
    }

    /// A name for a link that somebody opens.
    fn next_accepted(&self) -> LinkId {
        LinkId::Accepted(self.accepted.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the task of a link. If it panics, which only a defect of ours can make it do, the node is told that the link
    /// has ended: a link that nobody reads must not stay on the map. However it ends, nothing is kept for it: a link that
    /// we close ourselves has no end to tell.
    fn run(&self, link: LinkId, task: impl Future<Output = ()> + Send + 'static) {
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
    async fn pass(&self, frames: Input, bytes: usize) {
        let wanted = u32::try_from(bytes).unwrap_or(INBOX_BYTES).min(INBOX_BYTES);
        // Nobody closes the semaphore.
        let Ok(room) = self.room.clone().acquire_many_owned(wanted).await else { return };
        let _ = self.inbox.send(Event::Read(frames, room)).await;
    }

    async fn tell(&self, event: Input) {
        // Without an actor there is nobody left to tell: the program is leaving.
        let _ = self.inbox.send(Event::Node(event)).await;
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
            let Some(Event::Node(event)) = events.recv().await else { panic!("nothing was told") };
            told.push(event);
        }
        assert_eq!(told[1], Input::Closed { link, reason: CloseReason::Protocol });
        assert_eq!(outbox.readers(), 0);
    }
}
