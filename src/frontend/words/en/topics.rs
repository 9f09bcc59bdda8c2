//! What a room is about.

/// The answer to `/topic`; `by` is who set it.
pub(crate) fn is(room: &str, topic: &str, by: &str) -> String {
    format!("The topic of {room}, set by {by}: {topic}")
}

/// The answer to `/topic` in a room without one.
pub(crate) fn none(room: &str) -> String {
    format!("{room} has no topic. /topic TEXT sets one.")
}
