//! Subcommands: what the program does instead of chatting.

use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
};

use jiff::tz::TimeZone;

use super::{
    Error as RunError,
    network_policy::NetworkPolicy,
    networks,
    private_rooms::{self, Named},
    random,
    stderr::say,
    which_profile,
};
use crate::{
    cli::{
        config::{Config, DiscoverArgs, DoctorArgs, IdentityArgs, LogArgs},
        identity,
        lan_tools::{self, Options, Style},
        log::{self as history, Action, Error},
    },
    core::networks::{NetworkRecord, Networks},
    domain::model::{Date, Known, Network, NodeId, Room},
    frontend::{slash::TypedRoom, words::program},
    protocol::identity::Identity,
    runtime::{
        actor::DesiredNetwork,
        io::{TcpNet, interfaces, now},
        profile::{self, Existing},
    },
};

/// Characters of a name that an error repeats.
const MAX_ECHO: usize = 40;

/// Prints or erases what was said in a room. Warnings go to the standard error.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do.
pub fn log(config: &Config, args: &LogArgs) -> Result<(), Error> {
    warn(config);
    let profile = which_profile(config);
    // The network that a chat with this profile would be on.
    let existing = profile::find_existing(&profile)?;
    let records = existing.as_ref().map(networks::of_existing).unwrap_or_default();
    let options = history::Options {
        profile,
        network: network(config, records).map_err(Error::Interfaces)?,
        room: room(args.room.as_deref().or(args.named.as_deref()), existing.as_ref())?,
        action: match args {
            LogArgs { json: true, .. } => Action::Json,
            LogArgs { hash: true, .. } => Action::Hash,
            LogArgs { count: true, .. } => Action::Count,
            LogArgs { erase: true, .. } => Action::Erase,
            _ => Action::Text,
        },
        zone: TimeZone::system(),
    };
    let note = history::run(&options, io::stdout().lock(), |question| {
        if args.yes { Ok(true) } else { ask(question).ok_or(Error::NobodyToAsk) }
    })?;
    if let Some(note) = note {
        say(&note);
    }
    Ok(())
}

/// The network that a chat with these settings would be on, found out without sending anything. If that is not certain,
/// the most likely one: the history is shown only to its own user.
fn network(config: &Config, records: Vec<NetworkRecord>) -> io::Result<Network> {
    let mut policy = NetworkPolicy::new(config, Networks::new(records, 0));
    let DesiredNetwork { network, may_be, .. } =
        policy.decide(&interfaces()?, None, true, Date::of(now().wall)).desired;
    Ok(may_be.into_iter().next().unwrap_or(network))
}

/// Prints the user's key, or makes a new one.
///
/// # Errors
/// [`identity::Error`], whose text says what happened and what to do.
pub fn identity(config: &Config, args: &IdentityArgs) -> Result<(), identity::Error> {
    warn(config);
    let date = jiff::Zoned::now().date().to_string();
    let confirm = |question: &str| if args.yes { Some(true) } else { ask(question) };
    identity::run(&which_profile(config), args.new, &date, io::stdout().lock(), confirm)
}

/// Prints the warnings about the settings.
fn warn(config: &Config) {
    for warning in &config.warnings {
        say(warning);
    }
}

/// Prints who is on the network, or what finding that out would take.
///
/// # Errors
/// [`RunError`], whose text says what happened and what to do.
pub fn discover(config: &Config, args: &DiscoverArgs) -> Result<(), RunError> {
    warn(config);
    let (options, style) = (tool_options(config)?, style(args.json));
    let mut output = io::stdout().lock();
    let done = if args.dry_run {
        lan_tools::dry_run(&options, style, &mut output)
    } else {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(lan_tools::discover(&TcpNet, &options, style, &mut output))
    };
    match done {
        // The reader has closed the pipe, which is not an error.
        Err(lan_tools::Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Prints why nobody shows up. Returns whether something keeps people from meeting.
///
/// # Errors
/// [`RunError`], whose text says what happened and what to do.
pub fn doctor(config: &Config, args: &DoctorArgs) -> Result<bool, RunError> {
    warn(config);
    let options = tool_options(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(lan_tools::doctor(&TcpNet, &options))?;
    match report.print(style(args.json), &mut io::stdout().lock()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(lan_tools::Error::Output(error).into()),
        _ => Ok(report.has_fault()),
    }
}

const fn style(json: bool) -> Style {
    if json { Style::Json } else { Style::Table }
}

/// Where a chat with these settings would look, under a throw-away key.
fn tool_options(config: &Config) -> Result<Options, RunError> {
    super::descriptors::ask_for_enough();
    let existing = profile::find_existing(&which_profile(config))?;
    let records = existing.as_ref().map(networks::of_existing).unwrap_or_default();
    let mut policy = NetworkPolicy::new(config, Networks::new(records, 0));
    let desired = policy.first(Date::of(now().wall))?.desired;
    Ok(Options {
        site: desired.site,
        no_network: desired.lost,
        interfaces: interfaces()?,
        ports: config.ports,
        rate: config.sweep_rate,
        announce: config.announce,
        peers: config.peers.clone(),
        identity: Identity::from_secret(&random()?),
        own: existing.iter().map(profile::Existing::node).collect::<BTreeSet<_>>(),
        seed: u64::from_be_bytes(random()?),
    })
}

/// The room with that name. The `#` may be missing, because a shell takes it for the start of a comment. `@bob` is the
/// direct room with bob, and so is `@` with his key.
fn room(name: Option<&str>, profile: Option<&Existing>) -> Result<Room, Error> {
    let Some(name) = name else { return Ok(Room::Lobby) };
    if let Some(person) = name.strip_prefix('@') {
        return person.parse().or_else(|_| known_as(person, profile)).map(Room::Direct);
    }
    let typed = TypedRoom::parse(name).ok();
    match profile.zip(typed).map(|(profile, typed)| private_rooms::named(profile.private_rooms(), &typed)) {
        Some(Named::One(room)) => Ok(Room::Private(room)),
        Some(Named::Several) => Err(Error::SeveralRooms(name.chars().take(MAX_ECHO).collect())),
        Some(Named::Nothing) | None => Room::named(name).map_err(Error::Room),
    }
}

/// The key of the one person who is known by this name.
fn known_as(name: &str, profile: Option<&Existing>) -> Result<NodeId, Error> {
    let known = profile.map(Existing::known).unwrap_or_default();
    let is_meant = |known: &&Known| known.nick.as_ref().is_some_and(|nick| nick.as_str() == name);
    match known.iter().filter(is_meant).collect::<Vec<_>>()[..] {
        [one] => Ok(one.node),
        [] => Err(Error::Nobody(name.chars().take(MAX_ECHO).collect())),
        _ => Err(Error::Several(name.chars().take(MAX_ECHO).collect())),
    }
}

/// Asks at the terminal; `None` if nobody can be asked.
fn ask(question: &str) -> Option<bool> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return None;
    }
    let mut answer = String::new();
    let mut error = io::stderr().lock();
    write!(error, "{question}").and_then(|()| error.flush()).ok()?;
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(program::is_yes(&answer))
}

#[cfg(test)]
mod tests;
