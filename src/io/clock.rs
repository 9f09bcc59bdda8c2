//! The clocks.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::model::{Now, Timestamp};

/// Reads both clocks. The monotonic one is tokio's, which tests can stop. A wall clock before 1970 reads as 1970.
pub fn now() -> Now {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    Now { mono: Instant::now().into_std(), wall }
}
