//! Merges the sources: flags override variables, variables override the file, and the file overrides the default.
//! Choices made on the screen come in later, in [`Name::resolve`] and [`Preference::resolve`].

use std::{
    net::{IpAddr, SocketAddr},
    num::{NonZeroU16, NonZeroU32, NonZeroU64},
    path::PathBuf,
};

use super::{
    Args, Config, ConfigError, FileText, History, Lan, MAX_HISTORY_DAYS, MAX_HISTORY_LINES, Name, Preference, Theme,
    check, json,
    name::Strength,
    setting::Setting,
    source::{self, Given, Layer, Origin, Sourced, Value},
};
use crate::{
    core::discovery::sweep_policy::{self, SWEEP_RATES},
    domain::model::{Guests, Network, Nick, ProfileName, Room, Target},
};

/// The default settings. Their names and values are the reference program's own.
const DEFAULT: &str = include_str!("../../../config.json");

/// The name to propose if no login name can be a nickname.
const NAMELESS: &str = "someone";

/// All sources of settings.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The command line.
    pub args: &'a Args,
    /// The environment, as names and values; variables that are not ours are ignored.
    pub env: &'a [(String, String)],
    /// The config file, if there is one.
    pub file: Option<FileText<'a>>,
    /// The user's login name, as the system knows it. The variable `USER` takes precedence.
    pub login: Option<&'a str>,
}

/// Merges and checks the settings.
///
/// # Errors
/// [`ConfigError`] for the first value that cannot be used; its text says where it was set and what is allowed.
pub fn merge(sources: Sources<'_>) -> Result<Config, ConfigError> {
    let env = || sources.env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let (from_env, mut warnings) = source::from_env(env());
    let (from_file, file_warnings) = sources.file.as_ref().map(json::from_file).transpose()?.unwrap_or_default();
    warnings.extend(file_warnings);
    let layers = Layers([source::from_args(sources.args), from_env, from_file, default()?]);

    let ip = layers.required(Setting::Ip, ip)?;
    let cidrs = layers.each(Setting::Cidr, |given| text(given).and_then(sweep_policy::parse))?;
    let min = layers.required(Setting::MinPort, port)?;
    let max = layers.required(Setting::MaxPort, port)?;
    let peers = layers.each(Setting::Peers, |given| text(given).and_then(peer))?;
    let lan = layers.optional(Setting::Lan, boolean)?;
    let lan =
        lan.map_or_else(Lan::default, |Sourced { value, origin }| Lan { open: value, firm: origin.is_of_this_run() });
    let interfaces = layers.each(Setting::Interfaces, interface)?;
    let any_network = layers.optional(Setting::AnyNetwork, boolean)?.is_some_and(|sourced| sourced.value);

    let profile = layers.optional(Setting::Profile, profile)?;
    let data_dir = layers.optional(Setting::DataDir, directory)?;
    let ephemeral = layers.optional(Setting::Ephemeral, boolean)?;

    check::ip(&ip)?;
    check::ephemeral(ephemeral.as_ref(), profile.as_ref().map(|profile| &profile.origin), Setting::Profile)?;
    check::ephemeral(ephemeral.as_ref(), data_dir.as_ref().map(|data_dir| &data_dir.origin), Setting::DataDir)?;
    let ports = check::ports(&min, &max)?;
    let cidrs_given = cidrs.iter().any(|cidr| cidr.origin != Origin::Default);
    let cidrs = check::cidrs(&ip, cidrs, lan.open, any_network, &mut warnings)?;
    let peers = check::peers(&ip, peers, lan.open, &mut warnings);
    Ok(Config {
        ip: ip.value,
        cidrs,
        cidrs_given,
        lan,
        interfaces: interfaces.into_iter().map(|sourced| sourced.value).collect(),
        announce: layers.optional(Setting::Announce, boolean)?.is_none_or(|sourced| sourced.value),
        ports,
        name: name(&layers, env().filter(|(name, _)| *name == "USER").map(|(_, value)| value).chain(sources.login))?,
        peers,
        sweep_rate: layers.optional(Setting::SweepRate, sweep_rate)?.map(|sourced| sourced.value),
        any_network,
        guests: layers.optional(Setting::Guests, guests)?.map(|sourced| sourced.value).unwrap_or_default(),
        profile: profile.map(|sourced| sourced.value),
        data_dir: data_dir.map(|sourced| sourced.value),
        ephemeral: ephemeral.is_some_and(|sourced| sourced.value),
        history: history(&layers)?,
        network: layers
            .optional(Setting::Network, |given| Network::new(text(given)?).ok())?
            .map(|sourced| sourced.value),
        room: layers
            .optional(Setting::Room, |given| Room::named(text(given)?).ok())?
            .map_or(Room::Lobby, |sourced| sourced.value),
        typing: preference(&layers, Setting::Typing, true)?,
        theme: theme(&layers, env())?,
        plain_view: preference(&layers, Setting::PlainView, false)?,
        verbose: sources.args.verbose,
        warnings,
    })
}

