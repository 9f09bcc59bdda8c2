//! How entries are arranged in a pane: in columns, or with names in line with the text.

use std::iter;

use super::{Entry, Line};
use crate::frontend::tui::app::{
    clock::time_of_day,
    wrap::{Row, links, width, wrap, wrap_hanging},
};

/// Panes narrower than this show names in line with the text.
const INLINE_BELOW: u16 = 50;

/// Panes at least this wide have a wide nick column.
const WIDE_FROM: u16 = 80;

/// A message with more rows than this is folded: a window of the usual size shows this many. What is above it stays
/// near.
const FOLDED_ABOVE: usize = 20;

/// Rows of a folded message that are shown: half of that, enough to see what it is.
const SHOWN_FOLDED: usize = 10;

/// How messages are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// Time, names and text in columns; the names have this many.
    Columns(u16),
    /// `14:05 bob: text`.
    Inline,
    /// The same for copying with the mouse: nothing comes before further rows, and a text of several lines begins below
    /// the name.
    Plain,
}

/// The size of the pane and how messages are arranged in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub cols: u16,
    pub rows: u16,
    pub arrangement: Arrangement,
}

impl Geometry {
    /// The arrangement for a pane of this size; a plain view has no columns.
    pub(crate) fn new(cols: u16, rows: u16, plain: bool) -> Self {
        let arrangement = match cols {
            _ if plain => Arrangement::Plain,
            ..INLINE_BELOW => Arrangement::Inline,
            INLINE_BELOW..WIDE_FROM => Arrangement::Columns(9),
            WIDE_FROM.. => Arrangement::Columns(12),
        };
        Self { cols, rows, arrangement }
    }

    /// The column in which the rows of messages begin, except the first one when names are in line.
    pub(crate) const fn text_column(self) -> u16 {
        match self.arrangement {
            Arrangement::Columns(nick) => nick + COLUMNS_BEFORE_TEXT,
            Arrangement::Inline => INLINE_INDENT,
            Arrangement::Plain => 0,
        }
    }
}

/// The part of a message before its text, when names are in line.
pub(crate) struct Prefix {
    pub time: Option<String>,
    pub name: String,
    pub after: &'static str,
}

impl Prefix {
    /// The prefix of `line` in a pane of `cols` columns.
    pub(crate) fn new(line: &Line, cols: u16) -> Self {
        // Time and name leave at least a third of the row to the text.
        let time = (line.stamped && cols >= 24).then(|| time_of_day(line.minute));
        Self {
            time,
            name: line.label(usize::from(cols / 3).max(1)),
            after: if line.form.is_action() { " " } else { ": " },
        }
    }

    /// Its columns.
    pub(crate) fn width(&self) -> usize {
        self.time.as_ref().map_or(0, |t| t.len() + 1) + width(&self.name) + self.after.len()
    }
}

/// How an entry breaks into rows.
#[derive(Debug)]
pub(crate) struct Wrapped {
    pub rows: Vec<Row>,
    pub links: Vec<std::ops::Range<usize>>,
    /// Whether the mark after the text has a row of its own.
    pub mark_apart: bool,
    /// Whether it is a message that folds.
    pub is_long: bool,
    /// Rows that are folded away. Another row says so.
    pub hidden: usize,
}

impl Wrapped {
    /// How many of its rows are shown.
    pub(super) fn height(&self) -> usize {
        self.rows.len() + usize::from(self.hidden > 0) + usize::from(self.mark_apart)
    }
}

/// Breaks `entry` into rows for a pane of this geometry. A long message shows only its first rows, unless it is `open`.
pub(super) fn wrap_entry(entry: &Entry, geometry: Geometry, open: bool) -> Wrapped {
    let cols = usize::from(geometry.cols);
    // Line feeds at the end of a message are kept, not shown: they would only push others out of sight.
    let text = entry.text().trim_end();
    let room = cols.saturating_sub(usize::from(geometry.text_column()));
    let (mut rows, columns) = match (entry, geometry.arrangement) {
        (Entry::Line(_), Arrangement::Columns(_)) => (wrap(text, room, room), room),
        // All lines of a block of code begin at the left edge.
        (Entry::Line(_), Arrangement::Plain) if text.contains('\n') => {
            let name = Row { start: 0, end: 0, indent: 0 };
            (iter::once(name).chain(wrap(text, room, room)).collect(), room)
        }
        (Entry::Line(line), Arrangement::Inline | Arrangement::Plain) => {
            (wrap(text, cols.saturating_sub(Prefix::new(line, geometry.cols).width()), room), room)
        }
        (Entry::Presence(_), _) => {
            // The time is where messages have it, and the names line up below one another.
            let columns = cols.saturating_sub(1).max(1);
            let hang = if columns < 3 * usize::from(PRESENCE_HANG) { 0 } else { PRESENCE_HANG };
            let mut rows = wrap(text, columns, columns - usize::from(hang));
            rows.iter_mut().skip(1).for_each(|row| row.indent = hang);
            (rows, columns)
        }
        (Entry::Notice(_) | Entry::Flood(_), _) => {
            let columns = own_columns(geometry.cols);
            let hang = if let Entry::Notice(notice) = entry { notice.hang } else { 0 };
            (wrap_hanging(text, columns, hang), columns)
        }
    };
    let is_long = matches!(entry, Entry::Line(_)) && rows.len() > FOLDED_ABOVE;
    let hidden = if is_long && !open { rows.len() - SHOWN_FOLDED } else { 0 };
    rows.truncate(rows.len() - hidden);
    let mark_apart = matches!(entry, Entry::Line(line) if line.mark().is_some_and(|(mark, _)| {
        let first = if rows.len() > 1 || matches!(geometry.arrangement, Arrangement::Columns(_)) { 0 } else {
            Prefix::new(line, geometry.cols).width().saturating_sub(usize::from(geometry.text_column()))
        };
        hidden > 0 || rows.last().is_some_and(|row| first + width(row.of(text)) + 2 + width(&mark) > columns)
    }));
    Wrapped { rows, links: links(text), mark_apart, is_long, hidden }
}

/// Columns before the names in a line about who came and left: `18:22 ⇄ `.
const PRESENCE_HANG: u16 = 8;

/// Columns of a notice: one stays free on either side.
fn own_columns(cols: u16) -> usize {
    usize::from(cols).saturating_sub(2).max(1)
}

/// The rows that a notice takes in a pane of `cols` columns.
pub(crate) fn rows_of(text: &str, cols: u16) -> usize {
    wrap_hanging(text, own_columns(cols), 0).len()
}

/// Columns around the nick column: the time, and ` │ ` with a space before the names.
const COLUMNS_BEFORE_TEXT: u16 = 5 + 1 + 3;

/// Indent of the further rows of a message whose name is in line.
const INLINE_INDENT: u16 = 2;
