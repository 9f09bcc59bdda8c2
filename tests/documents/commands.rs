//! The commands, options and settings that documents name.

use clap::{Arg, Command, CommandFactory as _, Parser as _, error::ErrorKind};
use proximity_chat::cli::config::{Args, FileText, Sources, merge};

use super::markdown::Markdown;

/// The name by which the program is called.
const PROGRAM: &str = "proximity-chat";

fn command() -> Command {
    let mut command = Args::command();
    command.build();
    command
}

/// All options, including those of its commands.
fn options(command: &Command) -> Vec<&Arg> {
    let below = command.get_subcommands().flat_map(options);
    command.get_arguments().filter(|arg| arg.get_long().is_some()).chain(below).collect()
}

/// Calls and options in a document that the program does not accept.
pub(super) fn wrong(file: &str, text: &str) -> Vec<String> {
    let command = command();
    let is_right = |code: &str| {
        if code.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) {
            is_option(&command, code)
        } else {
            call(code).is_none_or(|call| is_call(&call))
        }
    };
    let code = Markdown::new(text).code.into_iter().map(str::trim);
    code.filter(|code| !is_right(code)).map(|code| format!("{file}: {code} is nothing that {PROGRAM} takes")).collect()
}

/// Whether code such as `--peer ADDR` is an option that accepts what follows it.
fn is_option(command: &Command, code: &str) -> bool {
    let words: Vec<&str> = code.split([' ', '=']).collect();
    let named = |arg: &&&Arg| arg.get_long() == words[0].strip_prefix("--");
    let takes_one = |arg: &Arg| arg.get_num_args().is_some_and(|number| number.takes_values());
    let options = options(command);
    let mut same = options.iter().filter(named).peekable();
    same.peek().is_some() && (words.len() == 1 || words[1].starts_with("--") || same.any(|arg| takes_one(arg)))
}

/// The words of a shell line that calls the program.
fn call(code: &str) -> Option<Vec<&str>> {
    let code = code.strip_prefix("$ ").unwrap_or(code);
    let code = code.split(" #").next()?;
    let mut commands = code.split(['|', ';', '>']).map(|command| command.split_whitespace().collect::<Vec<_>>());
    commands.find(|words| words.first() == Some(&PROGRAM))
}

fn is_call(words: &[&str]) -> bool {
    match Args::try_parse_from(words) {
        Ok(_) => true,
        Err(error) => matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion),
    }
}

/// Options of the program that a document never mentions in its code.
pub(super) fn without(text: &str) -> Vec<String> {
    let (code, command) = (Markdown::new(text).code, command());
    let mut missing: Vec<String> = options(&command)
        .into_iter()
        .filter_map(Arg::get_long)
        .map(|long| format!("--{long}"))
        .filter(|option| !code.iter().any(|code| code.split([' ', '=']).any(|word| word == option)))
        .map(|option| format!("{option} is an option of {PROGRAM} and not in docs/configuration.md"))
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

/// Rows of the table of settings with an unknown key, or with the variable of another setting.
pub(super) fn wrong_settings(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| line.contains("`PROXIMITY_CHAT_") && line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>());
    let is_right =
        |key: &str, variable: &str| is_setting(key) && variable == format!("PROXIMITY_CHAT_{}", key.to_uppercase());
    let wrong = cells.filter(|cells| !is_right(cells[1], cells[3]));
    wrong.map(|cells| format!("{} with {} is no setting", cells[1], cells[3])).collect()
}

/// No setting accepts `null`, but the program only warns about keys it does not know.
fn is_setting(key: &str) -> bool {
    let file = format!("{{\"{key}\": null}}");
    let file = Some(FileText { name: "config.json", bytes: file.as_bytes() });
    merge(Sources { args: &Args::default(), env: &[], file, login: None }).is_err()
}
