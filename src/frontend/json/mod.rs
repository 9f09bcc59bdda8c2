//! What programs rely on, wherever it is printed: how times, ids and messages are spelled. The pipe and `proximity-chat
//! log` share it.

mod clock;
mod message;
mod room;

pub use clock::Clock;
pub(in crate::frontend) use message::author;
pub use message::{Said, Shown, mark_word, protocol};
pub use room::InRoom;

/// For keys that are left out if they are false.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(in crate::frontend) const fn is_false(value: &bool) -> bool {
    !*value
}
