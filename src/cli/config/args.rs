//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// What `--help` shows after the options. A paragraph is one line: the terminal's width breaks it.
const EXAMPLES: &str = "\
Examples:
  proximity-chat
      Chat with everyone on this machine. By default nothing leaves 127.0.0.1.
  proximity-chat --lan
      Chat with everyone on your network. F2 opens and closes the chat while it runs.
  proximity-chat --lan --peer 192.168.7.23
      Also connect to someone whose address you know, for example behind a router.
  proximity-chat doctor --lan
      Find out why nobody shows up.
  tail -f build.log | proximity-chat --headless
      Send every new line of a file. The end of the input does not end the program; a line /quit does.
  proximity-chat --headless --json
      Print one JSON object per line, for programs.

Every option but --config, --headless, --json and -v is also a key of the config file and an environment \
variable, such as PROXIMITY_CHAT_MIN_PORT=5000. Options override variables. Variables override what you set on the \
screen, such as your name. That overrides the config file.

Your profile holds the key that others know you by. To run several copies, or to be several people, use a profile for each.

Exit codes: 0 success; 1 failure; 2 wrong usage or configuration; 3 someone online had not received a line 5 s after /quit \
(only without a screen); 130 Ctrl-C without a screen.";

/// What `log --help` shows after the options.
const LOG_EXAMPLES: &str = "\
Examples:
  proximity-chat log | less +G
      Read the history, newest lines last.
  proximity-chat log --json | jq -r .text
      Print only the texts.
  proximity-chat log --erase lobby
      Erase what this machine has of the lobby on this network.

Each network has a history of its own. The network is recognized as in the chat: give --lan, --ip, --cidr or --network \
as you do there, or set them in the config file.

Exit codes: 0 success; 1 failure, or nothing was erased; 2 wrong usage or configuration.";

/// What `discover --help` shows after the options.
const DISCOVER_EXAMPLES: &str = "\
Examples:
  proximity-chat discover --lan
      List who is on the networks of this machine.
  proximity-chat discover --lan --dry-run
      Show what would be probed and how long that would take.
  proximity-chat discover --ip 192.168.1.20 --cidr 192.168.7.0/24 --json
      Search another network, for programs.

Without --lan and --ip it searches where the chat would: only this machine, unless you opened the chat to this network \
with F2.

Exit codes: 0 success; 1 failure; 2 wrong usage or configuration.";

/// What `doctor --help` shows after the options.
const DOCTOR_EXAMPLES: &str = "\
Examples:
  proximity-chat doctor --lan
      Check everything that could keep people on your network from finding each other.
  proximity-chat doctor --lan --peer 192.168.1.23
      Also check whether you can reach that machine.

It uses a key of its own, and asks everyone it finds to connect back once. Without --lan and --ip it checks where the \
chat would search: only this machine, unless you opened the chat to this network with F2.

Exit codes: 0 nothing is wrong; 1 a fault was found, or the check failed; 2 wrong usage or configuration.";

/// What `identity --help` shows after the options.
const IDENTITY_EXAMPLES: &str = "\
Examples:
  proximity-chat identity
      Print the key that others know you by.
  proximity-chat identity --new
      Get a new key: on one of two machines with a copy of the same profile, or if your key was stolen.

With a new key, others see you as someone new and must compare codes with you again. Your history stays. What you said \
so far is shown as said with the old key. Quit the chat first.

Exit codes: 0 success; 1 failure, or the key was not replaced; 2 wrong usage or configuration.";

/// What `man --help` shows after the options.
const MAN_EXAMPLES: &str = "\
Examples:
  proximity-chat man | man -l -
      Read the man page.
  proximity-chat man > ~/.local/share/man/man1/proximity-chat.1
      Install it.";

/// What `completions --help` shows after the options.
const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  proximity-chat completions bash > ~/.local/share/bash-completion/completions/proximity-chat
  proximity-chat completions zsh > \"${fpath[1]}/_proximity-chat\"
  proximity-chat completions fish > ~/.config/fish/completions/proximity-chat.fish";

/// The headings of the options in `--help`.
const IDENTITY: &str = "Identity";
const NETWORK: &str = "Network";
const SWEEP: &str = "Ports and sweep";
const DISPLAY: &str = "Display";
const FILES: &str = "Files";

