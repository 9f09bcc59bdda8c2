//! What is said when somebody is no member any more: by themselves, or by the owner.

use prost::Message as _;

use super::{
    cut::{self, Cut},
    parts::{node, room, signature},
    tags,
};
use crate::{
    domain::model::{NodeId, RoomId},
    protocol::{
        codec::Malformed,
        identity::{Identity, SIGNATURE_BYTES, is_signed_by},
        wire::mesh,
    },
};

/// A member has left. Every `Leave` has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Which room.
    pub room: RoomId,
    /// Who.
    pub node: NodeId,
    /// Which membership ends. A later one, after a new invitation, does not.
    pub since: u64,
    /// What they have written.
    pub cuts: Vec<Cut>,
    sig: [u8; SIGNATURE_BYTES],
}

impl Leave {
    /// Our user leaves a room.
    pub fn sign(identity: &Identity, room: RoomId, since: u64, cuts: Vec<Cut>) -> Self {
        let node = identity.node();
        let sig = identity.sign(&leave_message(&room, &node, since, &cuts));
        Self { room, node, since, cuts, sig }
    }

    /// Reads what came from another node.
    ///
    /// # Errors
    /// [`Malformed`] if the member did not say it.
    pub fn read(leave: &mesh::Leave) -> Result<Self, Malformed> {
        let (room, node, sig) = (room(&leave.room)?, node(&leave.node)?, signature(&leave.sig)?);
        let cuts = cut::read_all(&leave.cuts)?;
        let is_signed = is_signed_by(&node, &leave_message(&room, &node, leave.since, &cuts), &sig);
        if is_signed { Ok(Self { room, node, since: leave.since, cuts, sig }) } else { Err(Malformed) }
    }

    /// Reads what the profile has kept.
    ///
    /// # Errors
    /// [`Malformed`] like [`Self::read`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(&mesh::Leave::decode(bytes).map_err(|_| Malformed)?)
    }

    /// As the profile keeps it.
    pub fn encode(&self) -> Vec<u8> {
        self.write().encode_to_vec()
    }

    /// As it is sent.
    pub fn write(&self) -> mesh::Leave {
        mesh::Leave {
            room: self.room.0.to_vec(),
            node: self.node.as_bytes().to_vec(),
            since: self.since,
            cuts: self.cuts.iter().map(Cut::write).collect(),
            sig: self.sig.to_vec(),
        }
    }
}

fn leave_message(room: &RoomId, node: &NodeId, since: u64, cuts: &[Cut]) -> Vec<u8> {
    let mut message = [tags::LEAVE, &room.0, node.as_bytes(), &since.to_be_bytes()].concat();
    message.extend(cuts.iter().flat_map(Cut::bytes));
    message
}

/// The owner of a room has removed a member. Who is told this learns nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// Which room.
    pub room: RoomId,
    /// Who.
    pub node: NodeId,
    /// Which membership ends.
    pub since: u64,
    /// The owner's signature. Check it with [`Self::is_by`].
    pub sig: [u8; SIGNATURE_BYTES],
}

impl Removal {
    /// The owner removes a member.
    pub fn sign(owner: &Identity, room: RoomId, node: NodeId, since: u64) -> Self {
        Self { room, node, since, sig: owner.sign(&removal_message(&room, &node, since)) }
    }

    /// Whether this key has signed it.
    pub fn is_by(&self, owner: &NodeId) -> bool {
        is_signed_by(owner, &removal_message(&self.room, &self.node, self.since), &self.sig)
    }

    /// Reads what came from another node. Its signature is not checked.
    ///
    /// # Errors
    /// [`Malformed`] if a part has a length that it cannot have.
    pub fn read(removal: &mesh::Removal) -> Result<Self, Malformed> {
        let (room, node, sig) = (room(&removal.room)?, node(&removal.node)?, signature(&removal.sig)?);
        Ok(Self { room, node, since: removal.since, sig })
    }

    /// Reads what came from another node. Its signature is not checked.
    ///
    /// # Errors
    /// [`Malformed`] like [`Self::read`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(&mesh::Removal::decode(bytes).map_err(|_| Malformed)?)
    }

    /// As it is sent.
    pub fn encode(&self) -> Vec<u8> {
        self.write().encode_to_vec()
    }

    /// The message that is sent.
    pub fn write(&self) -> mesh::Removal {
        mesh::Removal {
            room: self.room.0.to_vec(),
            node: self.node.as_bytes().to_vec(),
            since: self.since,
            sig: self.sig.to_vec(),
        }
    }
}

fn removal_message(room: &RoomId, node: &NodeId, since: u64) -> Vec<u8> {
    [tags::REMOVAL, &room.0, node.as_bytes(), &since.to_be_bytes()].concat()
}
