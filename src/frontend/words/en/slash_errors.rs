//! Why a typed line cannot be carried out.

use std::borrow::Cow;

use super::lists::list;

/// A slash and nothing after it.
pub(crate) const EMPTY: &str = "Type a command right after the slash. /help lists them.";

/// There is no such command, but there may be one that is spelled like it.
pub(crate) fn unknown(name: &str, similar: Option<&str>) -> String {
    let advice = match similar {
        Some(similar) => Cow::Owned(did_you_mean(similar)),
        None => Cow::Borrowed("/help lists the commands. Start with // to send it as text."),
    };
    format!("Unknown command /{name}. {advice}")
}

/// Help was asked for a command that does not exist.
pub(crate) fn no_help(name: &str, similar: Option<&str>) -> String {
    let advice = similar.map_or_else(|| "/help lists the commands.".to_owned(), did_you_mean);
    format!("There is no command /{name}. {advice}")
}

fn did_you_mean(similar: &str) -> String {
    format!("Did you mean /{similar}?")
}

/// A search for the lines of somebody who is not named.
pub(crate) const NO_NAME: &str = "Type a name after from: as in /search from:bob key. Put two words in quotes.";

/// A prefix of several commands.
pub(crate) fn ambiguous(prefix: &str, candidates: &[&str]) -> String {
    let candidates: Vec<_> = candidates.iter().map(|name| format!("/{name}")).collect();
    format!("/{prefix} is ambiguous: {}?", list(&candidates, "or"))
}

/// The command needs an argument.
pub(crate) fn missing(usage: &str) -> String {
    format!("Usage: {usage}")
}

/// The command takes no arguments.
pub(crate) fn superfluous(name: &str, usage: &str) -> String {
    format!("/{name} takes no argument. Usage: {usage}")
}

/// The command does not accept the argument.
pub(crate) fn invalid(name: &str, usage: &str) -> String {
    format!("Invalid argument for /{name}. Usage: {usage}")
}

/// The argument is longer than any name or key.
pub(crate) fn not_a_name(usage: &str) -> String {
    format!("Too long for a name or a key. Usage: {usage}")
}

/// `/connect` with something other than an address.
pub(crate) fn address(typed: &str) -> String {
    format!("{typed:?} is not an IP address. Example: /connect 192.168.1.23 or /connect 192.168.1.23:4565")
}
