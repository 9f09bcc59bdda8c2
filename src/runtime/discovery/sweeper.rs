//! Runs the sweep's plan.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Candidate, DiscoveryEvent, Observation, Settings,
    probes::{DEADLINE, Probes},
};
use crate::{
    core::discovery::sweep::{Answer, Pace, Plan},
    domain::bus::{SweepProgress, SweepState},
    runtime::io::Net,
};

/// The pause between two sweeps of this machine, and how many sweeps follow each other that closely. A node that starts
/// later announces itself, or sweeps and dials us.
const LOOPBACK_INTERVAL: Duration = Duration::from_secs(1);
const LOOPBACK_SWEEPS: u32 = 15;

/// Probes per second after that. A node that starts later sweeps and dials us; this finds those that cannot.
const WATCH_RATE: u32 = 1;

/// How often progress is reported, at first and later. A user who waits for minutes, or a log file, needs no more.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
const LATER_INTERVAL: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Sweeper<N> {
    net: N,
    settings: Settings,
    events: mpsc::Sender<DiscoveryEvent>,
    /// Each message asks for a sweep now.
    rescan: mpsc::Receiver<()>,
    /// Linked addresses, which need no probe.
    linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    rng: fastrand::Rng,
    /// When the last probe of any sweep was sent.
    last: Option<std::time::Instant>,
}

/// Why a sweep ended.
enum Ended {
    Done,
    /// Somebody wants a new one.
    Asked,
    /// The handle is gone.
    Alone,
}

/// Nobody takes our events any more.
struct Unheard;

impl<T> From<mpsc::error::SendError<T>> for Unheard {
    fn from(_: mpsc::error::SendError<T>) -> Self {
        Self
    }
}

impl<N: Net> Sweeper<N> {
    pub(super) fn new(
        net: N,
        settings: Settings,
        events: mpsc::Sender<DiscoveryEvent>,
        rescan: mpsc::Receiver<()>,
        linked: watch::Receiver<Arc<BTreeSet<SocketAddr>>>,
    ) -> Self {
        let rng = fastrand::Rng::with_seed(settings.seed);
        Self { net, settings, events, rescan, linked, rng, last: None }
    }

    /// Sweeps once aloud, which means with reports of progress, then quietly for ever, and aloud again whenever asked.
    pub(super) async fn run(mut self) {
        let on_loopback = self.is_on_loopback();
        loop {
            let mut ended = self.sweep(true, self.settings.rate).await;
            let mut sweeps = 0;
            while matches!(ended, Ok(Ended::Done)) {
                let eager = on_loopback && sweeps < LOOPBACK_SWEEPS;
                sweeps += 1;
                ended = if eager { self.pause(LOOPBACK_INTERVAL).await } else { Ok(Ended::Done) };
                if matches!(ended, Ok(Ended::Done)) {
                    let rate = if eager { self.settings.rate } else { Some(WATCH_RATE) };
                    ended = self.sweep(false, rate).await;
                }
            }
            if matches!(ended, Ok(Ended::Alone) | Err(Unheard)) {
                return;
            }
        }
    }

    async fn pause(&mut self, time: Duration) -> Result<Ended, Unheard> {
        match tokio::time::timeout(time, self.rescan.recv()).await {
            Ok(Some(())) => Ok(Ended::Asked),
            Ok(None) => Ok(Ended::Alone),
            Err(_) => Ok(Ended::Done),
        }
    }

