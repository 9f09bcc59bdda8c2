//! What happens before the first request.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Result};

use super::{Backend, Database, OpenError, Opened, Options, error, recovery, schema};
use crate::core::log::storage::Snapshot;

/// The file in the profile's directory.
pub(super) const FILE: &str = "history.db";

/// How long a commit waits for another program that reads or writes the file: longer than `proximity-chat log` takes for one
/// transaction, shorter than people wait.
const BUSY: Duration = Duration::from_secs(5);

/// Pages of the write-ahead log after which it goes into the file: 4 MiB, some ten milliseconds of a slow disk.
const CHECKPOINT_PAGES: u32 = 1_000;

/// What is left of a write-ahead log that grew while somebody was reading, in bytes.
const WAL_BYTES: u32 = 8 * 1024 * 1024;

/// Statements kept ready: more than there are in this module.
const STATEMENTS: usize = 64;

/// Opens the log, makes it if it is not there, and saves what can be read of a damaged one.
///
/// # Errors
/// [`OpenError`], with a text for the user.
pub fn open(options: &Options) -> std::result::Result<Opened, OpenError> {
    let path = match &options.place {
        Backend::Directory(directory) => Some(directory.join(FILE)),
        Backend::Memory => None,
    };
    let shown = path.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
    let failed = |error: &rusqlite::Error| OpenError::of(&shown, error);
    let database = |connection, path| Database { connection, path, network: options.network.clone(), me: options.me };
    let Some(path) = path else {
        let connection = Connection::open_in_memory().and_then(prepare).map_err(|e| failed(&e))?;
        let database = database(connection, None);
        let snapshot = database.snapshot().map_err(|e| failed(&e))?;
        return Ok(Opened { database, snapshot, recovered: None });
    };
    recovery::finish(&path).map_err(|e| OpenError::of_io(&path, &e))?;
    let look = || -> std::result::Result<(Database, Snapshot), Trouble> {
        let database = database(open_file(&path)?, Some(path.clone()));
        // What was whole may have been damaged since: nothing looks through a file that was closed as it should be.
        let snapshot = database.snapshot().map_err(|e| Trouble::of(&path, &e))?;
        Ok((database, snapshot))
    };
    let (looked, recovered) = match look() {
        Err(Trouble::Damage) => {
            let recovered = recovery::recover(&path, options.me)?;
            (look(), Some(recovered))
        }
        looked => (looked, None),
    };
    let (database, snapshot) = looked.map_err(|trouble| trouble.into_error(&path))?;
    Ok(Opened { database, snapshot, recovered })
}

/// Why a file is not open.
pub(super) enum Trouble {
    /// It is broken.
    Damage,
    /// Something else, which leaves the file as it is.
    Other(OpenError),
}

impl Trouble {
    fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let is_damage = error::is_damage(error) || error::is_of_other_tables(error);
        if is_damage { Self::Damage } else { Self::Other(OpenError::of(path, error)) }
    }

    /// An error for whoever has no cure for damage.
    pub(super) fn into_error(self, path: &Path) -> OpenError {
        let broken = || io::Error::other("it is damaged");
        match self {
            Self::Damage => OpenError::of_io(path, &broken()),
            Self::Other(error) => error,
        }
    }
}

/// Opens a file for writing; it is there then, in the present format.
pub(super) fn open_file(path: &Path) -> std::result::Result<Connection, Trouble> {
    if recovery::is_marked(path) {
        return Err(Trouble::Damage);
    }
    make_private(path).map_err(|e| Trouble::Other(OpenError::of_io(path, &e)))?;
    // A copy that ends as it should takes its write-ahead log with it.
    let unclean = fs::metadata(sidecar(path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    let failed = |error: rusqlite::Error| Trouble::of(path, &error);
    let connection = connect(path).map_err(failed)?;
    let found = schema::version(&connection).map_err(failed)?;
    if found > schema::VERSION {
        let path = path.to_owned();
        return Err(Trouble::Other(OpenError::Newer { path, found, known: schema::VERSION }));
    }
    if unclean && !is_sound(&connection).map_err(failed)? {
        return Err(Trouble::Damage);
    }
    prepare(connection).map_err(failed)
}

/// Another connection to a file that is open, for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    set_up(&connection)?;
    Ok(connection)
}

/// SQLite gives the files beside this one the same permissions.
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

/// Another connection. SQLite takes what begins with "file:" as an address; no absolute path does.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// What every connection needs.
fn set_up(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // No content in a temporary file, wherever those are.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn prepare(mut connection: Connection) -> Result<Connection> {
    set_up(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
    // Zeros over what goes, where that costs no further writing.
    connection.pragma_update_and_check(None, "secure_delete", "FAST", |_| Ok(()))?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Looks through the whole file.
fn is_sound(connection: &Connection) -> Result<bool> {
    connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).map(|found| found == "ok")
}

/// A file that SQLite keeps beside another.
pub(super) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
