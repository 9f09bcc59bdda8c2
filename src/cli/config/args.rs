//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::frontend::words::usage;

/// A full-screen terminal chat for the people on one network: no server, no account, nothing to set up
#[derive(Debug, Clone, Default, Parser)]
#[command(version, after_help = usage::EXAMPLES, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct Args {
    /// Set the name others see, and remember it (default: the name you had last, or your login name)
    #[arg(long, value_name = "NAME", help_heading = usage::IDENTITY)]
    pub nick: Option<String>,
    /// Use this profile (default: the first free one of default, default-2, ...)
    #[arg(long, global = true, value_name = "NAME", help_heading = usage::IDENTITY)]
    pub profile: Option<String>,
    /// Use a throw-away key and store nothing
    #[arg(long, help_heading = usage::IDENTITY)]
    pub ephemeral: bool,
    /// Do not tell others when you are typing, and do not show when they are
    #[arg(long, help_heading = usage::IDENTITY)]
    pub no_typing: bool,
    /// Open the chat to the networks of this machine; by default it stays on 127.0.0.1
    #[arg(long, global = true, help_heading = usage::NETWORK)]
    pub lan: bool,
    /// Open the chat to this interface only, such as eth0; repeatable
    #[arg(long, global = true, value_name = "NAME", help_heading = usage::NETWORK)]
    pub interface: Vec<String>,
    /// Listen only on this address of this machine; others must be able to reach it
    #[arg(long, global = true, value_name = "ADDR", help_heading = usage::NETWORK)]
    pub ip: Option<String>,
    /// Search this network, such as 192.168.1.0/24, for people; repeatable
    #[arg(long, global = true, value_name = "CIDR", help_heading = usage::NETWORK)]
    pub cidr: Vec<String>,
    /// Connect to this address, with or without a port; repeatable
    #[arg(long, global = true, value_name = "ADDR[:PORT]", help_heading = usage::NETWORK)]
    pub peer: Vec<String>,
    /// Name this network; each network has a history of its own (default: recognized by its router)
    #[arg(long, global = true, value_name = "NAME", help_heading = usage::NETWORK)]
    pub network: Option<String>,
    /// Join this room at the start, and show it; without a screen, say lines there instead of in the lobby
    #[arg(long, value_name = "ROOM", help_heading = usage::NETWORK)]
    pub room: Option<String>,
    /// Do not announce this copy by multicast or broadcast; others then find it by address or by sweeping
    #[arg(long, global = true, help_heading = usage::NETWORK)]
    pub no_announce: bool,
    /// Let guests join from loopback (the default), network or none; they run the reference program and have no key
    #[arg(long, value_name = "WHERE", help_heading = usage::NETWORK)]
    pub guests: Option<String>,
    /// Lowest port to listen on and to probe
    #[arg(long, global = true, value_name = "N", help_heading = usage::SWEEP)]
    pub min_port: Option<String>,
    /// Highest port to listen on and to probe
    #[arg(long, global = true, value_name = "N", help_heading = usage::SWEEP)]
    pub max_port: Option<String>,
    /// Send this many probes per second, 1 to 300; 4 is gentle enough for any office switch (default: by network size)
    #[arg(long, global = true, value_name = "N", help_heading = usage::SWEEP)]
    pub sweep_rate: Option<String>,
    /// Allow public address ranges and IPv4 networks larger than a /16; sweep only networks that are yours
    #[arg(long, global = true, help_heading = usage::SWEEP)]
    pub any_network: bool,
    /// Show messages without columns and prefixes, for copying with the mouse; Alt-L switches
    #[arg(long, help_heading = usage::DISPLAY)]
    pub plain_view: bool,
    /// Draw without colours
    #[arg(long, help_heading = usage::DISPLAY)]
    pub no_color: bool,
    /// Use no screen: lines in, lines out; the default if input or output is not a terminal
    #[arg(long, help_heading = usage::DISPLAY)]
    pub headless: bool,
    /// Print one JSON object per line; implies --headless
    #[arg(long, help_heading = usage::DISPLAY)]
    pub json: bool,
    /// Carry out lines that begin with /, instead of sending every line as it is; implies --headless
    #[arg(long, help_heading = usage::DISPLAY)]
    pub commands: bool,
    /// Go on listening when the input has ended; implies --headless
    #[arg(long, help_heading = usage::DISPLAY)]
    pub stay: bool,
    /// Read this config file instead of the one in your config directory
    #[arg(long, global = true, value_name = "FILE", help_heading = usage::FILES)]
    pub config: Option<PathBuf>,
    /// Keep profiles in this directory instead of your data directory
    #[arg(long, global = true, value_name = "DIR", help_heading = usage::FILES)]
    pub data_dir: Option<String>,
    /// Write more to the log file
    #[arg(short, long, help_heading = usage::FILES)]
    pub verbose: bool,
    /// What to do instead of chatting.
    #[command(subcommand)]
    pub tool: Option<Tool>,
}

