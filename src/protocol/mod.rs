//! From bytes to types and back: generated code, the codec, keys and short codes.
//!
//! Pure. What comes from outside is untrusted until [`codec`] has read it.

pub mod codec;
pub mod identity;
pub mod wire;
