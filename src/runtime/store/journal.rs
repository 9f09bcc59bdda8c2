//! Keeps the write-ahead log short while somebody reads all the time.
//!
//! SQLite starts its log anew only at a moment when nobody reads from it. While a node passes on what it receives, each
//! read begins before the last one has ended, so the log would grow without limit.

use std::{fs, time::Duration};

use super::{Database, connection::BUSY, paths::sidecar};

/// A log that is longer than this, in bytes, is copied into the file. It is a little more than SQLite's own limit,
/// which works while nobody reads.
const LONG: u64 = 6 * 1024 * 1024;

/// How long this waits for readers: a few of their steps. A line that was just typed may have to wait as long.
const PATIENCE: Duration = Duration::from_millis(20);

impl Database {
    /// Copies a long log into the file, unless a reader takes too long. In that case the next commit tries again.
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
