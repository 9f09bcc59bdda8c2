//! Finds sentences outside the folder of words: string literals with two words or more.

use crate::source::{Token, tokens};

/// The folder for sentences.
const WORDS: &str = "frontend/words/";

/// Where sentences are allowed: in reasons of panics, which are never shown; in the log file; and in attributes, which
/// hold clap's help and the errors that end a command.
const EXEMPT: [&str; 21] = [
    "#",
    "expect",
    "unreachable!",
    "panic!",
    "assert!",
    "assert_eq!",
    "assert_ne!",
    "debug_assert!",
    "debug_assert_eq!",
    "trace!",
    "debug!",
    "info!",
    "warn!",
    "error!",
    "execute",
    "execute_batch",
    "prepare",
    "prepare_cached",
    "query_row",
    "split",
    "mod tests",
];

/// Files and folders with sentences of their own: errors that end a command, because they arise before a language is
/// chosen, clap's help, and what the reference protocol sends.
const ELSEWHERE: [&str; 9] = [
    // A name on disk, and the text shown in place of a message that cannot be shown.
    "domain/model/network.rs",
    "core/sync/pages.rs",
    "runtime/profile/",
    "runtime/disk/",
    "runtime/store/error.rs",
    "runtime/store/connection.rs",
    "runtime/net/",
    "cli/config/args.rs",
    "protocol/codec/reference.rs",
];

/// How pieces of SQL begin. Constants hold SQL too.
const SQL: [&str; 20] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "ALTER ",
    "DROP ",
    "WITH ",
    "PRAGMA ",
    "BEGIN",
    "VACUUM",
    "ATTACH ",
    "FROM ",
    "NOT EXISTS ",
    "lines ",
    "lines.",
    "(lines.",
    "place = ",
    "iif(",
    "spot, log",
];

/// The sentences in one file, by its path below `src`.
pub(crate) fn sentences(file: &str, text: &str) -> Vec<String> {
    if file.starts_with(WORDS)
        || ELSEWHERE.iter().any(|start| file.starts_with(start))
        || file.ends_with("/tests.rs")
        || file.contains("/tests/")
    {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (at, (token, line)) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).map(|at| &tokens[at].0);
        match token {
            Token::Mark('(' | '[' | '{') => open.push(head(before(1), before(2))),
            Token::Mark(')' | ']' | '}') => drop(open.pop()),
            Token::Text(text) if is_sentence(text) && !open.iter().any(|head| EXEMPT.contains(&head.as_str())) => {
                found.push(format!("{file}:{line}: {text:?} belongs into frontend/words"));
            }
            _ => {}
        }
    }
    found
}

/// What stands before a bracket, such as `warn!`, `expect`, `mod tests` or `#`.
fn head(last: Option<&Token>, before: Option<&Token>) -> String {
    match (before, last) {
        (Some(Token::Word(name)), Some(Token::Mark('!'))) => format!("{name}!"),
        (Some(Token::Word(kind)), Some(Token::Word(name))) if kind == "mod" => format!("mod {name}"),
        (_, Some(Token::Word(name))) => name.clone(),
        (_, Some(Token::Mark('#'))) => "#".to_owned(),
        _ => String::new(),
    }
}

/// At least two words. Placeholders are not words, and pieces of SQL are not sentences.
fn is_sentence(text: &str) -> bool {
    if SQL.iter().any(|start| text.trim_start().starts_with(start)) {
        return false;
    }
    let mut depth = 0_u32;
    let bare: String = text
        .chars()
        .filter(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect();
    let is_word =
        |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_alphabetic() || "\u{2019}'.,:;!?-".contains(c));
    bare.split([' ', '\n']).filter(is_word).count() > 1
}
