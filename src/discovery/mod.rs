//! Finds candidates: runs the sweep. Never decides who is a peer.

mod probes;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use ipnetwork::IpNetwork;
use probes::Probes;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use crate::{
    bus::{SweepProgress, SweepState},
    io::Net,
    model::PortRange,
    sweep::{Answer, Pace, Plan},
};

/// The wait between two sweeps of this machine.
const LOOPBACK_INTERVAL: Duration = Duration::from_secs(1);

/// Probes per second that keep watch on a network after the first sweep. Who comes later sweeps and dials us; this is
/// for those who cannot (DESIGN.md section 4).
const WATCH_RATE: u32 = 1;

/// How often progress is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// What discovery has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A port is open there: someone may be at this address.
    Found(SocketAddr),
    /// The sweep that somebody waits for began, moved on or ended.
    Progress(SweepProgress),
}

/// What to look for, and from where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that we listen on.
    pub own: SocketAddr,
    /// Where to look.
    pub networks: Vec<IpNetwork>,
    /// On which ports.
    pub ports: PortRange,
    /// Probes per second, if the user has a wish.
    pub rate: Option<u32>,
    /// Seeds the order.
    pub seed: u64,
}

/// The task that sweeps. It ends when nobody listens to its events any more.
#[derive(Debug)]
pub struct Discovery<N> {
    net: N,
    settings: Settings,
    events: mpsc::Sender<Event>,
    /// Each message asks for a sweep now.
    rescan: mpsc::Receiver<()>,
    /// Who is linked need not be looked for.
    linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    rng: fastrand::Rng,
}

/// Why a sweep came to its end.
enum Ended {
    Done,
    /// Somebody wants a new one.
    Asked,
    /// Nobody listens.
    Alone,
}

impl<N: Net> Discovery<N> {
    /// A task that has not begun yet.
    pub fn new(
        net: N,
        settings: Settings,
        events: mpsc::Sender<Event>,
        rescan: mpsc::Receiver<()>,
        linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    ) -> Self {
        let rng = fastrand::Rng::with_seed(settings.seed);
        Self { net, settings, events, rescan, linked, rng }
    }

    /// Sweeps: once aloud, then quietly for ever, and aloud again whenever asked.
    pub async fn run(mut self) {
        let on_loopback = self.settings.networks.iter().all(|network| network.network().is_loopback());
        loop {
            let mut ended = self.sweep(true, self.settings.rate).await;
            while matches!(ended, Ended::Done) {
                ended = if on_loopback { self.pause(LOOPBACK_INTERVAL).await } else { Ended::Done };
                if matches!(ended, Ended::Done) {
                    let rate = if on_loopback { self.settings.rate } else { Some(WATCH_RATE) };
                    ended = self.sweep(false, rate).await;
                }
            }
            if matches!(ended, Ended::Alone) {
                return;
            }
        }
    }

    async fn pause(&mut self, time: Duration) -> Ended {
        match tokio::time::timeout(time, self.rescan.recv()).await {
            Ok(Some(())) => Ended::Asked,
            Ok(None) => Ended::Alone,
            Err(_) => Ended::Done,
        }
    }

    async fn sweep(&mut self, aloud: bool, rate: Option<u32>) -> Ended {
        let began = Instant::now();
        let Settings { own, networks, ports, .. } = &self.settings;
        let mut plan = Plan::new(networks, *ports, *own, self.rng.u64(..));
        let mut pace = Pace::new(plan.hosts(), rate, began.into_std());
        if plan.progress().1 == 0 {
            // Nothing to sweep: these networks only filter. Whoever asked gets an answer all the same.
            if aloud && self.tell(&plan, &pace, began, SweepState::Done).await.is_err() {
                return Ended::Alone;
            }
            return match self.rescan.recv().await {
                Some(()) => Ended::Asked,
                None => Ended::Alone,
            };
        }
        let mut probes = Probes::new(self.net.clone(), own.ip());
        let mut next = plan.next_target();
        let mut told = None;
        loop {
            if aloud && told.is_none_or(|at: Instant| at.elapsed() >= PROGRESS_INTERVAL) {
                told = Some(Instant::now());
                if self.tell(&plan, &pace, began, SweepState::Running).await.is_err() {
                    return Ended::Alone;
                }
            }
            if next.is_none() && probes.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                asked = self.rescan.recv() => return if asked.is_some() { Ended::Asked } else { Ended::Alone },
                Some((target, answer)) = probes.answer(), if !probes.is_empty() => {
                    plan.answered(target, answer);
                    if answer == Answer::Open && self.events.send(Event::Found(target)).await.is_err() {
                        return Ended::Alone;
                    }
                    next = next.or_else(|| plan.next_target());
                }
                () = tokio::time::sleep_until(pace.next().into()), if next.is_some() && probes.has_room() => {
                    if let Some(target) = next.take() {
                        if self.linked.borrow().contains(&target) {
                            plan.answered(target, Answer::Refused);
                        } else {
                            probes.send(target);
                            pace.sent(Instant::now().into_std());
                        }
                    }
                    next = plan.next_target();
                }
            }
        }
        let told = if aloud { self.tell(&plan, &pace, began, SweepState::Done).await } else { Ok(()) };
        if told.is_ok() { Ended::Done } else { Ended::Alone }
    }

    async fn tell(
        &self,
        plan: &Plan,
        pace: &Pace,
        began: Instant,
        state: SweepState,
    ) -> Result<(), mpsc::error::SendError<Event>> {
        let (probed, total) = plan.progress();
        let took = began.elapsed();
        let left = match state {
            SweepState::Running => pace.time_for(total.saturating_sub(probed)) + probes::DEADLINE,
            SweepState::Done => Duration::ZERO,
        };
        let progress = SweepProgress { state, probed, total, found: plan.found(), took, left };
        self.events.send(Event::Progress(progress)).await
    }
}
