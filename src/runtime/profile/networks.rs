//! `networks.json`: the networks that this profile was on.
//!
//! What is not understood is left out, and so is an invalid record: a forgotten network is recognized again.

use std::collections::BTreeSet;

use ipnetwork::IpNetwork;
use serde::{Deserialize, Serialize};

use super::{pretty::pretty, unreadable::Unreadable};
use crate::{
    core::networks::{Acquaintance, Evidence, MAX_JOINED, MAX_NETWORKS, NetworkRecord, People},
    domain::model::{Date, HardwareAddr, Network, NodeId},
};

/// The largest file that is read, in bytes: all networks with all the people that a record holds take 2 MiB.
pub(super) const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// How many prefixes, and how many routers, of one network are read. More are a sign that the file was made up.
const MAX_EVIDENCE: usize = 64;

#[derive(Serialize, Deserialize)]
struct Stored {
    networks: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    routers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    joined: Vec<String>,
    /// Days since 1970-01-01.
    #[serde(default)]
    visited: i64,
    #[serde(default)]
    people: Vec<Person>,
}

#[derive(Serialize, Deserialize)]
struct Person {
    key: String,
    days: u16,
    last: i64,
    #[serde(default)]
    introduced: bool,
}

/// Reads the file.
///
/// # Errors
/// What is wrong with it, for people.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<NetworkRecord>, Unreadable> {
    let stored: Stored = serde_json::from_slice(bytes)?;
    let mut names = BTreeSet::new();
    let records = stored.networks.into_iter().filter_map(record);
    Ok(records.filter(|record| names.insert(record.name.clone())).take(MAX_NETWORKS).collect())
}

/// The contents of the file.
///
/// # Errors
/// Those of the encoder.
pub(super) fn to_json(records: &[NetworkRecord]) -> Result<Vec<u8>, serde_json::Error> {
    pretty(&Stored { networks: records.iter().map(stored).collect() })
}

fn record(stored: Record) -> Option<NetworkRecord> {
    let routers = stored.routers.iter().take(MAX_EVIDENCE).filter_map(|text| text.parse::<HardwareAddr>().ok());
    let prefixes = stored.prefixes.iter().take(MAX_EVIDENCE).filter_map(|text| text.parse::<IpNetwork>().ok());
    let evidence = Evidence::new(prefixes, routers);
    let people = stored.people.into_iter().filter_map(|person| {
        let how = Acquaintance { days: person.days, last: Date::from_days(person.last), introduced: person.introduced };
        Some((person.key.parse::<NodeId>().ok()?, how))
    });
    let joined = stored.joined.iter().take(MAX_JOINED).filter_map(|name| Network::new(name).ok());
    Some(NetworkRecord {
        people: People::new(people),
        open: stored.open,
        joined: joined.collect(),
        ..NetworkRecord::new(Network::new(&stored.name).ok()?, evidence, Date::from_days(stored.visited))
    })
}

fn stored(record: &NetworkRecord) -> Record {
    let people = record.people.iter().map(|(node, how)| Person {
        key: node.to_string(),
        days: how.days,
        last: how.last.days(),
        introduced: how.introduced,
    });
    Record {
        name: record.name.to_string(),
        prefixes: record.evidence.prefixes().iter().map(ToString::to_string).collect(),
        routers: record.evidence.routers().iter().map(ToString::to_string).collect(),
        open: record.open,
        joined: record.joined.iter().map(ToString::to_string).collect(),
        visited: record.visited.days(),
        people: people.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> NetworkRecord {
        let how = Acquaintance { days: 2, last: Date::from_days(20_000), introduced: true };
        NetworkRecord {
            people: People::new([(NodeId::new([7; 32]), how)]),
            open: Some(true),
            joined: vec![Network::new("10.0.0.0/24 1f2e3d4c").unwrap()],
            ..NetworkRecord::of_name(Network::new("gw 00:1b:21:3c:9d:f8 10.0.0.0/24").unwrap()).unwrap()
        }
    }

    #[test]
    fn written_records_are_read_again() {
        let records = [example(), NetworkRecord::of_name(Network::new("10.0.1.0/24").unwrap()).unwrap()];
        assert_eq!(parse(&to_json(&records).unwrap()).unwrap(), records);
    }

    #[test]
    fn invalid_records_and_unknown_fields_are_left_out() {
        let text = String::from_utf8(to_json(&[example()]).unwrap()).unwrap();
        let later = text.replace("\"visited\"", "\"colour\": \"red\", \"visited\"");
        assert_eq!(parse(later.as_bytes()).unwrap(), [example()]);
        let nameless = text.replace("gw 00:1b:21:3c:9d:f8 10.0.0.0/24", "");
        assert_eq!(parse(nameless.as_bytes()).unwrap(), []);
        let twice = text.replace("\"networks\": [", "\"networks\": [{\"name\": \"gw 00:1b:21:3c:9d:f8 10.0.0.0/24\"},");
        assert_eq!(parse(twice.as_bytes()).unwrap().len(), 1);
        assert!(parse(b"[]").is_err() && parse(b"{").is_err());
    }
}
