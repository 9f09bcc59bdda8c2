//! `known.json`: the keys of others, and what the user decided about them.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::unreadable::Unreadable;
use crate::domain::model::{Date, Host, Known, MAX_ADDRESSES, Met, Nick, NoKey, NodeId, Timestamp, hex};

/// How many keys are kept: more people than one meets on one network in years, and few enough to read them all at the
/// start.
pub const MAX_KNOWN: usize = 4_096;

/// The largest file that is read, in bytes: [`MAX_KNOWN`] keys with the longest names there are.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What a later release has noted about keys. It stays in the file as long as the key does. The file's size limits it.
pub(super) type Rest = BTreeMap<NodeId, Map<String, Value>>;

/// One key as it stands in the file; times are milliseconds since 1970, UTC.
#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
struct Stored {
    key: String,
    nick: Option<String>,
    first_seen: i64,
    last_seen: i64,
    addrs: Vec<SocketAddr>,
    verified: bool,
    /// Files of 0.4.0 have neither this nor `displaced`.
    #[serde(default, skip_serializing_if = "is_false")]
    differs: bool,
    trusted: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    displaced: bool,
    ignored: bool,
    /// Files of 0.4.0 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    met: Option<StoredMet>,
    /// Its card, hexadecimal. Files of 0.4.0 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The most bytes of a card that are read: more than a card has.
const MAX_CARD_BYTES: usize = 512;

/// How a key was met; the date is in days since 1970, UTC.
#[derive(Serialize, Deserialize)]
struct StoredMet {
    days: u16,
    last_day: i64,
    host: Option<IpAddr>,
    proven: bool,
}

impl StoredMet {
    fn new(Met { days, last_day, host, proven }: Met) -> Self {
        Self { days, last_day: last_day.days(), host: host.map(|host| host.ip()), proven }
    }

    fn read(self) -> Met {
        let Self { days, last_day, host, proven } = self;
        Met { days, last_day: Date::from_days(last_day), host: host.map(Host::of), proven }
    }
}

impl Stored {
    /// What the file says of a key. Leaves out what [`Stored::read`] would refuse: a peer must not be able to make the
    /// file unreadable.
    fn new(known: &Known, rest: &Rest) -> Self {
        let Known {
            node,
            nick,
            first_seen,
            last_seen,
            addrs,
            verified,
            differs,
            trusted,
            displaced,
            ignored,
            met,
            card,
        } = known;
        let readable = |nick: &&Nick| Nick::new(nick.as_str()).as_ref() == Ok(*nick);
        Self {
            key: node.to_string(),
            nick: nick.as_ref().filter(readable).map(ToString::to_string),
            first_seen: first_seen.as_millis(),
            last_seen: last_seen.as_millis(),
            addrs: addrs.iter().copied().filter(is_dialable).take(MAX_ADDRESSES).collect(),
            verified: *verified,
            differs: *differs,
            trusted: *trusted,
            displaced: *displaced,
            ignored: *ignored,
            met: met.map(StoredMet::new),
            card: card.as_deref().map(hex::encode),
            rest: rest.get(node).cloned().unwrap_or_default(),
        }
    }

    fn read(self) -> Result<(Known, Map<String, Value>), Refused> {
        let Self {
            key,
            nick,
            first_seen,
            last_seen,
            addrs,
            verified,
            differs,
            trusted,
            displaced,
            ignored,
            met,
            card,
            rest,
        } = self;
        let node: NodeId = key.parse().map_err(|error| Refused::Key { error, key })?;
        if addrs.len() > MAX_ADDRESSES {
            return Err(Refused::ManyAddresses(node.tag(8)));
        }
        if let Some(addr) = addrs.iter().find(|addr| !is_dialable(addr)) {
            return Err(Refused::Address { key: node.tag(8), addr: *addr });
        }
        let known = Known {
            node,
            // Release 0.4 allowed names that are no longer valid.
            nick: nick.and_then(|nick| Nick::clean(&nick)),
            first_seen: Timestamp::from_millis(first_seen),
            last_seen: Timestamp::from_millis(last_seen),
            addrs,
            verified,
            differs,
            trusted,
            displaced,
            ignored,
            met: met.map(StoredMet::read),
            card: card.as_deref().and_then(read_card),
        };
        Ok((known, rest))
    }
}

/// None if it is no card: a peer that sends it again puts that right.
fn read_card(digits: &str) -> Option<Arc<[u8]>> {
    let digits = Some(digits).filter(|digits| digits.len() <= 2 * MAX_CARD_BYTES)?;
    hex::decode(digits).map(Arc::from)
}

/// Something in the file that cannot be true.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{error}, but {key:.80?} does not")]
    Key { error: NoKey, key: String },
    #[error("the key {0} has more than {MAX_ADDRESSES} addresses")]
    ManyAddresses(String),
    #[error("the key {key} has the address {addr}, which no machine can have")]
    Address { key: String, addr: SocketAddr },
    #[error("it has more than {MAX_KNOWN} keys")]
    ManyKeys,
    #[error("it has the key {0} twice")]
    Twice(String),
}

