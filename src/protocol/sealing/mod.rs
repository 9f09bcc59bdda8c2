//! Sealing: what keeps private rooms and direct messages from those who only carry them (docs/protocol.md).
//!
//! Pure: randomness and keys are passed in. Nothing here decides who is a member.
//!
//! ```text
//! Identity ─► SealingKey ─┐
//!             Card ───────┴► PairSecret ─► direct room: RoomId, Generation
//!                                     └──► GrantKey ─► SealedKey ─► RoomKey ─┐
//!                                             RoomKey + RoomId ──────────────┴─► Generation
//! Generation + Slot + Opened ─► seal ─► content ─► open ─► Opened
//! ```

mod aead;
mod card;
mod content;
mod generation;
mod kdf;
mod keys;
mod opened;
mod padding;
mod pair;
mod room_id;
mod salt;
mod sealed_key;
mod sealing_key;
mod slot;
mod tags;

#[cfg(test)]
mod tests;

pub use card::{Card, CardError};
pub use content::{SealError, generation_of, longest_payload, open, seal};
pub use generation::{Generation, GenerationId};
pub use keys::{GrantKey, RoomKey};
pub use opened::Opened;
pub use pair::{PairError, PairSecret};
pub use room_id::{PRIVATE_NONCE_BYTES, private_room};
pub use salt::SaltSource;
pub use sealed_key::{NotOpened, SEALED_KEY_BYTES, SealedKey, grant_context, previous_context};
pub use sealing_key::{PublicSealingKey, SealingKey};
pub use slot::Slot;

/// The `kind` in the body of an event whose content is sealed. The real kind is inside, where a carrier does not see
/// it. Zero takes no byte in the body, and no event in the clear has it.
pub const KIND_SEALED: u32 = 0;
