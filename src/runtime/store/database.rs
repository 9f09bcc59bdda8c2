//! The open file.

use std::path::PathBuf;

use rusqlite::{Connection, Result};

use super::{Backend, connection, damage_mark, error, places, present::Present, schema};
use crate::{
    core::log::storage::{Reply, Request},
    domain::model::{DiskTrouble, Network, NodeId, RoomId, StoreFailure, StoreFault, StoreTask},
};

/// The log on disk, or in memory. Executes requests one after the other, each at once.
#[derive(Debug)]
pub struct Database {
    pub(super) connection: Connection,
    /// The file; `None` in memory.
    pub(super) path: Option<PathBuf>,
    pub(super) network: Present,
    pub(super) me: NodeId,
    /// Why it was opened for reading only; `None` if it can be written.
    pub(super) read_only: Option<DiskTrouble>,
}

impl Database {
    /// Executes a request before it returns. A commit that must survive the loss of power takes as long as the disk
    /// does.
    ///
    /// # Errors
    /// [`StoreFailure`]. Nothing of the request was executed then, with two exceptions. A failed [`Request::Erase`] may
    /// have removed the lines, and a failed [`Request::Join`], [`Request::Adopt`] or [`Request::Settle`] may have moved
    /// them. [`Request::Retain`] and [`Request::Shrink`] fail only if no slice has removed a line.
    pub fn handle(&mut self, request: Request) -> std::result::Result<Reply, StoreFailure> {
        match request {
            Request::Write(writes) => {
                let mut replies = self.write(vec![writes]);
                replies.pop().unwrap_or_else(|| Err(StoreFailure::new(StoreTask::Write, StoreFault::Nonsense)))
            }
            Request::Read(read) => self.at_one_moment(StoreTask::Read, || self.read(&read).map(Reply::Events)),
            Request::ReadOwn(read) => self.at_one_moment(StoreTask::Read, || self.read_own(&read).map(Reply::Events)),
            Request::Page(page) => self.at_one_moment(StoreTask::Read, || self.page(&page).map(Reply::Page)),
            Request::Search(search) => self.at_one_moment(StoreTask::Search, || self.search(&search).map(Reply::Found)),
            Request::Topic(topic) => {
                self.at_one_moment(StoreTask::Read, || self.topic(&topic).map(|line| Reply::Topic(line.map(Box::new))))
            }
            Request::Erase(room) => self.erase(room),
            Request::Retain(retain) => self.retain(retain),
            Request::Shrink(logs) => self.shrink(logs),
            Request::Join(network) => self.join(&network),
            Request::Adopt(log) => self.adopt(&log),
            Request::Settle { after, wall, all } => {
                self.settle(after, wall, all).map_err(|e| self.fail(StoreTask::Rearrange, &e))
            }
            Request::Load => self
                .at_one_moment(StoreTask::Read, || self.snapshot().map(|snapshot| Reply::Loaded(Box::new(snapshot)))),
        }
    }

    /// Like [`Self::handle`], for a store without a thread that indexes: a search first indexes all that was written
    /// before it.
    ///
    /// # Errors
    /// Those of [`Self::handle`].
    pub(super) fn handle_alone(&mut self, request: Request) -> std::result::Result<Reply, StoreFailure> {
        if matches!(request, Request::Search(_)) {
            self.index_all();
        }
        self.handle(request)
    }

    /// Reads with several statements as if they were one: what is written or deleted meanwhile does not affect them.
    fn at_one_moment(
        &self,
        task: StoreTask,
        read: impl Fn() -> Result<Reply>,
    ) -> std::result::Result<Reply, StoreFailure> {
        let transaction = self.connection.unchecked_transaction();
        let reply = transaction.and_then(|transaction| {
            let reply = read()?;
            transaction.finish()?;
            Ok(reply)
        });
        reply.map_err(|e| self.fail(task, &e))
    }

    /// Ends a request that failed: if the file is damaged, marks it for the next start.
    pub(super) fn fail(&self, task: StoreTask, error: &rusqlite::Error) -> StoreFailure {
        // Somebody else may write to a file that was opened for reading only. If what is read makes no sense then, the
        // file need not be damaged.
        damage_mark::note(self.path.as_deref().filter(|_| self.read_only.is_none()), error);
        error::failure(task, error)
    }

    /// Reopens for writing a file that was opened for reading only.
    ///
    /// # Errors
    /// [`StoreFailure`] if it can still only be read.
    pub(super) fn make_writable(&mut self) -> std::result::Result<(), StoreFailure> {
        let (Some(path), Some(_)) = (&self.path, self.read_only) else { return Ok(()) };
        match connection::open_file(path) {
            Ok(connection) => {
                self.connection = connection;
                self.read_only = None;
                Ok(())
            }
            Err(failure) => {
                let failure = failure.into_error(path).into_failure(StoreTask::Write);
                self.read_only = Some(failure.trouble);
                Err(failure)
            }
        }
    }

    /// The same for a connection that only reads: it follows once the file has been opened for writing.
    pub(super) fn follow_writer(&mut self) {
        if let (Some(path), Some(_)) = (&self.path, self.read_only)
            && let Ok(connection) = connection::open_reader(path)
            && schema::version(&connection).is_ok_and(|version| version == schema::VERSION)
        {
            self.connection = connection;
            self.read_only = None;
        }
    }

    /// Where it is.
    pub fn place(&self) -> Backend {
        let directory = self.path.as_ref().and_then(|path| path.parent());
        directory.map_or(Backend::Memory, |directory| Backend::Directory(directory.to_owned()))
    }

    /// The networks whose rooms are shown now: the present one, and the one that stands for the rooms that belong to
    /// their members.
    pub(super) fn shown_networks(&self) -> [Network; 2] {
        [self.network.get(), Network::of_members()]
    }

    /// The key of a room that is shown now, if anything was said there.
    pub(super) fn place_key(&self, room: RoomId) -> Result<Option<i64>> {
        let [here, everywhere] = self.shown_networks();
        let found = places::find(&self.connection, room, here.as_str())?;
        found.map_or_else(|| places::find(&self.connection, room, everywhere.as_str()), |key| Ok(Some(key)))
    }
}
