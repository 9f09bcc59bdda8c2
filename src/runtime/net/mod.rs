//! gRPC over [`crate::runtime::io`]: the server, the dialer and the life of one link.
//!
//! Every link has one task that reads. What it reads goes through the single [`Inbox`], in which links take turns. What
//! is written to a link is pulled, by cursor, from the single [`Outbox`], so a slow peer needs no queue and delays
//! nobody.

mod admission;
mod client_connection;
mod closing;
mod dial_back;
mod dialer;
mod guest_check;
mod handle;
mod inbox;
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
pub use inbox::{Inbox, LinkEvent};
pub use limits::CLOSE_TIMEOUT;
pub use listen::{Bound, ListenError, first_free, on_port};
#[cfg(test)]
pub(crate) use one_shot::OneShot;
pub use outbox::Outbox;
pub use probe::{NodeFacts, Probed, probe};
pub use server::serve;
pub use shared::Shared;
pub use tls::{Tls, TlsSetupError};
