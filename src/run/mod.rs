//! Wires front end, actor and discovery together and runs them.
//!
//! The node has a thread and a current-thread runtime of its own: that serves chat with a third of the latency of a
//! multi-thread one (measured, DESIGN.md section 8), and a front end that blocks on its terminal or pipe stops neither
//! keepalives nor other peers. The front end runs on the main thread.

mod descriptors;
mod history;
pub mod log;
mod places;
pub mod screen;
pub mod tool;
mod watcher;

use std::{io, num::NonZeroU32, thread};

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    actor::{Actor, Carried, Moved, Place, Random, Settings, StartError},
    app::{App, Background, MESSAGE_CAP, Setup},
    bus::{COMMAND_CAPACITY, Command, FailureCode, NoticeCode, UPDATE_CAPACITY, Update},
    config::{Config, Theme},
    explore,
    headless::{self, HeadlessError, Options},
    io::{Clock, TcpNet},
    model::{Network, Nick, Presence, ProfileName},
    net,
    profile::{self, Profile, ProfileError},
    run::{
        places::{Decision, Places},
        screen::ScreenError,
        watcher::{Ends, Watcher},
    },
    store::OpenError,
    term,
};

/// What the user talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// The full screen.
    Screen,
    /// Lines in, lines out.
    Headless {
        /// One JSON object per line out, instead of text.
        json: bool,
    },
}

