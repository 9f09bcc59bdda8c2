//! The value types of the domain: validated, limited in length, without behaviour of their own.
//!
//! A value of these types is safe to show, to store and to send; only [`crate::protocol::codec`] turns untrusted bytes
//! into such values.

mod class;
mod clean;
mod disk;
mod fault;
mod finding;
mod fold;
mod guests;
mod hardware;
mod hlc;
mod host;
mod ids;
mod interface;
mod link_id;
mod listening;
mod message;
mod met;
mod network;
mod nick;
mod node_id;
mod peer;
mod ports;
mod position;
mod presence;
mod profile_name;
mod room;
mod skeleton;
mod store_failure;
mod target;
mod text;
mod time;
mod trust;
mod who;

pub use class::Class;
pub use disk::DiskTrouble;
pub use fault::{Fault, Severity};
pub use finding::{CannotListen, Finding, FoundPeer, Unreached, Way};
pub use guests::Guests;
pub use hardware::{HardwareAddr, HardwareAddrError};
pub use hlc::Hlc;
pub use host::{Host, Machine};
pub use ids::{EventId, LogId, MessageId, RoomId};
pub use interface::{Interface, InterfaceAddr, InterfaceKind, LocalSubnet};
pub use link_id::LinkId;
pub use listening::{NetworkRemark, NoNetwork, Objection, Unusable};
pub use message::{Author, Delivery, Mark, Message};
pub use met::{Date, Met};
pub use network::{Network, NetworkError, NotTheSame};
pub use nick::{MAX_NICK_COLUMNS, Nick, NickError};
pub use node_id::{NoKey, NodeId};
pub use peer::{LeaveReason, Peer, PeerId, Software};
pub use ports::{FIRST_USER_PORT, PortRange};
pub use position::{Position, Seek};
pub use presence::{MAX_NOTE_BYTES, Presence};
pub use profile_name::ProfileName;
pub use room::Room;
pub use skeleton::{Skeleton, cut_skeleton, skeleton};
pub use store_failure::{StoreAdvice, StoreFailure, StoreFault, StoreTask};
pub use target::Target;
pub(crate) use text::group;
pub use text::{MAX_TEXT_BYTES, Text, TextError};
pub use time::{Now, Timestamp};
pub use trust::{Known, MAX_ADDRESSES, Repute, Trust};
pub use who::Who;
