//! gRPC over [`crate::runtime::io`]: the server, the dialer and the life of one link.
//!
//! Every link has one task that reads. What is written to it is pulled, by cursor, from the one [`Outbox`]: a slow
//! peer costs no queue and delays nobody.

mod admission;
mod client_connection;
mod closing;
mod dial_back;
mod dialer;
mod handle;
mod limits;
mod link;
mod listen;
mod liveness;
mod one_shot;
mod outbox;
mod probe;
mod ring;
mod send_stream;
mod server;
mod shared;
mod tls;

pub use closing::Closing;
pub use dialer::dial;
pub use handle::Handle;
pub use limits::{CLOSE_TIMEOUT, INBOX_CAPACITY};
pub use listen::{Bound, ListenError, first_free, on_port};
#[cfg(test)]
pub(crate) use one_shot::OneShot;
pub use outbox::Outbox;
pub use probe::{NodeFacts, Probed, probe};
pub use server::serve;
pub use shared::Shared;
pub use tls::{Tls, TlsSetupError};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::{
    core::node::Input,
    domain::model::{LinkId, NodeId},
};

/// What links and server tell the actor.
#[derive(Debug)]
pub enum LinkEvent {
    /// Something for the node.
    Node(Input),
    /// Frames for the node, and the room that they take until it has them.
    Read(Input, OwnedSemaphorePermit),
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
