//! Keeps the write-ahead log short while somebody reads all the time.
//!
//! SQLite begins its log anew only when nobody reads from it at that moment. While a node passes on what it gets, the next
//! read begins before the last one has ended, and the log would grow without bound.

use std::{fs, time::Duration};

use super::{Database, connection::BUSY, paths::sidecar};

/// A log that is longer than this is put into the file, in bytes: a little more than SQLite's own limit, which works while
/// nobody reads.
const LONG: u64 = 6 * 1024 * 1024;

/// How long readers are waited for then: a few of their steps. A line that was just typed may wait for that.
const PATIENCE: Duration = Duration::from_millis(20);

impl Database {
    /// Puts a long log into the file, unless a reader takes too long. Then the next commit tries again.
    pub(super) fn shorten_journal(&self) {
        let Some(path) = &self.path else { return };
        if fs::metadata(sidecar(path, "-wal")).is_ok_and(|log| log.len() > LONG) {
            let shortened = self.connection.busy_timeout(PATIENCE).and_then(|()| self.truncate());
            let restored = self.connection.busy_timeout(BUSY);
            if let Err(error) = shortened.and(restored) {
                tracing::debug!(%error, "the journal stays long for now");
            }
        }
    }
}