fn default() -> Result<Layer, ConfigError> {
    let (layer, _) = json::from_file(&FileText { name: "config.json", bytes: DEFAULT.as_bytes() })?;
    Ok(layer.into_iter().map(|(setting, given)| (setting, Given { origin: Origin::Default, ..given })).collect())
}

/// All sources, the strongest first.
struct Layers([Layer; 4]);

impl Layers {
    fn find(&self, setting: Setting) -> Option<&Given> {
        self.0.iter().flatten().find(|(name, _)| *name == setting).map(|(_, given)| given)
    }

    fn optional<T>(
        &self,
        setting: Setting,
        read: impl Fn(&Given) -> Option<T>,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        let read = |given: &Given| match read(given) {
            Some(value) => Ok(Sourced { value, origin: given.origin.clone() }),
            None => Err(wrong(setting, given)),
        };
        self.find(setting).map(read).transpose()
    }

    fn required<T>(&self, setting: Setting, read: impl Fn(&Given) -> Option<T>) -> Result<Sourced<T>, ConfigError> {
        #[expect(clippy::expect_used, reason = "compiled in, and a test says that the default has every required one")]
        Ok(self.optional(setting, read)?.expect("the default config.json sets it"))
    }

    /// Reads one value, or each item of a list.
    fn each<T>(&self, setting: Setting, read: impl Fn(&Given) -> Option<T>) -> Result<Vec<Sourced<T>>, ConfigError> {
        let items = match self.find(setting) {
            Some(Given { value: Value::List(items), .. }) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let read = |item: &Given| match read(item) {
            Some(value) => Ok(Sourced { value, origin: item.origin.clone() }),
            None => Err(wrong(setting, item)),
        };
        items.iter().map(read).collect()
    }
}

fn wrong(setting: Setting, given: &Given) -> ConfigError {
    let allowed = match given.origin {
        Origin::Flag(_) => setting.allowed_once(),
        _ => setting.allowed(),
    };
    ConfigError::Value { origin: given.origin.clone(), setting: setting.name(), allowed, got: given.value.to_string() }
}

fn text(given: &Given) -> Option<&str> {
    match &given.value {
        Value::Word(text) | Value::Text(text) => Some(text.trim()),
        _ => None,
    }
}

fn whole_number(given: &Given) -> Option<u64> {
    match &given.value {
        Value::Word(word) => word.trim().parse().ok(),
        Value::Number(number, _) => *number,
        _ => None,
    }
}

fn boolean(given: &Given) -> Option<bool> {
    match &given.value {
        Value::Bool(value) => Some(*value),
        Value::Word(word) => match word.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn ip(given: &Given) -> Option<IpAddr> {
    // An IPv4-mapped IPv6 address must count as the IPv4 address that it stands for.
    text(given)?.parse().map(|ip: IpAddr| ip.to_canonical()).ok()
}

fn port(given: &Given) -> Option<NonZeroU16> {
    whole_number(given).and_then(|number| NonZeroU16::new(number.try_into().ok()?))
}

fn sweep_rate(given: &Given) -> Option<u32> {
    whole_number(given)?.try_into().ok().filter(|rate| SWEEP_RATES.contains(rate))
}

fn peer(text: &str) -> Option<Target> {
    let target = match Target::parse(text)? {
        Target::Host(ip) => Target::Host(ip.to_canonical()),
        Target::Socket(addr) if addr.port() == 0 => return None,
        Target::Socket(addr) => Target::Socket(SocketAddr::new(addr.ip().to_canonical(), addr.port())),
    };
    check::is_host(target.ip()).then_some(target)
}

/// The longest interface name on any system, in bytes: Windows lets its users choose the names.
const MAX_INTERFACE_BYTES: usize = 256;

fn interface(given: &Given) -> Option<String> {
    let name = text(given)?;
    let fits = !name.is_empty() && name.len() <= MAX_INTERFACE_BYTES && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

fn guests(given: &Given) -> Option<Guests> {
    match text(given)? {
        "loopback" => Some(Guests::Loopback),
        "network" => Some(Guests::Network),
        "none" => Some(Guests::None),
        _ => None,
    }
}

fn profile(given: &Given) -> Option<ProfileName> {
    ProfileName::new(text(given)?)
}

fn directory(given: &Given) -> Option<PathBuf> {
    let (Value::Word(path) | Value::Text(path)) = &given.value else { return None };
    // Nobody means a directory called "~", or one with the replacement character, which stands for bytes of a variable
    // that are not text.
    let meant = !path.trim().is_empty() && !path.starts_with('~') && !path.contains(['\0', '\u{FFFD}']);
    meant.then(|| PathBuf::from(path))
}

/// Zero means no limit. What is not set has its default.
fn history(layers: &Layers) -> Result<History, ConfigError> {
    let days = |given: &Given| whole_number(given)?.try_into().ok().filter(|days| *days <= MAX_HISTORY_DAYS);
    let lines = |given: &Given| whole_number(given).filter(|lines| *lines <= MAX_HISTORY_LINES);
    let default = History::default();
    Ok(History {
        days: layers
            .optional(Setting::HistoryDays, days)?
            .map_or(default.days, |sourced| NonZeroU32::new(sourced.value)),
        lines: layers
            .optional(Setting::HistoryLines, lines)?
            .map_or(default.lines, |sourced| NonZeroU64::new(sourced.value)),
    })
}

fn preference(layers: &Layers, setting: Setting, default: bool) -> Result<Preference, ConfigError> {
    let set = layers.optional(setting, boolean)?;
    Ok(set.map_or(Preference { on: default, firm: false }, |Sourced { value, origin }| Preference {
        on: value,
        firm: origin.is_of_this_run(),
    }))
}

/// The name to go by; if none is set, the first of the `logins` that can be a nickname.
fn name<'a>(layers: &Layers, logins: impl IntoIterator<Item = &'a str>) -> Result<Name, ConfigError> {
    if let Some(given) = layers.find(Setting::Nick) {
        let text = text(given).ok_or_else(|| wrong(Setting::Nick, given))?;
        let nick = Nick::new(text).map_err(|error| ConfigError::Nick { origin: given.origin.clone(), error })?;
        let strength = match given.origin {
            Origin::Flag(_) => Strength::Option,
            Origin::Variable(_) => Strength::Variable,
            Origin::File { .. } | Origin::Default => Strength::File,
        };
        return Ok(Name::new(nick, strength));
    }
    #[expect(clippy::expect_used, reason = "a constant, and a test without a login name runs through here")]
    let nameless = || Nick::new(NAMELESS).expect("a valid name");
    Ok(Name::new(logins.into_iter().find_map(Nick::clean).unwrap_or_else(nameless), Strength::Login))
}

fn theme<'a>(layers: &Layers, env: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Theme, ConfigError> {
    let theme = layers.optional(Setting::Theme, |given| match text(given)? {
        "auto" => Some(Theme::Auto),
        "dark" => Some(Theme::Dark),
        "light" => Some(Theme::Light),
        "none" => Some(Theme::None),
        _ => None,
    })?;
    match theme.map_or(Theme::Auto, |sourced| sourced.value) {
        // no-color.org: a non-empty NO_COLOR asks for no colours, but the program's own settings override it.
        Theme::Auto if env.into_iter().any(|(name, value)| name == "NO_COLOR" && !value.is_empty()) => Ok(Theme::None),
        theme => Ok(theme),
    }
}

#[cfg(test)]
mod tests;
