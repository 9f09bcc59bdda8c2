//! The clocks.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;

use crate::domain::model::{Now, Timestamp};

/// Where a node takes the time from. The monotonic clock is tokio's, which tests can stop. The wall clock is the
/// machine's, unless another one is given.
#[derive(Clone, Default)]
pub struct Clock {
    wall: Option<Arc<dyn Fn() -> Timestamp + Send + Sync>>,
}

impl Clock {
    /// A clock that takes the time of day from `wall`. In a simulation it must depend on the seed alone, as everything
    /// else does.
    pub fn showing(wall: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { wall: Some(Arc::new(wall)) }
    }

    /// Reads both clocks.
    pub fn now(&self) -> Now {
        match &self.wall {
            Some(wall) => Now { mono: Instant::now().into_std(), wall: wall() },
            None => now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.wall.is_some() { "Clock(given)" } else { "Clock(system)" })
    }
}

/// Reads both clocks of the machine; see [`Clock`]. A wall clock before 1970 reads as 1970.
pub fn now() -> Now {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
    Now { mono: Instant::now().into_std(), wall }
}
