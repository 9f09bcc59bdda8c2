//! The names that people used in what they said.

use std::collections::BTreeSet;

use rusqlite::{Connection, Result, params};

use super::{columns::number, words};
use crate::{domain::model::NodeId, protocol::codec::event::Content};

/// How many names of one log are kept. Nobody who uses more wants to be found.
const MAX_NAMES: usize = 64;

/// Notes the names that were used in a log.
pub(super) fn note(connection: &Connection, names: &BTreeSet<(i64, String)>) -> Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO names (log, name)
         SELECT ?1, ?2 WHERE (SELECT count(*) FROM names WHERE log = ?1) < ?3",
    )?;
    names.iter().try_for_each(|(log, name)| insert.execute(params![log, name, number(MAX_NAMES as u64)]).map(drop))
}

/// Whose lines are looked for.
#[derive(Debug, Default)]
pub(super) struct Authors {
    /// The logs of people who are known by one of the names.
    theirs: BTreeSet<i64>,
    /// The logs in which one of the names was used, among others.
    named: BTreeSet<i64>,
    names: BTreeSet<String>,
}

impl Authors {
    /// The people who are called by these names now, and everybody who used one of them.
    pub(super) fn of(connection: &Connection, nodes: &BTreeSet<NodeId>, names: &[String]) -> Result<Self> {
        let mut authors = Self { names: names.iter().map(|name| words::of_name(name)).collect(), ..Self::default() };
        let mut of_node = connection.prepare_cached("SELECT key FROM logs WHERE author = ?")?;
        for node in nodes {
            let logs = of_node.query_map([node.as_bytes()], |row| row.get(0))?;
            authors.theirs.extend(logs.collect::<Result<Vec<i64>>>()?);
        }
        let mut by_name = connection.prepare_cached("SELECT log FROM names WHERE name = ?")?;
        for name in &authors.names {
            authors.named.extend(by_name.query_map([name], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?);
        }
        Ok(authors)
    }

    /// The logs that may have such lines, as a list in JSON. Guests' lines are in none.
    pub(super) fn logs(&self) -> String {
        serde_json::Value::from(self.theirs.union(&self.named).copied().collect::<Vec<i64>>()).to_string()
    }

    /// Whether a line of this log is one of theirs; `content` reads it if that depends on the line itself.
    pub(super) fn has(&self, log: Option<i64>, content: impl FnOnce() -> Result<Content>) -> Result<bool> {
        if log.is_some_and(|log| self.theirs.contains(&log)) {
            return Ok(true);
        }
        if log.is_some_and(|log| !self.named.contains(&log)) {
            return Ok(false);
        }
        Ok(nick(&content()?).is_some_and(|name| self.names.contains(&name)))
    }
}

/// The name that a line was said under, as it is compared.
pub(super) fn nick(content: &Content) -> Option<String> {
    let Content::Said { nick: Some(nick), .. } = content else { return None };
    Some(words::of_name(nick.as_str()))
}
