//! Turns a typed line into a [`Slash`].

use super::{
    COMMANDS, Slash, Spec,
    grammar::{addressed, answer, create, lan, names, part, switch},
    table::{Kind, complete},
};
use crate::{
    domain::model::{Network, Text, Who, without_all},
    frontend::words::slash_errors,
};

/// Characters of an unknown command that an error repeats: enough to recognise it, too few to fill the screen.
const MAX_ECHO: usize = 24;

/// How many typing errors a suggestion forgives: one in a short word, two in a longer one.
const fn forgiven(letters: usize) -> usize {
    if letters <= 3 { 1 } else { 2 }
}

/// Why a line is not a valid command. The draft should stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlashError {
    /// A slash and nothing after it.
    Empty,
    /// No such command.
    Unknown {
        /// What was typed, cut and cleaned.
        name: String,
        /// A command with a similar spelling.
        similar: Option<&'static str>,
    },
    /// Help was asked for a command that does not exist.
    NoHelp {
        /// What was typed, cut and cleaned.
        name: String,
        /// A command that is spelled like it.
        similar: Option<&'static str>,
    },
    /// A prefix of several commands.
    Ambiguous {
        /// What was typed.
        prefix: String,
        /// What it could become, sorted.
        candidates: Vec<&'static str>,
    },
    /// The command needs an argument.
    Missing(&'static Spec),
    /// The command takes no arguments.
    Superfluous(&'static Spec),
    /// The command does not accept the argument.
    Wrong(&'static Spec),
    /// The argument is longer than any name or key.
    NotAName(&'static Spec),
}

impl SlashError {
    /// The `code` of the headless contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Unknown { .. } | Self::NoHelp { .. } => "unknown_command",
            Self::Ambiguous { .. } => "ambiguous_command",
            Self::Missing(_) | Self::Superfluous(_) | Self::Wrong(_) | Self::NotAName(_) => "usage",
        }
    }

    /// The text for the person who typed it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => slash_errors::EMPTY.to_owned(),
            Self::Unknown { name, similar } => slash_errors::unknown(name, *similar),
            Self::NoHelp { name, similar } => slash_errors::no_help(name, *similar),
            Self::Ambiguous { prefix, candidates } => slash_errors::ambiguous(prefix, candidates),
            Self::Missing(spec) => slash_errors::missing(spec.usage),
            Self::Superfluous(spec) => slash_errors::superfluous(spec.name, spec.usage),
            Self::Wrong(spec) => slash_errors::invalid(spec.name, spec.usage),
            Self::NotAName(spec) => slash_errors::not_a_name(spec.usage),
        }
    }
}

/// Whether `text` has more than one line. Line feeds at its end do not count: a pasted command often has one.
pub(super) fn has_several_lines(text: &str) -> bool {
    text.trim_end().contains('\n')
}

/// Whether `line` is a command: a single line that starts with exactly one slash. A pasted file that starts with a path
/// is text. Several lines to one person are a command, or everybody would read them.
pub fn is_command(line: &str) -> bool {
    line.starts_with('/') && !line.starts_with("//") && (!has_several_lines(line) || is_for_one(line))
}

/// Whether `line`, which begins with a slash, says something to one person only, or is meant to but mistyped.
fn is_for_one(line: &str) -> bool {
    let name = line.split(char::is_whitespace).next().unwrap_or_default();
    let is_tell = |name: &str| find(name).is_ok_and(|spec| spec.kind == Kind::Tell);
    match find(name) {
        Ok(spec) => spec.kind == Kind::Tell,
        Err(SlashError::Unknown { similar, .. }) => similar.is_some_and(is_tell),
        Err(SlashError::Ambiguous { candidates, .. }) => candidates.into_iter().any(is_tell),
        Err(_) => false,
    }
}

