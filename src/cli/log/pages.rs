//! Walks through a whole history, page by page.

use super::Error;
use crate::{
    core::log::storage::{Ignored, PageRequest, Reply, Request, StoredLine, StoredPage},
    domain::model::{Hlc, MessageId, Position, RoomId, Seek, StoreFailure, StoreFault, StoreTask},
    runtime::store::Database,
};

/// Lines in memory at once: few enough that the longest take only 13 MB, and enough that asking for them costs little.
const PAGE: usize = 200;

/// Calls `each` with every line of a room, in the order that all screens show.
///
/// # Errors
/// Those of `each`, and those of the store.
pub(super) fn each_line(
    database: &mut Database,
    room: RoomId,
    mut each: impl FnMut(&StoredLine) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut last = Position::unlogged(Hlc(0), MessageId([0; 16]));
    loop {
        let page =
            page(database, PageRequest { room, seek: Seek::After(last), max: PAGE, ignored: Ignored::default() })?;
        page.lines.iter().try_for_each(&mut each)?;
        match page.lines.last() {
            Some(line) if page.after => last = line.position,
            _ => return Ok(()),
        }
    }
}

fn page(database: &mut Database, request: PageRequest) -> Result<StoredPage, Error> {
    match database.handle(Request::Page(request))? {
        Reply::Page(page) => Ok(page),
        _ => Err(unexpected().into()),
    }
}

/// The failure for an answer to another request, which only a bug can cause.
pub(super) fn unexpected() -> StoreFailure {
    StoreFailure::new(StoreTask::Read, StoreFault::Nonsense)
}
