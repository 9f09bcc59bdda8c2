//! What a node's clock shows, as frames say it.

use crate::{domain::model::Timestamp, protocol::codec::Malformed};

/// A sender that does not give its time leaves the field out. So zero means not given, and not a clock that shows 1970.
pub(super) fn read_wall(ms: u64) -> Result<Option<Timestamp>, Malformed> {
    let ms = i64::try_from(ms).map_err(|_| Malformed)?;
    Ok((ms > 0).then_some(Timestamp::from_millis(ms)))
}

/// The reverse of [`read_wall`]. A time before 1970 is not given.
pub(super) fn write_wall(wall: Option<Timestamp>) -> u64 {
    wall.and_then(|wall| wall.as_millis().try_into().ok()).unwrap_or(0)
}
