//! Values as the columns hold them. Whatever is read may come from a damaged file, so nothing is taken for granted.

use rusqlite::{Error, Result, types::Type};

use crate::{
    core::log::storage::Dating,
    domain::model::{EventId, Hlc, LogId, NodeId, RoomId, Timestamp},
};

/// SQLite has signed integers only. Numbers of events and clocks never reach the sign bit (`HLC_END`, the decoder's
/// limit). A greater number in a request stands for the end of all of them.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads what [`number`] wrote.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Epochs use all bits and are compared. Flipping the sign bit keeps their order.
pub(super) const fn epoch(value: u64) -> i64 {
    (value ^ (1 << 63)).cast_signed()
}

/// Reads what [`epoch`] wrote.
pub(super) const fn unepoch(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

/// A value of constant length.
pub(super) fn array<const N: usize>(column: usize, bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::FromSqlConversionFailure(column, Type::Blob, "length".into()))
}

/// A log's id from three columns, `first` and those after it.
pub(super) fn log_id(row: &rusqlite::Row<'_>, first: usize) -> Result<LogId> {
    Ok(LogId {
        room: RoomId(array(first, row.get_ref(first)?.as_blob()?)?),
        author: NodeId::new(array(first + 1, row.get_ref(first + 1)?.as_blob()?)?),
        epoch: unepoch(row.get(first + 2)?),
    })
}

/// An event's id, if there is one.
pub(super) fn event_id(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<EventId>> {
    row.get_ref(column)?.as_blob_or_null()?.map(|bytes| array(column, bytes).map(EventId)).transpose()
}

/// A clock's reading.
pub(super) fn hlc(row: &rusqlite::Row<'_>, column: usize) -> Result<Hlc> {
    Ok(Hlc(unsigned(row.get(column)?)))
}

/// The number of a reason in the column `dating`. The numbers are on disk and never change.
pub(super) const fn dating_number(dating: Dating) -> i64 {
    match dating {
        Dating::Believed => 0,
        Dating::OtherTime => 1,
        Dating::Ahead => 2,
        Dating::Behind => 3,
    }
}

/// Reads what [`dating_number`] wrote.
pub(super) fn dating(row: &rusqlite::Row<'_>, column: usize) -> Result<Dating> {
    Ok(match row.get::<_, i64>(column)? {
        1 => Dating::OtherTime,
        2 => Dating::Ahead,
        3 => Dating::Behind,
        _ => Dating::Believed,
    })
}

/// A time.
pub(super) fn time(row: &rusqlite::Row<'_>, column: usize) -> Result<Timestamp> {
    Ok(Timestamp::from_millis(row.get(column)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order() {
        let epochs = [0, 1, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX];
        assert!(epochs.map(epoch).is_sorted());
        assert_eq!(epochs.map(epoch).map(unepoch), epochs);
        assert_eq!((number(7), number(u64::MAX), unsigned(-1)), (7, i64::MAX, 0));
    }
}
