//! What becomes of a damaged file: it is set aside as it is, and what can be read of it and is proven goes into a new one.

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

/// How they end, with what SQLite keeps beside them.
const ASIDE_ENDS: [&str; 3] = [".db", ".db-wal", ".db-shm"];

/// Files set aside in one second that have names of their own: more than starts of the program fit into it.
const MAX_ASIDE: u32 = 100;

/// Events that go into the new file in one commit.
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
    // The damaged file goes aside only when the new one is whole, and before what belongs to it.
    if path.try_exists()? {
        return remove(&new);
    }
    set_aside_sidecars(path, &aside(path)?)?;
    replace(&new, path)
}

/// Sets the damaged file at `path` aside and makes a new one of what can be read of it. Every event is proven by its
/// signature; of each log the newest events without a gap are kept. `me` may not go on with a log of its own after this:
/// nobody knows what it has said there last.
///
/// # Errors
/// [`OpenError`] if the new file cannot be written; the damaged one is where it was then.
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
        // All of it in the one file, so that one step puts it in its place.
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

/// Files that were set aside: copies of what was said, as far as they can be read.
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

/// None if SQLite can do nothing with it. Nothing is written into it.
fn open_damaged(path: &Path) -> Option<Connection> {
    let connection = connect(path).ok()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
    // With it, SQLite reads what is there of a file that ends too early.
    connection.pragma_update(None, "writable_schema", true).ok()?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).ok()?;
    Some(connection)
}

/// How many lines were copied.
fn copy(damaged: &Connection, database: &mut Database) -> Result<u64, StoreFailure> {
    let salvage = Salvage::read(damaged);
    let mut lines = 0;
    for (network, states) in salvage.logs() {
        database.network.set(network);
        database.commit_all(states.into_iter().map(Write::Log))?;
    }
    // In the order of the clock: what an event names is there before it.
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

/// A name for the damaged file that no file has.
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

/// What is left beside a file that went aside goes after it. The new one must not find it.
fn set_aside_sidecars(path: &Path, aside: &Path) -> io::Result<()> {
    SIDECARS
        .into_iter()
        .try_for_each(|suffix| fs::rename(sidecar(path, suffix), sidecar(aside, suffix)).or_else(unless_absent))
}

/// The new file takes its place, and nothing is known of damage any more.
fn replace(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    remove(new)?;
    damage_mark::clear(path)
}
