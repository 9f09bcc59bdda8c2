//! Where a value came from, and what it is before it is checked.

use std::fmt;

use super::setting::{ENV_PREFIX, Setting};
use crate::frontend::words::{config, settings};

/// Where something was set, for errors and warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the config file.
    File {
        /// The file's name, as it was given.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
    },
    /// By a command line option.
    Flag(&'static str),
    /// By an environment variable.
    Variable(String),
    /// Nowhere: it is the default.
    Default,
}

impl Origin {
    /// Whether it was set for this run only.
    pub(super) const fn is_of_this_run(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Variable(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => f.pad(name),
            Self::Default => f.write_str(settings::THE_DEFAULT),
        }
    }
}

/// A checked value, and where it was set.
#[derive(Debug, Clone)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

/// A value before it is checked, and where it was set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// From the command line or a variable: a number or text, depending on the setting.
    Word(String),
    /// A JSON string.
    Text(String),
    /// A JSON number; `None` if it is not a whole number from 0 to `u64::MAX`.
    Number(Option<u64>, String),
    /// A JSON boolean.
    Bool(bool),
    /// A JSON list, or an option that was repeated.
    List(Vec<Given>),
    /// `null` or an object: no setting takes these.
    Other(&'static str),
}

/// How many characters of a wrong value an error repeats.
const MAX_SHOWN: usize = 40;

/// The value as an error shows it: short, and with everything that could control a terminal escaped.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Text(text) => write!(f, "{:?}", shorten(text)),
            Self::Number(_, text) => f.write_str(&shorten(text)),
            Self::Bool(value) => value.fmt(f),
            Self::List(_) => f.write_str(settings::A_LIST),
            Self::Other(what) => f.write_str(what),
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// All that one source sets, each setting at most once.
pub(super) type Layer = Vec<(Setting, Given)>;

/// What the command line sets.
pub(super) fn from_args(args: &super::Args) -> Layer {
    let mut layer = Layer::new();
    let mut one = |setting, flag, word: &Option<String>| {
        if let Some(word) = word {
            layer.push((setting, Given { value: Value::Word(word.clone()), origin: Origin::Flag(flag) }));
        }
    };
    one(Setting::Ip, "--ip", &args.ip);
    one(Setting::MinPort, "--min-port", &args.min_port);
    one(Setting::MaxPort, "--max-port", &args.max_port);
    one(Setting::Nick, "--nick", &args.nick);
    one(Setting::Network, "--network", &args.network);
    one(Setting::Room, "--room", &args.room);
    one(Setting::AnyNetwork, "--any-network", &args.any_network.then(|| "true".to_owned()));
    one(Setting::Lan, "--lan", &args.lan.then(|| "true".to_owned()));
    one(Setting::Announce, "--no-announce", &args.no_announce.then(|| "false".to_owned()));
    one(Setting::SweepRate, "--sweep-rate", &args.sweep_rate);
    one(Setting::Guests, "--guests", &args.guests);
    one(Setting::Profile, "--profile", &args.profile);
    one(Setting::DataDir, "--data-dir", &args.data_dir);
    one(Setting::Ephemeral, "--ephemeral", &args.ephemeral.then(|| "true".to_owned()));
    one(Setting::PlainView, "--plain-view", &args.plain_view.then(|| "true".to_owned()));
    one(Setting::Typing, "--no-typing", &args.no_typing.then(|| "false".to_owned()));
    one(Setting::Theme, "--no-color", &args.no_color.then(|| "none".to_owned()));
    let mut many = |setting, flag, words: &[String]| {
        if !words.is_empty() {
            layer.push((setting, list(words.iter().map(String::as_str), &Origin::Flag(flag))));
        }
    };
    many(Setting::Cidr, "--cidr", &args.cidr);
    many(Setting::Interfaces, "--interface", &args.interface);
    many(Setting::Peers, "--peer", &args.peer);
    layer
}

/// What the variables set, and warnings about unknown ones. An empty variable counts as not set.
pub(super) fn from_env<'a>(env: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Layer, Vec<String>) {
    let (mut layer, mut warnings) = (Layer::new(), Vec::new());
    for (variable, word) in env {
        let Some(name) = variable.strip_prefix(ENV_PREFIX).map(str::to_ascii_lowercase) else { continue };
        let origin = Origin::Variable(variable.to_owned());
        match Setting::from_name(&name) {
            _ if word.trim().is_empty() || name == "config" => {}
            // There is no other way to write a list in a variable.
            Some(setting @ (Setting::Cidr | Setting::Interfaces | Setting::Peers)) => {
                let words = word.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty());
                layer.push((setting, list(words, &origin)));
            }
            Some(setting) => layer.push((setting, Given { value: Value::Word(word.to_owned()), origin })),
            None => {
                let meant = Setting::similar(&name).map(|meant| format!("{ENV_PREFIX}{}", meant.name().to_uppercase()));
                warnings.push(config::unknown_variable(&format!("{origin:.60}"), meant.as_deref()));
            }
        }
    }
    (layer, warnings)
}

fn list<'a>(words: impl Iterator<Item = &'a str>, origin: &Origin) -> Given {
    let items = words.map(|word| Given { value: Value::Word(word.to_owned()), origin: origin.clone() });
    Given { value: Value::List(items.collect()), origin: origin.clone() }
}
