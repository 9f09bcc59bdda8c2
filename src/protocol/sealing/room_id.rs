//! The ids of private rooms.

use super::{kdf, tags};
use crate::domain::model::{NodeId, PrivateRoom, RoomId, RoomName};

/// Random bytes in the id of a private room: enough that no owner makes one id twice.
pub const PRIVATE_NONCE_BYTES: usize = 16;

/// The private room that `owner` made with these random bytes. Its id proves who owns it and what it is called: nothing
/// else hashes to it.
pub fn private_room(owner: &NodeId, nonce: &[u8; PRIVATE_NONCE_BYTES], name: RoomName) -> PrivateRoom {
    // The name has no fixed length, so it stands last.
    let id = RoomId(kdf::hash(tags::PRIVATE_ROOM, &[owner.as_bytes(), nonce, name.as_str().as_bytes()]));
    PrivateRoom { id, name }
}
