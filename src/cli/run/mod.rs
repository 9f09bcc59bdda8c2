//! Wires front end, actor and discovery together and runs them.
//!
//! The node has a thread and a current-thread runtime of its own. Such a runtime serves chat with a third of the
//! latency of a multi-thread one (measured), and a front end that blocks on its terminal or pipe stops neither
//! keepalives nor other peers. The front end runs on the main thread.

mod descriptors;
pub mod file_limit;
mod history;
pub mod log_file;
mod network_policy;
mod networks;
mod nodes;
mod private_rooms;
pub mod stderr;
pub mod subcommands;
mod watcher;

use std::{io, num::NonZeroU32};

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{
        config::{Config, Theme},
        lan_tools,
        run::{network_policy::NetworkPolicy, nodes::Start, private_rooms::Named},
    },
    core::networks::Networks,
    domain::{
        bus::{COMMAND_CAPACITY, Command, UPDATE_CAPACITY, Update},
        model::{Date, Nick, ProfileName, Room},
    },
    frontend::{
        headless::{self, Form, HeadlessError, Options},
        slash::TypedRoom,
        tui::{
            app::{App, Background, MESSAGE_CAP, Setup},
            event_loop::{self, ScreenError},
            terminal,
        },
        words::program,
    },
    runtime::{
        actor::{Random, StartError},
        profile::{self, Profile, ProfileError},
        store::OpenError,
    },
};

/// What the user talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// The full screen.
    Screen,
    /// Lines in, lines out.
    Headless(Form),
}

/// Why the program could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile cannot be read or stored.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The history cannot be read or written.
    #[error(transparent)]
    History(#[from] OpenError),
    /// The node cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A tool cannot run.
    #[error(transparent)]
    LanTools(#[from] lan_tools::Error),
    /// The terminal failed.
    #[error(transparent)]
    Screen(#[from] ScreenError),
    /// The pipe failed.
    #[error(transparent)]
    Headless(#[from] HeadlessError),
    /// The operating system gives us no thread, no event queue or no random bytes.
    #[error("The system is out of resources: {0}. Close other programs and try again.")]
    System(#[from] io::Error),
    /// A bug of ours.
    #[error("The network thread stopped unexpectedly. This is a bug: please report it, with the log file.")]
    NodeLost,
}

/// Runs the program until its user leaves. Returns the exit code.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do.
pub fn main(mut config: Config, front: Front) -> Result<u8, Error> {
    descriptors::ask_for_enough();
    let profile = open_profile(&config)?;
    config.warnings.extend_from_slice(profile.notices());
    let copy = profile.name().map_or(NonZeroU32::MIN, ProfileName::copy);
    let (nick, given) = config.name.resolve(profile.nick(), copy);
    remember_name(&mut config, &profile);
    let typing = config.typing.resolve(profile.typing());
    // A node with a screen meets nobody until its user has chosen a name.
    let ask_name = !given && front == Front::Screen;
    let (commands, commands_out) = mpsc::channel(COMMAND_CAPACITY);
    let (updates_in, updates) = mpsc::channel(UPDATE_CAPACITY);
    let leave = CancellationToken::new();
    let random = random_numbers()?;
    let plain_view = config.plain_view.resolve(profile.plain_view());
    let networks = Networks::new(networks::of_profile(&profile), random.seed);
    let mut policy = NetworkPolicy::new(&config, networks);
    let here = policy.first(Date::of(crate::runtime::io::now().wall))?;
    // A private room may share its name with an open one. People mean the one that they are in.
    let typed = TypedRoom { room: config.room.clone(), id: None };
    if !config.room.is_lobby()
        && let Named::One(room) = private_rooms::named(profile.private_rooms(), &typed)
    {
        config.room = Room::Private(room);
    }
    let start = Start { config: config.clone(), profile, random, nick: nick.clone(), hold: ask_name };
    let node = nodes::start(start, (policy, here), commands_out, updates_in, leave.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let left = runtime.block_on(async {
        match front {
            Front::Screen => run_screen(config, (nick, ask_name, plain_view), typing, commands, updates).await,
            Front::Headless(form) => run_headless(config, form, commands, updates).await,
        }
    });
    // The front end has asked the node to leave and given it time. Anything that still holds it up ends here. What the
    // node knows is stored even if the front end has failed.
    leave.cancel();
    node.join().map_err(|_| Error::NodeLost)?;
    left
}

/// Remembers a name that was given by an option, so that the next run goes by it too. If the disk does not take it, the
/// program starts anyway and the user is told.
fn remember_name(config: &mut Config, profile: &Profile) {
    let Some(nick) = config.name.to_remember().filter(|nick| profile.nick() != Some(nick)) else { return };
    if let Err(error) = profile.saver().save_nick(nick) {
        tracing::error!(%error, "the name was not saved");
        config.warnings.push(program::name_not_saved(&error, nick));
    }
}

/// Which profile the settings name.
fn which_profile(config: &Config) -> profile::Options {
    let Config { profile: name, data_dir, ephemeral, .. } = config;
    profile::Options { data_dir: data_dir.clone(), name: name.clone(), ephemeral: *ephemeral }
}

/// Opens the profile that the settings name. The log says which, with its public key but never the private one.
fn open_profile(config: &Config) -> Result<Profile, ProfileError> {
    let profile = profile::open(&which_profile(config))?;
    let node = profile.identity().node();
    tracing::info!(name = profile.name().map(ProfileName::as_str), %node, known = profile.known().len(), "profile");
    Ok(profile)
}

async fn run_screen(
    config: Config,
    (nick, ask_name, plain_view): (Nick, bool, bool),
    typing: bool,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
) -> Result<u8, Error> {
    let setup = Setup {
        nick,
        ask_name,
        typing,
        ports: (config.ports.min(), config.ports.max()),
        version: env!("CARGO_PKG_VERSION"),
        history_cap: MESSAGE_CAP,
        time_zone: TimeZone::system(),
        no_color: config.theme == Theme::None,
        background: match config.theme {
            Theme::Dark => Some(Background::Dark),
            Theme::Light => Some(Background::Light),
            Theme::Auto | Theme::None => None,
        },
        plain_view,
        clipboard: terminal::Capabilities::from_variables(|name| std::env::var(name).ok()).clipboard,
        warnings: config.warnings,
        room: config.room,
    };
    let exit =
        event_loop::on_terminal(App::new(setup, crate::runtime::io::now()), commands, updates, crate::runtime::io::now)
            .await?;
    Ok(exit.code())
}

async fn run_headless(
    config: Config,
    form: Form,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
) -> Result<u8, Error> {
    let options = Options { form, zone: TimeZone::system(), warnings: config.warnings, room: config.room };
    let mut signals = terminal::signals()?;
    let stop = async move {
        loop {
            match signals.recv().await {
                Some(terminal::Signal::Interrupt) => return headless::Stop::Interrupt,
                Some(terminal::Signal::Terminate | terminal::Signal::HangUp) => return headless::Stop::Terminate,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    };
    Ok(headless::run(io::stdin(), io::stdout(), options, commands, updates, stop).await?.exit_code())
}

fn random_numbers() -> Result<Random, Error> {
    Ok(Random { seed: u64::from_be_bytes(random()?), boot: u64::from_be_bytes(random()?), secret: random()? })
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}
