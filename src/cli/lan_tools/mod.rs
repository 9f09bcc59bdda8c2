//! Looking around without joining the chat: what `proximity-chat discover` and `doctor` see.
//!
//! Nobody is linked. Whoever is found is asked one question on a connection of its own, under a key that is thrown away.

mod discover;
mod doctor;
mod doors;
mod evidence;
mod looks;
mod people;
mod plan;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

pub use discover::{Style, discover, dry_run};
pub use doctor::{Report, doctor};
use doors::open_doors;
use looks::Looks;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    core::{
        discovery::{site::ListenPlan, sweep::Survey},
        node::DialFailure,
    },
    domain::{
        bus::{SweepProgress, SweepState},
        model::{Interface, NodeId, PortRange, Target},
    },
    protocol::identity::Identity,
    runtime::{
        discovery::{Announce, Candidate, Discovery, Event, LAST_ANSWER, Observation, Settings},
        io::Net,
        net::{ListenError, Sight, Tls, TlsSetupError},
    },
};

/// Discovery's events that may wait.
const EVENTS: usize = 64;

/// How long answers are waited for when it is asked again whether our datagrams were heard.
const AGAIN: Duration = Duration::from_secs(1);

/// Whoever asks why nobody shows up has the chat open in another window, and it may sweep too.
const COPIES: u32 = 2;

/// Addresses that are looked at: more than a room has people. A network where more ports are open is no place for a chat.
const MAX_FOUND: usize = 1_024;

/// How long to wait for what the first ports of all hosts bring: the answers, and what is seen by looking there.
const ENOUGH: Duration = LAST_ANSWER.saturating_add(Duration::from_secs(1));

/// How long answers to our question who is there are waited for at least: it is asked again after 100 and 500 ms, and
/// answered within 100.
const LISTENING: Duration = Duration::from_secs(1);

/// Where to look, and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where we are.
    pub site: ListenPlan,
    /// Why that is not open although it should be.
    pub no_network: Option<String>,
    /// The interfaces of this machine.
    pub interfaces: Vec<Interface>,
    /// On which ports to look.
    pub ports: PortRange,
    /// Probes per second, if the user has a wish.
    pub rate: Option<u32>,
    /// Whether to ask for announcements.
    pub announce: bool,
    /// Whom to look at in any case.
    pub peers: Vec<Target>,
    /// The key to ask with, used for nothing else.
    pub identity: Identity,
    /// The user's own keys: copies of the chat that run here are no strangers.
    pub own: BTreeSet<NodeId>,
    /// Random.
    pub seed: u64,
}

#[cfg(test)]
impl Options {
    /// Of this machine alone.
    pub(crate) fn example() -> Self {
        let [min, max] = [4_565, 4_569].map(|port: u16| port.try_into().unwrap());
        Self {
            site: ListenPlan::machine([127, 0, 0, 1].into(), &[], &[]),
            no_network: None,
            interfaces: Vec::new(),
            ports: PortRange::new(min, max).unwrap(),
            rate: None,
            announce: false,
            peers: Vec::new(),
            identity: Identity::from_secret(&[1; 32]),
            own: BTreeSet::new(),
            seed: 1,
        }
    }
}

/// Why it cannot be looked around.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The throw-away key is of no use.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(#[from] std::io::Error),
}

/// How somebody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Sweep,
    Announcement,
    Name,
}

impl By {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Announcement => "announcement",
            Self::Name => "name",
        }
    }
}

/// What is at an address.
#[derive(Debug, Clone)]
struct Found {
    by: BTreeSet<By>,
    /// What came of looking; none while it goes on.
    sight: Option<Result<Sight, DialFailure>>,
}

/// All that was seen.
#[derive(Debug, Default)]
struct View {
    found: BTreeMap<SocketAddr, Found>,
    survey: Survey,
    progress: Option<SweepProgress>,
    mute: Vec<(Arc<str>, String)>,
    off_link: BTreeSet<(Arc<str>, std::net::IpAddr)>,
    listening: Option<Result<SocketAddr, ListenError>>,
}

impl View {
    fn keep(&mut self, observation: Observation) {
        match observation {
            Observation::Surveyed(survey) => self.survey = survey,
            Observation::OffLink { addr, interface } => {
                if self.off_link.len() < MAX_FOUND {
                    self.off_link.insert((interface, addr.ip()));
                }
            }
            Observation::Mute { interface, error } => self.mute.push((interface, error.to_string())),
            Observation::Audible { interface } => self.mute.retain(|(name, _)| *name != interface),
        }
    }
}