impl From<Refused> for Unreadable {
    fn from(refused: Refused) -> Self {
        Self::Unknown(refused.to_string())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(value: &bool) -> bool {
    !*value
}

fn is_dialable(addr: &SocketAddr) -> bool {
    !(addr.port() == 0 || addr.ip().is_unspecified() || addr.ip().is_multicast())
}

/// Reads the file.
///
/// # Errors
/// What is wrong with it, for people.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<Known>, Rest), Unreadable> {
    let stored: Vec<Stored> = serde_json::from_slice(bytes)?;
    if stored.len() > MAX_KNOWN {
        return Err(Refused::ManyKeys.into());
    }
    let (mut all, mut seen, mut rest) = (Vec::with_capacity(stored.len()), BTreeSet::new(), Rest::default());
    for stored in stored {
        let (known, unknown) = stored.read()?;
        if !seen.insert(known.node) {
            return Err(Refused::Twice(known.node.tag(8)).into());
        }
        if !unknown.is_empty() {
            rest.insert(known.node, unknown);
        }
        all.push(known);
    }
    Ok((all, rest))
}

/// The contents of the file. If there are more than [`MAX_KNOWN`] keys, those that the user decided about come first,
/// then those met on two days, then those seen last; the rest are left out.
pub(super) fn to_json(known: &[Known], rest: &Rest) -> serde_json::Result<Vec<u8>> {
    let mut kept: Vec<&Known> = known.iter().collect();
    if kept.len() > MAX_KNOWN {
        let is_known = |known: &Known| known.met.is_some_and(|met| met.is_known());
        kept.sort_by_key(|known| std::cmp::Reverse((known.is_decided(), is_known(known), known.last_seen)));
        kept.truncate(MAX_KNOWN);
    }
    // One key per line, for people who look into the file, and for `diff`.
    let mut json = Vec::new();
    for (number, known) in kept.into_iter().enumerate() {
        json.extend_from_slice(if number == 0 { b"[\n  " } else { b",\n  " });
        serde_json::to_writer(&mut json, &Stored::new(known, rest))?;
    }
    json.extend_from_slice(if json.is_empty() { b"[]\n" } else { b"\n]\n" });
    Ok(json)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(number: u16) -> Known {
        let mut key = [0; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        Known {
            last_seen: Timestamp::from_millis(i64::from(number)),
            nick: Some(Nick::new("Zoë 山田").unwrap()),
            addrs: vec!["192.168.1.23:4565".parse().unwrap(), "[fe80::1%3]:4566".parse().unwrap()],
            trusted: true,
            met: Some(Met {
                days: number,
                last_day: Date::from_days(20_454),
                host: (number > 0).then(|| Host::of([192, 168, 1, 23].into())),
                proven: number % 2 == 1,
            }),
            ..Known::new(NodeId::new(key), Timestamp::from_millis(1_767_323_045_678))
        }
    }

    #[test]
    fn known_keys_survive_the_file() {
        for count in [0, 1, 3] {
            let all: Vec<_> = (0..count).map(known).collect();
            assert_eq!(parse(&to_json(&all, &Rest::default()).unwrap()), Ok((all, Rest::default())));
        }
    }

    /// As 0.4.0 wrote it.
    #[test]
    fn a_file_without_counted_days_can_be_read() {
        let line = r#"[{"key":"0101010101010101010101010101010101010101010101010101010101010101","nick":"bob",
            "first_seen":1,"last_seen":2,"addrs":[],"verified":false,"trusted":false,"ignored":false}]"#;
        assert_eq!(parse(line.as_bytes()).unwrap().0[0].met, None);
    }

    #[test]
    fn user_decisions_are_kept_when_there_are_too_many_keys() {
        let count = u16::try_from(MAX_KNOWN).unwrap() + 10;
        let mut all: Vec<_> = (0..count).map(|number| Known { trusted: false, met: None, ..known(number) }).collect();
        all[0].ignored = true;
        let (kept, _) = parse(&to_json(&all, &Rest::default()).unwrap()).unwrap();
        assert_eq!(kept.len(), MAX_KNOWN);
        assert!(kept.contains(&all[0]), "the oldest, but it was shut out");
        assert!(!kept.contains(&all[1]) && kept.contains(&all[usize::from(count) - 1]));
    }

