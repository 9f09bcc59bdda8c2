//! The commands of this release.

/// One command, as help and completion show it.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// Its name, without the slash.
    pub name: &'static str,
    /// Other names for it, without the slash.
    pub aliases: &'static [&'static str],
    /// How it is written: `/nick [NAME]`.
    pub usage: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    pub(super) kind: Kind,
}

/// Ties a row of the table to the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Me,
    Nick,
    Who,
    Whois,
    Away,
    Back,
    Typing,
    Ignore,
    Unignore,
    Verify,
    Trust,
    Untrust,
    Unverify,
    Connect,
    Lan,
    Rescan,
    Deliver,
    Search,
    Clear,
    Copy,
    Plain,
    Erase,
    Help,
    Version,
    Quit,
}

impl Kind {
    /// Whether it leaves, or takes something away.
    pub(super) const fn loses(self) -> bool {
        matches!(self, Self::Clear | Self::Erase | Self::Quit)
    }
}

impl Spec {
    /// The name and the aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// What each form of it does, where one line does not say it: how it is written, and what it does then.
    pub fn forms(&self) -> &'static [(&'static str, &'static str)] {
        if self.kind == Kind::Lan { LAN_FORMS } else { &[] }
    }
}

/// The forms of `/lan`.
const LAN_FORMS: &[(&str, &str)] = &[
    ("/lan", "Show which network this is"),
    ("/lan on [INTERFACE]", "Open the chat to your network, or to the one at this interface"),
    ("/lan off", "Close the chat to this machine"),
    ("/lan same [NETWORK]", "Say that this is a network you know, and show what was said there"),
    ("/lan share", "Give what was said here before to everybody who is here now"),
];

/// Every command, in the order in which help lists them.
pub const COMMANDS: &[Spec] = &[
    Spec { name: "me", aliases: &[], usage: "/me TEXT", help: "Say what you do: /me waves", kind: Kind::Me },
    Spec {
        name: "nick",
        aliases: &[],
        usage: "/nick [NAME]",
        help: "Go by another name, or show yours",
        kind: Kind::Nick,
    },
    Spec { name: "who", aliases: &["names"], usage: "/who", help: "List who is here", kind: Kind::Who },
    Spec {
        name: "whois",
        aliases: &[],
        usage: "/whois WHO",
        help: "Tell all that is known of somebody",
        kind: Kind::Whois,
    },
    Spec {
        name: "away",
        aliases: &[],
        usage: "/away [NOTE]",
        help: "Say that you are not at the keyboard",
        kind: Kind::Away,
    },
    Spec { name: "back", aliases: &[], usage: "/back", help: "Say that you are here again", kind: Kind::Back },
    Spec {
        name: "typing",
        aliases: &[],
        usage: "/typing [on|off]",
        help: "Show when you type, and see when others do",
        kind: Kind::Typing,
    },
    Spec {
        name: "ignore",
        aliases: &[],
        usage: "/ignore WHO",
        help: "Show nothing more of what somebody says",
        kind: Kind::Ignore,
    },
    Spec {
        name: "unignore",
        aliases: &[],
        usage: "/unignore WHO",
        help: "Show again what somebody says",
        kind: Kind::Unignore,
    },
    Spec {
        name: "verify",
        aliases: &[],
        usage: "/verify WHO [yes|no]",
        help: "Compare codes, to be sure who somebody is",
        kind: Kind::Verify,
    },
    Spec {
        name: "unverify",
        aliases: &[],
        usage: "/unverify WHO",
        help: "Take back what you said of the codes",
        kind: Kind::Unverify,
    },
    Spec {
        name: "trust",
        aliases: &[],
        usage: "/trust WHO [yes]",
        help: "Accept the new key of a name that you know",
        kind: Kind::Trust,
    },
    Spec {
        name: "untrust",
        aliases: &[],
        usage: "/untrust WHO",
        help: "Take back that you trust a key",
        kind: Kind::Untrust,
    },
    Spec {
        name: "connect",
        aliases: &[],
        usage: "/connect ADDRESS[:PORT]",
        help: "Reach someone whose address you know",
        kind: Kind::Connect,
    },
    Spec {
        name: "lan",
        aliases: &[],
        usage: "/lan [on|off|same|share]",
        help: "Open the chat to your network, or close it",
        kind: Kind::Lan,
    },
    Spec {
        name: "deliver",
        aliases: &[],
        usage: "/deliver [NETWORK]",
        help: "Say here what nobody received elsewhere",
        kind: Kind::Deliver,
    },
    Spec {
        name: "rescan",
        aliases: &["scan"],
        usage: "/rescan",
        help: "Look for people again now",
        kind: Kind::Rescan,
    },
    Spec {
        name: "search",
        aliases: &[],
        usage: "/search [WORDS]",
        help: "Find what was said, or show it again",
        kind: Kind::Search,
    },
    Spec {
        name: "clear",
        aliases: &[],
        usage: "/clear",
        help: "Empty the screen; nothing else is lost",
        kind: Kind::Clear,
    },
    Spec {
        name: "copy",
        aliases: &[],
        usage: "/copy [N]",
        help: "Copy the newest message, or the Nth last",
        kind: Kind::Copy,
    },
    Spec {
        name: "plain",
        aliases: &[],
        usage: "/plain",
        help: "Show messages without columns, or with them",
        kind: Kind::Plain,
    },
    Spec {
        name: "erase",
        aliases: &[],
        usage: "/erase [yes]",
        help: "Erase the room's history on this machine",
        kind: Kind::Erase,
    },
    Spec {
        name: "help",
        aliases: &[],
        usage: "/help [COMMAND]",
        help: "Show the keys and commands, or one command",
        kind: Kind::Help,
    },
    Spec {
        name: "version",
        aliases: &[],
        usage: "/version",
        help: "Show the version of this program",
        kind: Kind::Version,
    },
    Spec { name: "quit", aliases: &["exit"], usage: "/quit", help: "Say good-bye and leave", kind: Kind::Quit },
];

