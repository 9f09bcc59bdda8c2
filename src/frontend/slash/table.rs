//! The commands of this release.

use crate::frontend::words::commands;

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
    Join,
    Part,
    Go,
    List,
    Topic,
    Create,
    Invite,
    Decline,
    Members,
    Kick,
    Renew,
    Query,
    Tell,
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
    /// Whether it leaves the program, or removes something.
    pub(super) const fn loses(self) -> bool {
        matches!(self, Self::Clear | Self::Decline | Self::Erase | Self::Kick | Self::Part | Self::Quit)
    }
}

impl Spec {
    const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        (usage, help): commands::Row,
        kind: Kind,
    ) -> Self {
        Self { name, aliases, usage, help, kind }
    }

    /// The name and the aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The forms of a command that one line cannot describe: how each is written, and what it does.
    pub fn forms(&self) -> &'static [(&'static str, &'static str)] {
        match self.kind {
            Kind::Create => commands::CREATE_FORMS,
            Kind::Lan => commands::LAN_FORMS,
            Kind::Search => commands::SEARCH_FORMS,
            _ => &[],
        }
    }
}

/// Every command, in the order in which help lists them.
pub const COMMANDS: &[Spec] = &[
    Spec::new("me", &[], commands::ME, Kind::Me),
    Spec::new("nick", &[], commands::NICK, Kind::Nick),
    Spec::new("who", &["names"], commands::WHO, Kind::Who),
    Spec::new("whois", &[], commands::WHOIS, Kind::Whois),
    Spec::new("join", &[], commands::JOIN, Kind::Join),
    Spec::new("part", &["leave"], commands::PART, Kind::Part),
    Spec::new("go", &[], commands::GO, Kind::Go),
    Spec::new("list", &[], commands::LIST, Kind::List),
    Spec::new("topic", &[], commands::TOPIC, Kind::Topic),
    Spec::new("create", &[], commands::CREATE, Kind::Create),
    Spec::new("invite", &[], commands::INVITE, Kind::Invite),
    Spec::new("decline", &[], commands::DECLINE, Kind::Decline),
    Spec::new("members", &[], commands::MEMBERS, Kind::Members),
    Spec::new("kick", &[], commands::KICK, Kind::Kick),
    Spec::new("renew", &[], commands::RENEW, Kind::Renew),
    Spec::new("query", &[], commands::QUERY, Kind::Query),
    Spec::new("msg", &[], commands::MSG, Kind::Tell),
    Spec::new("away", &[], commands::AWAY, Kind::Away),
    Spec::new("back", &[], commands::BACK, Kind::Back),
    Spec::new("typing", &[], commands::TYPING, Kind::Typing),
    Spec::new("ignore", &[], commands::IGNORE, Kind::Ignore),
    Spec::new("unignore", &[], commands::UNIGNORE, Kind::Unignore),
    Spec::new("verify", &[], commands::VERIFY, Kind::Verify),
    Spec::new("unverify", &[], commands::UNVERIFY, Kind::Unverify),
    Spec::new("trust", &[], commands::TRUST, Kind::Trust),
    Spec::new("untrust", &[], commands::UNTRUST, Kind::Untrust),
    Spec::new("connect", &[], commands::CONNECT, Kind::Connect),
    Spec::new("lan", &[], commands::LAN, Kind::Lan),
    Spec::new("deliver", &[], commands::DELIVER, Kind::Deliver),
    Spec::new("rescan", &["scan"], commands::RESCAN, Kind::Rescan),
    Spec::new("search", &[], commands::SEARCH, Kind::Search),
    Spec::new("clear", &[], commands::CLEAR, Kind::Clear),
    Spec::new("copy", &[], commands::COPY, Kind::Copy),
    Spec::new("plain", &[], commands::PLAIN, Kind::Plain),
    Spec::new("erase", &[], commands::ERASE, Kind::Erase),
    Spec::new("help", &[], commands::HELP, Kind::Help),
    Spec::new("version", &[], commands::VERSION, Kind::Version),
    Spec::new("quit", &["exit", "q"], commands::QUIT, Kind::Quit),
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
        assert_eq!(names("/c"), ["create", "connect", "clear", "copy"]);
        assert_eq!(names("/N"), ["nick", "who"]);
        assert_eq!(names("/ex"), ["quit"]);
        assert_eq!(names("/frob"), [""; 0]);
    }

    #[test]
    fn spellings_are_unique_and_usages_begin_with_the_name() {
        let mut spellings: Vec<_> = COMMANDS.iter().flat_map(Spec::spellings).collect();
        let count = spellings.len();
        spellings.sort_unstable();
        spellings.dedup();
        assert_eq!(spellings.len(), count);
        for spec in COMMANDS {
            assert_eq!(spec.usage.split([' ']).next(), Some(format!("/{}", spec.name).as_str()));
        }
    }

    /// The list of all commands has two columns: a long usage leaves no room for the text beside it. Help has 72
    /// columns inside its frame on a screen of 80.
    #[test]
    fn every_usage_leaves_room_for_the_help() {
        for spec in COMMANDS {
            assert!(spec.usage.len() <= 24, "{}", spec.usage);
            assert!(spec.help.len() <= 46, "{}", spec.help);
        }
    }

    #[test]
    fn the_parser_accepts_every_form() {
        let forms: Vec<_> = COMMANDS.iter().flat_map(Spec::forms).collect();
        assert!(!forms.is_empty());
        for (form, _) in forms {
            let line = form.replace("[INTERFACE]", "eth0").replace("[NETWORK]", "home").replace("NAME", "plan");
            assert!(crate::frontend::slash::parse(&line).is_ok(), "{line}");
        }
    }
}
