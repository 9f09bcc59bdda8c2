//! What happens to people.

use crate::domain::model::LeaveReason;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// They came.
    Joined,
    /// They were away for a moment.
    Reconnected,
    /// They left.
    Left(LeaveReason),
    /// They have a new name; this is the old one.
    Renamed(String),
}
