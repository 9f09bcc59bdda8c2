//! The error of all decoders of the mesh protocol.

/// Bytes that no node of this protocol sends, whatever its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of the mesh protocol")]
pub struct Malformed;
