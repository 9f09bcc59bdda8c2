//! The frame about private rooms.

use crate::{
    domain::model::RoomId,
    protocol::{
        codec::Malformed,
        membership::{Leave, Removal, SignedDecision},
        sealing::Card,
        wire::mesh,
    },
};

/// How many rooms one frame may say where its sender stands: all that one node can be in. It also limits the rooms that are
/// asked for, and the removals.
pub const MAX_STANDINGS: usize = 256;

/// How many leaves one frame may have, and how many requests to invite somebody: each has a signature to check.
pub const MAX_SIGNED: usize = 16;

/// What nodes tell each other about private rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Private {
    /// Where the sender stands in rooms that the receiver is a member of or was invited to; at most [`MAX_STANDINGS`].
    pub standings: Vec<Standing>,
    /// Rooms whose newest decision the sender asks for; at most [`MAX_STANDINGS`].
    pub wanted: Vec<RoomId>,
    /// A decision. Nothing in it is checked yet.
    pub decision: Option<SignedDecision>,
    /// Who has left; at most [`MAX_SIGNED`].
    pub leaves: Vec<Leave>,
    /// Removals of the receiver; at most [`MAX_STANDINGS`]. Their signatures are not checked yet.
    pub removals: Vec<Removal>,
    /// Whom the receiver is asked to invite; at most [`MAX_SIGNED`].
    pub requests: Vec<InviteRequest>,
}

/// Where a node stands in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which room.
    pub room: RoomId,
    /// The newest decision that it knows.
    pub version: u64,
    /// The first bytes of that decision's digest.
    pub digest: [u8; 8],
    /// Whether its user has joined the room.
    pub joined: bool,
}

/// A member asks the owner to invite somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteRequest {
    /// To which room.
    pub room: RoomId,
    /// Whom.
    pub card: Card,
}

pub(super) fn read(private: mesh::Private) -> Result<Private, Malformed> {
    let mesh::Private { standings, wanted, decision, leaves, removals, requests } = private;
    let most = standings.len().max(wanted.len()).max(removals.len());
    if most > MAX_STANDINGS || leaves.len().max(requests.len()) > MAX_SIGNED {
        return Err(Malformed);
    }
    Ok(Private {
        standings: standings.iter().map(read_standing).collect::<Result<_, _>>()?,
        wanted: wanted.iter().map(|id| room(id)).collect::<Result<_, _>>()?,
        decision: decision.map(SignedDecision::read).transpose()?,
        // What nobody has signed says nothing.
        leaves: leaves.iter().filter_map(|leave| Leave::read(leave).ok()).collect(),
        removals: removals.iter().map(Removal::read).collect::<Result<_, _>>()?,
        requests: requests.iter().filter_map(read_request).collect(),
    })
}

pub(super) fn write(private: &Private) -> mesh::Private {
    let Private { standings, wanted, decision, leaves, removals, requests } = private;
    let standing = |standing: &Standing| mesh::Standing {
        room: standing.room.0.to_vec(),
        version: standing.version,
        digest: standing.digest.to_vec(),
        joined: standing.joined,
    };
    let request = |request: &InviteRequest| mesh::InviteRequest {
        room: request.room.0.to_vec(),
        card: Some(request.card.write()),
    };
    mesh::Private {
        standings: standings.iter().map(standing).collect(),
        wanted: wanted.iter().map(|room| room.0.to_vec()).collect(),
        decision: decision.as_ref().map(SignedDecision::write),
        leaves: leaves.iter().map(Leave::write).collect(),
        removals: removals.iter().map(Removal::write).collect(),
        requests: requests.iter().map(request).collect(),
    }
}

fn read_standing(standing: &mesh::Standing) -> Result<Standing, Malformed> {
    let digest = standing.digest.as_slice().try_into().map_err(|_| Malformed)?;
    Ok(Standing { room: room(&standing.room)?, version: standing.version, digest, joined: standing.joined })
}

fn read_request(request: &mesh::InviteRequest) -> Option<InviteRequest> {
    Some(InviteRequest { room: room(&request.room).ok()?, card: Card::read(request.card.as_ref()?).ok()? })
}

fn room(bytes: &[u8]) -> Result<RoomId, Malformed> {
    bytes.try_into().map(RoomId).map_err(|_| Malformed)
}
