//! Parts of several messages.

use crate::{
    domain::model::{NodeId, RoomId},
    protocol::{codec::Malformed, identity::SIGNATURE_BYTES},
};

pub(super) fn room(bytes: &[u8]) -> Result<RoomId, Malformed> {
    bytes.try_into().map(RoomId).map_err(|_| Malformed)
}

pub(super) fn node(bytes: &[u8]) -> Result<NodeId, Malformed> {
    bytes.try_into().map(NodeId::new).map_err(|_| Malformed)
}

pub(super) fn signature(bytes: &[u8]) -> Result<[u8; SIGNATURE_BYTES], Malformed> {
    bytes.try_into().map_err(|_| Malformed)
}
