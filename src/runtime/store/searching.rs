//! Messages with certain words, or of certain people, newest first.

use std::{cmp::Reverse, collections::BTreeMap};

use rusqlite::{Result, Row, params};

use super::{
    Database,
    columns::number,
    hidden::{Hidden, condition},
    lines,
    lines::{COLUMNS, DESCENDING, FROM},
    paging::MAX_LINES,
    said_by::Authors,
    unindexed, vocabulary, words,
};
use crate::{
    core::log::storage::{Found, FoundLine, SearchRequest},
    domain::model::{Position, RoomId},
};

/// What is selected of a hit: the columns of a position, and its spot, place and log.
const HIT: &str =
    "lines.hlc, logs.author, logs.epoch, lines.seq, substr(lines.id, 1, 16), lines.spot, lines.place, lines.log";

/// A line that was found.
struct Hit {
    position: Position,
    spot: i64,
    place: i64,
}

/// Selects the lines with the query's words, of these logs if there is a list of them, backwards from a spot. They come
/// nearly in the order of the screen: only lines of the same millisecond may be in another order.
pub(super) fn with_words() -> String {
    format!(
        "SELECT {HIT} FROM words CROSS JOIN lines ON lines.spot = words.rowid LEFT JOIN logs ON logs.key = lines.log
         WHERE words MATCH ?1 AND words.rowid <= ?2
         AND (?5 IS NULL OR lines.log IS NULL OR lines.log IN (SELECT value FROM json_each(?5)))
         AND {} ORDER BY words.rowid DESC",
        condition(3, 4)
    )
}

/// Selects the lines of these logs in a place, and those of guests, in the order of the screen backwards.
pub(super) fn of_logs() -> String {
    format!(
        "SELECT {HIT} FROM {FROM} WHERE lines.place = ?1 AND lines.hlc <= ?2
         AND (lines.log IS NULL OR lines.log IN (SELECT value FROM json_each(?5))) AND {} ORDER BY {DESCENDING}",
        condition(3, 4)
    )
}

impl Database {
    pub(super) fn search(&self, request: &SearchRequest) -> Result<Found> {
        let mut places: BTreeMap<i64, RoomId> = BTreeMap::new();
        for room in &request.rooms {
            if let Some(place) = self.place_key(*room)? {
                places.insert(place, *room);
            }
        }
        if places.is_empty() {
            return Ok(Found::default());
        }
        let hidden = Hidden::of(&self.connection, &request.rooms, &request.ignored)?;
        let max = request.max.min(MAX_LINES);
        let keys: Vec<i64> = places.keys().copied().collect();
        let inside = |part: &str, at_end| vocabulary::inside(&self.connection, part, at_end);
        let query = words::query(&keys, &request.query.terms, inside)?;
        let from = &request.query.from;
        let of_authors = || Authors::of(&self.connection, &request.authors, from);
        let authors = (!from.is_empty()).then(of_authors).transpose()?;
        let mut hits = match (query, authors.as_ref()) {
            (Some(query), authors) => self.with_words(&query, request.before, max, &hidden, authors)?,
            (None, Some(authors)) if request.query.terms.is_empty() => {
                self.of_authors(&keys, request.before, max, &hidden, authors)?
            }
            (None, _) => return Ok(Found::default()),
        };
        let more = hits.len() > max;
        hits.truncate(max);
        let mut get = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE lines.spot = ?"))?;
        let mut found = Found { lines: Vec::with_capacity(hits.len()), more, behind: 0 };
        for hit in hits {
            if let Some(room) = places.get(&hit.place) {
                found.lines.push(FoundLine { room: *room, line: get.query_row([hit.spot], lines::line)? });
            }
        }
        for place in keys {
            found.behind += unindexed::behind(&self.connection, place)?;
        }
        Ok(found)
    }

    /// The hits in the order of the screen, newest first; more than `max` if there are more.
    fn with_words(
        &self,
        query: &str,
        before: Option<Position>,
        max: usize,
        hidden: &Hidden,
        authors: Option<&Authors>,
    ) -> Result<Vec<Hit>> {
        let end = before.map_or(i64::MAX, |position| lines::last_spot(position.hlc));
        let mut statement = self.connection.prepare_cached(&with_words())?;
        let theirs = authors.map(Authors::logs);
        let mut rows = statement.query(params![query, end, hidden.logs, hidden.guests, theirs])?;
        let mut hits: Vec<Hit> = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(hit) = self.hit(row, before, authors)? else { continue };
            // Take all lines of a millisecond, or none.
            let next_millisecond = hits.last().is_some_and(|last| last.position.hlc.wall() != hit.position.hlc.wall());
            if hits.len() > max && next_millisecond {
                break;
            }
            hits.push(hit);
        }
        hits.sort_unstable_by_key(|hit| Reverse(hit.position));
        Ok(hits)
    }

    /// The same without words to look for.
    fn of_authors(
        &self,
        places: &[i64],
        before: Option<Position>,
        max: usize,
        hidden: &Hidden,
        authors: &Authors,
    ) -> Result<Vec<Hit>> {
        let end = before.map_or(i64::MAX, |position| number(position.hlc.0));
        let mut statement = self.connection.prepare_cached(&of_logs())?;
        let theirs = authors.logs();
        let mut hits: Vec<Hit> = Vec::new();
        for place in places {
            let mut rows = statement.query(params![place, end, hidden.logs, hidden.guests, theirs])?;
            let mut left = max + 1;
            while left > 0
                && let Some(row) = rows.next()?
            {
                if let Some(hit) = self.hit(row, before, Some(authors))? {
                    hits.push(hit);
                    left -= 1;
                }
            }
        }
        hits.sort_unstable_by_key(|hit| Reverse(hit.position));
        Ok(hits)
    }

    /// The hit in a row; `None` if it is not wanted.
    fn hit(&self, row: &Row<'_>, before: Option<Position>, authors: Option<&Authors>) -> Result<Option<Hit>> {
        let hit = Hit { position: lines::position(row)?, spot: row.get(5)?, place: row.get(6)? };
        if before.is_some_and(|before| hit.position >= before) {
            return Ok(None);
        }
        let content = || {
            let mut get = self.connection.prepare_cached("SELECT kind, content FROM lines WHERE spot = ?")?;
            get.query_row([hit.spot], |row| Ok(lines::content(row.get(0)?, row.get_ref(1)?.as_blob()?)))
        };
        let is_theirs = authors.map_or(Ok(true), |authors| authors.has(row.get(7)?, content))?;
        Ok(is_theirs.then_some(hit))
    }
}
