//! How much room there is on the file system of the history.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::core::budgets::Space;

/// How often it is read. Strangers can write a few hundred kilobytes in this time. Lines of theirs that were shown
/// while there was no room are kept this soon after there is some. Reading it takes microseconds.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What was read last; `None` if nothing is stored, or if the system does not say.
pub(super) type Seen = Arc<Mutex<Option<Space>>>;

/// The value that was read last.
pub(super) fn seen(seen: &Seen) -> Option<Space> {
    *seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads it regularly. This runs on the thread that writes, because a disk that hangs must block nothing else.
#[derive(Debug)]
pub(super) struct Watch {
    directory: PathBuf,
    seen: Seen,
    next: Instant,
}

impl Watch {
    /// Reads it at once.
    pub(super) fn new(directory: &Path, seen: Seen) -> Self {
        let mut watch = Self { directory: directory.to_owned(), seen, next: Instant::now() };
        watch.look();
        watch
    }

    /// Reads it if it is time. Returns how long until the next time.
    pub(super) fn look(&mut self) -> Duration {
        let now = Instant::now();
        if self.next <= now {
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = space(&self.directory);
            self.next = now + LOOK_EVERY;
        }
        self.next.saturating_duration_since(now)
    }
}

#[cfg(unix)]
fn space(directory: &Path) -> Option<Space> {
    let found = rustix::fs::statvfs(directory).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Some(Space { free: bytes(found.f_bavail), size: bytes(found.f_blocks) })
}

#[cfg(not(unix))]
fn space(_: &Path) -> Option<Space> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_known_and_read_again_when_due() {
        let directory = tempfile::tempdir().unwrap();
        let last = Seen::default();
        let mut watch = Watch::new(directory.path(), last.clone());
        let space = seen(&last).unwrap();
        assert!(space.free <= space.size && space.size > 0, "{space:?}");
        *last.lock().unwrap() = None;
        assert!(watch.look() <= LOOK_EVERY && seen(&last).is_none(), "not yet");
        watch.next = Instant::now();
        watch.look();
        assert!(seen(&last).is_some());
        assert_eq!(super::space(&directory.path().join("absent")), None);
    }
}
