//! Reads the log, even while the program runs: nothing is made, changed or repaired.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    Backend, Database, OpenError, Options, connection, earlier, error,
    paths::{FILE, has_journal},
    present::Present,
    schema,
};
use crate::domain::model::{DiskTrouble, StoreAdvice};

/// Why the history cannot be read. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is broken.
    #[error("{} is damaged. Start the chat with this profile once: that saves what can be read of it.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It was emptied.
    #[error(
        "{} is empty: what was in it is gone. If you have a copy of the file, put it in its place. Otherwise start the chat: it begins a new history, and others send you what they still have.",
        path.display()
    )]
    Emptied {
        /// The file.
        path: PathBuf,
    },
    /// An earlier version wrote it, and it is too large for a copy in memory.
    #[error(
        "{} was written by an earlier version and is too large to read without an update. Start the chat with this profile once: that updates it.",
        path.display()
    )]
    Earlier {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("Cannot read {}: {reason}. {advice}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
        /// What to do about it.
        advice: StoreAdvice,
    },
    /// The same error as for opening it for writing.
    #[error(transparent)]
    Other(OpenError),
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unusable { path, reason, advice, .. } => Self::Unreadable { path, reason, advice },
            other => Self::Other(other),
        }
    }
}

impl ReadError {
    fn of(path: &Path, error: &rusqlite::Error) -> Self {
        if error::is_damage(error) || error::is_of_other_tables(error) {
            Self::Damaged { path: path.to_owned() }
        } else {
            OpenError::of(path, error).into()
        }
    }
}

/// Opens the log for [`crate::core::log::storage::Request`]s that change nothing; all others fail. `None` if nothing
/// was ever kept there. For a file of an earlier version, a copy in memory is read.
///
/// # Errors
/// [`ReadError`], with a text for the user.
pub fn open_read_only(options: &Options) -> Result<Option<Database>, ReadError> {
    let Some((mut database, path, version)) = look(options)? else { return Ok(None) };
    if version < schema::VERSION {
        let copy = earlier::up_to_date(&database.connection, earlier::MAX_BYTES);
        database.connection = copy.map_err(|e| ReadError::of(&path, &e))?.ok_or(ReadError::Earlier { path })?;
    }
    Ok(Some(database))
}

/// Opens the log without a copy, to see whether anything is kept there and for [`Database::networks`]. The tables may
/// be those of an earlier version, so requests may fail.
///
/// # Errors
/// [`ReadError`], with a text for the user.
pub fn open_in_its_format(options: &Options) -> Result<Option<Database>, ReadError> {
    look(options).map(|found| found.map(|(database, ..)| database))
}

/// The file as it is, its path, and its version.
fn look(options: &Options) -> Result<Option<(Database, PathBuf, i64)>, ReadError> {
    let Backend::Directory(directory) = &options.place else { return Ok(None) };
    let path = directory.join(FILE);
    match fs::metadata(&path) {
        Ok(metadata) if metadata.len() > 0 => {}
        Ok(_) => return Err(ReadError::Emptied { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::of_io(&path, &error).into()),
    }
    let (opened, read_only) = match connect(&path) {
        // If nothing can be made beside it, it is read as it is.
        Err(error) if is_for_the_disk(&error) => {
            (open_as_it_is(&path).and_then(with_version).map_err(|_| error), Some(DiskTrouble::ReadOnly))
        }
        opened => (opened, None),
    };
    let (connection, version) = opened.map_err(|e| ReadError::of(&path, &e))?;
    match version {
        // It was made, but the program ended before anything was in it.
        0 => return Ok(None),
        found if found > schema::VERSION => {
            return Err(OpenError::Newer { path, found, known: schema::VERSION }.into());
        }
        _ => {}
    }
    let (network, me) = (Present::new(options.network.clone()), options.me);
    let database = Database { connection, path: Some(path.clone()), network, me, read_only };
    Ok(Some((database, path, version)))
}

fn connect(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let unclean = has_journal(path);
    let connection = connection::open_reader(path)?;
    // A journal that a killed copy left behind must stay, so that the next start checks the file. The journal of a copy
    // that ends while this one reads stays, too; it does no harm.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, unclean)?;
    with_version(connection)
}

/// Reads from a file for the first time: only then does SQLite open what is beside it.
fn with_version(connection: Connection) -> rusqlite::Result<(Connection, i64)> {
    let version = schema::version(&connection)?;
    Ok((connection, version))
}

/// Accepts only a file with the tables of this version. Another one cannot be brought up to date now.
pub(super) fn in_this_format(connection: Connection) -> rusqlite::Result<Connection> {
    let version = schema::version(&connection)?;
    if version == schema::VERSION { Ok(connection) } else { Err(error::damage()) }
}

/// Whether SQLite could not make or write what it needs beside the file.
fn is_for_the_disk(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::DiskFull)
    )
}

