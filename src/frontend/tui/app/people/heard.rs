//! The names that people were heard under, whether they are here or not.

use std::{collections::BTreeMap, time::Instant};

use super::People;
use crate::domain::model::{Nick, PeerId, Skeleton, skeleton};

/// People whose names are remembered. Anyone beyond is always shown with a tag while not here.
const MAX_PEOPLE: usize = 4_096;

/// Names that are remembered for one person. A further one is always shown with a tag.
const MAX_NAMES: usize = 8;

/// What was heard, in both directions.
#[derive(Debug, Default)]
pub(super) struct HeardNames {
    /// The names of each person, and what they look like: computing that for every message of a page would take longer
    /// than reading the page.
    names: BTreeMap<PeerId, Vec<(Nick, Skeleton)>>,
    alike: BTreeMap<Skeleton, Vec<PeerId>>,
}

impl HeardNames {
    /// What `nick` looks like, if `id` was heard under it.
    pub(super) fn looks(&self, id: PeerId, nick: &Nick) -> Option<&Skeleton> {
        self.names.get(&id)?.iter().find(|(name, _)| name == nick).map(|(_, looks)| looks)
    }

    /// The people who were heard under a name that looks like this.
    pub(super) fn alike(&self, looks: &Skeleton) -> &[PeerId] {
        self.alike.get(looks).map(Vec::as_slice).unwrap_or_default()
    }

    /// The last new name that somebody was heard under.
    pub(super) fn nick(&self, id: PeerId) -> Option<&Nick> {
        self.names.get(&id)?.last().map(|(nick, _)| nick)
    }

    /// Notes a name if it is new and there is room, and returns what it looks like then.
    fn note(&mut self, id: PeerId, nick: &Nick) -> Option<Skeleton> {
        let people = self.names.len();
        let names = self.names.get(&id);
        let room = names.map_or(people < MAX_PEOPLE, |names| names.len() < MAX_NAMES);
        if !room || self.looks(id, nick).is_some() {
            return None;
        }
        let looks = skeleton(nick);
        let alike = self.alike.entry(looks.clone()).or_default();
        if !alike.contains(&id) {
            alike.push(id);
        }
        self.names.entry(id).or_default().push((nick.clone(), looks.clone()));
        Some(looks)
    }
}

impl People {
    /// Notes that `id` goes, or went, by `nick`. Returns people who are not here, were heard under such a name, and could be
    /// taken for `id` unless what they said gets a tag.
    pub(crate) fn heard(&mut self, id: PeerId, nick: &Nick, now: Instant) -> Vec<PeerId> {
        let Some(looks) = self.heard.note(id, nick) else { return Vec::new() };
        self.name_awaited(id, now);
        if self.is_here(id) && self.tag(id, nick).is_some() {
            // It has one itself.
            return Vec::new();
        }
        self.heard.alike(&looks).iter().copied().filter(|other| *other != id && !self.is_here(*other)).collect()
    }

    /// The same for someone who is here, under their present name.
    pub(crate) fn heard_present(&mut self, id: PeerId, now: Instant) -> Vec<PeerId> {
        let nick = self.list.get(&id).and_then(|person| person.peer.nick.clone());
        nick.map(|nick| self.heard(id, &nick, now)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::tui::app::people::tests::{guest, node};

    fn name(peers: &People, id: PeerId, nick: &str) -> String {
        let nick = Nick::new(nick).unwrap();
        format!("{nick}{}", peers.tag(id, &nick).unwrap_or_default())
    }

    #[test]
    fn who_is_not_here_is_told_apart_from_all_who_were_heard() {
        let now = Instant::now();
        let mut peers = People::new(&Nick::new("alice").unwrap());
        let [bob, other, carol] = ["7f3a", "c04e", "0b1e"].map(|key| node(key, None).id);
        let nick = |name: &str| Nick::new(name).unwrap();
        assert!(peers.heard(bob, &nick("bob"), now).is_empty());
        assert!(peers.heard(carol, &nick("carol"), now).is_empty());
        assert_eq!([name(&peers, bob, "bob"), name(&peers, carol, "carol")], ["bob", "carol"]);
        assert_eq!(peers.heard(other, &nick("B0B"), now), [bob]);
        assert!(peers.heard(other, &nick("B0B"), now).is_empty(), "once is enough");
        assert_eq!([name(&peers, bob, "bob"), name(&peers, other, "B0B")], ["bob#7f3a", "B0B#c04e"]);
        assert_eq!(name(&peers, carol, "Alice"), "Alice#0b1e", "like the user");
        assert_eq!(name(&peers, carol, "zoe"), "zoe#0b1e", "never heard of");
    }

    #[test]
    fn who_is_here_keeps_the_name_and_those_of_before_get_a_tag() {
        let now = Instant::now();
        let mut peers = People::new(&Nick::new("alice").unwrap());
        let gone = node("7f3a", None).id;
        let bob = node("c04e", Some("bob"));
        peers.heard(gone, &Nick::new("bob").unwrap(), now);
        peers.joined(bob.clone(), now);
        assert_eq!(peers.heard_present(bob.id, now), [gone]);
        assert_eq!([name(&peers, gone, "bob"), name(&peers, bob.id, "bob")], ["bob#7f3a", "bob"]);
        assert_eq!(name(&peers, guest(4, None).id, "bob"), "bob#4", "a guest too");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut peers = People::new(&Nick::new("alice").unwrap());
        for n in 0..MAX_PEOPLE + 100 {
            peers.heard(node(&format!("{n:08x}"), None).id, &Nick::new(&format!("n{n}")).unwrap(), Instant::now());
        }
        for n in 0..100 {
            peers.heard(node("00000000", None).id, &Nick::new(&format!("m{n}")).unwrap(), Instant::now());
        }
        assert_eq!(peers.heard.names.len(), MAX_PEOPLE);
        assert_eq!(peers.heard.alike.len(), MAX_PEOPLE + MAX_NAMES - 1);
        let late = node(&format!("{:08x}", MAX_PEOPLE + 50), None).id;
        assert!(name(&peers, late, "late").contains('#'), "and whoever comes after that has a tag");
    }
}
