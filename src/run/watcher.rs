//! Follows the interfaces and the user's wishes while the node runs, and says where it is to be.

use std::time::{Duration, SystemTime};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};

use super::places::{Decision, Places, all};
use crate::{
    actor::Place,
    bus::{FailureCode, NoticeCode, Update},
    io::interfaces,
    model::Interface,
    profile::Saver,
    site::Site,
};

/// How often the interfaces are looked at. Asking them takes 0.4 ms, so that this is 0.02 % of a processor; there is a way to
/// be told on every system, another one on each.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many looks another network is waited for whose gateway is not known yet: what it is called hangs on that.
const PATIENCE: u32 = 3;

/// A time of day that is ahead by so much more than the clock that stands still in sleep: the machine slept.
const SLEPT: Duration = Duration::from_secs(10);

/// Wishes of the user that may wait: a key that is held down is one wish.
const WISHES: usize = 4;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Watcher {
    places: Places,
    now: Decision,
    told: watch::Sender<Place>,
    wishes: mpsc::Receiver<bool>,
    updates: mpsc::Sender<Update>,
    saver: Saver,
    /// Whether the network was gone, or the machine asleep, since it was known where it is.
    doubtful: bool,
}

/// The ends of a watcher that the node has.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) place: watch::Receiver<Place>,
    pub(super) opens: mpsc::Sender<bool>,
}

impl Watcher {
    pub(super) fn new(places: Places, now: Decision, updates: mpsc::Sender<Update>, saver: Saver) -> (Self, Ends) {
        let (told, place) = watch::channel(now.place.clone());
        let (opens, wishes) = mpsc::channel(WISHES);
        (Self { places, now, told, wishes, updates, saver, doubtful: false }, Ends { place, opens })
    }

    /// Follows until nobody wishes anything any more.
    pub(super) async fn run(mut self) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut patience = 0;
        let mut awake = (Instant::now(), SystemTime::now());
        loop {
            tokio::select! {
                biased;
                wish = self.wishes.recv() => match wish {
                    Some(open) => self.wish(open).await,
                    None => return,
                },
                _ = ticks.tick() => {
                    let before = std::mem::replace(&mut awake, (Instant::now(), SystemTime::now()));
                    self.look(&mut patience, has_slept(before, awake));
                }
            }
        }
    }

    fn look(&mut self, patience: &mut u32, slept: bool) {
        let Ok(interfaces) = interfaces() else { return };
        let before = self.now.lan;
        let identify = |site: &Site| self.places.identify(site, before.as_ref(), false);
        let mut next = self.places.decide(&interfaces, Some(&self.now), identify);
        self.doubtful |= slept || self.now.place.lost.is_some();
        let waits = if next.id.may_be(&self.now.id) {
            // Its gateway may be known only now: it is called what it was called first.
            next.place.network = self.now.place.network.clone();
            // Half of all homes have the same addresses.
            self.doubtful && next.assumed && next.place.lost.is_none()
        } else {
            next.id.is_unresolved()
        };
        if waits && *patience < PATIENCE {
            *patience += 1;
            return;
        }
        *patience = 0;
        self.doubtful = false;
        next.place.woken = self.now.place.woken + u32::from(slept);
        self.go(next);
    }

    async fn wish(&mut self, open: bool) {
        // Whatever the system says, it can be closed.
        let interfaces = interfaces().unwrap_or_default();
        let site = self.places.opened(&interfaces);
        let network = match (self.now.lan, &site) {
            (Some(network), _) => network,
            (None, Ok(site)) => {
                let (places, site) = (self.places.clone(), site.clone());
                // It may wait, which the node must not.
                let here = tokio::task::spawn_blocking(move || places.identify(&site, None, true)).await;
                here.unwrap_or_default()
            }
            (None, Err(error)) if open => {
                return self.tell(Update::Failed { code: FailureCode::NoNetwork, text: error.to_string() });
            }
            (None, Err(_)) => {
                self.places.off = true;
                return self.settle(&interfaces);
            }
        };
        self.places.off = false;
        if open == self.now.place.site.open {
            let text = if open {
                "The chat is open to your network already."
            } else {
                "The chat is on this machine only already."
            };
            return self.tell(Update::Notice { code: NoticeCode::Network, text: text.to_owned() });
        }
        // Who closes it closes it to all networks that it is open to.
        let others = site.iter().filter(|_| !open).flat_map(|site| all(site, false)).map(|other| (other, open));
        let others: Vec<_> = others.collect();
        self.places.said.extend(others);
        self.places.said.push((network, open));
        self.settle(&interfaces);
        let (saver, name) = (self.saver.clone(), network.name());
        let kept = tokio::task::spawn_blocking(move || saver.save_lan(&name, open)).await;
        if let Ok(Err(error)) = kept {
            self.tell(Update::Notice { code: NoticeCode::NotSaved, text: error.to_string() });
        }
    }

    /// Goes where the user has just said to be.
    fn settle(&mut self, interfaces: &[Interface]) {
        let before = self.now.lan;
        let identify = |site: &Site| self.places.identify(site, before.as_ref(), false);
        let mut next = self.places.decide(interfaces, Some(&self.now), identify);
        next.place.woken = self.now.place.woken;
        self.go(next);
    }

    fn go(&mut self, next: Decision) {
        if next.place != *self.told.borrow() {
            tracing::info!(network = %next.place.network, open = next.place.site.open, lost = ?next.place.lost, "place");
            self.told.send_replace(next.place.clone());
        }
        self.now = next;
    }

    fn tell(&self, update: Update) {
        // Full: the front end is far behind, and will see where the node is.
        let _ = self.updates.try_send(update);
    }
}

/// Whether the machine slept between two looks: the monotonic clock stands still meanwhile, on Linux and macOS; and
/// elsewhere, where it goes on, the looks are far apart.
fn has_slept(before: (Instant, SystemTime), now: (Instant, SystemTime)) -> bool {
    let monotonic = now.0 - before.0;
    let wall = now.1.duration_since(before.1).unwrap_or_default();
    wall > monotonic + SLEPT || monotonic > LOOK_EVERY + SLEPT
}

#[cfg(test)]
mod tests {
    use super::*;

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
