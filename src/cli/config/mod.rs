//! Settings: flags, environment, config file and default, merged and checked.
//!
//! [`merge()`] is pure; [`load()`] is the shell around it that reads the file, the environment and the login name.

mod args;
mod check;
mod error;
mod json;
mod load;
mod merge;
mod name;
mod setting;
mod source;

use std::{
    net::IpAddr,
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
};

use ipnetwork::IpNetwork;

pub use args::{Args, CompletionsArgs, DiscoverArgs, DoctorArgs, IdentityArgs, LogArgs, Shell, Tool};
pub use error::ConfigError;
pub use json::FileText;
pub use load::load;
pub use merge::{Sources, merge};
pub use name::Name;

use crate::domain::model::{Guests, Network, PortRange, ProfileName, Target};

/// For how long what was said is kept when nobody says otherwise: a quarter of a year covers any leave, and a busy room of
/// it stays well below a gigabyte.
const HISTORY_DAYS: u32 = 90;

/// The longest time that can be set: a hundred years. Who wants more wants no limit.
const MAX_HISTORY_DAYS: u32 = 36_500;

/// The most lines that can be set: more than a disk is likely to hold.
const MAX_HISTORY_LINES: u64 = 1_000_000_000;

/// Everything that was set, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Config {
    /// The address to listen on and to dial from; never unspecified.
    pub ip: IpAddr,
    /// Where to look for people: networks without host bits, each once. IPv6 networks shorter than /112 only filter.
    pub cidrs: Vec<IpNetwork>,
    /// Whether the networks were set, and are not just the default.
    pub cidrs_given: bool,
    /// Whether to open the node to the networks that the machine is in.
    pub lan: Lan,
    /// Only to these interfaces of it.
    pub interfaces: Vec<String>,
    /// Whether to announce the node, and to hear announcements.
    pub announce: bool,
    /// Where to listen and which ports to look at.
    pub ports: PortRange,
    /// The name to go by, once the profile had its say.
    pub name: Name,
    /// Addresses that the user knows.
    pub peers: Vec<Target>,
    /// Probes per second, within [`SWEEP_RATES`](crate::core::discovery::sweep_policy::SWEEP_RATES); the sweep decides when it is not set.
    pub sweep_rate: Option<u32>,
    /// Whether public ranges and IPv4 networks larger than a /16 may be swept.
    pub any_network: bool,
    /// From where nodes without a key are let in.
    pub guests: Guests,
    /// Who to be; the first profile that is free if none is named.
    pub profile: Option<ProfileName>,
    /// Where the profiles are, if not in the user's directory for data.
    pub data_dir: Option<PathBuf>,
    /// Whether to use a throw-away key and store nothing; profile and directory do not matter then.
    pub ephemeral: bool,
    /// How much of what was said to keep.
    pub history: History,
    /// What the present network is called, instead of what can be found out about it.
    pub network: Option<Network>,
    /// Whether others are told when the user is typing, and the user when others are.
    pub typing: Preference,
    /// Which colours to draw in.
    pub theme: Theme,
    /// Whether to show messages plainly.
    pub plain_view: Preference,
    /// Whether the log file gets the details too.
    pub verbose: bool,
    /// What is accepted but probably not meant, for people, one sentence or two each.
    pub warnings: Vec<String>,
}

/// Whether to open the node to the networks that the machine is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lan {
    /// Whether to.
    pub open: bool,
    /// Whether that was said for this run: then what was set on the screen for the present network counts less.
    pub firm: bool,
}

/// A setting that can also be changed on the screen, and then is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    on: bool,
    /// Whether it was set for this run. If so, it counts more than what is remembered.
    firm: bool,
}

impl Preference {
    /// What holds in a profile that remembers `kept`.
    pub fn resolve(self, kept: Option<bool>) -> bool {
        kept.filter(|_| !self.firm).unwrap_or(self.on)
    }
}

/// How much of what was said to keep, in each room and network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Only what was said within so many days.
    pub days: Option<NonZeroU32>,
    /// Only so many of the newest lines.
    pub lines: Option<NonZeroU64>,
}

impl Default for History {
    fn default() -> Self {
        Self { days: NonZeroU32::new(HISTORY_DAYS), lines: None }
    }
}

/// Which colours to draw in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As the terminal says.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// No colours at all.
    None,
}
