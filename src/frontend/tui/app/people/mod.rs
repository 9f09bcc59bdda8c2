//! The people: who is here, who has left, and their names.

mod change;
mod colours;
mod names;
mod person;
mod waiting;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

pub(crate) use self::{
    change::Change,
    colours::COLOURS,
    person::{Person, State},
};
use crate::{
    domain::{
        model::{Nick, NodeId, Peer, PeerId, Presence, Repute, Software},
        naming::Register,
    },
    frontend::words::times::round_trip,
};

/// How long people who left stay listed.
const GONE_SHOWN: Duration = Duration::from_mins(10);

/// Someone who comes back within this time only reconnected.
const RECONNECTS_WITHIN: Duration = Duration::from_mins(1);

/// Listed people who left. A peer that keeps coming and going under new addresses must not fill the memory.
const MAX_GONE: usize = 64;

/// Listed strangers who left. Names cost nothing, and strangers must not push people the user knows out of sight.
const MAX_GONE_STRANGERS: usize = 8;

/// How long a typing notice counts: twice the interval at which it is repeated.
const TYPING_SHOWN: Duration = Duration::from_secs(6);

/// Everyone in the list.
#[derive(Debug)]
pub(crate) struct People {
    list: BTreeMap<PeerId, Person>,
    /// The names of everyone who is here or was heard.
    register: Register,
    /// How many of the user's messages wait for each person who is away.
    waiting: BTreeMap<NodeId, u64>,
    /// Whether nobody beyond this machine can be reached.
    cut_off: bool,
}

impl People {
    /// Nobody yet, for a user with this name.
    pub(crate) fn new(own: &Nick) -> Self {
        let mut register = Register::default();
        register.set_own(own);
        Self { list: BTreeMap::new(), register, waiting: BTreeMap::new(), cut_off: false }
    }

    /// The user goes by this name now.
    pub(crate) fn set_own(&mut self, own: &Nick) {
        self.register.set_own(own);
        self.retag();
    }

    /// Someone is linked. Returns what happened, and the previous name of someone who reconnected under another one.
    pub(crate) fn joined(&mut self, peer: Peer, now: Instant) -> (Change, Option<String>) {
        let id = peer.id;
        let old = self.list.get(&id).filter(|old| {
            // A key is one person under any name. Anyone can use an address and a name, so nobody can say that a guest
            // came back.
            id.node().is_some() && old.gone && old.met && now.saturating_duration_since(old.since) < RECONNECTS_WITHIN
        });
        let change = if old.is_some() { Change::Reconnected } else { Change::Joined };
        let old_name = old.filter(|old| old.peer.nick != peer.nick).map(Person::called);
        let cut_off = self.cut_off && !peer.addr.ip().is_loopback();
        let colour = self.colour_for(id);
        self.register.here(id, peer.nick.as_ref(), peer.repute);
        self.list.insert(id, Person { cut_off, colour, ..Person::new(peer, now) });
        self.retag();
        (change, old_name)
    }

    /// Someone left. Returns whether they were here.
    pub(crate) fn left(&mut self, peer: PeerId, now: Instant) -> bool {
        let Some(person) = self.list.get_mut(&peer).filter(|person| !person.gone) else { return false };
        person.leave(now);
        let stranger = person.stranger();
        self.register.gone(peer);
        let most = if stranger { MAX_GONE_STRANGERS } else { MAX_GONE };
        let like = || self.list.iter().filter(|(_, p)| p.gone && p.stranger() == stranger);
        // People that messages wait for are dropped last.
        let oldest = like().min_by_key(|(_, p)| (self.waiting_for(p) > 0, p.since)).map(|(id, _)| *id);
        if let Some(oldest) = oldest.filter(|_| like().count() > most) {
            self.list.remove(&oldest);
        }
        self.retag();
        true
    }

    /// Someone has a new name. Returns whether it differs from the old one.
    pub(crate) fn renamed(&mut self, peer: PeerId, nick: Nick) -> bool {
        let Some(person) = self.list.get_mut(&peer) else { return false };
        self.register.here(peer, Some(&nick), person.peer.repute);
        let old = person.peer.nick.replace(nick);
        let changed = old != person.peer.nick;
        self.retag();
        changed
    }

