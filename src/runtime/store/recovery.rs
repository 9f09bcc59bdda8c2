//! Recovers a damaged file: it is set aside as it is, and what can be read and proven goes into a new one.

mod salvage;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, config::DbConfig};
use salvage::Salvage;

use super::{
    Database, OpenError, Recovered,
    connection::{connect, open_file},
    damage_mark,
    paths::{sidecar, unless_absent},
    present::Present,
};
use crate::{
    core::log::storage::{Request, Write},
    domain::model::{Network, NodeId, StoreFailure, StoreTask},
};

/// The new file, until it is whole.
const NEW: &str = "history.recovering.db";

/// How the names of damaged files begin.
const ASIDE: &str = "history.damaged-";

/// How they end, including the files that SQLite keeps beside them.
const ASIDE_ENDS: [&str; 3] = [".db", ".db-wal", ".db-shm"];

/// How many files that are set aside in one second get different names: more than the program can start in that time.
const MAX_ASIDE: u32 = 100;

/// How many events go into the new file in one commit.
const BATCH: usize = 500;

/// What SQLite keeps beside a file.
const SIDECARS: [&str; 2] = ["-wal", "-shm"];

/// Finishes a [`recover`] that was interrupted because the program was killed.
///
/// # Errors
/// Those of the system.
pub(super) fn finish(path: &Path) -> io::Result<()> {
    let new = path.with_file_name(NEW);
    if !new.try_exists()? {
        return Ok(());
    }
    // The damaged file is set aside only when the new one is complete, and before the files beside it.
    if path.try_exists()? {
        return remove(&new);
    }
    set_aside_sidecars(path, &aside(path)?)?;
    replace(&new, path)
}

/// Sets the damaged file at `path` aside and makes a new one of what can be read of it. Every event is proven by its
/// signature. Of each log, the newest events without a gap are kept. After this, `me` may not go on with a log of its
/// own: nobody knows what it said there last.
///
/// # Errors
/// [`OpenError`] if the new file cannot be written; the damaged one then stays where it was.
pub(super) fn recover(path: &Path, me: NodeId) -> Result<Recovered, OpenError> {
    let new = path.with_file_name(NEW);
    let failed = |error: io::Error| OpenError::of_io(&new, &error);
    // From here on, nobody takes it for sound.
    damage_mark::set(path).map_err(failed)?;
    remove(&new).map_err(failed)?;
    let connection = open_file(&new).map_err(|failure| failure.into_error(&new))?;
    let lines = if let Some(damaged) = open_damaged(path) {
        let network = Present::new(Network::loopback());
        let mut database = Database { connection, path: Some(new.clone()), network, me, read_only: None };
        let copied = copy(&damaged, &mut database);
        // Everything must be in the one file, so that a single step puts it in its place.
        let lines = copied.and_then(|lines| {
            database.truncate().map_err(|e| database.fail(StoreTask::Write, &e))?;
            Ok(lines)
        });
        lines.map_err(|failure| OpenError::Recovery { path: path.to_owned(), failure })?
    } else {
        drop(connection);
        0
    };
    let aside = aside(path).map_err(failed)?;
    fs::rename(path, &aside).map_err(failed)?;
    set_aside_sidecars(path, &aside).map_err(failed)?;
    replace(&new, path).map_err(failed)?;
    Ok(Recovered { lines, aside })
}

/// Removes files that were set aside. They are copies of what was said, as far as they can be read.
///
/// # Errors
/// Those of the system.
pub(super) fn remove_set_aside(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent() else { return Ok(()) };
    for file in fs::read_dir(directory)? {
        let name = file?.file_name();
        let is_ours = |name: &str| name.starts_with(ASIDE) && ASIDE_ENDS.iter().any(|end| name.ends_with(end));
        if name.to_str().is_some_and(is_ours) {
            remove_file(&directory.join(name))?;
        }
    }
    Ok(())
}

/// Opens a damaged file without writing to it. `None` if SQLite can do nothing with it.
fn open_damaged(path: &Path) -> Option<Connection> {
    let connection = connect(path).ok()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
    // With this, SQLite reads what is left of a file that ends too early.
    connection.pragma_update(None, "writable_schema", true).ok()?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).ok()?;
    Some(connection)
}

/// Copies what can be read and proven. Returns the number of lines.
fn copy(damaged: &Connection, database: &mut Database) -> Result<u64, StoreFailure> {
    let salvage = Salvage::read(damaged);
    let mut lines = 0;
    for (network, states) in salvage.logs() {
        database.network.set(network);
        database.commit_all(states.into_iter().map(Write::Log))?;
    }
    // In the order of the clock, so that the events that an event names are there before it.
    database.commit_all(salvage.events(damaged).inspect(|_| lines += 1).map(|entry| Write::Event(Box::new(entry))))?;
    for (network, guests) in salvage.guests(damaged) {
        database.network.set(network);
        database.commit_all(guests.into_iter().inspect(|_| lines += 1).map(|guest| Write::Guest(Box::new(guest))))?;
    }
    database.commit_all(salvage::acks(damaged).into_iter().map(Write::Ack))?;
    database.commit_all(salvage::forks(damaged).into_iter().map(|proof| Write::Fork(Box::new(proof))))?;
    Ok(lines)
}

impl Database {
    fn commit_all(&mut self, writes: impl Iterator<Item = Write>) -> Result<(), StoreFailure> {
        let mut writes = writes.peekable();
        while writes.peek().is_some() {
            self.handle(Request::Write(writes.by_ref().take(BATCH).collect()))?;
        }
        Ok(())
    }
}

/// An unused name for the damaged file.
fn aside(path: &Path) -> io::Result<PathBuf> {
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    for count in 0..MAX_ASIDE {
        let again = if count == 0 { String::new() } else { format!("-{count}") };
        let aside = path.with_file_name(format!("{ASIDE}{time}{again}.db"));
        if !aside.try_exists()? {
            return Ok(aside);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn remove(path: &Path) -> io::Result<()> {
    let mut files = SIDECARS.into_iter().map(|suffix| sidecar(path, suffix)).chain([path.to_owned()]);
    files.try_for_each(|file| remove_file(&file))
}

fn remove_file(file: &Path) -> io::Result<()> {
    fs::remove_file(file).or_else(unless_absent)
}

/// Moves what is left beside the damaged file after it. The new file must not find it.
fn set_aside_sidecars(path: &Path, aside: &Path) -> io::Result<()> {
    SIDECARS
        .into_iter()
        .try_for_each(|suffix| fs::rename(sidecar(path, suffix), sidecar(aside, suffix)).or_else(unless_absent))
}

/// Puts the new file in its place, and removes the mark of the damage.
fn replace(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    remove(new)?;
    damage_mark::clear(path)
}
