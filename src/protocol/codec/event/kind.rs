//! Kinds of events. Later kinds need no new version of the protocol: a node that does not know one stores it, passes it
//! on, and says so in one dim line. A number is never used for anything else.

/// Something is said.
pub const KIND_SAID: u32 = 1;

/// Reserved: an earlier event of the same author says something else.
pub const KIND_EDIT: u32 = 2;

/// Reserved: an earlier event of the same author is taken back.
pub const KIND_REDACT: u32 = 3;

/// Reserved: a sign of approval, or another one, for an event.
pub const KIND_REACT: u32 = 4;

/// Reserved: an event is to be found easily.
pub const KIND_PIN: u32 = 5;

/// The topic of the room. The newest one counts.
pub const KIND_TOPIC: u32 = 6;

/// Reserved: a file to fetch, with its root hash, size and name.
pub const KIND_FILE_OFFER: u32 = 7;

/// Reserved: keys whose events its author does not want to see.
pub const KIND_HIDE_LIST: u32 = 8;