/// Reads a line: text to say, or a command. `//x` says "/x". Several lines are text, unchanged, unless they begin with
/// `/msg`.
///
/// # Errors
/// [`SlashError`] when the line begins with a slash and is no command that can be carried out; then nothing may be
/// sent.
pub fn parse(line: &str) -> Result<Slash, SlashError> {
    let Some(rest) = line.strip_prefix('/').filter(|_| !has_several_lines(line) || is_for_one(line)) else {
        return Ok(Slash::Say { text: line.to_owned(), action: false });
    };
    if rest.starts_with('/') {
        return Ok(Slash::Say { text: rest.to_owned(), action: false });
    }
    let (name, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let spec = find(name)?;
    let argument = text.trim();
    let given = (!argument.is_empty()).then_some(argument);
    let required = || given.map(str::to_owned).ok_or(SlashError::Missing(spec));
    let nothing = |slash| if given.is_none() { Ok(slash) } else { Err(SlashError::Superfluous(spec)) };
    match spec.kind {
        // Trailing spaces belong to the text, as in every other text.
        Kind::Me => required().map(|_| Slash::Say { text: text.trim_start().to_owned(), action: true }),
        Kind::Nick => Ok(Slash::Nick(given.map(str::to_owned))),
        Kind::Who => nothing(Slash::Who),
        Kind::Whois => person(spec, argument).map(Slash::Whois),
        Kind::Away => Ok(Slash::Away(given.map(str::to_owned))),
        Kind::Back => nothing(Slash::Back),
        Kind::Typing => match (argument, switch(argument)) {
            ("", _) => Ok(Slash::Typing(None)),
            (_, None) => Err(SlashError::Wrong(spec)),
            (_, on) => Ok(Slash::Typing(on)),
        },
        Kind::Ignore => person(spec, argument).map(Slash::Ignore),
        Kind::Unignore => person(spec, argument).map(Slash::Unignore),
        Kind::Trust => match answer(argument) {
            (who, Some(true)) => Ok(Slash::Trust { who: person(spec, who)?, sure: true }),
            (_, Some(false)) => Err(SlashError::Wrong(spec)),
            (who, None) => Ok(Slash::Trust { who: person(spec, who)?, sure: false }),
        },
        Kind::Untrust => person(spec, argument).map(Slash::Untrust),
        Kind::Unverify => person(spec, argument).map(Slash::Unverify),
        Kind::Verify => {
            let (who, same) = answer(argument);
            Ok(Slash::Verify { who: person(spec, who)?, same })
        }
        Kind::Join => Ok(Slash::Join(required()?)),
        Kind::Part => part(argument).map(|(room, sure)| Slash::Part { room, sure }).ok_or(SlashError::Wrong(spec)),
        Kind::Go => Ok(Slash::Go(required()?)),
        Kind::List => nothing(Slash::List),
        Kind::Topic => Ok(Slash::Topic(given.map(str::to_owned))),
        Kind::Create if given.is_none() => Err(SlashError::Missing(spec)),
        Kind::Create => create(argument).ok_or(SlashError::Wrong(spec)),
        Kind::Invite => people(spec, argument).map(Slash::Invite),
        Kind::Decline => Ok(Slash::Decline(required()?)),
        Kind::Members => nothing(Slash::Members),
        Kind::Kick => people(spec, argument).map(Slash::Kick),
        Kind::Renew => nothing(Slash::Renew),
        Kind::Query => person(spec, argument).map(Slash::Query),
        Kind::Tell => match addressed(text.trim_start()) {
            (_, said) if said.trim().is_empty() => Err(SlashError::Missing(spec)),
            (who, said) => Ok(Slash::Tell { who: person(spec, who)?, text: said.to_owned() }),
        },
        Kind::Connect => Ok(Slash::Connect(required()?)),
        Kind::Lan => lan(argument).map(Slash::Lan).ok_or(SlashError::Wrong(spec)),
        Kind::Rescan => nothing(Slash::Rescan),
        Kind::Deliver => match given.map(Network::new).transpose() {
            Ok(network) => Ok(Slash::Deliver(network)),
            Err(_) => Err(SlashError::Wrong(spec)),
        },
        Kind::Search => match (without_all(argument), given) {
            (_, None) => Ok(Slash::Search { query: None, all: false }),
            ((query, true), _) if query.is_empty() => Err(SlashError::Missing(spec)),
            ((query, all), _) => Ok(Slash::Search { query: Some(query), all }),
        },
        Kind::Clear => nothing(Slash::Clear),
        Kind::Copy => match given.map(str::parse).transpose() {
            Ok(back) => Ok(Slash::Copy(back)),
            Err(_) => Err(SlashError::Wrong(spec)),
        },
        Kind::Plain => nothing(Slash::PlainView),
        Kind::Erase if argument.eq_ignore_ascii_case("yes") => Ok(Slash::Erase { sure: true }),
        Kind::Erase if given.is_some() => Err(SlashError::Wrong(spec)),
        Kind::Erase => Ok(Slash::Erase { sure: false }),
        Kind::Help => match given {
            Some(name) => match find(name) {
                Ok(spec) => Ok(Slash::Help(Some(spec.name.to_owned()))),
                Err(SlashError::Unknown { name, similar }) => Err(SlashError::NoHelp { name, similar }),
                Err(error) => Err(error),
            },
            None => Ok(Slash::Help(None)),
        },
        Kind::Version => nothing(Slash::Version),
        Kind::Quit => nothing(Slash::Quit),
    }
}

/// The people that `argument` names, each once.
fn people(spec: &'static Spec, argument: &str) -> Result<Vec<Who>, SlashError> {
    let people = each_once(names(argument).into_iter().map(|name| person(spec, name)))?;
    if people.is_empty() { Err(SlashError::Missing(spec)) } else { Ok(people) }
}

/// These people, each once, in their order.
///
/// # Errors
/// The first one.
pub fn each_once<E>(named: impl IntoIterator<Item = Result<Who, E>>) -> Result<Vec<Who>, E> {
    let mut people = Vec::new();
    for who in named {
        let who = who?;
        if !people.contains(&who) {
            people.push(who);
        }
    }
    Ok(people)
}

/// The person that `argument` names.
fn person(spec: &'static Spec, argument: &str) -> Result<Who, SlashError> {
    let given = !argument.trim_start_matches('@').is_empty();
    Who::new(argument).ok_or(if given { SlashError::NotAName(spec) } else { SlashError::Missing(spec) })
}

/// The command called `name` (with or without its slash): a name, an alias or an unambiguous prefix of one, in any
/// case.
///
/// # Errors
/// [`SlashError`] when there is none, or more than one.
pub fn find(name: &str) -> Result<&'static Spec, SlashError> {
    let name = name.strip_prefix('/').unwrap_or(name).to_ascii_lowercase();
    if name.is_empty() {
        return Err(SlashError::Empty);
    }
    if let Some(spec) = COMMANDS.iter().find(|spec| spec.spellings().any(|spelling| spelling == name)) {
        return Ok(spec);
    }
    match complete(&name).as_slice() {
        [] => Err(SlashError::Unknown { similar: similar(&name), name: echo(&name) }),
        [spec] => Ok(spec),
        several => {
            let mut candidates: Vec<_> =
                several.iter().filter_map(|spec| spec.spellings().find(|s| s.starts_with(&name))).collect();
            candidates.sort_unstable();
            Err(SlashError::Ambiguous { prefix: name, candidates })
        }
    }
}

