//! What programs rely on, wherever it is printed: how times, ids and messages are spelled. The pipe and `proximity-chat
//! log` share it.

mod clock;
mod message;
mod room;

pub use clock::Clock;
pub use message::{Said, Shown, mark_word, protocol};
pub use room::InRoom;