/// SQLite's access to files without locks. Where nothing can be made, nobody else can write either.
const WITHOUT_LOCKS: &str = if cfg!(windows) { "win32-none" } else { "unix-none" };

/// Opens a file for reading without making, locking or changing anything.
///
/// # Errors
/// Those of SQLite.
pub(super) fn open_as_it_is(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if has_journal(path) {
        let connection = Connection::open_with_flags_and_vfs(path, flags, WITHOUT_LOCKS)?;
        // With exclusive access, SQLite keeps the index of the journal in memory.
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
        connection
    } else {
        Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection::set_up_reader(&connection)?;
    Ok(connection)
}

/// The URI that tells SQLite that nobody changes the file.
fn immutable(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut address = "file:".to_owned();
    if cfg!(windows) {
        address.push('/');
    }
    for byte in path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::log::storage::{Ignored, PageRequest, Request},
        domain::model::{Network, NodeId, RoomId, Seek},
        runtime::store,
    };

    fn options(directory: &Path) -> Options {
        let place = Backend::Directory(directory.to_owned());
        Options { place, network: Network::loopback(), joined: Vec::new(), me: NodeId::new([1; 32]) }
    }

    fn files(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn reading_makes_nothing_where_nothing_was_kept() {
        let directory = tempfile::tempdir().unwrap();
        assert!(open_read_only(&options(directory.path())).unwrap().is_none());
        assert!(open_read_only(&options(&directory.path().join("absent"))).unwrap().is_none());
        assert_eq!(files(directory.path()), [""; 0]);
        fs::write(directory.path().join(FILE), "").unwrap();
        let error = open_read_only(&options(directory.path())).unwrap_err().to_string();
        assert!(error.contains("history.db is empty: what was in it is gone. If you have a copy"), "{error}");
    }

    #[test]
    fn a_reader_works_next_to_a_writer_and_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let options = options(directory.path());
        let running = store::open(&options).unwrap();
        let mut reader = open_read_only(&options).unwrap().unwrap();
        let page = PageRequest { room: RoomId::LOBBY, seek: Seek::Newest, max: 10, ignored: Ignored::default() };
        assert!(reader.handle(Request::Page(page.clone())).is_ok() && reader.handle(Request::Load).is_ok());
        assert!(reader.handle(Request::Erase(RoomId::LOBBY)).is_err(), "it changed the file");
        drop(reader);
        drop(running);
        let mut reader = open_read_only(&options).unwrap().unwrap();
        assert!(reader.handle(Request::Page(page)).is_ok());
        drop(reader);
        assert_eq!(files(directory.path()), [FILE], "nothing is left beside it");
    }

    /// The number of lines, read without making anything beside the file.
    fn read_as_it_is(path: &Path) -> i64 {
        let before = files(path.parent().unwrap());
        let connection = open_as_it_is(path).and_then(in_this_format).unwrap();
        let lines = connection.query_row("SELECT count(*) FROM lines", [], |row| row.get(0)).unwrap();
        assert!(connection.execute("DELETE FROM lines", []).is_err(), "it changed the file");
        drop(connection);
        assert_eq!(files(path.parent().unwrap()), before);
        lines
    }

    #[test]
    fn a_file_is_read_unchanged_with_or_without_a_journal() {
        let (directory, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let running = store::open(&options(directory.path())).unwrap();
        running.database.connection.execute_batch(
            "INSERT INTO places (room, network) VALUES (x'00', 'loopback');
             INSERT INTO lines (spot, place, hlc, id, kind, wall, arrived, content) VALUES (1, 1, 1, x'01', 1, 1, 1, x'00');",
        ).unwrap();
        // As a killed copy leaves them, on a disk where nothing more can be made.
        for name in [FILE.to_owned(), format!("{FILE}-wal")] {
            fs::copy(directory.path().join(&name), copy.path().join(&name)).unwrap();
        }
        assert_eq!(read_as_it_is(&copy.path().join(FILE)), 1);
        drop(running);
        let odd = directory.path().join("50% of #1? yes");
        fs::create_dir(&odd).unwrap();
        fs::rename(directory.path().join(FILE), odd.join(FILE)).unwrap();
        assert_eq!(read_as_it_is(&odd.join(FILE)), 1);
    }

    #[test]
    fn unreadable_files_are_reported_and_left_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        fs::write(&path, [b'x'; 8_192]).unwrap();
        let error = open_read_only(&options(directory.path())).unwrap_err().to_string();
        assert!(error.contains("history.db is damaged. Start the chat"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), [b'x'; 8_192]);

        let newer = tempfile::tempdir().unwrap();
        let connection = store::open(&options(newer.path())).unwrap().database.connection;
        connection.pragma_update(None, "user_version", 1_000).unwrap();
        drop(connection);
        let error = open_read_only(&options(newer.path())).unwrap_err().to_string();
        assert!(error.contains("newer version of this program"), "{error}");
    }
}
