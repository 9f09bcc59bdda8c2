//! `rooms.json`: the private rooms that the user is in or was invited to.
//!
//! What is not understood is left out: other members still have it. The room keys are sealed, so that the file is worth
//! nothing without the key of the profile.

use serde::{Deserialize, Serialize};

use super::{pretty::pretty, unreadable::Unreadable};
use crate::domain::{
    bus::{KeptPrivate, KeptPrivateRoom, KeptStanding},
    model::{RoomId, hex},
};

/// The largest file that is read, in bytes: a few rooms of the greatest size, or hundreds of the usual ones.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    rooms: Vec<StoredRoom>,
    /// Memberships that are over: the room, and how far.
    #[serde(default)]
    ended: Vec<(String, u64)>,
}

/// One room. Bytes are hexadecimal.
#[derive(Serialize, Deserialize)]
struct StoredRoom {
    decision: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leaves: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wishes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<String>,
    standing: StoredStanding,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStanding {
    Joined,
    Invited,
    Left(String),
}

/// Reads the file.
///
/// # Errors
/// What is wrong with it, for people.
pub(super) fn parse(bytes: &[u8]) -> Result<KeptPrivate, Unreadable> {
    let stored: Stored = serde_json::from_slice(bytes)?;
    let ended = |(room, since): (String, u64)| Some((RoomId::from_hex(&room)?, since));
    Ok(KeptPrivate {
        rooms: stored.rooms.into_iter().filter_map(StoredRoom::read).collect(),
        ended: stored.ended.into_iter().filter_map(ended).collect(),
    })
}

/// The contents of the file.
pub(super) fn to_json(kept: &KeptPrivate) -> serde_json::Result<Vec<u8>> {
    let ended = |(room, since): &(RoomId, u64)| (room.to_string(), *since);
    let stored = Stored {
        rooms: kept.rooms.iter().map(StoredRoom::new).collect(),
        ended: kept.ended.iter().map(ended).collect(),
    };
    pretty(&stored)
}

impl StoredRoom {
    fn new(kept: &KeptPrivateRoom) -> Self {
        let all = |bytes: &[Vec<u8>]| bytes.iter().map(|bytes| hex::encode(bytes)).collect();
        Self {
            decision: hex::encode(&kept.decision),
            leaves: all(&kept.leaves),
            wishes: all(&kept.wishes),
            seen: kept.seen.iter().map(ToString::to_string).collect(),
            standing: match &kept.standing {
                KeptStanding::Joined => StoredStanding::Joined,
                KeptStanding::Invited => StoredStanding::Invited,
                KeptStanding::Left(leave) => StoredStanding::Left(hex::encode(leave)),
            },
        }
    }

    fn read(self) -> Option<KeptPrivateRoom> {
        let all = |digits: &[String]| digits.iter().filter_map(|digits| hex::decode(digits)).collect();
        Some(KeptPrivateRoom {
            decision: hex::decode(&self.decision)?,
            leaves: all(&self.leaves),
            wishes: all(&self.wishes),
            seen: self.seen.iter().filter_map(|node| node.parse().ok()).collect(),
            standing: match self.standing {
                StoredStanding::Joined => KeptStanding::Joined,
                StoredStanding::Invited => KeptStanding::Invited,
                StoredStanding::Left(leave) => KeptStanding::Left(hex::decode(&leave)?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::NodeId;

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let room = |standing| KeptPrivateRoom {
            decision: vec![1, 2, 255],
            leaves: vec![vec![3]],
            wishes: vec![vec![4], vec![5]],
            seen: vec![NodeId::new([7; 32])],
            standing,
        };
        let rooms = vec![room(KeptStanding::Joined), room(KeptStanding::Invited), room(KeptStanding::Left(vec![9]))];
        let kept = KeptPrivate { rooms, ended: vec![(RoomId([8; 32]), u64::MAX)] };
        assert_eq!(parse(&to_json(&kept).unwrap()).unwrap(), kept);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let text = r#"{"rooms": [{"decision": "xyz", "standing": "joined"}], "ended": [["12", 1]], "later": true}"#;
        assert_eq!(parse(text.as_bytes()).unwrap(), KeptPrivate::default());
        assert!(parse(b"[").is_err());
    }
}
