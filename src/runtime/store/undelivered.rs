//! What our user said on other networks and nobody is known to have.

use rusqlite::{Result, params};

use super::{
    Database,
    columns::{log_id, unsigned},
};
use crate::{core::log::storage::Undelivered, domain::model::Network};

/// A log, and the lines of it that nobody has. Erased lines have no text to say again.
const LINES: &str = "
    SELECT logs.room, author, epoch, network, min(seq), max(seq), count(*) FROM logs
    JOIN places ON places.key = logs.place JOIN lines ON lines.log = logs.key
    WHERE author = ?1 AND network NOT IN (?2, ?3) AND length(lines.content) > 0
    AND seq > ifnull((SELECT max(seq) FROM acks WHERE acks.log = logs.key), 0)
    AND NOT EXISTS (SELECT 1 FROM lines AS later WHERE later.again = ifnull(lines.again, lines.id) AND later.id <> lines.id)
    GROUP BY logs.key ORDER BY logs.key";

impl Database {
    pub(super) fn undelivered(&self) -> Result<Vec<Undelivered>> {
        let mut select = self.connection.prepare_cached(LINES)?;
        let [here, everywhere] = self.shown_networks();
        let mut rows = select.query(params![self.me.as_bytes(), here.as_str(), everywhere.as_str()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let Ok(network) = Network::new(row.get_ref(3)?.as_str()?) else { continue };
            let (from, until, lines) = (unsigned(row.get(4)?), unsigned(row.get(5)?), unsigned(row.get(6)?));
            found.push(Undelivered { network, log: log_id(row, 0)?, from, until, lines });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::log::storage::{Ack, Write},
        domain::model::NodeId,
        runtime::store::tests::people::{Author, append, open_in},
    };

    #[test]
    fn only_lines_of_other_networks_that_nobody_has_count() {
        let directory = tempfile::tempdir().unwrap();
        let (mut alone, mut office) = (Author::new(1, 5), Author::new(1, 6));
        let mut other = Author::new(2, 7);
        let mut database = open_in(directory.path(), "loopback", alone.node()).database;
        for n in 0..4 {
            database.commit(alone.write(1_000 + n, &format!("alone {n}"), true)).unwrap();
        }
        database.commit(other.write(2_000, "somebody else", false)).unwrap();
        let ack = Ack { node: NodeId::new([9; 32]), log: alone.log, seq: 2 };
        database.commit(vec![Write::Ack(ack)]).unwrap();
        assert_eq!(database.load().undelivered, [], "on the present network they are followed one by one");
        drop(database);
        let mut database = open_in(directory.path(), "office", alone.node()).database;
        let network = Network::loopback();
        let waiting = Undelivered { network, log: alone.log, from: 3, until: 4, lines: 2 };
        assert_eq!(database.load().undelivered, std::slice::from_ref(&waiting));
        let again = office.say_again(3_000, "alone 2", alone.said[2].0.id);
        database.commit(vec![append(again, true), Write::Log(office.state(1))]).unwrap();
        assert_eq!(database.load().undelivered, [Undelivered { from: 4, lines: 1, ..waiting }]);
    }
}