/// Why the program could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Who the user is cannot be read or stored.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// What was said before cannot be read or written.
    #[error(transparent)]
    History(#[from] OpenError),
    /// The node cannot begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It cannot be looked around.
    #[error(transparent)]
    Explore(#[from] explore::Error),
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
    #[error("The network part stopped unexpectedly. Please report this, with the log file.")]
    NodeLost,
}

/// Runs the program until its user leaves; the exit code.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do.
pub fn main(mut config: Config, front: Front) -> Result<u8, Error> {
    descriptors::ask_for_enough();
    let profile = open_profile(&config)?;
    config.warnings.extend_from_slice(profile.notices());
    let copy = profile.name().map_or(NonZeroU32::MIN, ProfileName::copy);
    let (nick, given) = config.name.resolve(profile.nick(), copy);
    // Until its user has said how to be called, a node with a screen meets nobody.
    let ask_name = !given && front == Front::Screen;
    let (commands, commands_out) = mpsc::channel(COMMAND_CAPACITY);
    let (updates_in, updates) = mpsc::channel(UPDATE_CAPACITY);
    let leave = CancellationToken::new();
    let places = Places::new(&config, profile.lan());
    let here = places.first()?;
    let start = Start {
        config: config.clone(),
        profile,
        places,
        random: random_numbers()?,
        nick: nick.clone(),
        hold: ask_name,
    };
    let node = start_node(start, here, commands_out, updates_in, leave.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let left = runtime.block_on(async {
        match front {
            Front::Screen => run_screen(config, (nick, ask_name), commands, updates).await,
            Front::Headless { json } => run_headless(config, json, commands, updates).await,
        }
    });
    // The front end has asked it to leave and given it time. Whatever still holds it up ends here; what it knows is
    // stored, also if the front end has failed.
    leave.cancel();
    node.join().map_err(|_| Error::NodeLost)?;
    left
}

/// The profile that the settings name. The log says which, never its key.
fn open_profile(config: &Config) -> Result<Profile, ProfileError> {
    let Config { profile: name, data_dir, ephemeral, .. } = config;
    let options = profile::Options { data_dir: data_dir.clone(), name: name.clone(), ephemeral: *ephemeral };
    let profile = profile::open(&options)?;
    let node = profile.identity().node();
    tracing::info!(name = profile.name().map(ProfileName::as_str), %node, known = profile.known().len(), "profile");
    Ok(profile)
}

async fn run_screen(
    config: Config,
    (nick, ask_name): (Nick, bool),
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
) -> Result<u8, Error> {
    let setup = Setup {
        nick,
        ask_name,
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
        warnings: config.warnings,
    };
    let exit = screen::on_terminal(App::new(setup, crate::io::now()), commands, updates).await?;
    Ok(exit.code())
}

async fn run_headless(
    config: Config,
    json: bool,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
) -> Result<u8, Error> {
    let options = Options { json, zone: TimeZone::system(), warnings: config.warnings };
    let mut signals = term::signals()?;
    let stop = async move {
        loop {
            match signals.recv().await {
                Some(term::Signal::Interrupt) => return headless::Stop::Interrupt,
                Some(term::Signal::Terminate | term::Signal::HangUp) => return headless::Stop::Terminate,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    };
    Ok(headless::run(io::stdin(), io::stdout(), options, commands, updates, stop).await?.exit_code())
}

/// What every node of this run begins with, on whichever network.
#[derive(Debug)]
struct Start {
    config: Config,
    profile: Profile,
    places: Places,
    random: Random,
    nick: Nick,
    hold: bool,
}

impl Start {
    /// The settings of the first node.
    fn first(&self, ends: Ends, history: history::History) -> Settings {
        let Self { config, profile, random, nick, hold, .. } = self;
        Settings {
            place: ends.place,
            opens: ends.opens,
            ports: config.ports,
            port: None,
            announce: config.announce,
            diagnose: true,
            peers: config.peers.clone(),
            sweep_rate: config.sweep_rate,
            nick: nick.clone(),
            presence: Presence::Here,
            identity: profile.identity().clone(),
            known: profile.known().to_vec(),
            guests: config.guests,
            hold: *hold,
            saver: profile.saver(),
            random: *random,
            clock: Clock::default(),
            snapshot: history.snapshot,
            retention: history::retention(config),
            store: history.store,
            answers: history.answers,
        }
    }

    /// Those of the next one, on another network.
    fn next(&self, carried: Carried, ends: Ends, history: history::History) -> Settings {
        let Carried { port, nick, presence, known } = carried;
        Settings { port: Some(port), nick, presence, known, hold: false, ..self.first(ends, history) }
    }

    /// What was said on a network before; tells the front end if that was damaged.
    fn history(&self, network: Network, updates: &mpsc::Sender<Update>) -> Result<history::History, Error> {
        let mut history = history::open(network, &self.profile)?;
        if let Some(text) = history.damage.take() {
            // Before all that the node says, so there is room.
            let _ = updates.try_send(Update::Notice { code: NoticeCode::Damaged, text });
        }
        Ok(history)
    }
}

fn random_numbers() -> Result<Random, Error> {
    Ok(Random { seed: u64::from_be_bytes(random()?), boot: u64::from_be_bytes(random()?), secret: random()? })
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Starts the node on a thread of its own, and waits until it listens.
fn start_node(
    start: Start,
    here: Decision,
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    leave: CancellationToken,
) -> Result<thread::JoinHandle<()>, Error> {
    let (started, starting) = std::sync::mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("node".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(started.send(Err(Error::System(error)))),
        };
        runtime.block_on(async {
            let network = here.place.network.clone();
            let (watcher, ends) = Watcher::new(start.places.clone(), here, updates.clone(), start.profile.saver());
            let opens = ends.opens.clone();
            let first = async {
                let settings = start.first(ends, start.history(network, &updates)?);
                Ok(Actor::start(TcpNet, settings, commands, updates, leave.clone()).await?)
            };
            match Box::pin(first).await {
                Ok(actor) => {
                    tracing::info!(addr = %actor.addr(), "listening");
                    // The other end waits for exactly this.
                    let _ = started.send(Ok(()));
                    let watching = tokio::spawn(watcher.run());
                    Box::pin(run_nodes(&start, actor, opens, leave)).await;
                    watching.abort();
                }
                Err(error) => drop(started.send(Err(error))),
            }
        });
        // Tasks that linger on foreign sockets must not keep the program from ending.
        runtime.shutdown_background();
    })?;
    starting.recv().map_err(|_| Error::NodeLost)??;
    Ok(thread)
}

/// Runs one node after the other, each on another network, until the user leaves.
async fn run_nodes(start: &Start, mut actor: Actor<TcpNet>, opens: mpsc::Sender<bool>, leave: CancellationToken) {
    while let Some(Moved { commands, updates, mut place, carried }) = Box::pin(actor.run()).await {
        let next = async {
            let history = settle(start, &mut place, carried.port, &opens, &updates).await?;
            let settings = start.next(carried, Ends { place, opens: opens.clone() }, history);
            Ok(Actor::start(TcpNet, settings, commands, updates.clone(), leave.clone()).await?)
        };
        actor = match next.await {
            Ok(next) => next,
            Err(error) => {
                let error: Error = error;
                tracing::error!(%error, "no node on another network");
                // The front end then sees that the node is gone.
                tell_failure(&updates, &error).await;
                return;
            }
        };
    }
}

/// What was said before where the node is to be next, once it is known that it can listen there. If it cannot, it is closed and
/// stays on this machine.
async fn settle(
    start: &Start,
    place: &mut watch::Receiver<Place>,
    port: u16,
    opens: &mpsc::Sender<bool>,
    updates: &mpsc::Sender<Update>,
) -> Result<history::History, Error> {
    loop {
        let Place { site, network, .. } = place.borrow_and_update().clone();
        tracing::info!(%network, open = site.open, "another network");
        let bound = net::first_free(&TcpNet, &site.listen, start.config.ports, Some(port)).await;
        let there = match bound {
            // Only tried: the node itself binds them a moment later.
            Ok(_) => start.history(network, updates),
            Err(error) => Err(StartError::from(error).into()),
        };
        let Err(error) = &there else { return there };
        if !site.open {
            return there;
        }
        tell_failure(updates, error).await;
        if opens.send(false).await.is_err() || place.changed().await.is_err() {
            return there;
        }
    }
}

async fn tell_failure(updates: &mpsc::Sender<Update>, error: &Error) {
    let failed = Update::Failed { code: FailureCode::NoNetwork, text: error.to_string() };
    // Without a front end there is nobody to tell.
    let _ = updates.send(failed).await;
}
