//! The words of the domain: validated, length-capped, without behaviour of their own.
//!
//! A value of these types is safe to show, to store and to send; the way from untrusted bytes to them leads through
//! [`crate::convert`] alone.

mod clean;
mod message;
mod nick;
mod peer;
mod ports;
mod room;
mod target;
mod text;
mod time;

pub use message::{Author, Delivery, Message, MessageId};
pub use nick::{MAX_NICK_COLUMNS, Nick, NickError};
pub use peer::{LeaveReason, Peer, PeerId, Software};
pub use ports::PortRange;
pub use room::Room;
pub use target::Target;
pub(crate) use text::group;
pub use text::{MAX_TEXT_BYTES, Text, TextError};
pub use time::{Now, Timestamp};
