//! The commands of JSON input, and their keys.

use serde::Deserialize;

use crate::{
    domain::model::{Network, Who},
    frontend::slash::{self, Lan, Slash},
};

/// Why the value of a key is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::frontend::headless) enum BadValue {
    /// It should name a person.
    Person,
    /// It should name a network.
    Network,
    /// Keys of `lan` that do not go together.
    Lan,
}

/// Each command has the name that it has after a slash, and `say`.
#[derive(Debug, Deserialize)]
#[serde(tag = "cmd", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Cmd {
    Say {
        text: String,
        room: Option<String>,
        #[serde(default)]
        action: bool,
    },
    Me {
        text: String,
        room: Option<String>,
    },
    Nick {
        name: Option<String>,
    },
    Who {},
    Whois {
        who: String,
    },
    Join {
        room: String,
    },
    Part {
        room: Option<String>,
        #[serde(default)]
        sure: bool,
    },
    Go {
        room: String,
    },
    List {},
    Topic {
        topic: Option<String>,
        room: Option<String>,
    },
    Create {
        name: String,
        #[serde(default)]
        private: bool,
        #[serde(default)]
        ask: bool,
    },
    Invite {
        who: Vec<String>,
        room: Option<String>,
    },
    Decline {
        room: String,
    },
    Members {
        room: Option<String>,
    },
    Kick {
        who: Vec<String>,
        room: Option<String>,
    },
    Renew {
        room: Option<String>,
    },
    Query {
        who: String,
    },
    Msg {
        who: String,
        text: String,
    },
    Away {
        note: Option<String>,
    },
    Back {},
    Typing {
        on: Option<bool>,
    },
    Ignore {
        who: String,
    },
    Unignore {
        who: String,
    },
    Verify {
        who: String,
        same: Option<bool>,
    },
    Unverify {
        who: String,
    },
    Trust {
        who: String,
        #[serde(default)]
        sure: bool,
    },
    Untrust {
        who: String,
    },
    Connect {
        address: String,
    },
    Lan {
        #[serde(rename = "do")]
        what: Option<LanWord>,
        interface: Option<String>,
        network: Option<String>,
    },
    Deliver {
        network: Option<String>,
    },
    Rescan {},
    Search {
        query: String,
        room: Option<String>,
        #[serde(default)]
        all: bool,
    },
    Clear {},
    Copy {},
    Plain {},
    Erase {
        room: Option<String>,
        #[serde(default)]
        sure: bool,
    },
    Help {
        command: Option<String>,
    },
    Version {},
    Quit {},
}

/// What `lan` should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LanWord {
    On,
    Off,
    Same,
    Share,
}

impl Cmd {
    /// What is to be done, and the room that was given for it.
    ///
    /// # Errors
    /// If a value is of no use.
    pub(super) fn wanted(self) -> Result<(Slash, Option<String>), BadValue> {
        let what = match self {
            Self::Say { text, room, action } => match room.as_deref().and_then(|room| room.strip_prefix('@')) {
                // This also opens the room between the two.
                Some(who) if !action => Slash::Tell { who: person(who)?, text },
                _ => return Ok((Slash::Say { text, action }, room)),
            },
            Self::Me { text, room } => return Ok((Slash::Say { text, action: true }, room)),
            Self::Topic { topic, room } => return Ok((Slash::Topic(topic), room)),
            Self::Invite { who, room } => return Ok((Slash::Invite(people(&who)?), room)),
            Self::Members { room } => return Ok((Slash::Members, room)),
            Self::Kick { who, room } => return Ok((Slash::Kick(people(&who)?), room)),
            Self::Renew { room } => return Ok((Slash::Renew, room)),
            Self::Search { query, room, all } => return Ok((Slash::Search { query: Some(query), all }, room)),
            Self::Erase { room, sure } => return Ok((Slash::Erase { sure }, room)),
            Self::Nick { name } => Slash::Nick(name),
            Self::Who {} => Slash::Who,
            Self::Whois { who } => Slash::Whois(person(&who)?),
            Self::Join { room } => Slash::Join(room),
            Self::Part { room, sure } => Slash::Part { room, sure },
            Self::Go { room } => Slash::Go(room),
            Self::List {} => Slash::List,
            Self::Create { name, private, ask } => Slash::Create { name, private, ask },
            Self::Decline { room } => Slash::Decline(room),
            Self::Query { who } => Slash::Query(person(&who)?),
            Self::Msg { who, text } => Slash::Tell { who: person(&who)?, text },
            Self::Away { note } => Slash::Away(note),
            Self::Back {} => Slash::Back,
            Self::Typing { on } => Slash::Typing(on),
            Self::Ignore { who } => Slash::Ignore(person(&who)?),
            Self::Unignore { who } => Slash::Unignore(person(&who)?),
            Self::Verify { who, same } => Slash::Verify { who: person(&who)?, same },
            Self::Unverify { who } => Slash::Unverify(person(&who)?),
            Self::Trust { who, sure } => Slash::Trust { who: person(&who)?, sure },
            Self::Untrust { who } => Slash::Untrust(person(&who)?),
            Self::Connect { address } => Slash::Connect(address),
            Self::Lan { what, interface, network } => Slash::Lan(lan(what, interface, network)?),
            Self::Deliver { network } => Slash::Deliver(network.as_deref().map(network_of).transpose()?),
            Self::Rescan {} => Slash::Rescan,
            Self::Clear {} => Slash::Clear,
            Self::Copy {} => Slash::Copy(None),
            Self::Plain {} => Slash::PlainView,
            Self::Help { command } => Slash::Help(command),
            Self::Version {} => Slash::Version,
            Self::Quit {} => Slash::Quit,
        };
        Ok((what, None))
    }
}

fn person(who: &str) -> Result<Who, BadValue> {
    Who::new(who).ok_or(BadValue::Person)
}

/// The people, each once.
fn people(who: &[String]) -> Result<Vec<Who>, BadValue> {
    let people = slash::each_once(who.iter().map(|who| person(who)))?;
    if people.is_empty() { Err(BadValue::Person) } else { Ok(people) }
}

fn network_of(name: &str) -> Result<Network, BadValue> {
    Network::new(name).map_err(|_| BadValue::Network)
}

fn lan(what: Option<LanWord>, interface: Option<String>, network: Option<String>) -> Result<Lan, BadValue> {
    match (what, interface, network) {
        (None, None, None) => Ok(Lan::Show),
        (Some(LanWord::On), None, None) => Ok(Lan::Open(true)),
        (Some(LanWord::On), Some(interface), None) => Ok(Lan::At(interface.into())),
        (Some(LanWord::Off), None, None) => Ok(Lan::Open(false)),
        (Some(LanWord::Same), None, network) => Ok(Lan::Same(network.as_deref().map(network_of).transpose()?)),
        (Some(LanWord::Share), None, None) => Ok(Lan::Share),
        _ => Err(BadValue::Lan),
    }
}
