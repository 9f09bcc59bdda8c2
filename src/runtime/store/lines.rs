//! Rows of `lines`: messages for screens, and their positions.

use std::borrow::Cow;

use prost::Message as _;
use rusqlite::{Connection, OptionalExtension as _, Result, Row};

use super::columns::{array, dating, hlc, number, time, unepoch, unsigned};
use crate::{
    core::log::storage::{GuestLine, StoredLine},
    domain::model::{Hlc, MessageId, NodeId, Position},
    protocol::{
        codec::event::{Content, KIND_SAID, SALT_BYTES},
        wire::mesh,
    },
};

/// Bits of a spot that number the lines of one millisecond; 43 are left for the milliseconds until 2200.
const IN_MILLISECOND: u32 = 20;

/// The last millisecond that a spot can name.
const LAST_MILLISECOND: i64 = (1 << 43) - 1;

/// The tables that [`line`] takes its columns from.
pub(super) const FROM: &str = "lines LEFT JOIN logs ON logs.key = lines.log";

/// The columns of [`line`].
pub(super) const COLUMNS: &str = "lines.hlc, logs.author, logs.epoch, lines.seq, substr(lines.id, 1, 16), \
    lines.guest, lines.kind, lines.content, ifnull(lines.shown, lines.wall), lines.arrived, lines.dating, \
    ifnull(lines.dated, lines.hlc)";

/// The order of the screen. An index provides it by the clock, so only lines with equal readings are sorted.
pub(super) const ASCENDING: &str = "lines.hlc, ifnull(logs.author, zeroblob(32)), \
    ifnull(logs.epoch, -9223372036854775807 - 1), ifnull(lines.seq, 0), lines.id";

/// The order of the screen in reverse.
pub(super) const DESCENDING: &str = "lines.hlc DESC, ifnull(logs.author, zeroblob(32)) DESC, \
    ifnull(logs.epoch, -9223372036854775807 - 1) DESC, ifnull(lines.seq, 0) DESC, lines.id DESC";

/// What is compared with the five values of a position.
pub(super) const POSITION: &str = "(lines.hlc, ifnull(logs.author, zeroblob(32)), \
    ifnull(logs.epoch, -9223372036854775807 - 1), ifnull(lines.seq, 0), substr(lines.id, 1, 16))";

/// The five values of a position, as `?1` to `?5`.
pub(super) fn position_values(position: &Position) -> (i64, &[u8; 32], i64, i64, &[u8; 16]) {
    let epoch = super::columns::epoch(position.epoch);
    (number(position.hlc.0), position.author.as_bytes(), epoch, number(position.seq), &position.id.0)
}

/// The position of a line, from the first five of [`COLUMNS`].
pub(super) fn position(row: &Row<'_>) -> Result<Position> {
    let author = row.get_ref(1)?.as_blob_or_null()?.map_or(Ok([0; 32]), |bytes| array(1, bytes))?;
    Ok(Position {
        hlc: hlc(row, 0)?,
        author: NodeId::new(author),
        epoch: row.get::<_, Option<i64>>(2)?.map_or(0, unepoch),
        seq: unsigned(row.get::<_, Option<i64>>(3)?.unwrap_or(0)),
        id: MessageId(array(4, row.get_ref(4)?.as_blob()?)?),
    })
}

/// A message, from [`COLUMNS`].
pub(super) fn line(row: &Row<'_>) -> Result<StoredLine> {
    let kind = row.get(6)?;
    Ok(StoredLine {
        position: position(row)?,
        guest: row.get_ref(5)?.as_str_or_null()?.and_then(|addr| addr.parse().ok()),
        content: content(kind, row.get_ref(7)?.as_blob()?),
        kind,
        shown: time(row, 8)?,
        arrived: time(row, 9)?,
        dating: dating(row, 10)?,
        dated: hlc(row, 11)?,
    })
}

/// What a line says.
pub(super) fn content(kind: u32, bytes: &[u8]) -> Content {
    Content::read(kind, bytes)
}

/// A guest's line in the form of an event's content. Its salt is zero, because salts are for hashes, and a guest's line
/// has none.
pub(super) fn guest_content(line: &GuestLine) -> Vec<u8> {
    let nick = line.nick.as_ref().map_or(Cow::Borrowed(""), |nick| Cow::Owned(nick.to_string()));
    let said = mesh::Said {
        nick: nick.into_owned(),
        text: line.text.as_str().to_owned(),
        action: line.action,
        again: Vec::new(),
    };
    let mut content = vec![0; SALT_BYTES];
    content.extend(said.encode_to_vec());
    content
}

/// The kind of a guest's line.
pub(super) const GUEST_KIND: u32 = KIND_SAID;

/// The first spot of the millisecond of a clock's reading.
pub(super) fn first_spot(hlc: Hlc) -> i64 {
    hlc.wall().as_millis().clamp(0, LAST_MILLISECOND) << IN_MILLISECOND
}

/// The last spot of that millisecond.
pub(super) fn last_spot(hlc: Hlc) -> i64 {
    first_spot(hlc) | ((1 << IN_MILLISECOND) - 1)
}

/// A free spot. If a million lines were said in one millisecond, it is below zero, where search finds nothing.
pub(super) fn free_spot(connection: &Connection, hlc: Hlc) -> Result<i64> {
    let (first, last) = (first_spot(hlc), last_spot(hlc));
    let mut newest =
        connection.prepare_cached("SELECT spot FROM lines WHERE spot BETWEEN ? AND ? ORDER BY spot DESC LIMIT 1")?;
    match newest.query_row([first, last], |row| row.get::<_, i64>(0)).optional()? {
        None => Ok(first),
        Some(spot) if spot < last => Ok(spot + 1),
        Some(_) => connection.query_row("SELECT min(ifnull(min(spot), 0), 0) - 1 FROM lines", [], |row| row.get(0)),
    }
}
