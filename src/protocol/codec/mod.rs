//! The only place where bytes from the network become types.
//!
//! Everything here takes what a stranger sent and returns validated values or nothing. It never fails loudly. In the
//! reference protocol, what cannot be understood as a name is text, and what cannot be shown is dropped. In the mesh
//! protocol, bytes that are not a frame give [`Malformed`].

pub mod announcement;
pub mod event;
mod malformed;
pub mod mesh;
mod published;
mod reference;

pub use malformed::Malformed;
pub use published::{Protocol, Published};
pub use reference::{MAX_LINES_SENT, ReferenceLine, claim, read_lines};
