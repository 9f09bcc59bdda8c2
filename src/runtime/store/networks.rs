//! The networks of which something is kept.

use rusqlite::Result;

use super::{Database, columns::array};
use crate::domain::model::{Network, NodeId};

/// The most authors reported for one network. A network's record holds no more people.
const MAX_AUTHORS: i64 = 256;

/// What is kept of one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSummary {
    /// Its name.
    pub network: Network,
    /// The people who said something there.
    pub authors: Vec<NodeId>,
}

impl Database {
    /// The networks of which lines are kept.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn networks(&self) -> Result<Vec<NetworkSummary>> {
        let mut places = self.connection.prepare(
            "SELECT network, key FROM places WHERE EXISTS (SELECT 1 FROM lines WHERE lines.place = places.key) ORDER BY key",
        )?;
        let mut authors = self.connection.prepare("SELECT DISTINCT author FROM logs WHERE place = ? LIMIT ?")?;
        let mut found: Vec<NetworkSummary> = Vec::new();
        let mut rows = places.query([])?;
        while let Some(row) = rows.next()? {
            let Ok(network) = Network::new(row.get_ref(0)?.as_str()?) else { continue };
            if network == Network::of_members() {
                continue;
            }
            let key: i64 = row.get(1)?;
            let of_place = authors.query_map((key, MAX_AUTHORS), |row| array(0, row.get_ref(0)?.as_blob()?))?;
            let of_place = of_place.map(|key| key.map(NodeId::new)).collect::<Result<Vec<_>>>()?;
            match found.iter_mut().find(|one| one.network == network) {
                Some(known) => known.authors.extend(of_place),
                None => found.push(NetworkSummary { network, authors: of_place }),
            }
        }
        Ok(found)
    }
}
