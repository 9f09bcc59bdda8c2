//! The log for who only looks at it, also while the program runs: nothing is made, changed or repaired.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, config::DbConfig};

use super::{
    Backend, Database, OpenError, Options, connection, error,
    paths::{FILE, sidecar},
    present::Present,
    schema,
};

/// Why the history cannot be read. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is broken.
    #[error("{} is damaged. Start the chat in this profile once: what can be read of it is saved then.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It is not to be had.
    #[error("Cannot read {}: {reason}. See who may read it, and whether its disk works.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// What it is to who opens it for writing.
    #[error(transparent)]
    Other(OpenError),
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unusable { path, reason, .. } => Self::Unreadable { path, reason },
            other => Self::Other(other),
        }
    }
}

/// Opens the log for [`crate::core::log::storage::Request`]s that change nothing; all others fail. `None` if nothing was ever
/// kept there.
///
/// # Errors
/// [`ReadError`], with a text for the user.
pub fn open_read_only(options: &Options) -> Result<Option<Database>, ReadError> {
    let Backend::Directory(directory) = &options.place else { return Ok(None) };
    let path = directory.join(FILE);
    match fs::metadata(&path) {
        Ok(metadata) if metadata.len() > 0 => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::of_io(&path, &error).into()),
    }
    let failed = |error: &rusqlite::Error| {
        if error::is_damage(error) {
            ReadError::Damaged { path: path.clone() }
        } else {
            OpenError::of(&path, error).into()
        }
    };
    let connection = connect(&path).map_err(|e| failed(&e))?;
    match schema::version(&connection).map_err(|e| failed(&e))? {
        // Made, and left before anything was in it.
        0 => return Ok(None),
        found if found > schema::VERSION => {
            return Err(OpenError::Newer { path, found, known: schema::VERSION }.into());
        }
        _ => {}
    }
    let (network, me) = (Present::new(options.network.clone()), options.me);
    Ok(Some(Database { connection, path: Some(path), network, me }))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let unclean = fs::metadata(sidecar(path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    let connection = connection::open_reader(path)?;
    // What a copy that was killed left behind is for the next start to look through. That of a copy that ends while this one
    // reads stays too; it does no harm.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, unclean)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::log::storage::{Ignored, PageRequest, Request},
        domain::model::{Network, NodeId, Room, Seek},
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
    fn where_nothing_was_kept_nothing_is_made() {
        let directory = tempfile::tempdir().unwrap();
        assert!(open_read_only(&options(directory.path())).unwrap().is_none());
        assert!(open_read_only(&options(&directory.path().join("absent"))).unwrap().is_none());
        assert_eq!(files(directory.path()), [""; 0]);
        fs::write(directory.path().join(FILE), "").unwrap();
        assert!(open_read_only(&options(directory.path())).unwrap().is_none(), "it was never filled");
    }

    #[test]
    fn it_can_be_read_beside_a_copy_that_writes_and_never_changed() {
        let directory = tempfile::tempdir().unwrap();
        let options = options(directory.path());
        let running = store::open(&options).unwrap();
        let mut reader = open_read_only(&options).unwrap().unwrap();
        let page = PageRequest { room: Room::LOBBY.id(), seek: Seek::Newest, max: 10, ignored: Ignored::default() };
        assert!(reader.handle(Request::Page(page.clone())).is_ok() && reader.handle(Request::Load).is_ok());
        assert!(reader.handle(Request::Erase(Room::LOBBY.id())).is_err(), "it changed the file");
        drop(reader);
        drop(running);
        let mut reader = open_read_only(&options).unwrap().unwrap();
        assert!(reader.handle(Request::Page(page)).is_ok());
        drop(reader);
        assert_eq!(files(directory.path()), [FILE], "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_as_it_is() {
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
