//! Messages with certain words, newest first.

use rusqlite::{Result, params};

use super::{
    Database,
    hidden::{Hidden, condition},
    lines,
    lines::{COLUMNS, FROM},
    paging::MAX_LINES,
    unindexed, words,
};
use crate::{
    core::log::storage::{Found, SearchRequest, StoredLine},
    domain::model::Position,
};

/// Selects the lines with the query's words, backwards from a spot. They come nearly in the order of the screen: only
/// lines of the same millisecond may be in another order.
pub(super) fn hits() -> String {
    format!(
        "SELECT lines.hlc, logs.author, logs.epoch, lines.seq, substr(lines.id, 1, 16), lines.spot
         FROM words CROSS JOIN lines ON lines.spot = words.rowid LEFT JOIN logs ON logs.key = lines.log
         WHERE words MATCH ?1 AND words.rowid <= ?2 AND {} ORDER BY words.rowid DESC",
        condition(3, 4)
    )
}

impl Database {
    pub(super) fn search(&self, request: &SearchRequest) -> Result<Found> {
        let Some(place) = self.place_key(request.room)? else { return Ok(Found::default()) };
        let Some(query) = words::query(place, &request.query) else { return Ok(Found::default()) };
        let max = request.max.min(MAX_LINES);
        let hidden = Hidden::of(&self.connection, request.room, &request.ignored)?;
        let mut hits = self.hits(&query, request.before, max, &hidden)?;
        let more = hits.len() > max;
        hits.truncate(max);
        let mut get = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE lines.spot = ?"))?;
        let lines = hits.into_iter().map(|(_, spot)| get.query_row([spot], lines::line));
        let lines = lines.collect::<Result<Vec<StoredLine>>>()?;
        Ok(Found { lines, more, behind: unindexed::behind(&self.connection, place)? })
    }

    /// The hits in the order of the screen, newest first; more than `max` if there are more.
    fn hits(&self, query: &str, before: Option<Position>, max: usize, hidden: &Hidden) -> Result<Vec<(Position, i64)>> {
        let end = before.map_or(i64::MAX, |position| lines::last_spot(position.hlc));
        let mut statement = self.connection.prepare_cached(&hits())?;
        let mut rows = statement.query(params![query, end, hidden.logs, hidden.guests])?;
        let mut hits: Vec<(Position, i64)> = Vec::new();
        while let Some(row) = rows.next()? {
            let position = lines::position(row)?;
            if before.is_some_and(|before| position >= before) {
                continue;
            }
            // Take all lines of a millisecond, or none.
            let next_millisecond = hits.last().is_some_and(|(last, _)| last.hlc.wall() != position.hlc.wall());
            if hits.len() > max && next_millisecond {
                break;
            }
            hits.push((position, row.get(5)?));
        }
        hits.sort_unstable_by(|a, b| b.cmp(a));
        Ok(hits)
    }
}
