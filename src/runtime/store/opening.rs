//! What happens before the first request.

use std::path::PathBuf;

use rusqlite::Connection;

use super::{
    Backend, Database, OpenError, Opened, Options,
    connection::{OpenFailure, open_file, prepare},
    paths::FILE,
    present::Present,
    recovery,
};
use crate::core::log::storage::Snapshot;

/// Opens the log, makes it if it is not there, and saves what can be read of a damaged one.
///
/// # Errors
/// [`OpenError`], with a text for the user.
pub fn open(options: &Options) -> Result<Opened, OpenError> {
    let path = match &options.place {
        Backend::Directory(directory) => Some(directory.join(FILE)),
        Backend::Memory => None,
    };
    let shown = path.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
    let failed = |error: &rusqlite::Error| OpenError::of(&shown, error);
    let network = || Present::new(options.network.clone());
    let database = |connection, path| Database { connection, path, network: network(), me: options.me };
    let Some(path) = path else {
        let connection = Connection::open_in_memory().and_then(prepare).map_err(|e| failed(&e))?;
        let database = database(connection, None);
        let snapshot = database.snapshot().map_err(|e| failed(&e))?;
        return Ok(Opened { database, snapshot, recovered: None });
    };
    recovery::finish(&path).map_err(|e| OpenError::of_io(&path, &e))?;
    let try_open = || -> Result<(Database, Snapshot), OpenFailure> {
        let mut database = database(open_file(&path)?, Some(path.clone()));
        database.join_earlier(&options.joined).map_err(|e| OpenFailure::of(&path, &e))?;
        // What was whole may have been damaged since: nothing looks through a file that was closed as it should be.
        let snapshot = database.snapshot().map_err(|e| OpenFailure::of(&path, &e))?;
        Ok((database, snapshot))
    };
    let (tried, recovered) = match try_open() {
        Err(OpenFailure::Damaged) => {
            let recovered = recovery::recover(&path, options.me)?;
            (try_open(), Some(recovered))
        }
        tried => (tried, None),
    };
    let (database, snapshot) = tried.map_err(|failure| failure.into_error(&path))?;
    Ok(Opened { database, snapshot, recovered })
}
