//! Which network this is. Pure.
//!
//! A network is a record on this machine: its prefixes, its routers, the keys that were met there, and what the user
//! decided for it. [`Networks`] compares what is seen now with these records.
//!
//! | What is seen | This is |
//! |---|---|
//! | a prefix and a router of one record | that network |
//! | a router that no record has | a new network |
//! | no router that identifies it | a provisional network, until more is known |
//! | then: a person is linked who is known from one record that has a prefix in common and no routers | that network |
//! | then: a router of one record answers | that network |
//! | then: the user says which one it is | that network |
//!
//! A provisional network that turns out to be a known one is *joined* to it: its lines belong to that one from then on.
//! The record remembers its name.
//!
//! A *stay* begins when the node comes to a network, and again when the network goes away or comes back. Lines that
//! come during a stay are for everybody there. Who gets older ones depends on how certain it is which network this is
//! ([`Whereabouts`]).
//!
//! The files: `evidence` what is seen · `people` who was met · `record` one network · `matching` which records fit ·
//! `remembered` the records at the start · `standing` who may have earlier lines · `whereabouts` what is reported of
//! it.

mod evidence;
mod matching;
mod people;
mod record;
mod remembered;
mod standing;
mod whereabouts;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use evidence::Evidence;
use matching::{Best, best};
pub use people::{Acquaintance, MAX_PEOPLE, People};
pub use record::{MAX_JOINED, NetworkRecord};
pub use remembered::remembered;
pub use standing::Standing;
pub use whereabouts::{Decided, Step, Whereabouts};

use crate::domain::model::{Date, Network, NodeId, NotTheSame};

/// Networks that are remembered. Few people work in more places. When there are more, the one visited longest ago is
/// forgotten, blank ones first. Its history stays in the database until it is too old.
pub const MAX_NETWORKS: usize = 64;

/// How certain it is which network this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recognized {
    /// It was recognized by its router, by people, or because the user said so. Or it is new, and known by its router
    /// from now on.
    Yes,
    /// It is provisional.
    NotYet,
    /// There is no network yet. Lines wait for the one that comes.
    Awaited,
}

/// Where the node is.
#[derive(Debug)]
struct Here {
    name: Network,
    recognized: Recognized,
    /// Which stay it is, counted over all networks of this run.
    stay: u64,
    linked: BTreeSet<NodeId>,
    /// Whether the network is gone. People who are linked meanwhile may be somewhere else, so they do not show which
    /// network this is.
    gone: bool,
}

/// All networks that are known, and which of them this is.
#[derive(Debug)]
pub struct Networks {
    /// The one that was visited last comes last.
    records: Vec<NetworkRecord>,
    here: Option<Here>,
    stays: u64,
    /// Networks for which the user has decided in this run.
    decided: BTreeSet<Network>,
    /// Networks that are new in this run and have not been gone since. Everybody who comes there is introduced.
    new: BTreeSet<Network>,
    /// Provisional networks of this run. After closing and opening the chat again, the user is on the same one.
    provisional: BTreeSet<Network>,
    rng: fastrand::Rng,
}