    async fn sweep(&mut self, aloud: bool, rate: Option<u32>) -> Result<Ended, Unheard> {
        let began = Instant::now();
        let Settings { site, ports, port, .. } = &self.settings;
        let mut plan = Plan::new(&site.sweep, *ports, &site.own(*port), self.rng.u64(..));
        let mut pace = Pace::new(plan.hosts(), rate, began.into_std());
        pace.share(self.copies());
        if let Some(last) = self.last {
            pace.follow(last);
        }
        if plan.progress().1 == 0 {
            // Nothing to sweep: these networks only filter. The request is still answered.
            if aloud {
                self.tell(&plan, &pace, began, SweepState::Done).await?;
            }
            return Ok(if self.rescan.recv().await.is_some() { Ended::Asked } else { Ended::Alone });
        }
        let mut probes = Probes::new(self.net.clone(), site.clone());
        let mut next = plan.next_target();
        let mut told = None;
        loop {
            let interval = if began.elapsed() < LATER { PROGRESS_INTERVAL } else { LATER_INTERVAL };
            if aloud && told.is_none_or(|at: Instant| at.elapsed() >= interval) {
                told = Some(Instant::now());
                self.tell(&plan, &pace, began, SweepState::Running).await?;
            }
            if next.is_none() && probes.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                asked = self.rescan.recv() => return Ok(if asked.is_some() { Ended::Asked } else { Ended::Alone }),
                Some((target, answer)) = probes.answer(), if !probes.is_empty() => {
                    plan.answered(target, answer);
                    if answer == Answer::Open {
                        self.events.send(DiscoveryEvent::Candidate(Candidate::Found(target))).await?;
                    }
                    next = next.or_else(|| plan.next_target());
                }
                () = tokio::time::sleep_until(pace.next().into()), if next.is_some() && probes.has_room() => {
                    if let Some(target) = next.take() {
                        let is_linked = self.linked.borrow().contains(&target);
                        if is_linked {
                            plan.answered(target, Answer::Refused);
                        } else {
                            probes.send(target);
                        }
                        // A sweep that somebody waits for is faster if it skips linked addresses. A quiet one keeps its
                        // pace all the same: where everybody is linked, it would otherwise begin again in no time.
                        if !(is_linked && aloud) {
                            let now = Instant::now().into_std();
                            pace.share(self.copies());
                            pace.sent(now);
                            self.last = Some(now);
                        }
                    }
                    next = plan.next_target();
                }
            }
        }
        if aloud {
            self.tell(&plan, &pace, began, SweepState::Done).await?;
        } else {
            self.events.send(DiscoveryEvent::Observation(Observation::Surveyed(plan.survey()))).await?;
        }
        Ok(Ended::Done)
    }

    fn is_on_loopback(&self) -> bool {
        self.settings.site.sweep.iter().all(|network| network.network().is_loopback())
    }

    /// How many copies of the program run on this machine, counting those that are linked. Each has its own port.
    fn copies(&self) -> u32 {
        // The kernel keeps no table of neighbours for loopback.
        if self.is_on_loopback() {
            return 1;
        }
        let here = |addr: &&SocketAddr| self.settings.site.listen.iter().any(|own| own.ip() == addr.ip());
        let ports: BTreeSet<u16> = self.linked.borrow().iter().filter(here).map(SocketAddr::port).collect();
        let linked = u32::try_from(ports.len()).unwrap_or(u32::MAX);
        linked.saturating_add(1).max(self.settings.copies)
    }

    async fn tell(&self, plan: &Plan, pace: &Pace, began: Instant, state: SweepState) -> Result<(), Unheard> {
        let (probed, total) = plan.progress();
        let took = began.elapsed();
        let left = match state {
            SweepState::Running if probed < total => pace.time_for(total - probed) + DEADLINE,
            // All probes are sent, and answers are outstanding.
            SweepState::Running => {
                let now = Instant::now().into_std();
                DEADLINE.saturating_sub(self.last.map_or(took, |last| now.saturating_duration_since(last)))
            }
            SweepState::Done => Duration::ZERO,
        };
        let progress = SweepProgress { state, probed, total, found: plan.found(), took, left };
        // The survey goes first, because whoever waits for the end wants it.
        self.events.send(DiscoveryEvent::Observation(Observation::Surveyed(plan.survey()))).await?;
        Ok(self.events.send(DiscoveryEvent::Progress(progress)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::discovery::listen_plan::ListenPlan, domain::model::PortRange, runtime::io::MemoryNet};

    const LOOPBACK: [u8; 4] = [127, 0, 0, 1];

    /// The other ends of a sweeper's channels.
    type Ends = (mpsc::Sender<()>, mpsc::Receiver<DiscoveryEvent>);

    /// A sweeper that listens at `ip`, probes `network`, and knows who is linked.
    fn sweeper(ip: [u8; 4], network: &str, linked: &[([u8; 4], u16)]) -> (Sweeper<MemoryNet>, Ends) {
        let [min, max] = [4_565, 4_566].map(|port: u16| port.try_into().unwrap());
        let settings = Settings {
            site: ListenPlan::fixed(ip.into(), vec![network.parse().unwrap()], &[]),
            port: 4_565,
            ports: PortRange::new(min, max).unwrap(),
            rate: None,
            announce: None,
            copies: 1,
            seed: 1,
        };
        let linked: BTreeSet<SocketAddr> = linked.iter().map(|addr| SocketAddr::from(*addr)).collect();
        let ((events, seen), (wishes, rescan)) = (mpsc::channel(1), mpsc::channel(1));
        let (_, linked) = watch::channel(Arc::new(linked));
        (Sweeper::new(MemoryNet::default(), settings, events, rescan, linked), (wishes, seen))
    }

    #[test]
    fn only_copies_on_this_machine_count_and_each_once() {
        let copies = |ip, network, linked: &[_]| sweeper(ip, network, linked).0.copies();
        let (own, other) = ([10, 77, 0, 1], [10, 77, 0, 2]);
        assert_eq!(copies(own, "10.77.0.0/24", &[(own, 4_566), (own, 4_567), (other, 4_568)]), 3);
        assert_eq!(copies(own, "10.77.0.0/24", &[(other, 4_565)]), 1);
        assert_eq!(copies(LOOPBACK, "127.0.0.1/32", &[(LOOPBACK, 4_566)]), 1, "no table is kept of this machine");
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_keeps_its_rate_where_everybody_is_linked() {
        let (sweeper, (_wishes, mut seen)) = sweeper(LOOPBACK, "127.0.0.1/32", &[(LOOPBACK, 4_566)]);
        tokio::spawn(sweeper.run());
        let began = Instant::now();
        for _ in 0..100 {
            seen.recv().await.unwrap();
        }
        assert!(began.elapsed() >= Duration::from_secs(80), "{:?}", began.elapsed());
    }
}
