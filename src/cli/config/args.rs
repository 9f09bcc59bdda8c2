//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// What `--help` shows after the options. A paragraph is one line: the terminal's width breaks it.
const EXAMPLES: &str = "\
Examples:
  proximity-chat
      Chat with everyone on this machine: out of the box nothing leaves 127.0.0.1.
  proximity-chat --lan
      Chat with everyone on the network. F2 opens and closes it while the program runs.
  proximity-chat --lan --peer 192.168.7.23
      And reach somebody whose address you know, behind a router.
  proximity-chat doctor --lan
      Find out why nobody shows up.
  tail -f build.log | proximity-chat --headless
      Say every new line of a file. A line /quit ends the program, the end of the input does not.
  proximity-chat --headless --json
      One JSON object per line out, for programs.

Every option but --config, --headless, --json and -v is also a setting of the config file, and a \
variable named like it: PROXIMITY_CHAT_MIN_PORT=5000. Options win over variables, variables over what was \
set on the screen (/nick), that over the file.

Who you are is a key in your profile. Several copies take a profile each, and so are several people.

Exit codes: 0 good; 1 failure; 2 usage or bad config; 3 left without a screen while somebody lacked a line; 130 after Ctrl-C without a screen.";

/// What `log --help` shows after the options.
const LOG_EXAMPLES: &str = "\
Examples:
  proximity-chat log | less +G
      Read what was said, the newest last.
  proximity-chat log --json | jq -r .text
      The same for programs.
  proximity-chat log --erase lobby
      Erase what was said in the lobby of this network.

The network is found out as the chat does it: give --ip, --cidr or --network as there, or set them in the config file.

Exit codes: 0 good; 1 failure, or not erased; 2 usage or bad config.";

/// What `discover --help` shows after the options.
const DISCOVER_EXAMPLES: &str = "\
Examples:
  proximity-chat discover --lan
      Who is on the networks that this machine is in.
  proximity-chat discover --lan --dry-run
      What that would look at, with how many probes, in what time.
  proximity-chat discover --ip 192.168.1.20 --cidr 192.168.7.0/24 --json
      Another network, for programs.

Without --lan or --ip it looks where the chat would: on this machine, unless F2 has opened it on this network.

Exit codes: 0 good; 1 failure; 2 usage or bad config.";

/// What `doctor --help` shows after the options.
const DOCTOR_EXAMPLES: &str = "\
Examples:
  proximity-chat doctor --lan
      Check everything that could keep people from meeting on your network.
  proximity-chat doctor --lan --peer 192.168.1.23
      And whether that machine can be reached.

It looks around under a key of its own, and asks whoever it finds to connect back once. Without --lan or --ip it \
looks where the chat would: on this machine, unless F2 has opened it on this network.

Exit codes: 0 nothing is wrong; 1 a fault was found, or it could not look; 2 usage or bad config.";

/// What `identity --help` shows after the options.
const IDENTITY_EXAMPLES: &str = "\
Examples:
  proximity-chat identity
      Print the key that others know you by.
  proximity-chat identity --new
      Be somebody new: on one of two machines that have a copy of the same profile, or when your key was stolen.

With a new key, others see you as somebody new and have to compare codes with you again. Your history stays; what you said so far \
is shown as said with the old key. The chat must not run meanwhile.

Exit codes: 0 good; 1 failure, or not replaced; 2 usage or bad config.";

