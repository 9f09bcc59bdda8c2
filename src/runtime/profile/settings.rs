//! `settings.json`: what was set on the screen.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{pretty::pretty, rooms::StoredRoom, unreadable::Unreadable};
use crate::domain::{
    bus::{KeptPrivate, KeptRoom},
    model::{Network, Nick},
};

/// The largest file that is read, in bytes: a long draft in each of the most rooms, twice over.
pub(super) const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// How many rooms are read. The program keeps fewer.
const MAX_KEPT: usize = 512;

/// How many networks are read. No release wrote more.
const MAX_NETWORKS: usize = 64;

/// What was set on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Settings {
    /// The name to go by.
    pub(super) nick: Option<Nick>,
    /// Whether messages are shown plainly.
    pub(super) plain_view: Option<bool>,
    /// Whether others are told when the user is typing, and the user when others are.
    pub(super) typing: Option<bool>,
    /// The rooms that the user was in, in their order.
    pub(super) rooms: Vec<KeptRoom>,
    /// Whether the node is open on a network, as releases up to 0.4 kept it.
    pub(super) lan: Vec<(Network, bool)>,
    /// What a later release has set. It stays in the file.
    rest: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nick: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plain_view: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typing: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rooms: Vec<StoredRoom>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lan: Vec<Lan>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Lan {
    network: String,
    open: bool,
}

/// Choices that the user made on the screen, remembered for the next run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    /// The name to go by, if they have chosen one.
    pub nick: Option<Nick>,
    /// Whether others are told that the user is typing, if the user has chosen.
    pub typing: Option<bool>,
    /// Whether messages are shown plainly, if they have chosen that.
    pub plain_view: Option<bool>,
    /// The rooms that they are in, if that has changed.
    pub rooms: Option<Vec<KeptRoom>>,
    /// What is known of private rooms, if that has changed. It has a file of its own.
    pub private: Option<KeptPrivate>,
}

impl Chosen {
    /// Whether they have chosen nothing.
    pub const fn is_empty(&self) -> bool {
        self.changes_no_settings() && self.private.is_none()
    }

    /// Whether nothing was chosen that the settings file has.
    pub(super) const fn changes_no_settings(&self) -> bool {
        self.nick.is_none() && self.typing.is_none() && self.plain_view.is_none() && self.rooms.is_none()
    }

    /// These choices, and those made `before` that they do not replace.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        Self {
            nick: self.nick.or(before.nick),
            typing: self.typing.or(before.typing),
            plain_view: self.plain_view.or(before.plain_view),
            rooms: self.rooms.or(before.rooms),
            private: self.private.or(before.private),
        }
    }
}

impl Settings {
    /// Applies what was chosen.
    pub(super) fn choose(&mut self, chosen: &Chosen) {
        let Chosen { nick, typing, plain_view, rooms, private: _ } = chosen.clone();
        self.nick = nick.or(self.nick.take());
        self.typing = typing.or(self.typing);
        self.plain_view = plain_view.or(self.plain_view);
        if let Some(rooms) = rooms {
            self.rooms = rooms;
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        // serde would take a list of values in the order of the settings for an object.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Unreadable::NotAnObject);
        }
        let stored: Stored = serde_json::from_slice(bytes)?;
        // Release 0.4 allowed names that are no longer valid.
        let nick = stored.nick.and_then(|nick| Nick::clean(&nick));
        let lan = |Lan { network, open }| Network::new(&network).map(|network| (network, open));
        let lan: Result<Vec<_>, _> = stored.lan.into_iter().take(MAX_NETWORKS).map(lan).collect();
        let lan = lan.map_err(|error| error.to_string())?;
        let rooms = stored.rooms.into_iter().take(MAX_KEPT).filter_map(StoredRoom::read).collect();
        Ok(Self { nick, plain_view: stored.plain_view, typing: stored.typing, rooms, lan, rest: stored.rest })
    }

