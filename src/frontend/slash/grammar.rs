//! How the arguments of single commands are written.

use super::{Lan, Slash};
use crate::domain::model::Network;

/// What `/lan` should do.
pub(super) fn lan(argument: &str) -> Option<Lan> {
    let (word, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let rest = Some(rest.trim()).filter(|rest| !rest.is_empty());
    match (word.to_ascii_lowercase().as_str(), rest) {
        ("", None) => Some(Lan::Show),
        ("on", None) => Some(Lan::Open(true)),
        ("on", Some(interface)) if !interface.contains(char::is_whitespace) => Some(Lan::At(interface.into())),
        ("off", None) => Some(Lan::Open(false)),
        ("same", None) => Some(Lan::Same(None)),
        ("same", Some(name)) => Network::new(name).ok().map(|name| Lan::Same(Some(name))),
        ("share", None) => Some(Lan::Share),
        _ => None,
    }
}

/// The person and the text of `/msg`. A name of two words is put in quotes.
pub(super) fn addressed(argument: &str) -> (&str, &str) {
    if let Some((who, text)) = argument.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (who, text.strip_prefix(char::is_whitespace).unwrap_or(text));
    }
    argument.split_once(char::is_whitespace).unwrap_or((argument, ""))
}

/// On or off.
pub(super) fn switch(argument: &str) -> Option<bool> {
    match argument.to_ascii_lowercase().as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// The room of `/part` and whether it is confirmed. A room called yes is left with its `#`.
pub(super) fn part(argument: &str) -> Option<(Option<String>, bool)> {
    if argument.is_empty() || argument.eq_ignore_ascii_case("yes") {
        return Some((None, !argument.is_empty()));
    }
    match answer(argument) {
        (_, Some(false)) => None,
        (room, sure) => Some((Some(room.trim_end().to_owned()), sure.is_some())),
    }
}

/// The name and the words of `/create`.
pub(super) fn create(argument: &str) -> Option<Slash> {
    let mut words = argument.split_whitespace();
    let name = words.next()?.to_owned();
    let words: Vec<_> = words.map(str::to_ascii_lowercase).collect();
    let (private, ask) = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => (false, false),
        ["private"] => (true, false),
        ["private", "ask"] => (true, true),
        _ => return None,
    };
    Some(Slash::Create { name, private, ask })
}

/// The name, which may have two words, and the yes or no after it.
pub(super) fn answer(argument: &str) -> (&str, Option<bool>) {
    let Some((who, last)) = argument.rsplit_once(char::is_whitespace) else { return (argument, None) };
    match last.to_ascii_lowercase().as_str() {
        "yes" => (who, Some(true)),
        "no" => (who, Some(false)),
        _ => (argument, None),
    }
}

/// The names in `argument`, which are words with commas after them or not. A name of two words is in quotes.
pub(super) fn names(argument: &str) -> Vec<&str> {
    let (mut names, mut rest) = (Vec::new(), argument.trim_start());
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let (name, after) = quoted.unwrap_or_else(|| {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (word.trim_end_matches(','), after)
        });
        if !name.is_empty() {
            names.push(name);
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    names
}
