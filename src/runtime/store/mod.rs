//! The log on disk: one SQLite file per profile, in the user's own directory.
//!
//! It executes what [`crate::core::log::storage`] describes and decides nothing. [`Database`] does so at once, for whoever can
//! wait; [`Store`] with threads of its own.
//!
//! Where what is: `schema` the tables and their versions, `opening` what happens before the first request, `recovery` what
//! becomes of a damaged file, `writing` commits, `reading` events for other nodes, `paging` and `searching` messages for
//! screens, `words` what a text is found by, `erasing` and `retention` what goes, `floor` that it stays away, `snapshot` what there is, `threads`
//! the handle for the rest of the program.

mod columns;
mod database;
mod erasing;
mod error;
mod floor;
mod lines;
mod opening;
mod paging;
mod read_only;
mod reading;
mod recovery;
mod retention;
mod schema;
mod searching;
mod snapshot;
mod threads;
mod words;
mod writing;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use database::Database;
pub use error::OpenError;
pub use opening::open;
pub use read_only::{ReadError, open_read_only};
pub use threads::{Answer, Store, spawn};

use crate::{
    core::log::storage::Snapshot,
    domain::model::{Network, NodeId},
};

/// Where the log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// In `history.db` in this directory, which is there and is the user's alone.
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
    /// Whose node this is.
    pub me: NodeId,
}

/// A log that was opened.
#[derive(Debug)]
pub struct Opened {
    /// For the requests.
    pub database: Database,
    /// What is in it.
    pub snapshot: Snapshot,
    /// What happened if the file was damaged.
    pub recovered: Option<Recovered>,
}

/// What was saved of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Lines that were kept, of all rooms and networks.
    pub lines: u64,
    /// Where the damaged file is now.
    pub aside: PathBuf,
}