/// A full-screen terminal chat for the people on one network: no server, no account, nothing to set up.
#[derive(Debug, Clone, Default, Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct Args {
    /// Read this config file instead of the one in your config directory
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The name others see, from now on (default: the name you had last, or your login name)
    #[arg(long, value_name = "NAME")]
    pub nick: Option<String>,
    /// Tell nobody when you are typing, and do not show when others are
    #[arg(long)]
    pub no_typing: bool,
    /// Be who this profile is (default: the first one that is free: default, default-2, ...)
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Keep the profiles in this directory instead of the one for your data
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Be nobody: a throw-away key, and nothing is stored
    #[arg(long)]
    pub ephemeral: bool,
    /// Open the chat to the networks that this machine is in; out of the box it stays on 127.0.0.1
    #[arg(long, global = true)]
    pub lan: bool,
    /// Open it to this interface only, whatever kind it is, such as eth0; may be given several times
    #[arg(long, global = true, value_name = "NAME")]
    pub interface: Vec<String>,
    /// Do not announce this node by multicast and broadcast: it is found by its address and by sweeps
    #[arg(long, global = true)]
    pub no_announce: bool,
    /// The one address of this machine to listen on, where others can reach it
    #[arg(long, global = true, value_name = "ADDR")]
    pub ip: Option<String>,
    /// A network to look for people in, such as 192.168.1.0/24; may be given several times
    #[arg(long, global = true, value_name = "CIDR")]
    pub cidr: Vec<String>,
    /// What this network is called: what was said in its lobby is kept apart from that of other networks (default: found
    /// out from its gateway)
    #[arg(long, global = true, value_name = "NAME")]
    pub network: Option<String>,
    /// The lowest port to listen on and to look at
    #[arg(long, global = true, value_name = "N")]
    pub min_port: Option<String>,
    /// The highest port to listen on and to look at
    #[arg(long, global = true, value_name = "N")]
    pub max_port: Option<String>,
    /// Addresses to look at per second: 1 to 300; 4 is gentle enough for every office switch (default: by size)
    #[arg(long, global = true, value_name = "N")]
    pub sweep_rate: Option<String>,
    /// An address to connect to, with or without a port; may be given several times
    #[arg(long, global = true, value_name = "ADDR[:PORT]")]
    pub peer: Vec<String>,
    /// From where nodes of the reference program are let in, which have no key: loopback (the default), network or
    /// none
    #[arg(long, value_name = "WHERE")]
    pub guests: Option<String>,
    /// No screen: lines in, lines out. Chosen by itself when input or output is no terminal
    #[arg(long)]
    pub headless: bool,
    /// Print one JSON object per line; implies --headless
    #[arg(long)]
    pub json: bool,
    /// Allow public address ranges and IPv4 networks larger than a /16. Only for networks that are yours to sweep
    #[arg(long, global = true)]
    pub any_network: bool,
    /// Show messages without columns and prefixes, for copying with the mouse; Alt-L changes it
    #[arg(long)]
    pub plain_view: bool,
    /// Draw without colours
    #[arg(long)]
    pub no_color: bool,
    /// Write more to the log file
    #[arg(short, long)]
    pub verbose: bool,
    /// What to do instead of chatting.
    #[command(subcommand)]
    pub tool: Option<Tool>,
}

/// What the program does instead of chatting.
#[derive(Debug, Clone, Subcommand)]
pub enum Tool {
    /// Print what was said in a room on this network, or erase it
    ///
    /// It can be used while the chat runs. Messages come in the order in which everybody sees them.
    Log(LogArgs),
    /// Look who is on the network, without joining the chat
    ///
    /// Sweeps the configured networks, asks for announcements, and prints a table of what answers. Nobody sees you.
    Discover(DiscoverArgs),
    /// Find out why nobody shows up
    ///
    /// Checks this machine, its network and who is found there, within ten seconds, and says what to do.
    Doctor(DoctorArgs),
    /// Print your key, or make a new one
    ///
    /// Make a new one when a machine with your profile was copied, so that each copy is somebody of its own, or when somebody else
    /// has your key.
    Identity(IdentityArgs),
}

/// The command line of `discover`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = DISCOVER_EXAMPLES)]
pub struct DiscoverArgs {
    /// Print one JSON object per line: the plan, what was found, the end
    #[arg(long)]
    pub json: bool,
    /// Print what would be looked at and how long that would take, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// The command line of `identity`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = IDENTITY_EXAMPLES)]
pub struct IdentityArgs {
    /// Give the profile a new key; the old one is kept beside it
    #[arg(long)]
    pub new: bool,
    /// Do it without asking
    #[arg(long, requires = "new")]
    pub yes: bool,
}

/// The command line of `doctor`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub struct DoctorArgs {
    /// Print one JSON object per line: every finding, then the verdict
    #[arg(long)]
    pub json: bool,
}

/// The command line of `log`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = LOG_EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct LogArgs {
    /// Which room, with or without its # (default: the lobby)
    pub room: Option<String>,
    /// Print one JSON object per message, as --headless --json does
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print one hash over all messages in their order, but for those of guests: it is equal where the same was said
    #[arg(long, group = "form")]
    pub hash: bool,
    /// Print how many messages there are
    #[arg(long, group = "form")]
    pub count: bool,
    /// Take the room's history off this machine's disk, for good
    #[arg(long, group = "form", requires = "room")]
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
        assert!(Args::try_parse_from(["proximity-chat", "--room=x"]).is_err());
    }
}
