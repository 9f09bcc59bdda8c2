//! Messages for screens, in the order of the screen, from any part of a long history.

use rusqlite::{Result, params};

use super::{
    Database,
    columns::number,
    hidden::{Hidden, condition},
    lines,
    lines::{ASCENDING, COLUMNS, DESCENDING, FROM, POSITION, line, position_values},
};
use crate::{
    core::log::storage::{PageRequest, StoredLine, StoredPage},
    domain::model::{Position, Seek},
};

/// Nobody asks for more lines at once: a page is a few screens. This limits what a defect could take.
pub(super) const MAX_LINES: usize = 10_000;

/// Which lines to return, as seen from one of them.
#[derive(Clone, Copy)]
enum Side {
    Before,
    /// With the line itself.
    Upto,
    After,
    /// With the line itself.
    From,
}

impl Side {
    const fn is_older(self) -> bool {
        matches!(self, Self::Before | Self::Upto)
    }
}

/// The lines to choose from: those of a place, without hidden ones.
#[derive(Clone, Copy)]
struct Shown<'a> {
    place: i64,
    hidden: &'a Hidden,
}

impl Database {
    pub(super) fn page(&self, request: &PageRequest) -> Result<StoredPage> {
        let Some(place) = self.place_key(request.room)? else { return Ok(StoredPage::default()) };
        let max = request.max.min(MAX_LINES);
        let hidden = Hidden::of(&self.connection, &[request.room], &request.ignored)?;
        let shown = Shown { place, hidden: &hidden };
        let lines = match request.seek {
            Seek::Newest => self.newest(shown, max)?,
            Seek::Before(position) => self.side(shown, &position, Side::Before, max)?,
            Seek::After(position) => self.side(shown, &position, Side::After, max)?,
            Seek::Around(position) => self.around(shown, &position, max)?,
        };
        // If the page is empty, look for neighbours of the named line itself.
        let there = |position: &Position, side| self.side(shown, position, side, 1).map(|lines| !lines.is_empty());
        let (before, after) = match (lines.first(), lines.last(), request.seek) {
            (Some(first), Some(last), _) => {
                (there(&first.position, Side::Before)?, there(&last.position, Side::After)?)
            }
            (_, _, Seek::Newest) => (!self.newest(shown, 1)?.is_empty(), false),
            (_, _, Seek::Before(position)) => (false, there(&position, Side::From)?),
            (_, _, Seek::After(position)) => (there(&position, Side::Upto)?, false),
            (_, _, Seek::Around(position)) => (there(&position, Side::Before)?, there(&position, Side::From)?),
        };
        Ok(StoredPage { lines, before, after })
    }

    fn newest(&self, Shown { place, hidden }: Shown<'_>, max: usize) -> Result<Vec<StoredLine>> {
        let mut rows = self.connection.prepare_cached(&newest())?;
        let values = params![place, number(max as u64), hidden.logs, hidden.guests];
        let mut lines = rows.query_map(values, line)?.collect::<Result<Vec<_>>>()?;
        lines.reverse();
        Ok(lines)
    }

    /// Half of the lines are before the named one, which counts as one of the later ones. If one side has too few, the
    /// other one gets more.
    fn around(&self, shown: Shown<'_>, position: &Position, max: usize) -> Result<Vec<StoredLine>> {
        let mut before = self.side(shown, position, Side::Before, max)?;
        let mut after = self.side(shown, position, Side::From, max)?;
        let half = max / 2;
        let from_before = before.len().min(half.max(max.saturating_sub(after.len())));
        before.drain(..before.len() - from_before);
        after.truncate(max - from_before);
        before.append(&mut after);
        Ok(before)
    }

    /// The lines next to the position, in the order of the screen.
    fn side(&self, shown: Shown<'_>, position: &Position, side: Side, max: usize) -> Result<Vec<StoredLine>> {
        let Shown { place, hidden } = shown;
        let mut rows = self.connection.prepare_cached(&beside(side))?;
        let (hlc, author, epoch, seq, id) = position_values(position);
        let values = params![hlc, author, epoch, seq, id, place, number(max as u64), hidden.logs, hidden.guests];
        let mut found = rows.query_map(values, lines::line)?.collect::<Result<Vec<_>>>()?;
        if side.is_older() {
            found.reverse();
        }
        Ok(found)
    }
}

fn newest() -> String {
    let shown = condition(3, 4);
    format!("SELECT {COLUMNS} FROM {FROM} WHERE lines.place = ?1 AND {shown} ORDER BY {DESCENDING} LIMIT ?2")
}

fn beside(side: Side) -> String {
    let sign = match side {
        Side::Before => "<",
        Side::Upto => "<=",
        Side::After => ">",
        Side::From => ">=",
    };
    // The index has only the clock, so the clock gets a condition of its own.
    let (clock, order) = if side.is_older() { ("<=", DESCENDING) } else { (">=", ASCENDING) };
    let shown = condition(8, 9);
    format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE lines.place = ?6 AND lines.hlc {clock} ?1
         AND {shown} AND {POSITION} {sign} (?1, ?2, ?3, ?4, ?5) ORDER BY {order} LIMIT ?7"
    )
}

/// All statements, for the test of how SQLite executes them.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    let mut statements = vec![newest()];
    statements.extend([Side::Before, Side::Upto, Side::After, Side::From].map(beside));
    statements
}
