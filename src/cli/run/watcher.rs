//! Follows the interfaces and the user's wishes while the node runs, and says where it should be.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};

use super::network_policy::{Decision, NetworkPolicy};
use crate::{
    core::networks::NetworkRecord,
    domain::{
        bus::{Failure, NetworkFailure, NetworkNotice, Notice, Update},
        model::{Date, Interface, Network, NodeId},
    },
    runtime::{
        actor::{DesiredNetwork, Wish},
        io::{ask_routers, carrier_changes, interfaces, now, seen},
        profile::Saver,
    },
};

/// How often the interfaces are read. That takes 0.4 ms, so it costs 0.02 % of a processor. Every system can report
/// changes, but each in its own way.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// While it is not clear which network this is, routers are asked at every poll for half a minute, and then once a
/// minute. Each time costs one datagram for a router that the kernel does not know.
const ASKED_OFTEN: u32 = 15;
const ASKED_RARELY: u32 = 30;

/// Wishes that follow each other within this time get one answer.
const BURST: Duration = Duration::from_secs(2);

/// The machine slept if the time of day has advanced by this much more than the clock that stops during sleep.
const SLEPT: Duration = Duration::from_secs(10);

/// How many wishes may wait. A full queue makes the node wait, and with it a user who holds the key down.
const WISHES: usize = 4;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Watcher {
    policy: NetworkPolicy,
    now: Decision,
    told: watch::Sender<DesiredNetwork>,
    wishes: mpsc::Receiver<Wish>,
    linked: watch::Receiver<BTreeSet<NodeId>>,
    updates: mpsc::Sender<Update>,
    saver: Saver,
    /// The networks as last saved.
    saved: Vec<NetworkRecord>,
    /// How often the interfaces have lost or found their connection, as far as the system counts that.
    carrier: u64,
    /// For how many polls in a row it has not been clear which network this is.
    unclear_for: u32,
    /// Whether the network was gone, or the machine asleep, since the network was last seen.
    doubtful: bool,
    /// Whether the machine slept, and the node has not yet been told.
    slept: bool,
    /// When the user last asked for the current state.
    wished: Option<Instant>,
}

