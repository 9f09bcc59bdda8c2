//! Everybody whose name is shown somewhere, and which of them need a tag.

use std::collections::{BTreeMap, BTreeSet};

use super::label::short_tag;
use crate::domain::model::{Nick, PeerId, Repute, Skeleton, Trust, cut_skeleton, skeleton};

/// How many people's names are remembered while they are not here. Beyond that, the least known are forgotten first,
/// and shown with a tag.
const MAX_ABSENT: usize = 4_096;

/// How many names of one person are remembered. A further one is shown with a tag.
const MAX_NAMES: usize = 8;

/// How many people of one name a tag is made to differ from. Beyond that, strangers are playing with names, and a tag
/// may fit several of them.
const MAX_ALIKE: usize = 64;

/// The tags of a name, each with its `#`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// What stands after the name.
    pub whole: Option<Box<str>>,
    /// What stands after the name where it is cut.
    pub cut: Option<Box<str>>,
}

/// How a name looks, whole and cut.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Looks {
    whole: Skeleton,
    cut: Option<Skeleton>,
}

impl Looks {
    fn of(nick: &Nick) -> Self {
        Self { whole: skeleton(nick), cut: cut_skeleton(nick) }
    }
}

/// What is known about a person.
#[derive(Debug)]
struct Entry {
    /// Its number in the order in which people were heard of.
    number: u64,
    here: bool,
    repute: Repute,
    /// The name that the repute is about: the present one, or the last one that was heard.
    about: Option<Nick>,
    /// Every name that it was heard under.
    names: Vec<Used>,
}

/// A name that somebody was heard under.
#[derive(Debug)]
struct Used {
    nick: Nick,
    /// Kept, because computing it for each message of a page would take longer than reading the page.
    looks: Looks,
    /// The number of this use in the order in which names were heard.
    number: u64,
    /// What was known about them under it, when they last had it.
    repute: Repute,
}

/// How strong somebody's right to a name is; the greatest has it. What counts, in this order: to go by it now or to
/// have gone by it last, to be known well, to have had it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strength {
    is_present_name: bool,
    class: u8,
    first: std::cmp::Reverse<u64>,
}

impl Entry {
    /// What is known about them under a name that they used.
    fn repute_of(&self, used: &Used) -> Repute {
        if self.goes_by(&used.nick) { self.repute } else { used.repute }
    }

    /// Notes that they go by this name from now on, and what is known about them under it. The earlier name keeps what
    /// was last known.
    fn take(&mut self, nick: Option<&Nick>, repute: Repute) {
        if self.about.as_ref() != nick
            && let Some(used) = self.names.iter_mut().find(|used| Some(&used.nick) == self.about.as_ref())
        {
            used.repute = self.repute;
        }
        (self.repute, self.about) = (repute, nick.cloned());
    }

    fn goes_by(&self, nick: &Nick) -> bool {
        self.about.as_ref() == Some(nick)
    }

    fn strength(&self, used: &Used, repute: Repute) -> Strength {
        let is_present_name = self.goes_by(&used.nick) && !repute.namesake;
        Strength { is_present_name, class: class(repute), first: std::cmp::Reverse(used.number) }
    }
}

/// See the module's documentation.
///
/// The node knows which key had a name first ([`Repute::namesake`]). The register adds what depends on who is shown:
/// people without a link about whom nothing else is known, guests, and names that are cut.
#[derive(Debug, Default)]
pub struct Register {
    own: Option<Skeleton>,
    /// Whether people are heard in the order in which they spoke.
    in_order: bool,
    people: BTreeMap<PeerId, Entry>,
    alike: BTreeMap<Skeleton, BTreeSet<PeerId>>,
    cut_alike: BTreeMap<Skeleton, BTreeSet<PeerId>>,
    /// Those who are here.
    here: BTreeSet<PeerId>,
    next_number: u64,
}

impl Register {
    /// For a history that is read once from its beginning, where the first to use a name keeps it.
    pub fn of_history() -> Self {
        Self { in_order: true, ..Self::default() }
    }

    /// Notes that the user goes by this name.
    pub fn set_own(&mut self, nick: &Nick) {
        self.own = Some(skeleton(nick));
    }

    /// Notes that somebody is here, under this name.
    pub fn here(&mut self, id: PeerId, nick: Option<&Nick>, repute: Repute) {
        if let Some(entry) = self.entry(id, repute, true) {
            entry.here = true;
            entry.take(nick, repute);
            self.here.insert(id);
        }
        if let Some(nick) = nick {
            self.note(id, nick, repute, true);
        }
    }

    /// Notes that somebody is not here any more. Their names stay.
    pub fn gone(&mut self, id: PeerId) {
        let Some(entry) = self.people.get_mut(&id) else { return };
        entry.here = false;
        self.here.remove(&id);
        if self.absent() > MAX_ABSENT {
            self.forget_least_known();
        }
    }