    /// What is known about someone has changed.
    pub(crate) fn trust(&mut self, peer: PeerId, repute: Repute) {
        self.register.set_repute(peer, repute);
        if let Some(person) = self.list.get_mut(&peer) {
            person.peer.repute = repute;
        }
        self.retag();
    }

    /// Someone is away or back, and is typing or not.
    pub(crate) fn presence(&mut self, peer: PeerId, presence: Presence, typing: bool, now: Instant) {
        if let Some(person) = self.list.get_mut(&peer) {
            person.set_presence(presence, now);
            person.typing_until = typing.then(|| now + TYPING_SHOWN);
        }
    }

    /// Notes how far off somebody's clock is.
    pub(crate) fn clock(&mut self, peer: PeerId, off_ms: Option<i64>) {
        if let Some(person) = self.list.get_mut(&peer) {
            person.clock_off_ms = off_ms;
        }
    }

    /// A round trip was measured. Returns whether what is shown changes.
    pub(crate) fn round_trip(&mut self, peer: PeerId, time: Duration) -> bool {
        let Some(person) = self.list.get_mut(&peer) else { return false };
        let old = person.round_trip.replace(time);
        old.map(round_trip) != Some(round_trip(time))
    }

    /// Someone said something, so they have stopped typing.
    pub(crate) fn said(&mut self, peer: PeerId) {
        if let Some(person) = self.list.get_mut(&peer) {
            person.typing_until = None;
        }
    }

    /// The user is no longer told that others are typing.
    pub(crate) fn nobody_types(&mut self) {
        self.list.values_mut().for_each(|person| person.typing_until = None);
    }

    /// Whether the user ignores this person.
    pub(crate) fn ignores(&self, peer: PeerId) -> bool {
        self.list.get(&peer).is_some_and(|person| person.peer.repute.ignored)
    }

    /// Whether this person is a stranger or unknown.
    pub(crate) fn is_stranger(&self, peer: PeerId) -> bool {
        self.list.get(&peer).is_none_or(Person::stranger)
    }

    /// Forgets everyone who is not here.
    pub(crate) fn forget_gone(&mut self) {
        self.list.retain(|_, person| !person.gone);
    }

    /// The network is gone, or back. Meanwhile nobody beyond this machine can be reached.
    pub(crate) fn cut_off(&mut self, cut_off: bool) {
        self.cut_off = cut_off;
        for person in self.list.values_mut() {
            person.cut_off = cut_off && !person.peer.addr.ip().is_loopback();
        }
    }

    /// Everyone is out of reach.
    pub(crate) fn all_gone(&mut self, now: Instant) {
        for (id, person) in self.list.iter_mut().filter(|(_, person)| !person.gone) {
            person.leave(now);
            self.register.gone(*id);
        }
        self.retag();
    }

    /// Forgets people who left long ago.
    pub(crate) fn tick(&mut self, now: Instant) {
        let before = self.list.len();
        let waiting = |id: &PeerId| id.node().is_some_and(|node| self.waiting.contains_key(node));
        self.list
            .retain(|id, p| !p.gone || p.met && now.saturating_duration_since(p.since) < GONE_SHOWN || waiting(id));
        if self.list.len() != before {
            self.retag();
        }
    }

    /// When a shown age changes next, or a typing notice expires.
    pub(crate) fn next_tick(&self, now: Instant) -> Option<Instant> {
        self.list.values().filter_map(|person| person.next_tick(now)).min()
    }

    /// Whether nobody is listed: nobody came, or everyone left long ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many people are here.
    pub(crate) fn here(&self) -> usize {
        self.list.values().filter(|person| !person.absent()).count()
    }

    /// How many guests are here, who get everything in plain text.
    pub(crate) fn guests(&self) -> usize {
        self.list.values().filter(|person| !person.absent() && person.peer.id.node().is_none()).count()
    }

    /// Whether this person is here.
    pub(crate) fn is_here(&self, peer: PeerId) -> bool {
        self.list.get(&peer).is_some_and(|person| !person.gone)
    }

    /// Whether a node of the reference program is here.
    pub(crate) fn has_reference(&self) -> bool {
        self.list.values().any(|person| !person.gone && person.peer.software == Software::Reference)
    }

    /// Whether somebody is here who can be told that the user is typing.
    pub(crate) fn has_nodes(&self) -> bool {
        self.list.values().any(|person| !person.gone && person.peer.id.node().is_some())
    }

