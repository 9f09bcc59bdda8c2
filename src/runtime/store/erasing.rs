//! Removes what was said from the file for good.

use rusqlite::{Result, TransactionBehavior, params};

use super::{
    Database,
    columns::{log_id, unsigned},
    oldest_kept, recovery, vocabulary,
};
use crate::{
    core::log::storage::Reply,
    domain::model::{RoomId, StoreFailure, StoreFault, StoreTask},
};

impl Database {
    /// Removes all lines of the present network's room, and then everything that may be left of them: in free pages, in
    /// the index, in the write-ahead log, in damaged files that were set aside. The file is rewritten for that.
    ///
    /// # Errors
    /// [`StoreFailure`], also if the lines are gone but something may be left of them. The request can then be
    /// repeated.
    pub(super) fn erase(&mut self, room: RoomId) -> std::result::Result<Reply, StoreFailure> {
        let reply = self.erase_lines(room).map_err(|e| self.fail(StoreTask::Erase, &e))?;
        // Neither step prevents the other.
        let rewritten = self.rewrite();
        if let Some(path) = &self.path {
            let stays = |e: std::io::Error| StoreFailure::new(StoreTask::Wipe, StoreFault::AsideStays(e.to_string()));
            recovery::remove_set_aside(path).map_err(stays)?;
        }
        rewritten.map_err(|e| self.fail(StoreTask::Wipe, &e))?;
        Ok(reply)
    }

    fn erase_lines(&mut self, room: RoomId) -> Result<Reply> {
        let Some(place) = self.place_key(room)? else {
            return Ok(Reply::Raised { lines: 0, bases: Vec::new(), freed: Vec::new() });
        };
        // The answer to "erase" must be true even after a loss of power.
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let values = params![place];
        // The index is rewritten below: an entry that is only marked as gone would still be in the file.
        transaction.execute("DELETE FROM words WHERE rowid IN (SELECT spot FROM lines WHERE place = ?)", values)?;
        transaction.execute("DELETE FROM unindexed WHERE place = ?", values)?;
        let lines = transaction.execute("DELETE FROM lines WHERE place = ?", values)?;
        transaction.execute("DELETE FROM forks WHERE log IN (SELECT key FROM logs WHERE place = ?)", values)?;
        transaction.execute("DELETE FROM names WHERE log IN (SELECT key FROM logs WHERE place = ?)", values)?;
        let (mut bases, mut freed) = (Vec::new(), Vec::new());
        {
            let mut logs = transaction
                .prepare("SELECT room, author, epoch, head, base, key, bytes FROM logs WHERE place = ? ORDER BY key")?;
            let mut logs = logs.query(values)?;
            while let Some(row) = logs.next()? {
                let (head, base) = (unsigned(row.get(3)?), unsigned(row.get(4)?));
                let base = base.max(head.saturating_add(1));
                oldest_kept::raise(&transaction, row.get(5)?, base)?;
                bases.push((log_id(row, 0)?, base));
                freed.push((log_id(row, 0)?, unsigned(row.get(6)?)));
            }
        }
        transaction.execute("UPDATE logs SET lines = 0, bytes = 0 WHERE place = ?", values)?;
        freed.retain(|(_, bytes)| *bytes > 0);
        let empty =
            transaction.query_row("SELECT NOT EXISTS (SELECT 1 FROM lines)", [], |row| row.get::<_, bool>(0))?;
        let command = if empty { "delete-all" } else { "optimize" };
        transaction.execute("INSERT INTO words (words) VALUES (?)", [command])?;
        vocabulary::rebuild(&transaction)?;
        transaction.commit()?;
        Ok(Reply::Raised { lines: lines as u64, bases, freed })
    }

    /// After this, neither the file nor the write-ahead log contains anything that was deleted.
    fn rewrite(&mut self) -> Result<()> {
        let vacuumed = self.connection.execute_batch("VACUUM");
        // This helps even if the VACUUM failed: what was deleted is overwritten with zeros.
        if self.path.is_some() {
            self.truncate()?;
        }
        vacuumed?;
        self.connection.pragma_update_and_check(None, "secure_delete", "FAST", |_| Ok(()))
    }

    /// Empties the write-ahead log. Waits for readers, within the limit for a busy file.
    pub(super) fn truncate(&self) -> Result<()> {
        let busy = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        if self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy)? == 0 {
            return Ok(());
        }
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        Err(rusqlite::Error::SqliteFailure(code, None))
    }
}
