//! Where the node is to be: what the settings, the profile and the machine's interfaces make of it, while they change.

use std::{
    io,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use ipnetwork::IpNetwork;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};

use crate::{
    actor::Place,
    bus::{FailureCode, NoticeCode, Update},
    config::Config,
    io::{NetworkId, interfaces},
    model::{Interface, Network, Spot},
    profile::Saver,
    site::{NoNetwork, Site, Wishes},
};

/// How often the interfaces are looked at. Asking them takes 0.4 ms, so that this is 0.02 % of a processor; there is a way to be told on every system, another one
/// on each.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many looks another network is waited for whose gateway is not known yet: what it is called hangs on that.
const PATIENCE: u32 = 3;

/// A time of day that is ahead by so much more than the clock that stands still in sleep: the machine slept.
const SLEPT: Duration = Duration::from_secs(10);

/// Wishes of the user that may wait: a key that is held down is one wish.
const WISHES: usize = 4;

/// What decides where to be.
#[derive(Debug, Clone)]
pub(super) struct Places {
    ip: IpAddr,
    cidrs: Vec<IpNetwork>,
    lan: crate::config::Lan,
    wishes: Wishes,
    /// What the network is called, if the user says so.
    named: Option<Network>,
    /// What was set on the screen in earlier runs, and in this one.
    remembered: Vec<(Network, bool)>,
    said: Vec<(NetworkId, bool)>,
    /// Whether it was closed while there was no network whose name that could be kept under.
    off: bool,
}

/// Where to be, and what tells this network from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) place: Place,
    id: NetworkId,
    /// The network that the node is open to, or could be.
    lan: Option<NetworkId>,
    /// Whether it is taken for the one from before without being known by its gateway now.
    assumed: bool,
}

impl Places {
    /// What the settings say, and what a profile remembers.
    pub(super) fn new(config: &Config, remembered: &[(Network, bool)]) -> Self {
        let ip = Some(config.ip).filter(|ip| !ip.is_loopback() && config.lan.open);
        let cidrs = config.cidrs_given.then(|| config.cidrs.clone());
        Self {
            ip: config.ip,
            cidrs: config.cidrs.clone(),
            lan: config.lan,
            wishes: Wishes { ip, interfaces: config.interfaces.clone(), cidrs, any_network: config.any_network },
            named: config.network.clone(),
            remembered: remembered.to_vec(),
            said: Vec::new(),
            off: false,
        }
    }

    /// Where to be now, before anything runs.
    ///
    /// # Errors
    /// What the system says of its interfaces.
    pub(super) fn first(&self) -> io::Result<Decision> {
        // Nobody waits for the name of a network that the node is not opened to.
        let patient = self.lan.open || self.is_fixed() || !self.remembered.is_empty();
        Ok(self.decide(&interfaces()?, None, |site| self.identify(site, None, patient)))
    }

    /// What tells the network of a site from others. Of several networks it is the one that the node was on `before`, else the
    /// one that leads to the rest of the world.
    fn identify(&self, site: &Site, before: Option<&NetworkId>, patient: bool) -> NetworkId {
        if self.is_fixed() {
            // What the user says to look at tells the network.
            return NetworkId::of(self.ip, &site.sweep, patient);
        }
        let ids = all(site, patient);
        let same = ids.iter().find(|id| before.is_some_and(|before| before.may_be(id)));
        same.or_else(|| ids.first()).copied().unwrap_or_default()
    }

    /// Whether the settings name one address to be open at.
    fn is_fixed(&self) -> bool {
        !self.ip.is_loopback() && !self.lan.open
    }

    fn opened(&self, interfaces: &[Interface]) -> Result<Site, NoNetwork> {
        if !self.is_fixed() {
            return Site::lan(interfaces, &self.wishes);
        }
        Ok(Site::fixed(self.ip, self.cidrs.clone(), interfaces))
    }