    /// Whether somebody is here who receives the user's messages from now on: a node that can be reached.
    pub(crate) fn has_receivers(&self) -> bool {
        self.list.values().any(|person| !person.absent() && person.peer.id.node().is_some())
    }

    /// Whether this node can be reached, so that it receives what the user says.
    pub(crate) fn receives(&self, node: NodeId) -> bool {
        self.list.get(&PeerId::Node(node)).is_some_and(|person| !person.absent())
    }

    /// Everyone by name: people who are here, then people who are away, unreachable and gone. Strangers who are gone
    /// come last.
    pub(crate) fn sorted(&self) -> Vec<&Person> {
        let mut people: Vec<_> = self.list.values().collect();
        people.sort_by_cached_key(|p| {
            let away = !p.gone && p.presence.is_away();
            (
                p.absent(),
                p.gone,
                p.gone && p.stranger(),
                away,
                p.peer.nick.is_none(),
                p.peer.display_name().to_lowercase(),
                p.peer.id,
            )
        });
        people
    }

    /// The names of everyone who is typing.
    pub(crate) fn typing(&self, now: Instant) -> Vec<String> {
        let mut names: Vec<_> = self.list.values().filter(|person| person.typing(now)).map(Person::called).collect();
        names.sort_by_cached_key(|name| name.to_lowercase());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Trust;

    pub(super) fn guest(port: u16, nick: Option<&str>) -> Peer {
        let addr = ([127, 0, 0, 1], port).into();
        let nick = nick.and_then(Nick::clean);
        Peer { id: PeerId::Guest(addr), nick, addr, software: Software::Reference, repute: Repute::of(Trust::Guest) }
    }

    /// A node whose key begins with these digits, followed by zeros.
    pub(super) fn node(key: &str, nick: Option<&str>) -> Peer {
        let id = PeerId::Node(format!("{key:0<64}").parse().unwrap());
        let software = Software::Ours { version: "0".into() };
        Peer { id, software, repute: Repute::of(Trust::Known), ..guest(4565, nick) }
    }

    fn nobody() -> People {
        People::new(&Nick::new("alice").unwrap())
    }

    #[test]
    fn coming_back_within_a_minute_is_a_reconnection() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut peers = nobody();
        assert_eq!(peers.joined(node("aa", Some("bob")), at(0)).0, Change::Joined);
        assert!(peers.left(node("aa", None).id, at(5)));
        assert!(!peers.left(node("aa", None).id, at(6)));
        assert_eq!(peers.joined(node("aa", Some("bob")), at(60)).0, Change::Reconnected);
        peers.left(node("aa", None).id, at(70));
        assert_eq!(peers.joined(node("aa", Some("bob")), at(131)).0, Change::Joined);
    }

    #[test]
    fn a_guest_never_reconnects() {
        let start = Instant::now();
        let mut peers = nobody();
        for _ in 0..2 {
            assert_eq!(peers.joined(guest(1, None), start), (Change::Joined, None));
            peers.left(guest(1, None).id, start);
        }
        assert_eq!(peers.joined(guest(1, Some("bob")), start), (Change::Joined, None));
    }

    #[test]
    fn guests_who_read_along_are_counted() {
        let mut peers = nobody();
        peers.joined(node("aa", None), Instant::now());
        assert_eq!(peers.guests(), 0);
        peers.joined(guest(1, None), Instant::now());
        peers.joined(
            Peer { repute: Repute { ignored: true, ..Repute::of(Trust::Guest) }, ..guest(2, None) },
            Instant::now(),
        );
        assert_eq!(peers.guests(), 2, "an ignored one reads along too");
        peers.left(guest(1, None).id, Instant::now());
        assert_eq!(peers.guests(), 1);
    }

    #[test]
    fn a_key_is_one_person_under_any_name() {
        let start = Instant::now();
        let mut peers = nobody();
        peers.joined(node("aa", Some("bob")), start);
        peers.left(node("aa", None).id, start);
        let (change, old) = peers.joined(node("aa", Some("rob")), start);
        assert_eq!((change, old.as_deref()), (Change::Reconnected, Some("bob")));
        assert_eq!(peers.joined(node("ab", Some("bob")), start), (Change::Joined, None));
    }

