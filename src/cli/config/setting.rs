//! The settings: their names, and what they allow.

use std::fmt;

use crate::frontend::words::settings as words;

/// What can be set in the config file and by variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Ip,
    Cidr,
    MinPort,
    MaxPort,
    Nick,
    Lan,
    Interfaces,
    Announce,
    Peers,
    SweepRate,
    Network,
    Room,
    AnyNetwork,
    Guests,
    Profile,
    DataDir,
    Ephemeral,
    HistoryDays,
    HistoryLines,
    Theme,
    PlainView,
    Typing,
}

/// The prefix of every variable.
pub(super) const ENV_PREFIX: &str = "PROXIMITY_CHAT_";

/// How many typing errors a suggestion forgives.
const FORGIVEN: usize = 2;

impl Setting {
    pub(super) const ALL: [Self; 22] = [
        Self::Ip,
        Self::Cidr,
        Self::MinPort,
        Self::MaxPort,
        Self::Nick,
        Self::Lan,
        Self::Interfaces,
        Self::Announce,
        Self::Peers,
        Self::SweepRate,
        // Before `AnyNetwork`, which also has this word in its name.
        Self::Network,
        Self::AnyNetwork,
        Self::Room,
        Self::Guests,
        Self::Profile,
        Self::DataDir,
        Self::Ephemeral,
        Self::HistoryDays,
        Self::HistoryLines,
        Self::Theme,
        Self::PlainView,
        Self::Typing,
    ];

    /// The key in the config file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Cidr => "cidr",
            Self::MinPort => "min_port",
            Self::MaxPort => "max_port",
            Self::Nick => "nick",
            Self::Lan => "lan",
            Self::Interfaces => "interfaces",
            Self::Announce => "announce",
            Self::Peers => "peers",
            Self::SweepRate => "sweep_rate",
            Self::Network => "network",
            Self::Room => "room",
            Self::AnyNetwork => "any_network",
            Self::Guests => "guests",
            Self::Profile => "profile",
            Self::DataDir => "data_dir",
            Self::Ephemeral => "ephemeral",
            Self::HistoryDays => "history_days",
            Self::HistoryLines => "history_lines",
            Self::Theme => "theme",
            Self::PlainView => "plain_view",
            Self::Typing => "typing",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// What a value must be, worded to follow "must be".
    pub(super) const fn allowed(self) -> &'static str {
        match self {
            Self::Ip => words::IP,
            Self::Cidr => words::CIDRS,
            Self::MinPort | Self::MaxPort => words::PORT,
            Self::Nick => words::NAME,
            Self::Peers => words::PEERS,
            Self::SweepRate => words::SWEEP_RATE,
            Self::Lan | Self::Announce | Self::AnyNetwork | Self::Ephemeral | Self::PlainView | Self::Typing => {
                words::SWITCH
            }
            Self::Interfaces => words::INTERFACES,
            Self::Network => words::NETWORK,
            Self::Room => words::ROOM,
            Self::Guests => words::GUESTS,
            Self::Profile => words::PROFILE,
            Self::DataDir => words::DATA_DIR,
            Self::HistoryDays => words::HISTORY_DAYS,
            Self::HistoryLines => words::HISTORY_LINES,
            Self::Theme => words::THEME,
        }
    }

    /// The same for one value of an option: there, a list is written by repeating the option.
    pub(super) const fn allowed_once(self) -> &'static str {
        match self {
            Self::Cidr => words::CIDR,
            Self::Interfaces => words::INTERFACE,
            Self::Peers => words::PEER,
            _ => self.allowed(),
        }
    }

    /// The setting that was probably meant by `name`: one that is similar as a whole, or in one of its words ("prot":
    /// `min_port`).
    pub(super) fn similar(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('-', "_");
        if name.len() > 2 * "history_lines".len() {
            return None;
        }
        let distance = |setting: Self| {
            let words = setting.name().split('_').filter(|word| word.len() > FORGIVEN);
            words.chain([setting.name()]).map(|word| strsim::osa_distance(&name, word)).min()
        };
        Self::ALL
            .into_iter()
            .filter_map(|setting| Some((distance(setting)?, setting)))
            .filter(|&(distance, _)| distance <= FORGIVEN && distance < name.chars().count())
            .min_by_key(|&(distance, _)| distance)
            .map(|(_, setting)| setting)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_finds_the_intended_setting() {
        for (typed, meant) in [
            ("prot", "min_port"),
            ("max-port", "max_port"),
            ("minPort", "min_port"),
            ("cird", "cidr"),
            ("peer", "peers"),
            ("Nickname", ""),
            ("rate", "sweep_rate"),
            ("netwrok", "network"),
            ("any-netwrk", "any_network"),
            ("history", "history_days"),
            ("history_line", "history_lines"),
            ("colour", ""),
            ("", ""),
            ("x", ""),
        ] {
            assert_eq!(Setting::similar(typed).map_or("", Setting::name), meant, "{typed}");
        }
        for setting in Setting::ALL {
            assert_eq!(Setting::similar(setting.name()), Some(setting));
            assert_eq!(Setting::from_name(setting.name()), Some(setting));
        }
    }
}
