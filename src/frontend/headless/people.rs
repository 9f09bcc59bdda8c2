//! Who is here, and what text calls them.

use std::{collections::BTreeMap, time::Duration};

use super::event::{Activity, Called, Listed, Named, Person, Someone};
use crate::{
    domain::{
        model::{Author, Message, Nick, NodeId, Peer, PeerId, Presence, Repute, Trust},
        naming::{HANDLE_DIGITS, Name, Register, doubt_mark},
    },
    frontend::json::{Shown, protocol},
};

/// All linked people, and the names of everyone who has said something.
#[derive(Debug, Default)]
pub(super) struct People {
    all: BTreeMap<PeerId, Present>,
    register: Register,
}

/// Somebody who is linked.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) peer: Peer,
    pub(super) presence: Presence,
    typing: bool,
    clock_off_ms: Option<i64>,
    round_trip: Option<Duration>,
}

/// Somebody who is linked, and the tag that tells them apart from others with the same name.
#[derive(Debug)]
pub(super) struct Tagged<'a> {
    pub(super) present: &'a Present,
    tag: String,
}

impl People {
    /// Notes the name that the user goes by.
    pub(super) fn own(&mut self, nick: &Nick) {
        self.register.set_own(nick);
    }

    pub(super) fn joined(&mut self, peer: Peer) -> Tagged<'_> {
        let id = peer.id;
        self.register.here(id, peer.nick.as_ref(), peer.repute);
        let (presence, typing, clock_off_ms, round_trip) = (Presence::Here, false, None, None);
        self.all.insert(id, Present { peer, presence, typing, clock_off_ms, round_trip });
        #[expect(clippy::expect_used, reason = "it was put in above")]
        self.get(id).expect("somebody who just joined")
    }

    /// Somebody left. Returns who that was, and what they were called.
    pub(super) fn left(&mut self, id: PeerId) -> Option<(Present, String)> {
        let name = self.get(id)?.name();
        self.register.gone(id);
        Some((self.all.remove(&id)?, name))
    }

    /// Notes a new name. Returns who that is, and what they were called before.
    pub(super) fn renamed(&mut self, id: PeerId, nick: Nick) -> Option<(Tagged<'_>, String)> {
        let called = self.get(id)?.name();
        let present = self.all.get_mut(&id)?;
        self.register.here(id, Some(&nick), present.peer.repute);
        present.peer.nick = Some(nick);
        Some((self.get(id)?, called))
    }

    /// Notes what is now known about somebody. Returns who that is, if they are here.
    pub(super) fn trusted(&mut self, id: PeerId, repute: Repute) -> Option<Tagged<'_>> {
        self.register.set_repute(id, repute);
        self.all.get_mut(&id)?.peer.repute = repute;
        self.get(id)
    }

    /// Notes whether somebody is at the keyboard. Returns who that is, and whether they left it or came back to it.
    pub(super) fn presence(&mut self, id: PeerId, presence: Presence, typing: bool) -> Option<(Tagged<'_>, bool)> {
        let present = self.all.get_mut(&id)?;
        let moved = present.presence != presence;
        (present.presence, present.typing) = (presence, typing);
        Some((self.get(id)?, moved))
    }

    /// Notes how far off somebody's clock is. Returns who that is.
    pub(super) fn clock(&mut self, id: PeerId, off_ms: Option<i64>) -> Option<Tagged<'_>> {
        self.all.get_mut(&id)?.clock_off_ms = off_ms;
        self.get(id)
    }

    pub(super) fn round_trip(&mut self, id: PeerId, time: Duration) {
        if let Some(present) = self.all.get_mut(&id) {
            present.round_trip = Some(time);
        }
    }

    pub(super) fn get(&self, id: PeerId) -> Option<Tagged<'_>> {
        let present = self.all.get(&id)?;
        let tag = present.peer.nick.as_ref().and_then(|nick| self.register.tags(id, nick, present.peer.repute).whole);
        Some(Tagged { present, tag: tag.unwrap_or_default().into() })
    }

    /// What the person with this key is called, here or not.
    pub(super) fn called(&self, node: NodeId) -> Called<'_> {
        let id = PeerId::Node(node);
        let nick = self.all.get(&id).map_or_else(|| self.register.nick(id), |present| present.peer.nick.as_ref());
        let Some(nick) = nick else { return Called { nick: None, tag: None, name: node.tag(HANDLE_DIGITS) } };
        let repute = self.register.repute(id).unwrap_or_else(|| Repute::of(Trust::New));
        let tag: String = self.register.tags(id, nick, repute).whole.unwrap_or_default().into();
        let name = format!("{}{nick}{tag}", doubt_mark(repute.trust));
        Called { nick: Some(nick.as_str()), tag: bare(&tag), name }
    }

    /// The person of an event.
    pub(super) fn someone(&self, node: NodeId) -> Someone<'_> {
        Someone { from: Shown(node), called: self.called(node) }
    }

    /// One of several people in an event.
    pub(super) fn named(&self, node: NodeId) -> Named<'_> {
        Named { peer: Shown(node), called: self.called(node) }
    }

    pub(super) fn list(&self) -> Vec<Listed<'_>> {
        self.all.keys().filter_map(|id| Some(self.get(*id)?.listed())).collect()
    }

    /// Whether nobody is here who could confirm what they received. Guests cannot.
    pub(super) fn is_alone(&self) -> bool {
        self.all.keys().all(|id| id.node().is_none())
    }

    /// Somebody who may not be here goes, or went, by this name.
    pub(super) fn known_as(&mut self, peer: PeerId, nick: &Nick, repute: Repute) {
        self.register.heard(peer, nick, repute);
    }

    /// Somebody said something under the name in the message.
    pub(super) fn heard(&mut self, message: &Message) {
        if let (Author::Peer(id), Some(nick)) = (message.author, &message.nick) {
            self.register.heard(id, nick, message.repute);
        }
    }

    /// The tag, with its `#`, that tells the author of `message` apart from others with that name; empty for most.
    pub(super) fn tag(&self, message: &Message) -> String {
        match (message.author, &message.nick) {
            (Author::Peer(id), Some(nick)) => {
                self.register.tags(id, nick, message.repute).whole.unwrap_or_default().into()
            }
            // A key or an address needs no tag.
            _ => String::new(),
        }
    }
}

