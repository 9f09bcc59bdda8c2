//! The frame about private rooms. What others have signed is passed on as bytes; `protocol::membership` reads it.

use bytes::Bytes;
use prost::Message as _;

use crate::{
    domain::model::RoomId,
    protocol::{codec::Malformed, wire::mesh},
};

/// How many rooms one frame may say where its sender stands: all that one node can be in. It also limits the rooms that
/// are asked for, and the removals.
pub const MAX_STANDINGS: usize = 256;

/// How many leaves one frame may have, and how many requests to invite somebody: each has a signature to check.
pub const MAX_SIGNED: usize = 16;

/// The longest body of a decision, in bytes: 256 members, departures and generations, with four cuts for each
/// departure. It fits one frame.
pub const MAX_DECISION_BYTES: usize = 224 * 1024;

/// What nodes tell each other about private rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Private {
    /// Where the sender stands in rooms that the receiver is a member of or was invited to; at most [`MAX_STANDINGS`].
    pub standings: Vec<Standing>,
    /// Rooms whose newest decision the sender asks for; at most [`MAX_STANDINGS`].
    pub wanted: Vec<RoomId>,
    /// A decision.
    pub decision: Option<Bytes>,
    /// Who has left; at most [`MAX_SIGNED`].
    pub leaves: Vec<Bytes>,
    /// Removals of the receiver; at most [`MAX_STANDINGS`].
    pub removals: Vec<Bytes>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteRequest {
    /// To which room.
    pub room: RoomId,
    /// The card of the person to invite.
    pub card: Bytes,
}

pub(super) fn read(private: mesh::Private) -> Result<Private, Malformed> {
    let mesh::Private { standings, wanted, decision, leaves, removals, requests } = private;
    let most = standings.len().max(wanted.len()).max(removals.len());
    let is_long = decision.as_ref().is_some_and(|decision| decision.body.len() > MAX_DECISION_BYTES);
    if most > MAX_STANDINGS || leaves.len().max(requests.len()) > MAX_SIGNED || is_long {
        return Err(Malformed);
    }
    Ok(Private {
        standings: standings.iter().map(read_standing).collect::<Result<_, _>>()?,
        wanted: wanted.iter().map(|id| room(id)).collect::<Result<_, _>>()?,
        decision: decision.map(|decision| decision.encode_to_vec().into()),
        leaves: leaves.iter().map(|leave| leave.encode_to_vec().into()).collect(),
        removals: removals.iter().map(|removal| removal.encode_to_vec().into()).collect(),
        requests: requests.iter().map(read_request).collect::<Result<_, _>>()?,
    })
}

/// What somebody has signed was encoded by this program, or read from a frame, so it can be read again.
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
        card: mesh::Card::decode(request.card.as_ref()).ok(),
    };
    mesh::Private {
        standings: standings.iter().map(standing).collect(),
        wanted: wanted.iter().map(|room| room.0.to_vec()).collect(),
        decision: decision.as_ref().and_then(|bytes| mesh::SignedDecision::decode(bytes.as_ref()).ok()),
        leaves: leaves.iter().filter_map(|bytes| mesh::Leave::decode(bytes.as_ref()).ok()).collect(),
        removals: removals.iter().filter_map(|bytes| mesh::Removal::decode(bytes.as_ref()).ok()).collect(),
        requests: requests.iter().map(request).collect(),
    }
}

fn read_standing(standing: &mesh::Standing) -> Result<Standing, Malformed> {
    let digest = standing.digest.as_slice().try_into().map_err(|_| Malformed)?;
    Ok(Standing { room: room(&standing.room)?, version: standing.version, digest, joined: standing.joined })
}

fn read_request(request: &mesh::InviteRequest) -> Result<InviteRequest, Malformed> {
    let card = request.card.as_ref().ok_or(Malformed)?.encode_to_vec().into();
    Ok(InviteRequest { room: room(&request.room)?, card })
}

fn room(bytes: &[u8]) -> Result<RoomId, Malformed> {
    bytes.try_into().map(RoomId).map_err(|_| Malformed)
}