/// The command whose spelling is nearest to `name`, if near enough. `None` if that one leaves or deletes: a user who
/// follows a suggestion without thinking should lose nothing.
fn similar(name: &str) -> Option<&'static str> {
    let letters = name.chars().take(MAX_ECHO).count();
    if letters >= MAX_ECHO {
        return None;
    }
    COMMANDS
        .iter()
        .flat_map(|spec| spec.spellings().map(move |spelling| (strsim::osa_distance(name, spelling), spelling, spec)))
        .filter(|&(distance, spelling, _)| distance <= forgiven(letters.min(spelling.len())))
        .min_by_key(|&(distance, ..)| distance)
        .filter(|(.., spec)| !spec.kind.loses())
        .map(|(_, spelling, _)| spelling)
}

/// The part of a piped word that an error may repeat: its start, without control characters.
fn echo(name: &str) -> String {
    let end = name.char_indices().nth(MAX_ECHO).map_or(name.len(), |(at, _)| at);
    let cut = if end < name.len() { "…" } else { "" };
    let clean = Text::new(name.get(..end).unwrap_or_default());
    format!("{}{cut}", clean.as_ref().map_or("?", Text::as_str))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    fn say(text: &str, action: bool) -> Slash {
        Slash::Say { text: text.to_owned(), action }
    }

    fn error(line: &str) -> String {
        parse(line).unwrap_err().text()
    }

    #[test]
    fn text_is_said_as_it_was_typed() {
        assert_eq!(parse("hello big world"), Ok(say("hello big world", false)));
        assert_eq!(parse("  indented /quit"), Ok(say("  indented /quit", false)));
        assert_eq!(parse("two\nlines"), Ok(say("two\nlines", false)));
        assert_eq!(parse(""), Ok(say("", false)));
    }

    #[test]
    fn two_slashes_say_one() {
        assert_eq!(parse("//quit"), Ok(say("/quit", false)));
        assert_eq!(parse("///"), Ok(say("//", false)));
    }

    #[test]
    fn several_lines_are_always_plain_text() {
        for text in ["/usr/bin/env python\nprint()\n", "/quit\nno", "//x\ny", "/me waves\nand goes", "/\n/"] {
            assert_eq!(parse(text), Ok(say(text, false)), "{text:?}");
            assert!(!is_command(text), "{text:?}");
        }
        assert_eq!(parse("/quit\n"), Ok(Slash::Quit), "one line that was pasted with its end");
        assert!(error("/usr/bin/env\n").starts_with("Unknown command /usr/bin/env."));
        assert!(is_command("/quit") && is_command("/usr/bin/env\n") && !is_command("//x") && !is_command("x"));
    }

    #[test]
    fn every_command_and_alias_is_understood() {
        assert_eq!(parse("/me waves at all"), Ok(say("waves at all", true)));
        assert_eq!(parse("/me  waves\t at all "), Ok(say("waves\t at all ", true)), "as it was typed");
        assert_eq!(parse("/nick Zoë 山田"), Ok(Slash::Nick(Some("Zoë 山田".to_owned()))));
        assert_eq!(parse("/nick "), Ok(Slash::Nick(None)));
        assert_eq!(parse("/connect  [::1]:4565 "), Ok(Slash::Connect("[::1]:4565".to_owned())));
        for (line, slash) in [
            ("/join  #dev ", Slash::Join("#dev".to_owned())),
            ("/part", Slash::Part { room: None, sure: false }),
            ("/part YES", Slash::Part { room: None, sure: true }),
            ("/leave dev", Slash::Part { room: Some("dev".to_owned()), sure: false }),
            ("/part #yes", Slash::Part { room: Some("#yes".to_owned()), sure: false }),
            ("/part #plan yes", Slash::Part { room: Some("#plan".to_owned()), sure: true }),
            ("/create plan", Slash::Create { name: "plan".to_owned(), private: false, ask: false }),
            ("/create #plan Private", Slash::Create { name: "#plan".to_owned(), private: true, ask: false }),
            ("/create plan private ask", Slash::Create { name: "plan".to_owned(), private: true, ask: true }),
            ("/decline #plan", Slash::Decline("#plan".to_owned())),
            ("/members", Slash::Members),
            ("/renew", Slash::Renew),
            ("/go 3", Slash::Go("3".to_owned())),
            ("/list", Slash::List),
            ("/query bob", Slash::Query(Who::new("bob").unwrap())),
            ("/who", Slash::Who),
            ("/names", Slash::Who),
            ("/back", Slash::Back),
            ("/typing", Slash::Typing(None)),
            ("/typing OFF", Slash::Typing(Some(false))),
            ("/typing on", Slash::Typing(Some(true))),
            ("/rescan", Slash::Rescan),
            ("/SCAN", Slash::Rescan),
            ("/clear", Slash::Clear),
            ("/copy", Slash::Copy(None)),
            ("/copy 12 ", Slash::Copy(NonZeroU32::new(12))),
            ("/plain", Slash::PlainView),
            ("/search lab  key ", Slash::Search { query: Some("lab  key".to_owned()), all: false }),
            ("/search --all \"lab key\"", Slash::Search { query: Some("\"lab key\"".to_owned()), all: true }),
            ("/search", Slash::Search { query: None, all: false }),
            ("/erase", Slash::Erase { sure: false }),
            ("/erase YES", Slash::Erase { sure: true }),
            ("/help", Slash::Help(None)),
            ("/help /sc", Slash::Help(Some("rescan".to_owned()))),
            ("/version", Slash::Version),
            ("/quit", Slash::Quit),
            ("/exit  ", Slash::Quit),
        ] {
            assert_eq!(parse(line), Ok(slash), "{line}");
        }
    }

    #[test]
    fn people_are_named_in_one_word_or_in_two() {
        let who = |text| Who::new(text).unwrap();
        assert_eq!(parse("/whois Zoë 山田"), Ok(Slash::Whois(who("Zoë 山田"))));
        assert_eq!(parse("/ignore @bob"), Ok(Slash::Ignore(who("bob"))));
        assert_eq!(parse("/unignore 192.168.1.23:4565"), Ok(Slash::Unignore(who("192.168.1.23:4565"))));
        assert_eq!(parse("/trust bob#c04e"), Ok(Slash::Trust { who: who("bob#c04e"), sure: false }));
        for (line, name, same) in [
            ("/verify bob", "bob", None),
            ("/verify Zoë 山田", "Zoë 山田", None),
            ("/verify bob yes", "bob", Some(true)),
            ("/verify Zoë 山田  NO", "Zoë 山田", Some(false)),
            ("/verify no", "no", None),
            ("/verify no yes", "no", Some(true)),
        ] {
            assert_eq!(parse(line), Ok(Slash::Verify { who: who(name), same }), "{line}");
        }
        assert_eq!(error("/whois @"), "Usage: /whois WHO");
        let several = ["bob", "Zoë 山田", "carol#7f3a"].map(who).to_vec();
        for line in ["/invite bob \"Zoë 山田\" carol#7f3a bob", "/invite @bob, \"Zoë 山田\", carol#7f3a,"] {
            assert_eq!(parse(line), Ok(Slash::Invite(several.clone())), "{line}");
        }
        assert_eq!(parse("/kick bob"), Ok(Slash::Kick(vec![who("bob")])));
        for line in ["/invite", "/invite ,", "/invite @"] {
            assert_eq!(error(line), "Usage: /invite WHO…", "{line}");
        }
        let long = "x".repeat(200);
        assert_eq!(error(&format!("/trust {long}")), "Too long for a name or a key. Usage: /trust WHO [yes]");
    }

    #[test]
    fn a_note_may_follow_away() {
        assert_eq!(parse("/away"), Ok(Slash::Away(None)));
        assert_eq!(parse("/away  back at 3 "), Ok(Slash::Away(Some("back at 3".to_owned()))));
        assert_eq!(error("/back now"), "/back takes no argument. Usage: /back");
    }

    #[test]
    fn a_prefix_is_enough_unless_it_is_ambiguous() {
        assert_eq!(parse("/qui"), Ok(Slash::Quit));
        assert_eq!(parse("/q"), Ok(Slash::Quit), "as in 0.4, and as in other programs");
        assert_eq!(error("/qu"), "/qu is ambiguous: /query or /quit?");
        assert_eq!(parse("/who"), Ok(Slash::Who), "though /whois begins with it");
        assert_eq!(error("/w"), "/w is ambiguous: /who or /whois?");
        assert_eq!(error("/c"), "/c is ambiguous: /clear, /connect, /copy or /create?");
        assert_eq!(error("/n"), "/n is ambiguous: /names or /nick?");
    }

    #[test]
    fn an_unknown_command_is_never_text_and_suggests_another() {
        assert_eq!(error("/hlep"), "Unknown command /hlep. Did you mean /help?");
        assert_eq!(error("/recsan now"), "Unknown command /recsan. Did you mean /rescan?");
        let advice = "/help lists the commands. Start with // to send it as text.";
        assert_eq!(error("/verfy bob"), "Unknown command /verfy. Did you mean /verify?");
        assert_eq!(error("/usr/bin/env"), format!("Unknown command /usr/bin/env. {advice}"));
        assert_eq!(error("/pinboard x"), format!("Unknown command /pinboard. {advice}"), "of a later release");
        assert_eq!(error("/"), "Type a command right after the slash. /help lists them.");
        assert_eq!(error("/ quit"), error("/"));
        assert_eq!(error("/help frobnicate"), "There is no command /frobnicate. /help lists the commands.");
    }

    #[test]
    fn no_suggestion_leaves_or_deletes() {
        for typed in ["/qiut", "/quti", "/exti", "/exot", "/claer", "/clera", "/erease", "/eraes"] {
            assert!(error(typed).starts_with(&format!("Unknown command {typed}. /help lists")), "{}", error(typed));
        }
        // No matter how a word is mistyped.
        for spec in COMMANDS {
            for spelling in spec.spellings() {
                for at in 0..spelling.len() {
                    for with in ["", "x", "ee"] {
                        let mut typed = spelling.to_owned();
                        typed.replace_range(at..=at, with);
                        let suggested = similar(&typed).and_then(|name| find(name).ok());
                        assert!(suggested.is_none_or(|spec| !spec.kind.loses()), "{typed}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_direct_message_is_never_said_to_everybody() {
        let tell = |who, text: &str| Ok(Slash::Tell { who: Who::new(who).unwrap(), text: text.to_owned() });
        for (line, who, text) in [
            ("/msg bob my password", "bob", "my password"),
            ("/MS @bob hi ", "bob", "hi "),
            ("/msg  bob  indented", "bob", " indented"),
            ("/msg \"Zoë 山田\" hi", "Zoë 山田", "hi"),
            ("/msg bob my\npassword\n", "bob", "my\npassword\n"),
            ("/msg bob\nfn main() {\n}", "bob", "fn main() {\n}"),
        ] {
            assert_eq!(parse(line), tell(who, text), "{line}");
            assert!(is_command(line), "{line}");
        }
        for line in ["/msg", "/msg bob", "/msg bob  ", "/msg \"\" hi"] {
            assert_eq!(error(line), "Usage: /msg WHO TEXT", "{line}");
        }
        for line in ["/mgs bob my\npassword", "/m bob my\npassword"] {
            assert!(parse(line).is_err() && is_command(line), "{line}");
        }
    }

    #[test]
    fn wrong_arguments_are_answered_with_the_usage() {
        assert_eq!(error("/connect"), "Usage: /connect ADDRESS[:PORT]");
        assert_eq!(error("/me  "), "Usage: /me TEXT");
        assert_eq!(error("/erase all"), "Invalid argument for /erase. Usage: /erase [yes]");
        for line in ["/copy 0", "/copy all", "/copy -1", "/copy 1 2", "/copy 99999999999"] {
            assert_eq!(error(line), "Invalid argument for /copy. Usage: /copy [N]");
        }
        assert_eq!(error("/typing maybe"), "Invalid argument for /typing. Usage: /typing [on|off]");
        for line in ["/create plan secret", "/create plan ask", "/create plan private ask me", "/create my plan"] {
            assert_eq!(error(line), "Invalid argument for /create. Usage: /create NAME [private]", "{line}");
        }
        assert_eq!(error("/create"), "Usage: /create NAME [private]");
        assert_eq!(error("/part #plan no"), "Invalid argument for /part. Usage: /part [ROOM] [yes]");
        assert_eq!(error("/quit the job"), "/quit takes no argument. Usage: /quit");
    }

    #[test]
    fn an_error_repeats_neither_escapes_nor_long_text() {
        let text = error(&format!("/x\u{1b}[2J\u{202e}{}", "y".repeat(100_000)));
        assert!(text.starts_with("Unknown command /x[2jyyy") && text.contains("y…. /help"), "{text}");
        assert!(text.len() < 150, "{text}");
    }

    proptest! {
        #[test]
        fn any_line_is_said_executed_or_refused_with_a_code(line in "/?/?\\PC{0,12}.{0,40}") {
            match parse(&line) {
                Ok(Slash::Say { text, .. }) => prop_assert!(line.contains(&text)),
                Ok(_) => prop_assert!(line.starts_with('/')),
                Err(error) => {
                    prop_assert!(line.starts_with('/') && !line.starts_with("//"));
                    prop_assert!(!error.code().is_empty());
                }
            }
        }
    }
}
