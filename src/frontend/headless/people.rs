//! Who is here, and how text calls them.

use std::{collections::BTreeMap, time::Duration};

use super::event::{Activity, Listed, Person, trust};
use crate::{
    domain::{
        model::{Author, Mark, Message, Nick, Peer, PeerId, Presence, Skeleton, Trust, skeleton},
        naming::{self, Bearer, Name, SUSPECT, doubt_mark, guest_mark},
    },
    frontend::json::{Shown, protocol},
};

/// Everybody who is linked.
#[derive(Debug, Default)]
pub(super) struct People {
    own: Option<Skeleton>,
    all: BTreeMap<PeerId, Present>,
}

/// Somebody who is linked.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) peer: Peer,
    pub(super) presence: Presence,
    typing: bool,
    clock_off_ms: Option<i64>,
    round_trip: Option<Duration>,
    skeleton: Option<Skeleton>,
    /// What tells them from others who are here and seem to have the same name; empty for most.
    tag: Box<str>,
}

impl People {
    /// Takes in by what name the user goes.
    pub(super) fn own(&mut self, nick: &Nick) {
        let was = self.own.replace(skeleton(nick));
        self.tag(was.as_ref());
        self.tag(self.own.clone().as_ref());
    }

    pub(super) fn joined(&mut self, peer: Peer) -> &Present {
        let id = peer.id;
        let skeleton = peer.nick.as_ref().map(skeleton);
        let (presence, typing, clock_off_ms, round_trip, tag) = (Presence::Here, false, None, None, Box::default());
        self.all
            .insert(id, Present { peer, presence, typing, clock_off_ms, round_trip, skeleton: skeleton.clone(), tag });
        self.tag(skeleton.as_ref());
        #[expect(clippy::expect_used, reason = "it was put in above")]
        self.all.get(&id).expect("somebody who just joined")
    }

    pub(super) fn left(&mut self, id: PeerId) -> Option<Present> {
        let gone = self.all.remove(&id)?;
        self.tag(gone.skeleton.as_ref());
        Some(gone)
    }

    /// Takes in a new name; who that is, and how they were called before.
    pub(super) fn renamed(&mut self, id: PeerId, nick: Nick) -> Option<(&Present, String)> {
        let present = self.all.get_mut(&id)?;
        let called = present.name();
        let new = Some(skeleton(&nick));
        present.peer.nick = Some(nick);
        let old = std::mem::replace(&mut present.skeleton, new.clone());
        self.tag(old.as_ref());
        self.tag(new.as_ref());
        Some((self.all.get(&id)?, called))
    }

    pub(super) fn trusted(&mut self, id: PeerId, trust: Trust, ignored: bool) -> Option<&Present> {
        let present = self.all.get_mut(&id)?;
        (present.peer.trust, present.peer.ignored) = (trust, ignored);
        Some(present)
    }

    /// Takes in whether somebody is at the keyboard; who that is, and whether they went or came back.
    pub(super) fn presence(&mut self, id: PeerId, presence: Presence, typing: bool) -> Option<(&Present, bool)> {
        let present = self.all.get_mut(&id)?;
        let moved = present.presence != presence;
        (present.presence, present.typing) = (presence, typing);
        Some((present, moved))
    }

    /// Takes in how far off somebody's clock is; who that is.
    pub(super) fn clock(&mut self, id: PeerId, off_ms: Option<i64>) -> Option<&Present> {
        let present = self.all.get_mut(&id)?;
        present.clock_off_ms = off_ms;
        Some(present)
    }

    pub(super) fn round_trip(&mut self, id: PeerId, time: Duration) {
        if let Some(present) = self.all.get_mut(&id) {
            present.round_trip = Some(time);
        }
    }

    pub(super) fn get(&self, id: PeerId) -> Option<&Present> {
        self.all.get(&id)
    }

    pub(super) fn list(&self) -> Vec<Listed<'_>> {
        self.all.values().map(Present::listed).collect()
    }

    /// Whether nobody is here who could say what they got: guests cannot.
    pub(super) fn is_alone(&self) -> bool {
        self.all.keys().all(|id| id.node().is_none())
    }

    /// How text calls the author of `message`.
    pub(super) fn author<'a>(&'a self, message: &'a Message) -> Name<'a> {
        let called = message.display_name();
        let Author::Peer(id) = message.author else { return Name { mark: "", called, tag: "" } };
        let name = match self.all.get(&id) {
            // An address needs no tag.
            Some(present) => {
                let tag = if message.nick.is_none() { "" } else { &present.tag };
                Name { mark: doubt_mark(present.peer.trust), called, tag }
            }
            None => Name { mark: guest_mark(id), called, tag: "" },
        };
        if message.mark == Mark::Forked { Name { mark: SUSPECT, ..name } } else { name }
    }

    /// Decides anew who needs a tag among the people whose names look like this.
    fn tag(&mut self, skeleton: Option<&Skeleton>) {
        let alike = self.all.values().filter_map(|present| {
            let looks = present.skeleton.as_ref().filter(|looks| Some(*looks) == skeleton)?;
            Some((looks, Bearer { id: present.peer.id, gone: false, suspect: false }))
        });
        for (id, tag) in naming::tags(alike, self.own.as_ref()) {
            if let Some(present) = self.all.get_mut(&id) {
                present.tag = tag.unwrap_or_default();
            }
        }
    }
}

