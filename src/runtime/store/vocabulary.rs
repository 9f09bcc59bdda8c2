//! Every word of the index once, to find it by a part of it.
//!
//! FTS5 finds words by their beginning. An index of all parts of all words would need several times the space, so the
//! words that contain a part are looked up here first. There are far fewer words than lines.
//!
//! When lines are deleted, their words are noted as doubtful. They are checked when there is time, so that the
//! vocabulary does not keep what is gone, and grows no larger than the text.

use std::collections::BTreeSet;

use rusqlite::{Connection, Result};

use super::{
    columns::number,
    words::{self, Indexed},
};
use crate::protocol::codec::event::Content;

/// How many words a part of a word stands for: the shortest ones. More would slow down a search, and a
/// query that fits a thousand words is too vague.
const MAX_INSIDE: usize = 1_000;

/// How many doubtful words are checked in one slice: about 2 ms.
const SLICE_WORDS: usize = 128;

/// Notes words of lines.
pub(super) fn note(connection: &Connection, words: &BTreeSet<String>) -> Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO vocabulary (word) VALUES (?)")?;
    words.iter().try_for_each(|word| insert.execute([word]).map(drop))
}

/// The words that contain a text, or end with it.
pub(super) fn inside(connection: &Connection, text: &str, at_end: bool) -> Result<Vec<String>> {
    // A word that begins with the text is found without this.
    let sql = if at_end {
        "SELECT word FROM vocabulary WHERE length(word) > length(?1) AND substr(word, -length(?1)) = ?1
         ORDER BY length(word), word LIMIT ?2"
    } else {
        "SELECT word FROM vocabulary WHERE instr(word, ?1) > 1 ORDER BY length(word), word LIMIT ?2"
    };
    let mut select = connection.prepare_cached(sql)?;
    select.query_map((text, number(MAX_INSIDE as u64)), |row| row.get(0))?.collect()
}

/// Notes the words of a line that is being deleted. The rest is done by [`check`].
pub(super) fn doubt(connection: &Connection, content: &Content) -> Result<()> {
    let Some(Indexed { words, .. }) = words::of_line(0, content) else { return Ok(()) };
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO doubtful_words (word) VALUES (?)")?;
    words.iter().try_for_each(|word| insert.execute([word]).map(drop))
}

/// Removes some of the doubtful words, if no line has them any more. Returns whether there were any.
pub(super) fn check(connection: &Connection) -> Result<bool> {
    let mut next = connection.prepare_cached("SELECT word FROM doubtful_words LIMIT ?")?;
    let doubtful = next.query_map([number(SLICE_WORDS as u64)], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let mut find = connection.prepare_cached("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1")?;
    let mut forget = connection.prepare_cached("DELETE FROM vocabulary WHERE word = ?")?;
    let mut done = connection.prepare_cached("DELETE FROM doubtful_words WHERE word = ?")?;
    for word in &doubtful {
        // A line that is not indexed yet adds its words again.
        if !find.exists([format!("\"{word}\"")])? {
            forget.execute([word])?;
        }
        done.execute([word])?;
    }
    Ok(!doubtful.is_empty())
}

/// Makes it anew from the index.
pub(super) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch("DELETE FROM vocabulary; DELETE FROM doubtful_words")?;
    connection.execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab (main, words, row)")?;
    connection.execute(
        "INSERT INTO vocabulary (word) SELECT term FROM temp.terms WHERE length(term) > ? AND substr(term, 1, 1) <> '_'",
        [number(words::MIN_INSIDE as u64)],
    )?;
    Ok(())
}
