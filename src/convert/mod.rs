//! The only place where bytes from the network become types.
//!
//! Everything here takes what a stranger sent and gives validated values or nothing. It never fails loudly: what cannot
//! be understood as a name is text, what cannot be shown is dropped (DESIGN.md sections 5 and 7).

mod line;
mod metadata;

pub use line::{Frames, Framing, Heard, MAX_LINES_SENT, claim, heard};
pub use metadata::{Stranger, framing, introduce, introduction};
