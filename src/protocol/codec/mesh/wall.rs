//! What a node's clock shows, as frames say it.

use crate::{domain::model::Timestamp, protocol::codec::Malformed};

/// A sender that does not say leaves the field out. So zero says nothing, and is no clock that shows 1970.
pub(super) fn read_wall(ms: u64) -> Result<Option<Timestamp>, Malformed> {
    let ms = i64::try_from(ms).map_err(|_| Malformed)?;
    Ok((ms > 0).then_some(Timestamp::from_millis(ms)))
}

/// The other way round. A clock that shows a time before 1970 says nothing.
pub(super) fn write_wall(wall: Option<Timestamp>) -> u64 {
    wall.and_then(|wall| wall.as_millis().try_into().ok()).unwrap_or(0)
}
