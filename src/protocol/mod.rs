//! Bytes to words and back: generated code, the codec, keys, short codes, seals and memberships.
//!
//! Pure. What comes from outside is untrusted until [`codec`] has read it.

pub mod codec;
pub mod identity;
pub mod membership;
pub mod sealing;
pub mod wire;
