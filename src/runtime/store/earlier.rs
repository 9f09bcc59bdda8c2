//! Reads a file of an earlier version without changing it: a copy in memory is brought up to date.
//!
//! This works on a disk that cannot be written, and next to an earlier version that is still running. It needs as much
//! memory as the file has bytes. The chat does not need it: it brings the file itself up to date.

use rusqlite::{
    Connection, Error, Result,
    backup::{Backup, StepResult},
    ffi,
};

use super::{
    connection::{prepare, set_up_reader},
    indexing::index_earlier,
};

/// The largest file that is copied, in bytes: a few million lines. A larger one might not fit into memory.
pub(super) const MAX_BYTES: i64 = 1024 * 1024 * 1024;

/// A copy with the tables of this version, for reading only; `None` if the file has more than `max_bytes`.
///
/// # Errors
/// Those of SQLite.
pub(super) fn up_to_date(file: &Connection, max_bytes: i64) -> Result<Option<Connection>> {
    let pages: i64 = file.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let page_bytes: i64 = file.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    if pages.saturating_mul(page_bytes) > max_bytes {
        return Ok(None);
    }
    let copy = prepare(copy(file)?)?;
    while index_earlier(&copy)? {}
    set_up_reader(&copy)?;
    Ok(Some(copy))
}

/// A copy of the file at one moment, even if someone writes to it meanwhile.
fn copy(file: &Connection) -> Result<Connection> {
    let mut memory = Connection::open_in_memory()?;
    let all_pages = Backup::new(file, &mut memory)?.step(-1)?;
    if all_pages == StepResult::Done {
        Ok(memory)
    } else {
        Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None))
    }
}
