//! What `--help` shows besides the lines of the options, which are next to their definitions.

/// What `--help` shows after the options. A paragraph is one line: the terminal's width breaks it.
pub(crate) const EXAMPLES: &str = "\
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
      Send every new line of a file, whatever it begins with.
  echo \"the build is red\" | proximity-chat --headless
      Send one line, and end when everyone has it.
  proximity-chat --headless --json
      Print one JSON object per line, for programs.

Every option but --config, --headless, --json, --commands, --stay and -v is also a key of the config file and an environment \
variable, such as PROXIMITY_CHAT_MIN_PORT=5000. Options override variables. Variables override what you set on the \
screen, such as your name. That overrides the config file.

Your profile holds the key that others know you by. To run several copies, or to be several people, use a profile for each.

Exit codes: 0 success; 1 failure; 2 wrong usage or configuration; without a screen also 3 someone online had not \
received a line 5 s after the end, 4 nobody was there; 130 Ctrl-C without a screen.";

/// What `log --help` shows after the options.
pub(crate) const LOG_EXAMPLES: &str = "\
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
pub(crate) const DISCOVER_EXAMPLES: &str = "\
Examples:
  proximity-chat discover --lan
      List who is on the networks of this machine.
  proximity-chat discover --lan --dry-run
      Show what would be probed and how long that would take.
  proximity-chat discover --ip 192.168.1.20 --cidr 192.168.7.0/24 --json
      Search another network, and print JSON for programs.

Without --lan or --ip, it searches where the chat would: only this machine, unless you opened the chat to this network \
with F2.

Exit codes: 0 success; 1 failure; 2 wrong usage or configuration.";

/// What `doctor --help` shows after the options.
pub(crate) const DOCTOR_EXAMPLES: &str = "\
Examples:
  proximity-chat doctor --lan
      Check everything that could keep people on your network from finding each other.
  proximity-chat doctor --lan --peer 192.168.1.23
      Also check whether you can reach that machine.

It uses a key of its own, and asks everyone it finds to connect back once. Without --lan or --ip, it checks where the \
chat would search: only this machine, unless you opened the chat to this network with F2.

Exit codes: 0 nothing is wrong; 1 a fault was found, or the check failed; 2 wrong usage or configuration.";

/// What `identity --help` shows after the options.
pub(crate) const IDENTITY_EXAMPLES: &str = "\
Examples:
  proximity-chat identity
      Print the key that others know you by.
  proximity-chat identity --new
      Get a new key: if two machines have the same profile (on one of them), or if your key was stolen.

With a new key, others see you as someone new and must compare codes with you again. Your history stays. What you said \
so far is shown under the old key. Quit the chat first.

Exit codes: 0 success; 1 failure, or the key was not replaced; 2 wrong usage or configuration.";

/// What `man --help` shows after the options.
pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  proximity-chat man | man -l -
      Read the man page.
  proximity-chat man > ~/.local/share/man/man1/proximity-chat.1
      Install it.";

/// What `completions --help` shows after the options.
pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  proximity-chat completions bash > ~/.local/share/bash-completion/completions/proximity-chat
  proximity-chat completions zsh > \"${fpath[1]}/_proximity-chat\"
  proximity-chat completions fish > ~/.config/fish/completions/proximity-chat.fish";

/// Heading of the options that say who the user is.
pub(crate) const IDENTITY: &str = "Identity";

/// Heading of the options that say where the chat is, and with whom.
pub(crate) const NETWORK: &str = "Network";

/// Heading of the options that say where people are looked for.
pub(crate) const SWEEP: &str = "Ports and sweep";

/// Heading of the options that say how the chat looks.
pub(crate) const DISPLAY: &str = "Display";

/// Heading of the options that say where files are.
pub(crate) const FILES: &str = "Files";