impl Networks {
    /// Begins with these remembered networks. `seed` is for the names of new ones.
    pub fn new(records: Vec<NetworkRecord>, seed: u64) -> Self {
        Self {
            records,
            here: None,
            stays: 0,
            decided: BTreeSet::new(),
            new: BTreeSet::new(),
            provisional: BTreeSet::new(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// The records to store.
    pub fn records(&self) -> &[NetworkRecord] {
        &self.records
    }

    /// Where the node is; none if it is on this machine alone.
    pub fn here(&self) -> Option<Whereabouts> {
        let here = self.here.as_ref()?;
        let record = self.record(&here.name)?;
        let candidates = || matching::candidates(&self.records, &record.evidence).filter(|one| one.name != here.name);
        let provisional = here.recognized == Recognized::NotYet;
        Some(Whereabouts {
            network: here.name.clone(),
            certain: here.recognized == Recognized::Yes,
            awaited: here.recognized == Recognized::Awaited,
            known: record.people.known().copied().collect(),
            may_be: if provisional { candidates().rev().map(|one| one.name.clone()).collect() } else { Vec::new() },
            stay: here.stay,
        })
    }

    /// What the user decided for the network that is seen. A decision to open counts only if it is certain to be that
    /// network. A decision to close counts if it may be that network.
    pub fn decided(&self, seen: &Evidence) -> Option<Decided> {
        let of =
            |record: &NetworkRecord| record.open.map(|open| Decided { open, now: self.decided.contains(&record.name) });
        let is_seen = |record: &&NetworkRecord| record.evidence.may_be(seen);
        let present = self.here.as_ref().and_then(|here| self.record(&here.name)).filter(is_seen);
        let known = match best(&self.records, seen, &BTreeSet::new()) {
            Best::One(record) => Some(record),
            Best::None | Best::Several => self.provisional_of(seen),
        };
        let closed = || {
            let all = matching::candidates(&self.records, seen).filter(|record| record.open == Some(false));
            all.filter_map(of).max_by_key(|decided| decided.now)
        };
        present.and_then(of).or_else(|| known.and_then(of)).or_else(closed)
    }

    /// Whether the user ever opened the chat in a network that may be the one that is seen. If so, it is worth asking
    /// its router.
    pub fn may_be_opened(&self, seen: &Evidence) -> bool {
        matching::candidates(&self.records, &seen.without_routers()).any(|record| record.open == Some(true))
    }

    /// The user opens or closes the chat on the present network, or on the one that is seen.
    pub fn decide(&mut self, open: bool, seen: &Evidence, today: Date) {
        let was_nowhere = self.here.is_none();
        if was_nowhere {
            // Finds its record, or makes one.
            self.arrive(seen, today);
        }
        if let Some(name) = self.here.as_ref().map(|here| here.name.clone())
            && let Some(record) = self.record_mut(&name)
        {
            record.open = Some(open);
            self.decided.insert(name);
        }
        if was_nowhere {
            self.leave();
        }
    }

    /// The node is on this machine alone.
    pub fn leave(&mut self) {
        self.here = None;
    }

    /// The network is gone. People who are met from now on may be on another one.
    pub fn disconnected(&mut self) {
        let here = self.here.as_mut().filter(|here| here.recognized != Recognized::Awaited);
        if let Some(here) = here {
            here.gone = true;
            self.new.remove(&here.name);
            self.begin_stay();
        }
    }

    /// The node should be on a network, but there is none.
    pub fn wait_for_network(&mut self, today: Date) {
        if self.here.is_some() {
            return;
        }
        let name = Network::awaited();
        if self.record(&name).is_none() {
            self.records.push(NetworkRecord::new(name.clone(), Evidence::default(), today));
        }
        self.enter(name, Recognized::Awaited, today);
    }

    /// The node is on a network with this evidence. `steady` says whether it has been connected without a break since
    /// the last look.
    pub fn look(&mut self, seen: &Evidence, steady: bool, today: Date) -> Step {
        let Some(here) = &self.here else {
            self.arrive(seen, today);
            return Step::Arrived;
        };
        let (name, provisional, awaited) =
            (here.name.clone(), here.recognized == Recognized::NotYet, here.recognized == Recognized::Awaited);
        if awaited {
            self.arrive(seen, today);
            return Step::Joined(name);
        }
        let Some(record) = self.record(&name) else {
            self.arrive(seen, today);
            return Step::Arrived;
        };
        let same_prefix = record.evidence.has_prefix_of(seen);
        let contradicts = record.evidence.contradicts(seen);
        let confirmed = record.evidence.has_router_of(seen);
        // Another router may have come beside the first one or in its place. A known person who is linked vouches for
        // that.
        let vouched = here.linked.iter().any(|node| record.people.knows(node));
        let stays =
            same_prefix && if steady { !contradicts || vouched } else { confirmed || (provisional && !contradicts) };
        if !stays {
            self.arrive(seen, today);
            return Step::Arrived;
        }
        if !steady {
            self.begin_stay();
        }
        if let Some(here) = &mut self.here {
            here.gone = false;
        }
        if confirmed || seen.routers().is_empty() {
            self.learn(&name, seen);
            return Step::Stayed;
        }
        self.router_appeared(&name, seen, today)
    }

    /// These people are linked now, on the network itself.
    pub fn linked(&mut self, linked: BTreeSet<NodeId>, today: Date) -> Step {
        let Some(here) = self.here.as_mut().filter(|here| !here.gone) else { return Step::Stayed };
        here.linked = linked;
        let (name, provisional) = (here.name.clone(), here.recognized == Recognized::NotYet);
        let joined = if provisional { self.join_by_people(&name, today) } else { Step::Stayed };
        let Some(here) = &self.here else { return joined };
        let (name, linked) = (here.name.clone(), here.linked.clone());
        let is_new = self.new.contains(&name);
        let Some(record) = self.record_mut(&name) else { return joined };
        let vouched = linked.iter().any(|node| record.people.knows(node));
        for node in linked {
            record.people.meet(node, today, is_new || vouched);
        }
        joined
    }

    /// The user says that this is the network with this name or, without a name, the one that it most likely is.
    ///
    /// # Errors
    /// [`NotTheSame`] if that is impossible.
    pub fn is_same(&mut self, name: Option<&Network>, today: Date) -> Result<Step, NotTheSame> {
        let whereabouts = self.here().filter(|here| !here.certain && !here.awaited).ok_or(NotTheSame::Certain)?;
        let of_name = |known: &&Network| name.is_none_or(|name| *known == name);
        let known = whereabouts.may_be.iter().find(of_name).cloned().ok_or(NotTheSame::Unknown)?;
        Ok(self.join(&whereabouts.network, known, today))
    }

    /// A router that was not seen on this network before answers.
    fn router_appeared(&mut self, name: &Network, seen: &Evidence, today: Date) -> Step {
        let linked = self.here.as_ref().map(|here| here.linked.clone()).unwrap_or_default();
        let others = self.records.iter().filter(|record| record.name != *name);
        match best(others, seen, &linked) {
            Best::One(known) => {
                let known = known.name.clone();
                self.join(name, known, today)
            }
            Best::Several => Step::Stayed,
            Best::None => {
                self.learn(name, seen);
                if let Some(here) = &mut self.here {
                    here.recognized = Recognized::Yes;
                }
                Step::Stayed
            }
        }
    }

    /// Joins this network to a known one if the people here show which one it is. A network with a router is recognized
    /// by its router alone: two colleagues who meet elsewhere do not make it the office.
    fn join_by_people(&mut self, name: &Network, today: Date) -> Step {
        let Some((record, here)) = self.record(name).zip(self.here.as_ref()) else { return Step::Stayed };
        let candidates = matching::candidates(&self.records, &record.evidence)
            .filter(|known| known.name != *name && known.evidence.routers().is_empty());
        match matching::most_known(candidates, &here.linked) {
            Best::One(known) => {
                let known = known.name.clone();
                self.join(name, known, today)
            }
            Best::None | Best::Several => Step::Stayed,
        }
    }

    /// The network `from`, which the node is on, turns out to be `known`.
    fn join(&mut self, from: &Network, known: Network, today: Date) -> Step {
        let Some(at) = self.records.iter().position(|record| record.name == *from) else { return Step::Stayed };
        let gone = self.records.remove(at);
        if let Some(record) = self.record_mut(&known) {
            record.take_in(gone);
            record.visited = today;
        }
        if self.decided.remove(from) {
            self.decided.insert(known.clone());
        }
        self.new.remove(&known);
        if let Some(here) = &mut self.here {
            (here.name, here.recognized) = (known, Recognized::Yes);
        }
        Step::Joined(from.clone())
    }

    /// Finds out which network this is, and begins a stay there.
    fn arrive(&mut self, seen: &Evidence, today: Date) {
        match best(&self.records, seen, &BTreeSet::new()) {
            Best::One(record) => {
                let name = record.name.clone();
                self.learn(&name, seen);
                self.enter(name, Recognized::Yes, today);
            }
            Best::None if !seen.routers().is_empty() => {
                let name = self.add(seen, today);
                self.enter(name, Recognized::Yes, today);
            }
            // No router identifies it, or several records have the same one. The people here will tell.
            Best::None | Best::Several => {
                let again = self.provisional_of(seen).map(|record| record.name.clone());
                let name = again.unwrap_or_else(|| self.add(&seen.without_routers(), today));
                self.provisional.insert(name.clone());
                self.enter(name, Recognized::NotYet, today);
            }
        }
    }

    /// The provisional network of this run that this may be.
    fn provisional_of(&self, seen: &Evidence) -> Option<&NetworkRecord> {
        if !seen.routers().is_empty() {
            return None;
        }
        matching::candidates(&self.records, seen).rfind(|record| self.provisional.contains(&record.name))
    }

    fn enter(&mut self, name: Network, recognized: Recognized, today: Date) {
        if let Some(at) = self.records.iter().position(|record| record.name == name) {
            let mut record = self.records.remove(at);
            record.visited = today;
            self.records.push(record);
        }
        self.here = Some(Here { name, recognized, stay: 0, linked: BTreeSet::new(), gone: false });
        self.begin_stay();
        self.forget_excess();
    }

    fn begin_stay(&mut self) {
        self.stays += 1;
        if let Some(here) = &mut self.here {
            here.stay = self.stays;
        }
    }

    /// Records a network that was never seen before.
    fn add(&mut self, seen: &Evidence, today: Date) -> Network {
        // A name with a router may be taken if somebody edited the file by hand.
        let mut name = matching::name(seen, self.rng.u32(..));
        while self.record(&name).is_some() {
            name = matching::name(&seen.without_routers(), self.rng.u32(..));
        }
        self.records.push(NetworkRecord::new(name.clone(), seen.clone(), today));
        self.new.insert(name.clone());
        name
    }

    /// Adds evidence to a network.
    fn learn(&mut self, name: &Network, seen: &Evidence) {
        if let Some(record) = self.record_mut(name) {
            record.evidence.add(seen);
        }
    }

    fn forget_excess(&mut self) {
        while self.records.len() > MAX_NETWORKS {
            let is_here = |record: &NetworkRecord| self.here.as_ref().is_some_and(|here| here.name == record.name);
            let blank = self.records.iter().position(|record| record.is_blank() && !is_here(record));
            let oldest = self.records.iter().position(|record| !is_here(record));
            let Some(at) = blank.or(oldest) else { return };
            self.records.remove(at);
        }
    }

    fn record(&self, name: &Network) -> Option<&NetworkRecord> {
        self.records.iter().find(|record| record.name == *name)
    }

    fn record_mut(&mut self, name: &Network) -> Option<&mut NetworkRecord> {
        self.records.iter_mut().find(|record| record.name == *name)
    }
}