impl Present {
    /// How text calls them.
    pub(super) fn name(&self) -> String {
        Name::of(&self.peer, doubt_mark(self.peer.trust), &self.tag).to_string()
    }

    /// Who they are, for JSON.
    pub(super) fn person(&self) -> Person<'_> {
        let Peer { id, nick, addr, trust: known, ignored, .. } = &self.peer;
        Person {
            peer: Shown(*id),
            nick: nick.as_ref().map(Nick::as_str),
            addr: *addr,
            protocol: protocol(*id),
            verified: Some(*known == Trust::Verified),
            trust: Some(trust(*known)),
            ignored: *ignored,
            clock_off_ms: self.clock_off_ms,
        }
    }

    /// Whether they are at the keyboard, for JSON.
    pub(super) fn activity(&self) -> Activity<'_> {
        Activity { away: self.presence.is_away(), note: note(&self.presence), typing: self.typing }
    }

    fn listed(&self) -> Listed<'_> {
        Listed {
            person: self.person(),
            activity: self.activity(),
            round_trip_us: self.round_trip.map(micros),
            name: self.name(),
        }
    }
}

/// What somebody left behind when they went away.
pub(super) fn note(presence: &Presence) -> Option<&str> {
    match presence {
        Presence::Here | Presence::Away { note: None } => None,
        Presence::Away { note: Some(note) } => Some(note.as_str()),
    }
}

/// Whole microseconds.
pub(super) fn micros(time: Duration) -> u64 {
    time.as_micros().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{NodeId, Software};

    fn node(key: &str, name: &str) -> Peer {
        let key: NodeId = format!("{key:0<64}").parse().unwrap();
        Peer {
            id: PeerId::Node(key),
            nick: Nick::clean(name),
            addr: "127.0.0.1:4566".parse().unwrap(),
            software: Software::Ours { version: "0.1.0".into() },
            trust: Trust::New,
            ignored: false,
        }
    }

    fn guest(name: &str) -> Peer {
        let addr = "127.0.0.1:4567".parse().unwrap();
        Peer { id: PeerId::Guest(addr), addr, software: Software::Reference, trust: Trust::Guest, ..node("00", name) }
    }

    fn names(people: &People) -> Vec<String> {
        people.list().into_iter().map(|listed| listed.name).collect()
    }

    #[test]
    fn who_left_leaves_nothing_behind() {
        let mut people = People::default();
        for n in 0..5_000 {
            let id = people.joined(node(&format!("{n:08x}"), "bob")).peer.id;
            people.renamed(id, Nick::new("rob").unwrap());
            people.trusted(id, Trust::Known, false);
            people.left(id);
            // What comes late of somebody who is gone is nothing.
            people.round_trip(id, Duration::from_millis(1));
            people.presence(id, Presence::Here, true);
        }
        assert!(people.all.is_empty());
    }

    #[test]
    fn only_who_could_be_mistaken_has_a_tag_and_only_as_long_as_needed() {
        let mut people = People::default();
        people.own(&Nick::new("alice").unwrap());
        let bob = people.joined(node("c04e11", "bob")).peer.id;
        assert_eq!(names(&people), ["bob"]);
        let other = people.joined(node("c04e12", "BOB")).peer.id;
        people.joined(node("7f3a", "carol"));
        assert_eq!(names(&people), ["carol", "bob#c04e1100", "BOB#c04e1200"]);
        people.joined(guest("b0b"));
        assert_eq!(names(&people)[3], "?b0b#4567");
        people.left(other);
        assert_eq!(names(&people), ["carol", "bob#c04e", "?b0b#4567"]);
        people.renamed(bob, Nick::new("rob").unwrap());
        assert_eq!(names(&people), ["carol", "rob", "?b0b"]);
        people.renamed(bob, Nick::new("Alice").unwrap());
        assert_eq!(names(&people)[1], "Alice#c04e", "like the user");
        people.own(&Nick::new("zoe").unwrap());
        assert_eq!(names(&people)[1], "Alice");
    }

    #[test]
    fn a_name_cannot_pretend_to_have_a_tag() {
        let mut people = People::default();
        people.joined(node("7f3a", "bob#c04e"));
        assert!(names(&people).iter().all(|name| !name.contains('#')), "{:?}", names(&people));
    }

    #[test]
    fn doubts_stand_before_the_name() {
        let mut people = People::default();
        let id = people.joined(node("7f3a", "bob")).peer.id;
        assert_eq!(people.trusted(id, Trust::Suspect, false).map(Present::name).as_deref(), Some("!bob"));
        assert_eq!(people.trusted(id, Trust::Verified, false).map(Present::name).as_deref(), Some("bob"));
    }
}
