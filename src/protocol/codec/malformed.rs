//! The error of all decoders of the mesh protocol.

/// Bytes that no version of this protocol sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of the mesh protocol")]
pub struct Malformed;
