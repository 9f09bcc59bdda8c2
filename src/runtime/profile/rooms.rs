//! The rooms that the user was in, as `settings.json` has them.

use serde::{Deserialize, Serialize};

use crate::domain::{
    bus::{KeptRoom, RoomUse, RoomView},
    model::{Hlc, MessageId, NodeId, Position, PrivateRoom, Room, RoomId, RoomName},
};

/// One room. What cannot be read of it is left out.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRoom {
    /// `#lobby`, `#dev`.
    room: String,
    /// The id of a private room, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    /// What was typed and not sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    draft: String,
    /// The newest message that was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<StoredPosition>,
    /// Whether a stranger has opened it, and the user has not looked at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unused: bool,
    /// If the user has left it: how many lines of the other person had come by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    /// The message at which the user was reading, if that was not the newest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StoredPosition>,
}

/// Where a message stands. Numbers that a float cannot hold are hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
struct StoredPosition {
    hlc: String,
    author: String,
    epoch: String,
    seq: u64,
    id: String,
}

impl StoredRoom {
    /// As the file has it.
    pub(super) fn new(kept: &KeptRoom) -> Self {
        let KeptRoom { room, view: RoomView { draft, read, at }, used } = kept;
        let [read, at] = [read, at].map(|position| position.as_ref().map(StoredPosition::new));
        let private = match room {
            Room::Private(PrivateRoom { id, .. }) => Some(id.to_string()),
            Room::Lobby | Room::Open(_) | Room::Direct(_) => None,
        };
        Self {
            private,
            room: room.to_string(),
            draft: draft.clone(),
            read,
            at,
            unused: *used == RoomUse::Unused,
            left: if let RoomUse::Left { lines } = used { Some(*lines) } else { None },
        }
    }

    /// As the program uses it; none if this release knows no such room.
    pub(super) fn read(self) -> Option<KeptRoom> {
        let room = match (self.room.strip_prefix('@'), self.private) {
            (Some(key), _) => Room::Direct(key.parse().ok()?),
            (None, Some(id)) => {
                Room::Private(PrivateRoom { id: RoomId::from_hex(&id)?, name: RoomName::new(&self.room).ok()? })
            }
            (None, None) => Room::named(self.room.strip_prefix('#')?).ok()?,
        };
        let [read, at] = [self.read, self.at].map(|position| position.and_then(StoredPosition::read));
        let used = match self.left {
            Some(lines) => RoomUse::Left { lines },
            None if self.unused => RoomUse::Unused,
            None => RoomUse::Used,
        };
        Some(KeptRoom { room, view: RoomView { draft: self.draft, read, at }, used })
    }
}

impl StoredPosition {
    fn new(position: &Position) -> Self {
        let Position { hlc, author, epoch, seq, id } = position;
        Self {
            hlc: format!("{:x}", hlc.0),
            author: author.to_string(),
            epoch: format!("{epoch:x}"),
            seq: *seq,
            id: id.to_string(),
        }
    }

    fn read(self) -> Option<Position> {
        let number = |hex: &str| u64::from_str_radix(hex, 16).ok();
        Some(Position {
            hlc: Hlc(number(&self.hlc)?),
            author: self.author.parse::<NodeId>().ok()?,
            epoch: number(&self.epoch)?,
            seq: self.seq,
            id: MessageId(u128::from_str_radix(&self.id, 16).ok()?.to_be_bytes()),
        })
    }
}