    /// Some names are wider after their graphemes are cut than before.
    #[test]
    fn a_peer_cannot_make_the_file_unreadable() {
        let family = "👩\u{200D}".repeat(40) + "👩";
        let nicks = [family.repeat(6), family.repeat(12), "\u{1100}".repeat(12)];
        let all: Vec<_> = nicks
            .iter()
            .zip(0..)
            .filter_map(|(nick, number)| Some(Known { nick: Some(Nick::clean(nick)?), ..known(number) }))
            .chain([Known {
                addrs: ["0.0.0.0:1", "1.2.3.4:0", "224.0.0.1:9", "1.2.3.4:5"]
                    .map(|addr| addr.parse().unwrap())
                    .repeat(9),
                ..known(99)
            }])
            .collect();
        assert!(all.len() > 1);
        let (read, _) = parse(&to_json(&all, &Rest::default()).unwrap()).unwrap();
        assert_eq!(read.len(), all.len());
        assert_eq!(read.last().unwrap().addrs, ["1.2.3.4:5".parse().unwrap(); MAX_ADDRESSES]);
    }

    #[test]
    fn fields_of_later_releases_stay_as_long_as_their_key() {
        let text = String::from_utf8(to_json(&[known(1), known(2)], &Rest::default()).unwrap()).unwrap();
        let text = text.replacen("\"verified\"", "\"colour\":[3,4],\"verified\"", 1);
        let (all, rest) = parse(text.as_bytes()).unwrap();
        assert_eq!(all, [known(1), known(2)]);
        let written = String::from_utf8(to_json(&all, &rest).unwrap()).unwrap();
        assert_eq!(written.matches("\"colour\":[3,4]").count(), 1);
        let without = String::from_utf8(to_json(&all[1..], &rest).unwrap()).unwrap();
        assert!(!without.contains("colour"), "{without}");
    }

    /// A user who is told that this file is damaged may throw it away, and with it the people they verified.
    #[test]
    fn only_invalid_json_is_called_broken() {
        assert!(matches!(parse(b"[}"), Err(Unreadable::Broken(_))));
        assert_eq!(parse(b"[{").unwrap_err(), Unreadable::CutOff);
        for text in ["{}", "[{}]", "[{\"key\": 1}]"] {
            assert!(matches!(parse(text.as_bytes()), Err(Unreadable::Unknown(_))), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        let good = String::from_utf8(to_json(&[known(1)], &Rest::default()).unwrap()).unwrap();
        let with = |from: &str, to: &str| {
            assert!(good.contains(from), "{from} in {good}");
            good.replacen(from, to, 1)
        };
        for (text, error) in [
            (with("\"verified\":false", "\"verified\":0"), "invalid type: integer `0`"),
            (with("\"verified\":false,", ""), "missing field `verified`"),
            (with("\"ignored\"", "\"banned\""), "missing field `ignored`"),
            (with("\"key\":\"00", "\"key\":\"zz"), "a key has 64 hexadecimal digits, but \"zz"),
            (with("\"key\":\"00", "\"key\":\"\\u001b[2J"), "a key has 64 hexadecimal digits, but \"\\u{1b}[2J"),
            (with("4565", "0"), "the key 00010000 has the address 192.168.1.23:0, which no machine can have"),
            (with(":4565", ""), "invalid socket address"),
            (
                with(
                    "\"192",
                    "\"1.2.3.4:5\",\"1.2.3.4:5\",\"1.2.3.4:5\",\"1.2.3.4:5\",\"1.2.3.4:5\",\"1.2.3.4:5\",\"1.2.3.4:5\",\"192",
                ),
                "the key 00010000 has more than 8 addresses",
            ),
            (format!("[{0},{0}]", good.trim().trim_matches(['[', ']'])), "it has the key 00010000 twice"),
            (format!("{good}x"), "trailing characters"),
            (good.trim_end().trim_end_matches(']').to_owned(), "it ends too early"),
            ("{}".to_owned(), "invalid type: map"),
        ] {
            let found = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(found.starts_with(error), "{text}: {found}");
        }
    }

    #[test]
    fn too_many_keys_are_refused() {
        let line = |number| serde_json::to_string(&Stored::new(&known(number), &Rest::default())).unwrap();
        let all: Vec<_> = (0..=u16::try_from(MAX_KNOWN).unwrap()).map(line).collect();
        let error = parse(format!("[{}]", all.join(",")).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "it has more than 4096 keys");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn the_file_is_readable_whatever_a_peer_calls_itself(
            name in prop::collection::vec(prop::sample::select(&[
                "a", " ", "👩", "\u{200D}", "\u{301}", "\u{FE0F}", "\u{1100}", "\u{600}", "山", "🏽", "\u{E0020}", "\u{AD}", "é",
            ][..]), 0..300)
        ) {
            if let Some(nick) = Nick::clean(&name.concat()) {
                let all = [Known { nick: Some(nick), ..known(1) }];
                prop_assert!(parse(&to_json(&all, &Rest::default()).unwrap()).is_ok());
            }
        }
    }
}
