//! Who is here, and who just left.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{alike::alike, pane::Change};
use crate::model::{Nick, Peer, PeerId, Software};

/// How long who left stays listed (UX.md).
const GONE_SHOWN: Duration = Duration::from_mins(10);

/// Who comes back within this was never really away (UX.md).
const RECONNECTS_WITHIN: Duration = Duration::from_mins(1);

/// Listed people who left: a peer that comes and goes under ever new addresses must not fill the memory.
const MAX_GONE: usize = 64;

/// Someone in the list.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub peer: Peer,
    /// Since when they are here, or gone.
    pub since: Instant,
    pub gone: bool,
}

impl Person {
    /// For how long they are here, or gone, in words.
    pub(crate) fn age(&self, now: Instant) -> String {
        let time = now.saturating_duration_since(self.since);
        match self.gone {
            true if time < JUST_NOW => "just now".to_owned(),
            true => format!("{} ago", age(time)),
            false => format!("here {}", age(time)),
        }
    }
}

/// Ages below a minute are shown in steps of this: a column of running seconds would draw every eye.
const JUST_NOW: Duration = Duration::from_secs(10);

/// `now`, `30s`, `3m`, `2h` or `4d`.
fn age(time: Duration) -> String {
    match time.as_secs() {
        0..10 => "now".to_owned(),
        s @ 10..60 => format!("{}s", s / 10 * 10),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..86_400 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

/// Everyone in the list.
#[derive(Debug, Default)]
pub(crate) struct Peers(BTreeMap<PeerId, Person>);

impl Peers {
    /// Takes in who was linked, and says how to call that.
    pub(crate) fn joined(&mut self, peer: Peer, now: Instant) -> Change {
        let back = self.0.get(&peer.id).is_some_and(|old| {
            old.gone && now.saturating_duration_since(old.since) < RECONNECTS_WITHIN && old.peer.nick == peer.nick
        });
        self.0.insert(peer.id, Person { peer, since: now, gone: false });
        if back { Change::Reconnected } else { Change::Joined }
    }

    /// Notes that somebody left; says whether they were here.
    pub(crate) fn left(&mut self, peer: PeerId, now: Instant) -> bool {
        let Some(person) = self.0.get_mut(&peer).filter(|person| !person.gone) else { return false };
        (person.since, person.gone) = (now, true);
        let gone = self.0.values().filter(|p| p.gone).count();
        let oldest = self.0.iter().filter(|(_, p)| p.gone).min_by_key(|(_, p)| p.since).map(|(id, _)| *id);
        if let Some(oldest) = oldest.filter(|_| gone > MAX_GONE) {
            self.0.remove(&oldest);
        }
        true
    }

    /// Takes in a new name; says whether it differs from the old one.
    pub(crate) fn renamed(&mut self, peer: PeerId, nick: Nick) -> bool {
        let Some(person) = self.0.get_mut(&peer) else { return false };
        let old = person.peer.nick.replace(nick);
        old != person.peer.nick
    }

    /// Everyone is out of reach.
    pub(crate) fn all_gone(&mut self, now: Instant) {
        for person in self.0.values_mut().filter(|person| !person.gone) {
            (person.since, person.gone) = (now, true);
        }
    }

    /// Forgets who left long ago.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.0.retain(|_, p| !p.gone || now.saturating_duration_since(p.since) < GONE_SHOWN);
    }

    /// When an age changes next.
    pub(crate) fn next_tick(&self, now: Instant) -> Option<Instant> {
        let next = |person: &Person| {
            let age = now.saturating_duration_since(person.since);
            let unit = match age.as_secs() {
                0..60 => JUST_NOW.as_secs(),
                60..3_600 => 60,
                _ => 3_600,
            };
            person.since + Duration::from_secs((age.as_secs() / unit + 1) * unit)
        };
        self.0.values().map(next).min()
    }

    /// Whether nobody is listed: nobody came, or who came left long ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many people are here.
    pub(crate) fn here(&self) -> usize {
        self.0.values().filter(|person| !person.gone).count()
    }

    /// Whether a node of the reference program is here.
    pub(crate) fn has_reference(&self) -> bool {
        self.0.values().any(|person| !person.gone && person.peer.software == Software::Reference)
    }

    /// Everyone, those who are here first, by name.
    pub(crate) fn sorted(&self) -> Vec<&Person> {
        let mut people: Vec<_> = self.0.values().collect();
        people.sort_by_cached_key(|p| (p.gone, p.peer.nick.is_none(), p.peer.display_name().to_lowercase(), p.peer.id));
        people
    }

    /// The address to show: with its port where the address alone does not tell who is meant.
    pub(crate) fn address(&self, addr: SocketAddr, usual_port: u16) -> String {
        let ip = addr.ip();
        let shared = self.0.values().filter(|p| p.peer.addr.ip() == ip).count() > 1;
        if ip.is_loopback() || shared || addr.port() != usual_port { addr.to_string() } else { ip.to_string() }
    }

    /// How somebody is called: who could be taken for another one who is here, or for the user, gets a tag.
    pub(crate) fn name(&self, person: &Person, own: &Nick) -> String {
        let tag =
            person.peer.nick.as_ref().filter(|_| !person.gone).and_then(|nick| self.tag(person.peer.id, nick, own));
        format!("{}{}", person.peer.display_name(), tag.unwrap_or_default())
    }

    /// The same by identity, of someone listed.
    pub(crate) fn called(&self, id: PeerId, own: &Nick) -> Option<String> {
        self.0.get(&id).map(|person| self.name(person, own))
    }

    /// What tells the peer `id`, who goes by `nick`, from others who are here and seem to have the same name, and from
    /// the user: its port or, if that is the same, the end of its address. None if there is nobody like that.
    pub(crate) fn tag(&self, id: PeerId, nick: &Nick, own: &Nick) -> Option<String> {
        let PeerId::Guest(guest) = id else { return None };
        let addr = self.0.get(&id).map_or(guest, |person| person.peer.addr);
        let like = |p: &&Person| !p.gone && p.peer.id != id && p.peer.nick.as_ref().is_some_and(|n| alike(n, nick));
        let mut others = self.0.values().filter(like).map(|person| person.peer.addr).peekable();
        if others.peek().is_none() && !alike(own, nick) {
            return None;
        }
        let ip = addr.ip().to_string();
        Some(if others.any(|other| other.port() == addr.port()) {
            // From the last dot or colon on.
            format!("#{}", ip.get(ip.rfind(['.', ':']).unwrap_or(0)..).unwrap_or_default())
        } else {
            format!("#{}", addr.port())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(port: u16, nick: Option<&str>) -> Peer {
        let addr = ([127, 0, 0, 1], port).into();
        Peer { id: PeerId::Guest(addr), nick: nick.and_then(Nick::clean), addr, software: Software::Reference }
    }

    #[test]
    fn who_comes_back_within_a_minute_reconnected() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut peers = Peers::default();
        assert_eq!(peers.joined(peer(1, Some("bob")), at(0)), Change::Joined);
        assert!(peers.left(peer(1, None).id, at(5)));
        assert!(!peers.left(peer(1, None).id, at(6)));
        assert_eq!(peers.joined(peer(1, Some("bob")), at(60)), Change::Reconnected);
        peers.left(peer(1, None).id, at(70));
        assert_eq!(peers.joined(peer(1, Some("bob")), at(131)), Change::Joined);
        peers.left(peer(1, None).id, at(140));
        assert_eq!(peers.joined(peer(1, Some("eve")), at(141)), Change::Joined, "someone else at that address");
    }

    #[test]
    fn who_left_is_listed_last_and_for_ten_minutes() {
        let start = Instant::now();
        let mut peers = Peers::default();
        for (port, nick) in [(1, Some("Zed")), (2, Some("amy")), (3, None), (4, Some("bob"))] {
            peers.joined(peer(port, nick), start);
        }
        peers.left(peer(2, None).id, start);
        let names: Vec<_> = peers.sorted().iter().map(|p| p.peer.display_name()).collect();
        assert_eq!(names, ["bob", "Zed", "127.0.0.1:3", "amy"]);
        assert_eq!(peers.here(), 3);
        peers.tick(start + Duration::from_secs(599));
        assert_eq!(peers.sorted().len(), 4);
        peers.tick(start + Duration::from_mins(10));
        assert_eq!(peers.sorted().len(), 3);
    }

    #[test]
    fn the_list_of_who_left_is_bounded() {
        let mut peers = Peers::default();
        for port in 1..1_000 {
            peers.joined(peer(port, None), Instant::now());
            peers.left(peer(port, None).id, Instant::now());
        }
        assert_eq!(peers.sorted().len(), MAX_GONE);
    }

    #[test]
    fn ages_tell_when_they_change() {
        let start = Instant::now();
        let mut peers = Peers::default();
        assert_eq!(peers.next_tick(start), None);
        peers.joined(peer(1, None), start);
        assert_eq!(peers.next_tick(start), Some(start + Duration::from_secs(10)));
        assert_eq!(peers.next_tick(start + Duration::from_secs(61)), Some(start + Duration::from_mins(2)));
        assert_eq!(["now", "50s", "1m", "2h", "3d"], [9, 59, 60, 7_300, 260_000].map(|s| age(Duration::from_secs(s))));
    }

    #[test]
    fn ports_show_where_they_matter() {
        let mut peers = Peers::default();
        let shown = |peers: &Peers, addr: &str| peers.address(addr.parse().unwrap(), 4565);
        assert_eq!(shown(&peers, "192.168.1.23:4565"), "192.168.1.23");
        assert_eq!(shown(&peers, "192.168.1.23:4566"), "192.168.1.23:4566");
        assert_eq!(shown(&peers, "127.0.0.1:4565"), "127.0.0.1:4565");
        assert_eq!(shown(&peers, "[fe80::1]:4565"), "fe80::1");
        peers.joined(peer(4566, Some("bob")), Instant::now());
        peers.joined(peer(4567, Some("bob")), Instant::now());
        let own = Nick::new("alice").unwrap();
        let names = |peers: &Peers| peers.sorted().iter().map(|p| peers.name(p, &own)).collect::<Vec<_>>();
        assert_eq!(names(&peers), ["bob#4566", "bob#4567"]);
        let far = Peer { addr: "192.168.1.23:4567".parse().unwrap(), ..peer(9, Some("Bob")) };
        peers.joined(far, Instant::now());
        peers.joined(peer(4568, Some("ALICE")), Instant::now());
        assert_eq!(names(&peers), ["ALICE#4568", "Bob#.23", "bob#4566", "bob#.1"]);
    }
}