/// A full-screen terminal chat for the people on one network: no server, no account, nothing to set up
#[derive(Debug, Clone, Default, Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct Args {
    /// Set the name others see, and remember it (default: the name you had last, or your login name)
    #[arg(long, value_name = "NAME", help_heading = IDENTITY)]
    pub nick: Option<String>,
    /// Use this profile (default: the first free one of default, default-2, ...)
    #[arg(long, global = true, value_name = "NAME", help_heading = IDENTITY)]
    pub profile: Option<String>,
    /// Use a throw-away key and store nothing
    #[arg(long, help_heading = IDENTITY)]
    pub ephemeral: bool,
    /// Do not tell others when you are typing, and do not show when they are
    #[arg(long, help_heading = IDENTITY)]
    pub no_typing: bool,
    /// Open the chat to the networks of this machine; by default it stays on 127.0.0.1
    #[arg(long, global = true, help_heading = NETWORK)]
    pub lan: bool,
    /// Open the chat to this interface only, such as eth0; repeatable
    #[arg(long, global = true, value_name = "NAME", help_heading = NETWORK)]
    pub interface: Vec<String>,
    /// Listen on this address of this machine only; others must be able to reach it
    #[arg(long, global = true, value_name = "ADDR", help_heading = NETWORK)]
    pub ip: Option<String>,
    /// Search this network for people, such as 192.168.1.0/24; repeatable
    #[arg(long, global = true, value_name = "CIDR", help_heading = NETWORK)]
    pub cidr: Vec<String>,
    /// Connect to this address, with or without a port; repeatable
    #[arg(long, global = true, value_name = "ADDR[:PORT]", help_heading = NETWORK)]
    pub peer: Vec<String>,
    /// Name this network, whose lobby has a history of its own (default: recognized by its router)
    #[arg(long, global = true, value_name = "NAME", help_heading = NETWORK)]
    pub network: Option<String>,
    /// Do not announce this copy by multicast and broadcast; others then find it by address or by sweeping
    #[arg(long, global = true, help_heading = NETWORK)]
    pub no_announce: bool,
    /// Where nodes of the reference program, which have no key, may join from: loopback (the default), network or none
    #[arg(long, value_name = "WHERE", help_heading = NETWORK)]
    pub guests: Option<String>,
    /// Lowest port to listen on and to probe
    #[arg(long, global = true, value_name = "N", help_heading = SWEEP)]
    pub min_port: Option<String>,
    /// Highest port to listen on and to probe
    #[arg(long, global = true, value_name = "N", help_heading = SWEEP)]
    pub max_port: Option<String>,
    /// Send this many probes per second, 1 to 300; 4 is gentle enough for any office switch (default: by network size)
    #[arg(long, global = true, value_name = "N", help_heading = SWEEP)]
    pub sweep_rate: Option<String>,
    /// Allow public address ranges and IPv4 networks larger than a /16; sweep only networks that are yours
    #[arg(long, global = true, help_heading = SWEEP)]
    pub any_network: bool,
    /// Show messages without columns and prefixes, for copying with the mouse; Alt-L switches
    #[arg(long, help_heading = DISPLAY)]
    pub plain_view: bool,
    /// Draw without colours
    #[arg(long, help_heading = DISPLAY)]
    pub no_color: bool,
    /// Use no screen: lines in, lines out; the default if input or output is not a terminal
    #[arg(long, help_heading = DISPLAY)]
    pub headless: bool,
    /// Print one JSON object per line; implies --headless
    #[arg(long, help_heading = DISPLAY)]
    pub json: bool,
    /// Read this config file instead of the one in your config directory
    #[arg(long, global = true, value_name = "FILE", help_heading = FILES)]
    pub config: Option<PathBuf>,
    /// Keep profiles in this directory instead of your data directory
    #[arg(long, global = true, value_name = "DIR", help_heading = FILES)]
    pub data_dir: Option<String>,
    /// Write more to the log file
    #[arg(short, long, help_heading = FILES)]
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
    /// Sweeps the configured networks, asks for announcements, and prints a table of what answers. Nobody sees you.
    Discover(DiscoverArgs),
    /// Find out why nobody shows up
    ///
    /// Checks this machine, its network and the people found there, within ten seconds, and says what to do.
    Doctor(DoctorArgs),
    /// Print your key, or make a new one
    ///
    /// Make a new key if a machine with your profile was copied, so that each copy is a person of its own, or if someone
    /// else has your key.
    Identity(IdentityArgs),
    /// Print the man page
    #[command(after_help = MAN_EXAMPLES)]
    Man,
    /// Print the completions for a shell
    Completions(CompletionsArgs),
}

/// The command line of `completions`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
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
#[command(after_help = DISCOVER_EXAMPLES)]
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
#[command(after_help = IDENTITY_EXAMPLES)]
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
    /// Print one hash over all messages in their order, without those of guests; two machines with the same messages get
    /// the same hash
    #[arg(long, group = "form")]
    pub hash: bool,
    /// Print how many messages there are
    #[arg(long, group = "form")]
    pub count: bool,
    /// Erase the room's history from this machine's disk, for good
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
