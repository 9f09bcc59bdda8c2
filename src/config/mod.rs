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
mod network;
mod setting;
mod source;

use std::{net::IpAddr, path::PathBuf};

use ipnetwork::IpNetwork;

pub use args::Args;
pub use error::ConfigError;
pub use load::load;
pub use merge::{FileText, Sources, merge};
pub use name::Name;
pub use network::SHORTEST_IPV6_SWEEP;

use crate::model::{Guests, PortRange, ProfileName, Target};

/// The gentlest and the fastest sweep, in probes per second. Above the upper bound a sweep over dead addresses overflows
/// the kernel's neighbour table (1,024 entries of 3 s) and breaks the user's other connections (DESIGN.md section 4).
pub const SWEEP_RATES: std::ops::RangeInclusive<u32> = 1..=300;

/// Everything that was set, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The address to listen on and to dial from; never unspecified.
    pub ip: IpAddr,
    /// Where to look for people: networks without host bits, each once. IPv6 networks shorter than /112 only filter.
    pub cidrs: Vec<IpNetwork>,
    /// Where to listen and which ports to look at.
    pub ports: PortRange,
    /// The name to go by, once the profile had its say.
    pub name: Name,
    /// Addresses that the user knows. Only loopback ones while [`Config::ip`] is one.
    pub peers: Vec<Target>,
    /// Probes per second, within [`SWEEP_RATES`]; the sweep decides when it is not set.
    pub sweep_rate: Option<u32>,
    /// Whether public ranges and IPv4 networks larger than a /16 may be swept.
    pub any_network: bool,
    /// From where nodes without a key are let in.
    pub guests: Guests,
    /// Who to be; the first profile that is free if none is named.
    pub profile: Option<ProfileName>,
    /// Where the profiles are, if not in the user's directory for data.
    pub data_dir: Option<PathBuf>,
    /// Whether to be nobody, and to store nothing; profile and directory do not matter then.
    pub ephemeral: bool,
    /// Which colours to draw in.
    pub theme: Theme,
    /// Whether the log file gets the details too.
    pub verbose: bool,
    /// What is accepted but probably not meant, for people, one sentence or two each.
    pub warnings: Vec<String>,
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