    /// Whether to be open on a network: what was said in this run counts most, then what the settings say of this run, then what
    /// was said on the screen on this network, then what the settings say of every run.
    ///
    /// While a gateway is not known the network may be one or the other. It was closed if it was on either; and what was said
    /// in earlier runs opens none of which it is not known that it is that one.
    fn wants_open(&self, network: &NetworkId) -> bool {
        let of_this_run = self.said.iter().rev().find(|(of, _)| of.may_be(network)).map(|(_, open)| *open);
        let firm = self.lan.firm.then_some(self.lan.open);
        let name = network.name();
        let is_meant = |(of, open): &&(Network, bool)| {
            if *open { *of == name && !network.is_unresolved() } else { may_be_called(of, &name) }
        };
        let remembered = self.remembered.iter().rev().find(is_meant).map(|(_, open)| *open);
        let settings = self.lan.open || self.is_fixed();
        !self.off && of_this_run.or(firm).or(remembered).unwrap_or(settings)
    }

    fn decide(
        &self,
        interfaces: &[Interface],
        before: Option<&Decision>,
        identify: impl Fn(&Site) -> NetworkId,
    ) -> Decision {
        let closed = |offer: Result<Vec<Spot>, String>, lan: Option<NetworkId>, lost: Option<String>| {
            let site = Site::machine(self.ip, &self.cidrs, interfaces);
            let id = NetworkId::default();
            let network = self.named.clone().unwrap_or_else(|| id.name());
            Decision { place: Place { offer, lost, ..Place::fixed(site, network) }, id, lan, assumed: false }
        };
        let site = match self.opened(interfaces) {
            Ok(site) => site,
            Err(error) => {
                // A network that is gone for a while is still the one that we are in.
                let still_open = |before: &&Decision| {
                    before.place.site.open && before.lan.as_ref().is_none_or(|lan| self.wants_open(lan))
                };
                if let Some(before) = before.filter(still_open) {
                    let place = Place { lost: Some(error.to_string()), ..before.place.clone() };
                    return Decision { place, ..before.clone() };
                }
                let closed_by_hand = self.off || before.is_some_and(|before| before.lan.is_some());
                let wanted = (self.lan.open || self.is_fixed()) && !closed_by_hand;
                let lan = before.and_then(|before| before.lan);
                return closed(Err(error.to_string()), lan, wanted.then(|| error.to_string()));
            }
        };
        let seen = identify(&site);
        // A gateway is forgotten and learnt again while nothing changes.
        let same = before.and_then(|before| before.lan).filter(|lan| lan.may_be(&seen));
        let id = same.map_or(seen, |lan| seen.with_known(&lan));
        if !self.wants_open(&id) {
            let spots = site.spots.iter().filter(|spot| !spot.ip.is_loopback()).cloned().collect();
            return closed(Ok(spots), Some(id), None);
        }
        let gone = self.is_fixed() && site.primary().is_none() && !cfg!(test);
        let lost = gone.then(|| format!("No interface has the address {} any more.", self.ip));
        let network = self.named.clone().unwrap_or_else(|| id.name());
        Decision { place: Place { lost, ..Place::fixed(site, network) }, id, lan: Some(id), assumed: id != seen }
    }
}

/// All networks of a site.
fn all(site: &Site, patient: bool) -> Vec<NetworkId> {
    let beyond = site.spots.iter().filter(|spot| !spot.ip.is_loopback());
    beyond.map(|spot| NetworkId::of(spot.ip, &[spot.network], patient)).collect()
}

/// Whether two names may be those of one network, of which the gateway was not known once.
fn may_be_called(a: &Network, b: &Network) -> bool {
    let without_gateway = |long: &Network, short: &Network| {
        long.as_str()
            .strip_suffix(short.as_str())
            .is_some_and(|gateway| gateway.starts_with("gw ") && gateway.ends_with(' '))
    };
    a == b || without_gateway(a, b) || without_gateway(b, a)
}

/// Follows the interfaces and the user's wishes.
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
mod tests;