/// Looks around until everything was looked at, or until `limit`. With `listen` it listens as the chat does, and asks whoever is
/// found to connect back. `told` hears how far the sweep is.
async fn explore<N: Net>(
    net: &N,
    options: &Options,
    listen: bool,
    limit: Option<Duration>,
    mut told: impl FnMut(&SweepProgress),
) -> Result<View, Error> {
    let began = Instant::now();
    let tls = Tls::new(&options.identity)?;
    let mut view = View::default();
    // Ends with this function.
    let mut doors = JoinSet::new();
    if listen {
        view.listening = Some(open_doors(net, options, &mut doors).await);
    }
    let port = view.listening.as_ref().and_then(|listening| Some(listening.as_ref().ok()?.port()));
    let (events_in, mut events) = mpsc::channel(EVENTS);
    let (_linked, linked) = watch::channel(Arc::default());
    let identity = options.identity.clone();
    let announce = options.announce.then_some(Announce { identity, boot: options.seed, counter: 0, listens: false });
    let settings = Settings {
        site: options.site.clone(),
        port: port.unwrap_or(0),
        ports: options.ports,
        rate: options.rate,
        announce,
        copies: COPIES,
        seed: options.seed,
    };
    let (discovery, _handle) = Discovery::new(net.clone(), settings, events_in, linked);
    doors.spawn(discovery.run());
    let mut looks = Looks::new(net, tls, options, port);
    for target in &options.peers {
        for addr in named(*target, options.ports).into_iter().filter(|addr| options.site.reaches(addr.ip())) {
            looks.at(addr, By::Name, &mut view);
        }
    }
    let mut until = limit.map(|limit| began + limit);
    let far = began + Duration::from_hours(24);
    let mut asked_again = false;
    loop {
        let swept = view.progress.is_some_and(|progress| progress.state == SweepState::Done);
        let (rest, now) = (began + LISTENING, Instant::now());
        let is_late = until.is_some_and(|until| until <= now);
        if is_late || (looks.running.is_empty() && (asked_again || (swept && rest <= now))) {
            if asked_again || !listen || !looks.ask_again(&view) {
                break;
            }
            (asked_again, until) = (true, Some(now + AGAIN));
        }
        let end = until.unwrap_or(far).min(if swept && looks.running.is_empty() { rest } else { far });
        let happens = async {
            tokio::select! {
                biased;
                Some(looked) = looks.running.join_next(), if !looks.running.is_empty() => Next::Looked(looked.ok()),
                event = events.recv() => Next::Event(event),
            }
        };
        match timeout_at(end, happens).await {
            // Time is up, for one thing or the other.
            Err(_) => {}
            Ok(Next::Event(None)) => break,
            Ok(Next::Looked(looked)) => {
                if let Some((addr, sight)) = looked
                    && let Some(found) = view.found.get_mut(&addr)
                {
                    found.sight = Some(sight);
                }
                looks.go_on();
            }
            Ok(Next::Event(Some(event))) => {
                if let Event::Progress(progress) = &event {
                    told(progress);
                }
                let was_complete = view.survey.complete;
                take_in(event, &mut looks, &mut view);
                // Who has no time for all ports of silent hosts waits for the last answer of the first ones.
                if view.survey.complete && !was_complete {
                    until = until.map(|until| until.min(Instant::now() + ENOUGH));
                }
            }
        }
    }
    // Whoever listens next on these ports must find them free.
    doors.shutdown().await;
    Ok(view)
}

enum Next {
    Looked(Option<(SocketAddr, Result<Sight, DialFailure>)>),
    Event(Option<Event>),
}

fn take_in<N: Net>(event: Event, looks: &mut Looks<'_, N>, view: &mut View) {
    match event {
        Event::Candidate(Candidate::Found(addr)) => looks.at(addr, By::Sweep, view),
        Event::Candidate(Candidate::Announced { addr, .. }) => looks.at(addr, By::Announcement, view),
        Event::Progress(progress) => view.progress = Some(progress),
        Event::Observation(observation) => view.keep(observation),
        // Others who look around too.
        Event::Asked(_) => {}
    }
}

/// The addresses that a target stands for.
fn named(target: Target, ports: PortRange) -> Vec<SocketAddr> {
    match target {
        Target::Socket(addr) => vec![addr],
        Target::Host(ip) => ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
    }
}
