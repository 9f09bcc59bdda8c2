//! Follows the interfaces and the user's wishes while the node runs, and says where it is to be.

use std::time::{Duration, SystemTime};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};

use super::network_policy::{Decision, NetworkPolicy, all};
use crate::{
    core::discovery::listen_plan::ListenPlan,
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::Interface,
    },
    runtime::{
        actor::{DesiredNetwork, Wish},
        io::interfaces,
        notices,
        profile::Saver,
    },
};

/// How often the interfaces are read. That takes 0.4 ms, so it costs 0.02 % of a processor. Every system can report changes,
/// each in another way.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How many polls to wait for the gateway of another network: the network's name depends on it.
const PATIENCE: u32 = 3;

/// Wishes that follow each other within this time get one answer.
const BURST: Duration = Duration::from_secs(2);

/// If the time of day has advanced by so much more than the clock that stops in sleep, the machine slept.
const SLEPT: Duration = Duration::from_secs(10);

/// Wishes that may wait; full makes the node wait, and with it a user who holds the key down.
const WISHES: usize = 4;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Watcher {
    policy: NetworkPolicy,
    now: Decision,
    told: watch::Sender<DesiredNetwork>,
    wishes: mpsc::Receiver<Wish>,
    updates: mpsc::Sender<Update>,
    saver: Saver,
    /// Whether the network was gone, or the machine asleep, since it was known where it is.
    doubtful: bool,
    /// Whether the machine slept, and the node has not been told.
    slept: bool,
    /// For how many polls in a row a gateway was waited for.
    waited: u32,
    /// When the user last wished for what is so already.
    wished: Option<Instant>,
}

/// The ends of a watcher that the node has.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) desired: watch::Receiver<DesiredNetwork>,
    pub(super) wishes: mpsc::Sender<Wish>,
}

impl Watcher {
    pub(super) fn new(
        policy: NetworkPolicy,
        now: Decision,
        updates: mpsc::Sender<Update>,
        saver: Saver,
    ) -> (Self, Ends) {
        let (told, desired) = watch::channel(now.desired.clone());
        let (wishes_in, wishes) = mpsc::channel(WISHES);
        (
            Self { policy, now, told, wishes, updates, saver, doubtful: false, slept: false, waited: 0, wished: None },
            Ends { desired, wishes: wishes_in },
        )
    }

    /// Follows until no node is left that could have wishes.
    pub(super) async fn run(mut self) {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut awake = (Instant::now(), SystemTime::now());
        loop {
            tokio::select! {
                biased;
                wish = self.wishes.recv() => match wish {
                    Some(wish) => self.wish(wish).await,
                    None => return,
                },
                _ = ticks.tick() => {
                    let before = std::mem::replace(&mut awake, (Instant::now(), SystemTime::now()));
                    self.slept |= has_slept(before, awake);
                    self.poll();
                }
            }
        }
    }

    fn poll(&mut self) {
        let Ok(interfaces) = interfaces() else { return };
        let next = self.decide(&interfaces);
        self.consider(next);
    }

    /// Where to be with these interfaces, after where we are.
    fn decide(&self, interfaces: &[Interface]) -> Decision {
        let identify = |site: &ListenPlan| self.policy.identify(site, self.now.lan.as_ref(), false);
        self.policy.decide(interfaces, Some(&self.now), identify)
    }

    fn consider(&mut self, mut next: Decision) {
        self.doubtful |= self.slept || self.now.desired.lost.is_some();
        let waits = if next.id.may_be(&self.now.id) {
            // Its gateway may be known only now: it is called what it was called first.
            next.desired.network = self.now.desired.network.clone();
            // Half of all homes have the same addresses.
            self.doubtful && next.assumed && next.desired.lost.is_none()
        } else {
            next.id.is_unresolved()
        };
        if waits && self.waited < PATIENCE {
            self.waited += 1;
            return;
        }
        (self.waited, self.doubtful) = (0, false);
        next.desired.woken = self.now.desired.woken + u32::from(std::mem::take(&mut self.slept));
        self.go(next);
    }