/// The commands that `prefix` may become, in the table's order; a leading slash does not matter.
pub fn complete(prefix: &str) -> Vec<&'static Spec> {
    let prefix = prefix.strip_prefix('/').unwrap_or(prefix).to_ascii_lowercase();
    COMMANDS.iter().filter(|spec| spec.spellings().any(|name| name.starts_with(&prefix))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prefix: &str) -> Vec<&'static str> {
        complete(prefix).iter().map(|spec| spec.name).collect()
    }

    #[test]
    fn a_slash_alone_lists_everything() {
        assert_eq!(names("/").len(), COMMANDS.len());
        assert_eq!(names("").len(), COMMANDS.len());
    }

    #[test]
    fn a_prefix_finds_names_and_aliases() {
        assert_eq!(names("/c"), ["connect", "clear", "copy"]);
        assert_eq!(names("/N"), ["nick", "who"]);
        assert_eq!(names("/ex"), ["quit"]);
        assert_eq!(names("/frob"), [""; 0]);
    }

    #[test]
    fn no_spelling_stands_twice_and_every_usage_begins_with_the_name() {
        let mut spellings: Vec<_> = COMMANDS.iter().flat_map(Spec::spellings).collect();
        let count = spellings.len();
        spellings.sort_unstable();
        spellings.dedup();
        assert_eq!(spellings.len(), count);
        for spec in COMMANDS {
            assert_eq!(spec.usage.split([' ']).next(), Some(format!("/{}", spec.name).as_str()));
        }
    }

    /// The list of all commands is two columns: a long usage leaves no room for the text beside it. Help has 76 columns on a screen of 80, and its texts need about 50.
    #[test]
    fn every_usage_leaves_room_for_the_help() {
        for spec in COMMANDS {
            assert!(spec.usage.len() <= 24, "{}", spec.usage);
        }
    }

    #[test]
    fn every_form_is_one_that_the_parser_takes() {
        let forms: Vec<_> = COMMANDS.iter().flat_map(Spec::forms).collect();
        assert!(!forms.is_empty());
        for (form, _) in forms {
            let line = form.replace("[INTERFACE]", "eth0").replace("[NETWORK]", "home");
            assert!(crate::frontend::slash::parse(&line).is_ok(), "{line}");
        }
    }
}
