//! Shorter ways to ask.

use std::collections::BTreeSet;

use crate::{
    core::log::storage::{
        Found, Ignored, PageRequest, Read, Reply, Request, SearchRequest, Snapshot, StoredEvent, StoredLine,
        StoredPage, Write,
    },
    domain::model::{LogId, Position, Query, RoomId, Seek, StoreFailure},
    protocol::codec::event::Content,
    runtime::store::Database,
};

/// Removes what the versions after 6 have added. Every line must stand where its clock says.
pub(crate) fn to_version_6(database: &Database) {
    let sql = "DROP TABLE vocabulary; DROP TABLE doubtful_words; DROP TABLE names; DROP TABLE unlisted;
               ALTER TABLE lines DROP COLUMN sealed; ALTER TABLE lines DROP COLUMN dated; ALTER TABLE lines DROP COLUMN shown;
               ALTER TABLE lines DROP COLUMN dating; ALTER TABLE logs DROP COLUMN head_place; DROP TABLE clock;
               DROP INDEX topics_in_order; DROP INDEX lines_again; ALTER TABLE lines DROP COLUMN again;
               ALTER TABLE logs DROP COLUMN origin; ALTER TABLE lines DROP COLUMN origin;
               PRAGMA user_version = 6";
    database.connection.execute_batch(sql).unwrap();
}

/// What was found, without the rooms.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) lines: Vec<StoredLine>,
    pub(crate) more: bool,
    pub(crate) behind: u64,
}

impl From<Found> for Shown {
    fn from(Found { lines, more, behind }: Found) -> Self {
        Self { lines: lines.into_iter().map(|found| found.line).collect(), more, behind }
    }
}

/// A search of the lobby for the newest nine lines.
pub(crate) fn request(query: &str) -> SearchRequest {
    SearchRequest {
        rooms: vec![RoomId::LOBBY],
        query: Box::new(Query::new(query).unwrap()),
        authors: BTreeSet::new(),
        before: None,
        max: 9,
        ignored: Ignored::default(),
    }
}

impl Database {
    pub(crate) fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreFailure> {
        self.handle(Request::Write(writes)).map(|reply| assert_eq!(reply, Reply::Written))
    }

    pub(crate) fn events(&mut self, from: Vec<(LogId, u64)>, events: usize, bytes: usize) -> Vec<StoredEvent> {
        match self.handle(Request::Read(Read { from, events, bytes })) {
            Ok(Reply::Events(events)) => events,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn seek(&mut self, seek: Seek, max: usize) -> StoredPage {
        self.seek_without(Ignored::default(), seek, max)
    }

    pub(crate) fn seek_without(&mut self, ignored: Ignored, seek: Seek, max: usize) -> StoredPage {
        match self.handle(Request::Page(PageRequest { room: RoomId::LOBBY, seek, max, ignored })) {
            Ok(Reply::Page(page)) => page,
            other => panic!("{other:?}"),
        }
    }

    /// Searches everything that was written.
    pub(crate) fn find(&mut self, query: &str, before: Option<Position>, max: usize) -> Shown {
        self.index_all();
        self.find_indexed(query, before, max)
    }

    pub(crate) fn find_without(
        &mut self,
        ignored: Ignored,
        query: &str,
        before: Option<Position>,
        max: usize,
    ) -> Shown {
        self.index_all();
        self.ask_for(SearchRequest { before, max, ignored, ..request(query) })
    }

    /// Searches only what is indexed.
    pub(crate) fn find_indexed(&mut self, query: &str, before: Option<Position>, max: usize) -> Shown {
        self.ask_for(SearchRequest { before, max, ..request(query) })
    }

    pub(crate) fn ask_for(&mut self, search: SearchRequest) -> Shown {
        match self.handle(Request::Search(search)) {
            Ok(Reply::Found(found)) => found.into(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn load(&mut self) -> Snapshot {
        match self.handle(Request::Load) {
            Ok(Reply::Loaded(snapshot)) => *snapshot,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn texts(lines: &[StoredLine]) -> Vec<String> {
    let text = |line: &StoredLine| match &line.content {
        Content::Said { text, .. } => text.to_string(),
        Content::Topic { topic, .. } => topic.typed().to_string(),
        Content::Unknown => "?".to_owned(),
    };
    lines.iter().map(text).collect()
}
