//! Why something about a private room was not done.

use crate::domain::model::NodeId;

/// Why something about a private room was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum Refusal {
    /// Our user is in no such room.
    NotIn,
    /// Our user does not own it.
    NotOwner(NodeId),
    /// This person is a member or was invited already.
    IsMember(NodeId),
    /// This person is no member and was not invited.
    NoMember(NodeId),
    /// Our user owns it.
    Owner,
    /// It has no room for so many.
    Full,
}
