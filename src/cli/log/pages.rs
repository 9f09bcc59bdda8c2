//! Through a whole history, page by page.

use super::Error;
use crate::{
    core::log::storage::{Ignored, PageRequest, Reply, Request, StoredLine, StoredPage},
    domain::model::{Hlc, MessageId, Position, Room, Seek, StoreFailure, StoreFault, StoreTask},
    runtime::store::Database,
};

/// Lines in memory at once: so few that the longest ones take 13 MB, so many that asking for them costs little.
const PAGE: usize = 200;

/// Hands over each line of a room, in the order of all screens.
///
/// # Errors
/// Those of `each`, and those of the store.
pub(super) fn each_line(
    database: &mut Database,
    room: Room,
    mut each: impl FnMut(&StoredLine) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut last = Position::unlogged(Hlc(0), MessageId([0; 16]));
    loop {
        let page = page(
            database,
            PageRequest { room: room.id(), seek: Seek::After(last), max: PAGE, ignored: Ignored::default() },
        )?;
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

/// An answer to something else, which only a defect gives.
pub(super) fn unexpected() -> StoreFailure {
    StoreFailure::new(StoreTask::Read, StoreFault::Nonsense)
}