    /// Notes that what is known about somebody has changed.
    pub fn set_repute(&mut self, id: PeerId, repute: Repute) {
        if let Some(entry) = self.people.get_mut(&id) {
            entry.repute = repute;
        }
    }

    /// Notes that somebody said something under this name, now or long ago. Returns people whose tags may change
    /// because of it, so that what they said can be drawn again.
    pub fn heard(&mut self, id: PeerId, nick: &Nick, repute: Repute) -> Vec<PeerId> {
        if let Some(entry) = self.entry(id, repute, false)
            && !entry.here
        {
            entry.take(Some(nick), repute);
        }
        if !self.note(id, nick, repute, false) {
            return Vec::new();
        }
        self.alike(id, nick)
    }

    /// Others who have gone by a name that looks like this name of somebody.
    pub fn rivals(&self, id: PeerId, nick: &Nick) -> Vec<PeerId> {
        let alike = self.alike.get(&skeleton(nick)).into_iter().flatten();
        alike.copied().filter(|other| *other != id).take(MAX_ALIKE).collect()
    }

    /// Others whose names look like this name of somebody, whole or cut.
    pub fn alike(&self, id: PeerId, nick: &Nick) -> Vec<PeerId> {
        let looks = Looks::of(nick);
        let alike = self.alike.get(&looks.whole).into_iter().flatten();
        let cut = looks.cut.iter().filter_map(|cut| self.cut_alike.get(cut)).flatten();
        alike.chain(cut).copied().filter(|other| *other != id).take(MAX_ALIKE).collect()
    }

    /// The last name that somebody was heard under.
    pub fn nick(&self, id: PeerId) -> Option<&Nick> {
        let entry = self.people.get(&id)?;
        entry.about.as_ref().or_else(|| entry.names.last().map(|used| &used.nick))
    }

    /// What is known about somebody under the name that they go by now, or went by last.
    pub fn repute(&self, id: PeerId) -> Option<Repute> {
        self.people.get(&id).map(|entry| entry.repute)
    }

    /// What is known about somebody who spoke under this name; `said` is what was known at that time. A later name of
    /// theirs proves nothing about an earlier one.
    pub fn repute_as(&self, id: PeerId, nick: Option<&Nick>, said: Repute) -> Repute {
        match self.people.get(&id) {
            Some(Entry { repute, about, .. }) if about.as_ref() == nick => *repute,
            Some(Entry { repute: Repute { trust: Trust::Differs, .. }, .. }) => {
                Repute { trust: Trust::Differs, ..said }
            }
            _ => said,
        }
    }

    /// The tags of somebody under a present or earlier name; `said` is what was known about them at that time.
    pub fn tags(&self, id: PeerId, nick: &Nick, said: Repute) -> Tags {
        let entry = self.people.get(&id);
        let known = entry.and_then(|entry| Some((entry, entry.names.iter().find(|used| used.nick == *nick)?)));
        let looks = known.map_or_else(|| Looks::of(nick), |(_, used)| used.looks.clone());
        let repute = self.repute_as(id, Some(nick), said);
        // If a name was never noted, nobody can say who else has it.
        let doubtful = known.is_none() || is_doubtful(repute);
        let alike = self.others(id, self.alike.get(&looks.whole));
        let cut_alike = self.others(id, looks.cut.as_ref().and_then(|cut| self.cut_alike.get(cut)));
        let me = known.filter(|_| matches!(id, PeerId::Node(_)));
        let is_alike = |other: &Used| other.looks.whole == looks.whole;
        let is_cut_alike = |other: &Used| other.looks.cut.is_some() && other.looks.cut == looks.cut;
        let gives_way = |is: &dyn Fn(&Used) -> bool, others: &[(PeerId, &Entry)]| {
            let Some((entry, used)) = me else { return !others.is_empty() };
            others.iter().any(|(other, theirs)| {
                // The mark of a guest tells it apart.
                matches!(other, PeerId::Node(_)) && self.gives_way((entry, used, repute), theirs, is)
            })
        };
        let label = || {
            // In a narrow column only the tag is left, so it must not fit anybody else who is here, under any name.
            let here = self.here.iter().copied().filter(|other| *other != id);
            let others = alike.iter().map(|(other, _)| *other).chain(here);
            format!("#{}", short_tag(id, others)).into_boxed_str()
        };
        let whole = doubtful || self.own.as_ref() == Some(&looks.whole) || gives_way(&is_alike, &alike);
        let cut = whole || gives_way(&is_cut_alike, &cut_alike);
        let tag = cut.then(label);
        Tags { whole: tag.clone().filter(|_| whole), cut: tag }
    }