/// The node's ends of the channels to a watcher.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) desired: watch::Receiver<DesiredNetwork>,
    pub(super) wishes: mpsc::Sender<Wish>,
    pub(super) linked: watch::Sender<BTreeSet<NodeId>>,
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
        let (linked_in, linked) = watch::channel(BTreeSet::new());
        let watcher = Self {
            policy,
            now,
            told,
            wishes,
            linked,
            updates,
            saver,
            saved: Vec::new(),
            carrier: carrier_changes(),
            unclear_for: 0,
            doubtful: false,
            slept: false,
            wished: None,
        };
        (watcher, Ends { desired, wishes: wishes_in, linked: linked_in })
    }

    /// Runs until no node is left that could send wishes.
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
                // When the node is gone, there will be no more wishes either.
                Ok(()) = self.linked.changed() => self.look_who_is_linked(),
                _ = ticks.tick() => {
                    let before = std::mem::replace(&mut awake, (Instant::now(), SystemTime::now()));
                    self.slept |= has_slept(before, awake);
                    self.poll().await;
                }
            }
            self.save().await;
        }
    }

    async fn poll(&mut self) {
        let Ok(interfaces) = interfaces() else { return };
        let carrier = carrier_changes();
        self.doubtful |= std::mem::replace(&mut self.carrier, carrier) != carrier || self.slept;
        let moved = self.doubtful || self.is_elsewhere(&interfaces);
        if moved {
            self.unclear_for = 0;
        }
        let unclear = moved || self.now.seen.is_none() || self.is_unclear();
        if unclear && (self.unclear_for < ASKED_OFTEN || self.unclear_for.is_multiple_of(ASKED_RARELY)) {
            self.ask_routers(&interfaces).await;
        }
        self.unclear_for = if unclear { self.unclear_for.saturating_add(1) } else { 0 };
        let mut next = self.decide(&interfaces);
        next.desired.woken = self.now.desired.woken + u32::from(std::mem::take(&mut self.slept));
        self.go(next);
        // People who stayed linked may tell more about the network that was just found. A new day may have begun, too.
        self.look_who_is_linked();
    }

    /// Whether a router that answers late could still tell which network this is.
    fn is_unclear(&self) -> bool {
        let Some(seen) = self.now.seen.as_ref().filter(|seen| seen.routers().is_empty()) else { return false };
        let may_open = !self.now.desired.site.open && self.policy.networks.may_be_opened(seen);
        may_open || !self.now.desired.standing.certain
    }

    /// Whether our addresses have changed while the node is open to a network.
    fn is_elsewhere(&self, interfaces: &[Interface]) -> bool {
        let present = &self.now.desired.site;
        present.open && self.policy.opened(interfaces).ok().is_none_or(|site| site.spots != present.spots)
    }

    /// Asks the routers who they are, if that is worth it. This may take a second, and the node must not wait for it.
    async fn ask_routers(&self, interfaces: &[Interface]) {
        if let Some(site) = self.policy.worth_asking(interfaces) {
            let _ = tokio::task::spawn_blocking(move || ask_routers(&site.spots)).await;
        }
    }

    /// Where to be with these interfaces, given where we are.
    fn decide(&mut self, interfaces: &[Interface]) -> Decision {
        let lost = self.now.desired.lost.is_some();
        let next = self.policy.decide(interfaces, Some(&self.now), !self.doubtful && !lost, today());
        // While there is no network, nothing is known about the next one.
        self.doubtful &= next.desired.lost.is_some();
        next
    }

    fn look_who_is_linked(&mut self) {
        let linked = self.linked.borrow_and_update().clone();
        let next = self.policy.linked(linked, &self.now, today());
        self.go(next);
    }

    async fn wish(&mut self, wish: Wish) {
        match wish {
            Wish::Open(open) => self.open(open, true).await,
            Wish::CannotListen => self.open(false, false).await,
            Wish::GoTo(interface) => self.go_to(&interface).await,
            Wish::Same(network) => self.same(network.as_ref()),
            Wish::Share => {
                self.policy.share();
                let next = self.policy.again(&self.now, None);
                self.go(next);
            }
        }
    }

    async fn open(&mut self, open: bool, is_wish: bool) {
        let is_news = open != self.now.desired.site.open;
        self.open_anew(open, is_wish, is_news).await;
    }

    /// Like [`Self::open`], for a caller that knows whether this changes anything.
    async fn open_anew(&mut self, open: bool, is_wish: bool, is_news: bool) {
        // The chat can be closed even if the system cannot list its interfaces.
        let interfaces = interfaces().unwrap_or_default();
        let site = self.policy.opened(&interfaces);
        if let (Err(error), true) = (&site, open) {
            if self.answers_again() {
                self.tell(Update::Failed(Failure::Network(NetworkFailure::CannotOpen(error.clone()))));
            }
            return;
        }
        if !is_news && is_wish && self.answers_again() {
            self.tell(Update::Notice(Notice::Network(NetworkNotice::Already { open })));
        }
        if let (Ok(site), true) = (&site, open) {
            let spots = site.spots.clone();
            let _ = tokio::task::spawn_blocking(move || ask_routers(&spots)).await;
        }
        let seen = site.ok().map(|site| seen(&site.spots)).or_else(|| self.now.seen.clone());
        if is_wish && (is_news || !open) {
            self.policy.say(open, seen.as_ref(), today());
        } else if !open {
            self.policy.off = true;
        }
        self.apply_wish(&interfaces);
    }

    async fn go_to(&mut self, interface: &Arc<str>) {
        let interfaces = interfaces().unwrap_or_default();
        if let Err(error) = self.policy.go_to(interface, &interfaces) {
            return self.tell(Update::Failed(Failure::Network(NetworkFailure::CannotOpen(error))));
        }
        // The next network is a different one, and nothing is known about it yet.
        self.policy.networks.leave();
        self.doubtful = true;
        self.open_anew(true, true, true).await;
    }

    fn same(&mut self, network: Option<&Network>) {
        match self.policy.networks.is_same(network, today()) {
            Ok(step) => {
                let next = self.policy.again(&self.now, step.joined());
                self.go(next);
            }
            Err(why) => self.tell(Update::Failed(Failure::Network(NetworkFailure::NotTheSame(why)))),
        }
    }

    /// Whether to say why nothing changes: not at each press of a key that is pressed repeatedly.
    fn answers_again(&mut self) -> bool {
        let now = Instant::now();
        self.wished.replace(now).is_none_or(|last| now - last > BURST)
    }

    /// Goes where the user has just asked to be.
    fn apply_wish(&mut self, interfaces: &[Interface]) {
        let mut next = self.decide(interfaces);
        next.desired.woken = self.now.desired.woken;
        self.go(next);
    }

    fn go(&mut self, next: Decision) {
        if next.desired != *self.told.borrow() {
            let DesiredNetwork { network, site, lost, standing, .. } = &next.desired;
            tracing::info!(%network, open = site.open, ?lost, certain = standing.certain, "place");
            self.told.send_replace(next.desired.clone());
        }
        self.now = next;
    }

    /// Saves what is known about the networks, if that has changed.
    async fn save(&mut self) {
        if self.saved == self.policy.networks.records() {
            return;
        }
        self.saved = self.policy.networks.records().to_vec();
        let (saver, records) = (self.saver.clone(), self.saved.clone());
        let kept = tokio::task::spawn_blocking(move || saver.save_networks(&records)).await;
        if let Ok(Err(error)) = kept {
            self.tell(Update::Notice(Notice::NotSaved(error.into())));
        }
    }

    fn tell(&self, update: Update) {
        // If the channel is full, the front end is far behind. It will see where the node is later.
        let _ = self.updates.try_send(update);
    }
}

fn today() -> Date {
    Date::of(now().wall)
}

/// Whether the machine slept between two polls. On Linux and macOS the monotonic clock stops during sleep. Elsewhere it
/// goes on, but then the polls are far apart.
fn has_slept(before: (Instant, SystemTime), now: (Instant, SystemTime)) -> bool {
    let monotonic = now.0 - before.0;
    let wall = now.1.duration_since(before.1).unwrap_or_default();
    wall > monotonic + SLEPT || monotonic > POLL_INTERVAL + SLEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_clock_means_sleep() {
        let (mono, wall) = (Instant::now(), SystemTime::now());
        let after =
            |mono_secs, wall_secs| (mono + Duration::from_secs(mono_secs), wall + Duration::from_secs(wall_secs));
        assert!(!has_slept((mono, wall), after(1, 1)));
        assert!(!has_slept((mono, wall), after(1, 0)), "the clock was set back");
        assert!(has_slept((mono, wall), after(1, 3_600)));
        assert!(has_slept((mono, wall), after(3_600, 3_600)));
    }
}