/// What the program does instead of chatting.
#[derive(Debug, Clone, Subcommand)]
pub enum Tool {
    /// Print the history of a room on this network, or erase it
    ///
    /// You can use it while the chat runs. Messages come in the order in which everyone sees them.
    Log(LogArgs),
    /// See who is on the network, without joining the chat
    ///
    /// Sweeps the configured networks, asks for announcements, and prints a table of what answers. No one sees you.
    Discover(DiscoverArgs),
    /// Find out why nobody shows up
    ///
    /// Checks this machine, its network and the people found there, within ten seconds, and says what to do.
    Doctor(DoctorArgs),
    /// Print your key, or make a new one
    ///
    /// Make a new key if someone else has yours, or if your profile was copied and each copy should be a separate
    /// person.
    Identity(IdentityArgs),
    /// Print the man page
    #[command(after_help = usage::MAN_EXAMPLES)]
    Man,
    /// Print the completions for a shell
    Completions(CompletionsArgs),
}

/// The command line of `completions`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = usage::COMPLETIONS_EXAMPLES)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// A shell that there are completions for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    #[value(help = None::<&'static str>)]
    Bash,
    /// The Z shell.
    #[value(help = None::<&'static str>)]
    Zsh,
    /// The friendly interactive shell.
    #[value(help = None::<&'static str>)]
    Fish,
}

/// The command line of `discover`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = usage::DISCOVER_EXAMPLES)]
pub struct DiscoverArgs {
    /// Print one JSON object per line: the plan, what was found, the end
    #[arg(long)]
    pub json: bool,
    /// Print what would be probed and how long that would take, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// The command line of `identity`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = usage::IDENTITY_EXAMPLES)]
pub struct IdentityArgs {
    /// Give the profile a new key; the old one is kept beside it
    #[arg(long)]
    pub new: bool,
    /// Replace the key without asking
    #[arg(long, requires = "new")]
    pub yes: bool,
}

/// The command line of `doctor`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = usage::DOCTOR_EXAMPLES)]
pub struct DoctorArgs {
    /// Print one JSON object per line: every finding, then the verdict
    #[arg(long)]
    pub json: bool,
}

/// The command line of `log`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = usage::LOG_EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct LogArgs {
    /// Which room: its name, or @ and a person you have written to (default: the lobby)
    #[arg(group = "which")]
    pub room: Option<String>,

    /// The same as an option
    #[arg(long = "room", value_name = "ROOM", group = "which")]
    pub named: Option<String>,
    /// Print one JSON object per message, as --headless --json does
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print one hash over all messages in their order, without those of guests; two machines with the same messages get
    /// the same hash
    #[arg(long, group = "form")]
    pub hash: bool,
    /// Print how many messages there are
    #[arg(long, group = "form")]
    pub count: bool,
    /// Erase the room's history from this machine's disk, for good
    #[arg(long, group = "form", requires = "which")]
    pub erase: bool,
    /// Erase without asking
    #[arg(long, requires = "erase")]
    pub yes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        <Args as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn the_help_breaks_lines_only_where_they_are_full() {
        for width in [80, 100] {
            let command = <Args as clap::CommandFactory>::command().term_width(width);
            let help = command.clone().render_help().to_string();
            let (_, epilogue) = help.split_once("Examples:").unwrap();
            let indent = |line: &str| line.len() - line.trim_start().len();
            let lines: Vec<_> = epilogue.lines().collect();
            for (line, next) in lines.iter().zip(&lines[1..]).filter(|(line, next)| indent(line) == indent(next)) {
                let word = next.split_whitespace().next().unwrap_or_default();
                let has_room = line.len() + 1 + word.len() <= width;
                assert!(line.is_empty() || word.is_empty() || !has_room, "at {width}:\n{help}");
            }
        }
    }

    #[test]
    fn options_of_later_releases_are_refused_not_ignored() {
        assert!(Args::try_parse_from(["proximity-chat", "--relay=x"]).is_err());
    }
}
