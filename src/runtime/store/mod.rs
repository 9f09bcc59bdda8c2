//! The log on disk: one SQLite file per profile, in the user's own directory.
//!
//! It executes the requests of [`crate::core::log::storage`] and decides nothing. [`Database`] executes them at once,
//! for callers that can wait; [`Store`] does so on threads of its own.
//!
//! - Opening: `opening`, `read_only`, `earlier` (a reader's copy of an earlier file), `connection`, `schema` (tables
//!   and their versions), `snapshot` (what the node starts with).
//! - Damage: `damage_mark`, `recovery`.
//! - Requests: `writing`, `reading` (events for other nodes), `paging` and `searching` (messages for screens, except
//!   those that `hidden` leaves out), `erasing`. `retention` (with `aging` and `sharing`) and `shrinking` choose which
//!   lines go, and `slices` lets `deleting` remove them a few at a time. `oldest_kept` keeps what is gone from coming
//!   back, and `counts` knows how much of each log is held.
//! - `settling` moves lines that stand too far ahead.
//! - `journal` keeps the write-ahead log short.
//! - The search index: `words` says what a line is found by, `indexing` adds it when there is time. `vocabulary` finds
//!   words by their parts, and `said_by` lines by their authors' names.
//! - `threads` has the handle for the rest of the program, and watches `free_space`.

mod aging;
mod columns;
mod connection;
mod counts;
mod damage_mark;
mod database;
mod deleting;
mod earlier;
mod erasing;
mod error;
mod free_space;
mod hidden;
mod indexing;
mod joining;
mod journal;
mod lines;
mod moving;
mod networks;
mod oldest_kept;
mod opening;
mod paging;
mod paths;
mod places;
mod present;
mod read_only;
mod reading;
mod recovery;
mod retention;
mod said_by;
mod schema;
mod searching;
mod settling;
mod sharing;
mod shrinking;
mod slices;
mod snapshot;
mod threads;
mod topics;
mod undelivered;
mod unindexed;
mod vocabulary;
mod words;
mod writing;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use database::Database;
pub use error::OpenError;
pub use networks::NetworkSummary;
pub use opening::open;
pub use read_only::{ReadError, open_in_its_format, open_read_only};
pub use threads::{Answer, Store, spawn};

use crate::{
    core::log::storage::Snapshot,
    domain::model::{Network, NodeId},
};

/// Where the log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// In `history.db` in this directory, which exists and is private to the user.
    Directory(PathBuf),
    /// In memory, for this run: nothing of it ever reaches a disk.
    Memory,
}

/// What to open.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it is.
    pub place: Backend,
    /// The network that this machine is on: no other network's logs are given out.
    pub network: Network,
    /// Names that this network had before. What is kept under them is kept under the present one from now on.
    pub joined: Vec<Network>,
    /// Whose node this is.
    pub me: NodeId,
}

/// A log that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Executes the requests.
    pub database: Database,
    /// What is in it.
    pub snapshot: Snapshot,
    /// What happened if the file was damaged.
    pub recovered: Option<Recovered>,
    /// The file, if it existed but was empty: what was in it is gone.
    pub emptied: Option<PathBuf>,
}

/// What was saved of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// How many lines were kept, of all rooms and networks.
    pub lines: u64,
    /// Where the damaged file is now.
    pub aside: PathBuf,
}
