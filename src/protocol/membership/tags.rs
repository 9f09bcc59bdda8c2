//! What each signature is for. A tag stands in front of the bytes of one use and no other (see `sealing::tags`).

/// In front of a decision when it is signed or hashed.
pub(super) const DECISION: &[u8] = b"proximity-chat/1 decision\0";

/// In front of what a member signs who leaves.
pub(super) const LEAVE: &[u8] = b"proximity-chat/1 leave\0";

/// In front of what the owner signs when a member is removed.
pub(super) const REMOVAL: &[u8] = b"proximity-chat/1 removal\0";
