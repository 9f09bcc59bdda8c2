//! Subcommands: what is done instead of chatting.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use jiff::tz::TimeZone;

use super::places::Places;
use crate::{
    config::{Config, LogArgs},
    history::{self, Action, Error},
    model::Room,
    profile,
};

/// Prints or erases what was said in a room. Warnings go to the standard error.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do.
pub fn log(config: &Config, args: &LogArgs) -> Result<(), Error> {
    // If the standard error cannot be written, there is nobody to warn.
    let say = |text: &str| drop(writeln!(io::stderr(), "proximity-chat: {text}"));
    for warning in &config.warnings {
        say(warning);
    }
    let Config { profile: name, data_dir, ephemeral, .. } = config;
    let of_profile = profile::Options { data_dir: data_dir.clone(), name: name.clone(), ephemeral: *ephemeral };
    // The network that a chat with this profile would be on.
    let existing = profile::look(&of_profile)?;
    let places = Places::new(config, existing.as_ref().map_or(&[], profile::Existing::lan));
    let options = history::Options {
        profile: of_profile,
        network: places.first().map_err(Error::Interfaces)?.place.network,
        room: room(args.room.as_deref())?,
        action: match args {
            LogArgs { json: true, .. } => Action::Json,
            LogArgs { hash: true, .. } => Action::Hash,
            LogArgs { count: true, .. } => Action::Count,
            LogArgs { erase: true, .. } => Action::Erase,
            _ => Action::Text,
        },
        zone: TimeZone::system(),
    };
    let note = history::run(&options, io::stdout().lock(), |question| if args.yes { Ok(true) } else { ask(question) })?;
    if let Some(note) = note {
        say(&note);
    }
    Ok(())
}

/// The room of that name. The sign before it may be missing: a shell takes it for the begin of a comment.
fn room(name: Option<&str>) -> Result<Room, Error> {
    let Some(name) = name else { return Ok(Room::LOBBY) };
    let lobby = Room::LOBBY.name().trim_start_matches('#');
    let is_lobby = name.strip_prefix('#').unwrap_or(name).eq_ignore_ascii_case(lobby);
    if is_lobby { Ok(Room::LOBBY) } else { Err(Error::NoRoom(name.chars().take(40).collect())) }
}

/// Asks at the terminal.
fn ask(question: &str) -> Result<bool, Error> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Error::NobodyToAsk);
    }
    let mut answer = String::new();
    let mut error = io::stderr().lock();
    write!(error, "{question}").and_then(|()| error.flush()).map_err(|_| Error::NobodyToAsk)?;
    io::stdin().lock().read_line(&mut answer).map_err(|_| Error::NobodyToAsk)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}