impl<'a> Tagged<'a> {
    /// Their name in text.
    pub(super) fn name(&self) -> String {
        let peer = &self.present.peer;
        Name::of(peer, doubt_mark(peer.repute.trust), &self.tag).to_string()
    }

    /// Who they are, for JSON.
    pub(super) fn person(&self) -> Person<'a> {
        let present = self.present;
        let Peer { id, nick, addr, repute, .. } = &present.peer;
        Person {
            peer: Shown(*id),
            nick: nick.as_ref().map(Nick::as_str),
            tag: bare(&self.tag),
            addr: *addr,
            protocol: protocol(*id),
            verified: Some(repute.trust == Trust::Verified),
            trust: Some(repute.trust.as_str()),
            ignored: repute.ignored,
            clock_off_ms: present.clock_off_ms,
        }
    }

    /// Whether they are at the keyboard, for JSON.
    pub(super) fn activity(&self) -> Activity<'a> {
        let present = self.present;
        Activity { away: present.presence.is_away(), note: note(&present.presence), typing: present.typing }
    }

    fn listed(&self) -> Listed<'a> {
        Listed {
            person: self.person(),
            activity: self.activity(),
            round_trip_us: self.present.round_trip.map(micros),
            name: self.name(),
        }
    }
}

impl Present {
    /// Who they were, for JSON. What was known about somebody who is gone no longer matters.
    pub(super) fn person(&self) -> Person<'_> {
        let tagged = Tagged { present: self, tag: String::new() };
        Person { verified: None, trust: None, ignored: false, clock_off_ms: None, ..tagged.person() }
    }
}

/// A tag without its `#`, for JSON; `None` if there is none.
pub(super) fn bare(tag: &str) -> Option<String> {
    tag.strip_prefix('#').map(str::to_owned)
}

/// The note that somebody left when they went away.
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
    use crate::domain::model::Software;

    fn node(key: &str, name: &str) -> Peer {
        let key: NodeId = format!("{key:0<64}").parse().unwrap();
        Peer {
            id: PeerId::Node(key),
            nick: Nick::clean(name),
            addr: "127.0.0.1:4566".parse().unwrap(),
            software: Software::Ours { version: "0.1.0".into() },
            repute: Repute::of(Trust::New),
        }
    }

    fn guest(name: &str) -> Peer {
        let addr = "127.0.0.1:4567".parse().unwrap();
        Peer {
            id: PeerId::Guest(addr),
            addr,
            software: Software::Reference,
            repute: Repute::of(Trust::Guest),
            ..node("00", name)
        }
    }

    fn names(people: &People) -> Vec<String> {
        people.list().into_iter().map(|listed| listed.name).collect()
    }

    #[test]
    fn a_person_who_left_leaves_nothing_behind() {
        let mut people = People::default();
        for n in 0..5_000 {
            let id = people.joined(node(&format!("{n:08x}"), "bob")).present.peer.id;
            people.renamed(id, Nick::new("rob").unwrap());
            people.trusted(id, Repute::of(Trust::Known));
            people.left(id);
            // Late news about somebody who is gone is ignored.
            people.round_trip(id, Duration::from_millis(1));
            people.presence(id, Presence::Here, true);
        }
        assert!(people.all.is_empty());
    }

    #[test]
    fn only_people_who_could_be_mistaken_have_a_tag() {
        let mut people = People::default();
        people.own(&Nick::new("alice").unwrap());
        let bob = people.joined(node("c04e11", "bob")).present.peer.id;
        assert_eq!(names(&people), ["bob"]);
        let other = people.joined(node("c04e12", "BOB")).present.peer.id;
        people.joined(node("7f3a", "carol"));
        assert_eq!(names(&people), ["carol", "bob", "BOB#c04e1200"]);
        people.joined(guest("b0b"));
        assert_eq!(names(&people)[3], "?b0b#4567");
        people.left(other);
        people.renamed(bob, Nick::new("rob").unwrap());
        assert_eq!(names(&people), ["carol", "rob", "?b0b#4567"], "gone is not forgotten");
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
    fn doubts_are_marked_before_the_name() {
        let mut people = People::default();
        let id = people.joined(node("7f3a", "bob")).present.peer.id;
        assert_eq!(
            people.trusted(id, Repute::of(Trust::Differs)).map(|tagged| tagged.name()).as_deref(),
            Some("!bob#7f3a")
        );
        assert_eq!(people.trusted(id, Repute::of(Trust::Verified)).map(|tagged| tagged.name()).as_deref(), Some("bob"));
    }
}