    async fn wish(&mut self, wish: Wish) {
        let open = wish == Wish::Open(true);
        // Whatever the system says, it can be closed.
        let interfaces = interfaces().unwrap_or_default();
        let site = self.policy.opened(&interfaces);
        let network = match (self.now.lan, &site) {
            (_, Err(error)) if open => {
                if self.answers_again() {
                    self.tell(Update::Failed { code: FailureCode::NoNetwork, text: error.to_string() });
                }
                return;
            }
            (Some(network), _) => network,
            (None, Ok(site)) => {
                let (policy, site) = (self.policy.clone(), site.clone());
                // It may wait, which the node must not.
                let here = tokio::task::spawn_blocking(move || policy.identify(&site, None, true)).await;
                here.unwrap_or_default()
            }
            (None, Err(_)) => {
                self.policy.off = true;
                return self.apply_wish(&interfaces);
            }
        };
        self.policy.off = false;
        let is_news = open != self.now.desired.site.open;
        if !is_news && self.answers_again() {
            let text = if open {
                "The chat is open to your network already."
            } else {
                "The chat is on this machine only already."
            };
            self.tell(Update::Notice { code: NoticeCode::Network, text: text.to_owned() });
        }
        // Closing means closing to all networks that it is open to.
        let others: Vec<_> = site.iter().filter(|_| !open).flat_map(|site| all(site, false)).collect();
        for network in others.into_iter().chain([network]) {
            self.policy.say(network, open);
        }
        self.apply_wish(&interfaces);
        // What was open already is so by what is remembered, or by what is stronger.
        if wish == Wish::CannotListen || (open && !is_news) {
            return;
        }
        let (saver, name) = (self.saver.clone(), network.name());
        let kept = tokio::task::spawn_blocking(move || saver.save_lan(&name, open)).await;
        if let Ok(Err(error)) = kept {
            self.tell(Update::Notice { code: NoticeCode::NotSaved, text: error.to_string() });
        }
    }

    /// Whether to say why nothing changes: not at each press of a key that is pressed again and again.
    fn answers_again(&mut self) -> bool {
        let now = Instant::now();
        self.wished.replace(now).is_none_or(|last| now - last > BURST)
    }

    /// Goes where the user has just wished to be.
    fn apply_wish(&mut self, interfaces: &[Interface]) {
        let mut next = self.decide(interfaces);
        next.desired.woken = self.now.desired.woken;
        self.go(next);
    }

    fn go(&mut self, next: Decision) {
        if next.desired != *self.told.borrow() {
            tracing::info!(network = %next.desired.network, open = next.desired.site.open, lost = ?next.desired.lost, "place");
            self.told.send_replace(next.desired.clone());
        }
        self.now = next;
    }

    fn tell(&self, update: Update) {
        notices::note(&update);
        // Full: the front end is far behind, and will see where the node is.
        let _ = self.updates.try_send(update);
    }
}

/// Whether the machine slept between two polls: the monotonic clock stands still meanwhile, on Linux and macOS; and
/// elsewhere, where it goes on, the polls are far apart.
fn has_slept(before: (Instant, SystemTime), now: (Instant, SystemTime)) -> bool {
    let monotonic = now.0 - before.0;
    let wall = now.1.duration_since(before.1).unwrap_or_default();
    wall > monotonic + SLEPT || monotonic > POLL_INTERVAL + SLEPT
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::{
        cli::config::{Args, Sources, merge},
        runtime::{io::NetworkId, profile},
    };

    /// On an open network whose gateway is not known at the moment.
    fn assumed() -> Decision {
        let site = ListenPlan::fixed([203, 0, 113, 5].into(), vec!["203.0.113.0/24".parse().unwrap()], &[]);
        let id = NetworkId::of([203, 0, 113, 5].into(), &site.sweep, false);
        Decision { desired: DesiredNetwork::fixed(site, id.name()), id, lan: Some(id), assumed: true }
    }

    #[test]
    fn that_the_machine_slept_is_told_also_when_the_gateway_is_waited_for_first() {
        let config = merge(Sources { args: &Args::parse_from(["x"]), env: &[], file: None, login: None }).unwrap();
        let profile = profile::open(&profile::Options { ephemeral: true, ..Default::default() }).unwrap();
        let (updates, _) = mpsc::channel(1);
        let (mut watcher, ends) = Watcher::new(NetworkPolicy::new(&config, &[]), assumed(), updates, profile.saver());
        watcher.slept = true;
        for poll in 0..=PATIENCE {
            assert_eq!(ends.desired.borrow().woken, 0, "poll {poll}");
            watcher.consider(assumed());
        }
        assert_eq!(ends.desired.borrow().woken, 1);
        watcher.consider(assumed());
        assert_eq!(ends.desired.borrow().woken, 1, "once");
    }

    #[test]
    fn sleep_is_seen_in_the_time_of_day() {
        let (mono, wall) = (Instant::now(), SystemTime::now());
        let after =
            |mono_secs, wall_secs| (mono + Duration::from_secs(mono_secs), wall + Duration::from_secs(wall_secs));
        assert!(!has_slept((mono, wall), after(1, 1)));
        assert!(!has_slept((mono, wall), after(1, 0)), "the clock was set back");
        assert!(has_slept((mono, wall), after(1, 3_600)));
        assert!(has_slept((mono, wall), after(3_600, 3_600)));
    }
}
