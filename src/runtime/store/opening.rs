//! What happens before the first request.

use std::path::PathBuf;

use rusqlite::Connection;

use super::{
    Backend, Database, OpenError, Opened, Options,
    connection::{OpenFailure, open_file, prepare},
    paths::{FILE, is_emptied},
    present::Present,
    read_only, recovery,
};
use crate::core::log::storage::Snapshot;

/// Opens the log, makes it if it does not exist, and saves what can be read of a damaged one. If the disk cannot be
/// written, an existing log is opened for reading, until a write finds that the disk can be written again.
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
    let (network, me) = (|| Present::new(options.network.clone()), options.me);
    let database = |connection, path, read_only| Database { connection, path, network: network(), me, read_only };
    let Some(path) = path else {
        let connection = Connection::open_in_memory().and_then(prepare).map_err(|e| failed(&e))?;
        let database = database(connection, None, None);
        let snapshot = database.snapshot().map_err(|e| failed(&e))?;
        return Ok(Opened { database, snapshot, recovered: None, emptied: None });
    };
    recovery::finish(&path).map_err(|e| OpenError::of_io(&path, &e))?;
    let emptied = is_emptied(&path);
    let try_open = || -> Result<(Database, Snapshot), OpenFailure> {
        let mut database = database(open_file(&path)?, Some(path.clone()), None);
        database.join_earlier(&options.joined).map_err(|e| OpenFailure::of(&path, &e))?;
        // A sound file may have been damaged since: nothing checks all of a file that was closed properly.
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
    let opened = tried.or_else(|failure| {
        let error = failure.into_error(&path);
        // The file may be readable all the same.
        let Some(trouble) = error.trouble() else { return Err(error) };
        let connection = read_only::open_as_it_is(&path).and_then(read_only::in_this_format).map_err(|_| error)?;
        let database = database(connection, Some(path.clone()), Some(trouble));
        let snapshot = database.snapshot().map_err(|e| failed(&e))?;
        Ok((database, snapshot))
    });
    let (database, snapshot) = opened?;
    Ok(Opened { database, snapshot, recovered, emptied: emptied.then_some(path) })
}
