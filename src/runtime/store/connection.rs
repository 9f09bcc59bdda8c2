//! Connections to the file.

use std::{fs::OpenOptions, io, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, Result};

use super::{
    OpenError, damage_mark,
    error::{is_damage, is_of_other_tables},
    paths::has_journal,
    schema,
};

/// How long a commit waits for another program that reads or writes the file: longer than `proximity-chat log` takes
/// for one transaction, and shorter than people are willing to wait.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// After this many pages, the write-ahead log is copied into the file: 4 MiB, some ten milliseconds on a slow disk.
const CHECKPOINT_PAGES: u32 = 1_000;

/// If the write-ahead log grew while somebody was reading, it is cut to this size in bytes afterwards.
const WAL_BYTES: u32 = 8 * 1024 * 1024;

/// How many prepared statements are kept: more than there are in this module.
const STATEMENTS: usize = 128;

/// Why a file could not be opened.
pub(super) enum OpenFailure {
    /// It is broken.
    Damaged,
    /// Something else, which leaves the file as it is.
    Other(OpenError),
}

impl OpenFailure {
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let is_damage = is_damage(error) || is_of_other_tables(error);
        if is_damage { Self::Damaged } else { Self::Other(OpenError::of(path, error)) }
    }

    /// The error for a caller that cannot repair damage.
    pub(super) fn into_error(self, path: &Path) -> OpenError {
        let broken = || io::Error::other("it is damaged");
        match self {
            Self::Damaged => OpenError::of_io(path, &broken()),
            Self::Other(error) => error,
        }
    }
}

/// Opens a file for writing. Makes it if necessary, and brings it into the present format.
pub(super) fn open_file(path: &Path) -> std::result::Result<Connection, OpenFailure> {
    if damage_mark::is_set(path) {
        return Err(OpenFailure::Damaged);
    }
    make_private(path).map_err(|e| OpenFailure::Other(OpenError::of_io(path, &e)))?;
    let unclean = has_journal(path);
    let failed = |error: rusqlite::Error| OpenFailure::of(path, &error);
    let connection = connect(path).map_err(failed)?;
    let found = schema::version(&connection).map_err(failed)?;
    if found > schema::VERSION {
        let path = path.to_owned();
        return Err(OpenFailure::Other(OpenError::Newer { path, found, known: schema::VERSION }));
    }
    if unclean && !is_sound(&connection).map_err(failed)? {
        return Err(OpenFailure::Damaged);
    }
    prepare(connection).map_err(failed)
}

/// Opens another connection to a file that is open, for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    set_up_reader(&connection)?;
    Ok(connection)
}

/// Sets up a connection that only reads.
pub(super) fn set_up_reader(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "query_only", true)?;
    set_up(connection)
}

/// Makes the file if there is none. SQLite gives the files beside it the same permissions.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Opens a connection. SQLite takes a path that begins with "file:" for a URI; no absolute path does.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Sets up what every connection needs.
fn set_up(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // No content may get into temporary files, wherever they are.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// Brings a connection for writing, and the file behind it, into the present format.
pub(super) fn prepare(mut connection: Connection) -> Result<Connection> {
    set_up(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
    // Overwrites deleted content with zeros where that costs no further writing.
    connection.pragma_update_and_check(None, "secure_delete", "FAST", |_| Ok(()))?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Checks the whole file.
fn is_sound(connection: &Connection) -> Result<bool> {
    connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).map(|found| found == "ok")
}
