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

use crate::domain::model::{Guests, Network, PortRange, ProfileName, Room, Target};

/// How many days of history are kept by default: a quarter of a year covers any leave, and takes well below a gigabyte
/// even for a busy room.
const HISTORY_DAYS: u32 = 90;

/// The most days that can be set: a hundred years. Anyone who wants more wants no limit.
const MAX_HISTORY_DAYS: u32 = 36_500;

/// The most lines that can be set: more than a disk is likely to hold.
const MAX_HISTORY_LINES: u64 = 1_000_000_000;

/// All settings, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Config {
    /// The address to listen on and to dial from; never unspecified.
    pub ip: IpAddr,
    /// Where to look for people: networks without host bits and without duplicates. IPv6 networks with a prefix shorter
    /// than /112 only filter.
    pub cidrs: Vec<IpNetwork>,
    /// Whether the networks were set, rather than taken from the default.
    pub cidrs_given: bool,
    /// Whether to open the node to the networks that the machine is on.
    pub lan: Lan,
    /// If not empty, the only interfaces to open the node to.
    pub interfaces: Vec<String>,
    /// Whether to announce the node and listen for announcements.
    pub announce: bool,
    /// The ports to listen on and to probe.
    pub ports: PortRange,
    /// The name to go by, to be resolved against the one that the profile remembers.
    pub name: Name,
    /// Addresses that the user knows.
    pub peers: Vec<Target>,
    /// Probes per second, within [`SWEEP_RATES`](crate::core::discovery::sweep_policy::SWEEP_RATES); if it is not set,
    /// the sweep decides.
    pub sweep_rate: Option<u32>,
    /// Whether public ranges and IPv4 networks larger than a /16 may be swept.
    pub any_network: bool,
    /// Where guests, who have no key, may join from.
    pub guests: Guests,
    /// The profile to use; if none is named, the first one that is free.
    pub profile: Option<ProfileName>,
    /// Where the profiles are, if not in the user's data directory.
    pub data_dir: Option<PathBuf>,
    /// Whether to use a throw-away key and store nothing; if so, the profile and the directory are ignored.
    pub ephemeral: bool,
    /// How much history to keep.
    pub history: History,
    /// The name of the present network, in place of what can be found out about it.
    pub network: Option<Network>,
    /// The room to join at the start. Everybody is in the lobby.
    pub room: Room,
    /// Whether others see when the user is typing, and the user sees when they are.
    pub typing: Preference,
    /// Which colours to draw in.
    pub theme: Theme,
    /// Whether to show messages without columns and prefixes.
    pub plain_view: Preference,
    /// Whether the log file gets the details too.
    pub verbose: bool,
    /// Warnings about settings that are accepted but probably not meant: one or two sentences each, for people.
    pub warnings: Vec<String>,
}

/// Whether to open the node to the networks that the machine is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lan {
    /// Whether to open it.
    pub open: bool,
    /// Whether that was set for this run. If so, it overrides what was chosen on the screen in earlier runs.
    pub firm: bool,
}

/// A setting that can also be changed on the screen and is then remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    on: bool,
    /// Whether it was set for this run. If so, it overrides what is remembered.
    firm: bool,
}

impl Preference {
    /// The value for a profile that remembers `kept`.
    pub fn resolve(self, kept: Option<bool>) -> bool {
        kept.filter(|_| !self.firm).unwrap_or(self.on)
    }
}

/// How much history to keep, in each room and network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// How many days of it to keep; `None` for no limit.
    pub days: Option<NonZeroU32>,
    /// How many of the newest lines to keep; `None` for no limit.
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