    /// Whether somebody needs a tag under a name because of `other`, some of whose names look alike. The plain name
    /// goes to those who go by it now, then to those who are known better, then to the one who had it first. This is
    /// not asked about guests, who always give way: nothing proves that they are who they were.
    fn gives_way(
        &self,
        (me, mine, repute): (&Entry, &Used, Repute),
        other: &Entry,
        is_alike: &dyn Fn(&Used) -> bool,
    ) -> bool {
        other.names.iter().filter(|used| is_alike(used)).any(|theirs| {
            let their_repute = other.repute_of(theirs);
            if their_repute.namesake && !repute.namesake {
                return false;
            }
            if !self.in_order && !me.here && !other.here && class(repute) == class(their_repute) {
                // History is read from the newest page back, so we cannot know who was first.
                return true;
            }
            other.strength(theirs, their_repute) > me.strength(mine, repute)
        })
    }

    fn others<'a>(&'a self, id: PeerId, of: Option<&'a BTreeSet<PeerId>>) -> Vec<(PeerId, &'a Entry)> {
        let others = of.into_iter().flatten().filter(|other| **other != id).take(MAX_ALIKE);
        others.filter_map(|other| Some((*other, self.people.get(other)?))).collect()
    }

    /// The entry of somebody, if there is one or room for one.
    fn entry(&mut self, id: PeerId, repute: Repute, must: bool) -> Option<&mut Entry> {
        if !self.people.contains_key(&id) {
            if self.absent() >= MAX_ABSENT && !must {
                let least = self.least_known().and_then(|least| self.people.get(&least));
                if least.is_some_and(|least| class(least.repute) >= class(repute)) {
                    return None;
                }
                self.forget_least_known();
            }
            let number = self.next_number;
            self.next_number += 1;
            self.people.insert(id, Entry { number, here: false, repute, about: None, names: Vec::new() });
        }
        self.people.get_mut(&id)
    }

    /// Notes a name. If there is no room, it forgets the oldest one, but only if it `must`. Returns whether the name
    /// was new and noted.
    fn note(&mut self, id: PeerId, nick: &Nick, repute: Repute, must: bool) -> bool {
        let Some(entry) = self.people.get_mut(&id) else { return false };
        let is_full = entry.names.len() >= MAX_NAMES;
        if entry.names.iter().any(|used| used.nick == *nick) || is_full && !must {
            return false;
        }
        let oldest = is_full.then(|| entry.names.remove(0).looks);
        let looks = Looks::of(nick);
        self.alike.entry(looks.whole.clone()).or_default().insert(id);
        if let Some(cut) = &looks.cut {
            self.cut_alike.entry(cut.clone()).or_default().insert(id);
        }
        let number = self.next_number;
        self.next_number += 1;
        entry.names.push(Used { nick: nick.clone(), looks, number, repute });
        if let Some(Looks { whole, cut }) = oldest {
            let names = &entry.names;
            if !names.iter().any(|used| used.looks.whole == whole) {
                remove(&mut self.alike, &whole, id);
            }
            if let Some(cut) = cut.filter(|cut| !names.iter().any(|used| used.looks.cut.as_ref() == Some(cut))) {
                remove(&mut self.cut_alike, &cut, id);
            }
        }
        true
    }

    fn absent(&self) -> usize {
        self.people.len() - self.here.len()
    }

    /// The least known of those who are not here; if there are several, the one who was heard of first.
    fn least_known(&self) -> Option<PeerId> {
        let absent = self.people.iter().filter(|(_, entry)| !entry.here);
        absent.min_by_key(|(_, entry)| (class(entry.repute), entry.number)).map(|(id, _)| *id)
    }

    fn forget_least_known(&mut self) {
        if let Some(least) = self.least_known() {
            self.forget(least);
        }
    }

    fn forget(&mut self, id: PeerId) {
        let Some(entry) = self.people.remove(&id) else { return };
        self.here.remove(&id);
        for Used { looks: Looks { whole, cut }, .. } in entry.names {
            remove(&mut self.alike, &whole, id);
            if let Some(cut) = cut {
                remove(&mut self.cut_alike, &cut, id);
            }
        }
    }
}

fn remove(from: &mut BTreeMap<Skeleton, BTreeSet<PeerId>>, looks: &Skeleton, id: PeerId) {
    if let Some(people) = from.get_mut(looks) {
        people.remove(&id);
        if people.is_empty() {
            from.remove(looks);
        }
    }
}

/// Whether the name is, or may be, somebody else's.
const fn is_doubtful(Repute { trust, namesake, .. }: Repute) -> bool {
    namesake || matches!(trust, Trust::Suspect | Trust::Differs)
}

/// How well somebody is known, the best last.
const fn class(repute: Repute) -> u8 {
    match repute.trust {
        Trust::Guest => 0,
        Trust::Suspect | Trust::Differs => 1,
        Trust::New => 2,
        Trust::Known => 3,
        Trust::Verified => 4,
    }
}

#[cfg(test)]
mod tests;