    #[test]
    fn people_who_left_are_listed_last_for_ten_minutes() {
        let start = Instant::now();
        let mut peers = nobody();
        for (port, nick) in [(1, Some("Zed")), (2, Some("amy")), (3, None), (4, Some("bob"))] {
            peers.joined(guest(port, nick), start);
        }
        peers.left(guest(2, None).id, start);
        let names: Vec<_> = peers.sorted().iter().map(|p| p.peer.display_name()).collect();
        assert_eq!(names, ["bob", "Zed", "127.0.0.1:3", "amy"]);
        assert_eq!(peers.here(), 3);
        peers.tick(start + Duration::from_secs(599));
        assert_eq!(peers.sorted().len(), 4);
        peers.tick(start + Duration::from_mins(10));
        assert_eq!(peers.sorted().len(), 3);
    }

    #[test]
    fn people_away_are_listed_after_people_here() {
        let now = Instant::now();
        let mut peers = nobody();
        for (key, nick) in [("aa", "amy"), ("bb", "bob"), ("cc", "carol")] {
            peers.joined(node(key, Some(nick)), now);
        }
        peers.presence(node("aa", None).id, Presence::away("lunch"), false, now);
        let shown: Vec<_> = peers.sorted().iter().map(|p| (p.name(), p.state(), p.aside(now).text)).collect();
        let here = |name: &str| (name.to_owned(), State::Here, String::new());
        assert_eq!(shown, [here("bob"), here("carol"), ("amy".to_owned(), State::Away, "away".to_owned())]);
    }

    #[test]
    fn the_list_of_people_who_left_is_bounded() {
        let mut peers = nobody();
        for port in 1..1_000 {
            peers.joined(guest(port, None), Instant::now());
            peers.left(guest(port, None).id, Instant::now());
        }
        assert_eq!(peers.sorted().len(), MAX_GONE_STRANGERS);
        let digits = |n: u32| format!("{n:08x}");
        for n in 0..1_000 {
            peers.joined(node(&digits(n), None), Instant::now());
            peers.left(node(&digits(n), None).id, Instant::now());
        }
        assert_eq!(peers.sorted().len(), MAX_GONE + MAX_GONE_STRANGERS);
    }

    #[test]
    fn strangers_who_left_push_nobody_out() {
        let mut peers = nobody();
        let bob = Peer { repute: Repute::of(Trust::Verified), ..node("bb", Some("bob")) };
        peers.joined(bob.clone(), Instant::now());
        peers.left(bob.id, Instant::now());
        for n in 1..500_u16 {
            let new = Peer { repute: Repute::of(Trust::New), ..node(&format!("{n:04x}"), Some("aaa")) };
            for stranger in [guest(n, Some("aaa")), new] {
                peers.joined(stranger.clone(), Instant::now());
                peers.left(stranger.id, Instant::now());
            }
        }
        assert_eq!(peers.sorted().first().map(|person| person.peer.id), Some(bob.id));
        assert_eq!(peers.sorted().len(), 1 + MAX_GONE_STRANGERS);
    }

    #[test]
    fn only_the_ages_of_people_who_left_need_ticks() {
        let start = Instant::now();
        let mut peers = nobody();
        assert_eq!(peers.next_tick(start), None);
        peers.joined(guest(1, None), start);
        assert_eq!(peers.next_tick(start), None);
        peers.left(guest(1, None).id, start);
        assert_eq!(peers.next_tick(start), Some(start + Duration::from_secs(10)));
        assert_eq!(peers.next_tick(start + Duration::from_secs(61)), Some(start + Duration::from_mins(2)));
    }

    #[test]
    fn typing_lasts_six_seconds_or_until_the_line_arrives() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut peers = nobody();
        let bob = node("bb", Some("bob"));
        peers.joined(bob.clone(), start);
        peers.presence(bob.id, Presence::Here, true, at(1));
        assert_eq!((peers.typing(at(6)), peers.next_tick(at(6))), (vec!["bob".to_owned()], Some(at(7))));
        assert_eq!((peers.typing(at(7)), peers.next_tick(at(7))), (vec![], None));
        peers.presence(bob.id, Presence::Here, true, at(8));
        peers.said(bob.id);
        assert!(peers.typing(at(8)).is_empty());
        peers.presence(bob.id, Presence::Here, true, at(9));
        peers.trust(bob.id, Repute { ignored: true, ..Repute::of(Trust::Known) });
        assert!(peers.typing(at(9)).is_empty(), "nothing of who is ignored");
    }
}