    /// The contents of the file; `None` if they could not be read again.
    pub(super) fn to_json(&self) -> Option<Vec<u8>> {
        let lan = self.lan.iter().map(|(network, open)| Lan { network: network.to_string(), open: *open }).collect();
        let nick = self.nick.as_ref().map(ToString::to_string);
        let Self { plain_view, typing, .. } = *self;
        let rooms = self.rooms.iter().map(StoredRoom::new).collect();
        let stored = Stored { nick, plain_view, typing, rooms, lan, rest: self.rest.clone() };
        let json = pretty(&stored).ok()?;
        (Self::parse(&json).as_ref() == Ok(self)).then_some(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        bus::{RoomUse, RoomView},
        model::{Hlc, MessageId, NodeId, Position, Room},
    };

    fn network(n: usize) -> Network {
        Network::new(&format!("gw 02:42:ac:11:00:01 10.0.{n}.0/24")).unwrap()
    }

    fn kept_room(name: &str, draft: &str, seen: Option<u64>) -> KeptRoom {
        let read = seen.map(|seen| Position {
            hlc: Hlc(seen),
            author: NodeId::new([7; 32]),
            epoch: seen,
            seq: 9,
            id: MessageId([0xf0; 16]),
        });
        KeptRoom {
            room: Room::named(name).unwrap(),
            view: RoomView { draft: draft.to_owned(), read, at: read },
            used: RoomUse::Used,
        }
    }

    #[test]
    fn a_room_unknown_to_this_release_is_left_out() {
        let text = r##"{"rooms": [{"room": "#dev", "read": {"hlc": "?", "author": "", "epoch": "", "seq": 1, "id": ""}},
            {"room": "&plan"}, {"room": "#a b"}]}"##;
        assert_eq!(Settings::parse(text.as_bytes()).unwrap().rooms, [kept_room("dev", "", None)]);
    }

    #[test]
    fn settings_survive_the_file() {
        for nick in [None, Some("Zoë 山田"), Some("a\"b\\")] {
            let mut settings = Settings { nick: nick.map(|nick| Nick::new(nick).unwrap()), ..Settings::default() };
            assert_eq!(Settings::parse(&settings.to_json().unwrap()), Ok(settings.clone()));
            settings.lan = vec![(network(1), true), (network(2), false)];
            settings.plain_view = Some(nick.is_some());
            settings.typing = Some(false);
            let room = Room::Direct(NodeId::new([7; 32]));
            settings.rooms = vec![
                kept_room("#lobby", "", None),
                kept_room("dev", "two\nlines", Some(u64::MAX)),
                KeptRoom { room: room.clone(), used: RoomUse::Unused, ..kept_room("dev", "", None) },
                KeptRoom { room, used: RoomUse::Left { lines: 7 }, ..kept_room("dev", "", None) },
            ];
            assert_eq!(Settings::parse(&settings.to_json().unwrap()), Ok(settings));
        }
    }

    #[test]
    fn settings_of_later_releases_stay_in_the_file() {
        let text = r#"{"nick": "bob", "theme": {"dark": true}, "lan": []}"#;
        let mut settings = Settings::parse(text.as_bytes()).unwrap();
        assert_eq!(settings.nick, Nick::new("bob").ok());
        settings.nick = Nick::new("carol").ok();
        let written = String::from_utf8(settings.to_json().unwrap()).unwrap();
        assert!(written.contains("\"theme\": {") && written.contains("carol"), "{written}");
    }

    #[test]
    fn a_name_that_release_0_4_allowed_is_cleaned() {
        let nick = |text: &str| Settings::parse(text.as_bytes()).unwrap().nick;
        assert_eq!(nick("{\"nick\": \"alice> yes\"}"), Nick::new("alice yes").ok());
        assert_eq!(nick("{\"nick\": \"...\"}"), None);
    }

    #[test]
    fn nothing_else_is_accepted() {
        for (text, error) in [
            ("{\"nick\": 1}", "invalid type: integer"),
            ("{\"plain_view\": 1}", "invalid type: integer"),
            ("{\"typing\": \"no\"}", "invalid type: string"),
            ("{\"nick\": \"a\", \"nick\": \"b\"}", "duplicate field `nick`"),
            ("{\"nick\": \"a\"", "it ends too early"),
            ("{\"lan\": [{\"network\": \"\", \"open\": true}]}", "a network name has"),
            ("[]", "it is not a JSON object"),
        ] {
            let found = Settings::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(found.starts_with(error), "{text}: {found}");
        }
    }
}
