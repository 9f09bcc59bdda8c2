//! Which of our own lines have reached whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::domain::{
    bus::{Lack, RoomMembers, SweepState, Update},
    model::{Delivery, Message, MessageId, NodeId, PeerId, Repute, Room, Trust},
};

/// How long the end waits for a stranger that takes no lines. Keys cost nothing, so a stranger that never takes
/// anything could delay every end. A peer takes a line within milliseconds, or within half a second on bad Wi-Fi.
const STRANGERS_PATIENCE: Duration = Duration::from_secs(1);

/// Whom the lines of this run have reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// Everybody who is here and can be expected to take lines. If nothing was said, nothing is missing either.
    Everyone,
    /// Not everybody who is here; or a line was refused.
    NotEveryone,
    /// Nobody, in one of the rooms, because nobody is there.
    Nobody,
}

/// A node holds an author's log without gaps, so a node with the newest line of a room also has those before it.
/// Following one line for each room is enough. Everything that grows here is bounded by the links, by the rooms that
/// our user is in, and by the lines that the node follows at once.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What was said in this run, by room.
    rooms: BTreeMap<Room, Newest>,
    /// Whether a line was refused, or a room was left before everybody there had the last one.
    is_missing: bool,
    /// Lines of earlier runs that someone here has not received; at most as many as the node follows.
    earlier: BTreeSet<MessageId>,
    /// Nodes that are here, and whether they are strangers.
    here: BTreeMap<NodeId, bool>,
    /// Guests that are here. They receive what is said in the lobby, and confirm nothing.
    guests: BTreeSet<SocketAddr>,
    /// Who is in each room besides the lobby.
    members: BTreeMap<Room, Vec<NodeId>>,
    /// Nodes that have not received all lines.
    lacking: BTreeMap<NodeId, Lacking>,
    /// Whether everybody was looked for.
    swept: bool,
}

/// The newest line of this run in a room.
#[derive(Debug)]
struct Newest {
    id: MessageId,
    got: Got,
    /// When it was shown.
    shown: Instant,
}

/// How far a line got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    /// It is not known yet who has it.
    New,
    /// Someone here, or everyone, has not received it.
    Lacked { by_all: bool },
    /// Nobody is here who could receive it.
    Alone,
    /// Everybody here has it.
    Complete,
}

/// A node that has not received all lines.
#[derive(Debug, Clone, Copy)]
struct Lacking {
    lines: u64,
    /// When it first lacked a line, or last took one.
    since: Instant,
}

impl Tally {
    /// A line was refused.
    pub(super) const fn refused(&mut self) {
        self.is_missing = true;
    }

    /// Takes an update into account.
    pub(super) fn see(&mut self, update: &Update, now: Instant) {
        match update {
            Update::Message(message) if message.is_own() && !message.history => self.said(message, now),
            Update::Delivery { id, delivered, of } => self.delivered(*id, *delivered, *of),
            Update::Lacking(lacking) => self.lack(lacking, now),
            Update::PeerJoined(peer) => match peer.id {
                PeerId::Node(node) => drop(self.here.insert(node, is_stranger(peer.repute.trust))),
                PeerId::Guest(addr) => drop(self.guests.insert(addr)),
            },
            Update::PeerTrust { peer, repute: Repute { trust, .. } } => {
                if let Some(stranger) = peer.node().and_then(|node| self.here.get_mut(node)) {
                    *stranger = is_stranger(*trust);
                }
            }
            Update::PeerLeft { peer, .. } => match peer {
                PeerId::Node(node) => {
                    self.here.remove(node);
                    self.lacking.remove(node);
                }
                PeerId::Guest(addr) => drop(self.guests.remove(addr)),
            },
            Update::RoomMembers(RoomMembers { room, people }) => {
                self.members.insert(room.clone(), people.clone());
            }
            Update::RoomLeft { room, .. } => {
                self.members.remove(room);
                self.is_missing |= self.rooms.remove(room).is_some_and(|newest| newest.got != Got::Complete);
            }
            Update::Sweep(progress) => self.swept |= progress.state == SweepState::Done,
            Update::NetworkStatus(status) => self.swept |= status.lost.is_some(),
            _ => {}
        }
    }

    fn said(&mut self, message: &Message, now: Instant) {
        let got = match message.delivery {
            Delivery::NotSent => return self.refused(),
            Delivery::Sent => Got::Complete,
            Delivery::Waiting | Delivery::Partly { .. } => Got::New,
        };
        self.rooms.insert(message.room.clone(), Newest { id: message.id, got, shown: now });
    }

    fn delivered(&mut self, id: MessageId, delivered: u32, of: u32) {
        if let Some(newest) = self.rooms.values_mut().find(|newest| newest.id == id) {
            newest.got = match of {
                0 => Got::Alone,
                of if delivered < of => Got::Lacked { by_all: delivered == 0 },
                _ => Got::Complete,
            };
        } else if !self.rooms.is_empty() {
            // Those of this run are newer.
        } else if delivered < of {
            self.earlier.insert(id);
        } else {
            self.earlier.remove(&id);
        }
    }

    fn lack(&mut self, lacking: &[Lack], now: Instant) {
        let before = std::mem::take(&mut self.lacking);
        self.lacking = lacking
            .iter()
            .map(|Lack { node, lines }| {
                // If the number did not shrink, the node has taken none of the lines that it lacked: any others are
                // newer.
                let since = before.get(node).filter(|before| before.lines <= *lines).map_or(now, |before| before.since);
                (*node, Lacking { lines: *lines, since })
            })
            .collect();
    }

    /// Whether somebody has lines of ours, or everybody was looked for.
    pub(super) fn has_looked(&self, now: Instant) -> bool {
        self.swept || self.reached(now) != Reached::Nobody
    }

    /// Whom the lines of this run have reached. If nobody has the newest line of a room, that counts only if everyone
    /// there is known to take nothing.
    pub(super) fn reached(&self, now: Instant) -> Reached {
        let is_unheard = |(room, newest): (&Room, &Newest)| self.is_unheard(room, newest);
        if !self.is_complete(now) || self.is_missing || self.rooms.iter().any(is_unheard) {
            Reached::NotEveryone
        } else if self.rooms.iter().any(|(room, newest)| self.is_alone(room, newest)) {
            Reached::Nobody
        } else {
            Reached::Everyone
        }
    }

    /// Whether everyone here has every line, except strangers that take none.
    pub(super) fn is_complete(&self, now: Instant) -> bool {
        if self.rooms.is_empty() {
            return self.earlier.is_empty() || self.here.is_empty() || self.takes_nothing(None, now);
        }
        self.rooms.iter().all(|(room, newest)| self.is_complete_in(room, newest, now))
    }

    fn is_complete_in(&self, room: &Room, newest: &Newest, now: Instant) -> bool {
        // `Lacking` comes before the `Delivery` of a line.
        let takes_nothing = || matches!(newest.got, Got::Lacked { .. }) && self.takes_nothing(Some(room), now);
        matches!(newest.got, Got::Complete | Got::Alone) || !self.has_people(room) || takes_nothing()
    }

    /// Whether nobody has the newest line of a room, and nobody there can be expected to take it.
    fn is_alone(&self, room: &Room, newest: &Newest) -> bool {
        let is_lacked = matches!(newest.got, Got::New | Got::Alone | Got::Lacked { by_all: true });
        let has_guests = room.is_lobby() && !self.guests.is_empty();
        is_lacked && !has_guests
    }

    /// Whether nobody has the newest line of a room, although someone there lacked nothing before it or has taken
    /// something since.
    fn is_unheard(&self, room: &Room, newest: &Newest) -> bool {
        newest.got == Got::Lacked { by_all: true }
            && self.lacking_in(Some(room)).any(|(_, lacking)| lacking.since >= newest.shown)
    }

    /// Whether everybody in a room who lacks lines is a stranger that takes none, and there is one. Without a room:
    /// everybody here.
    fn takes_nothing(&self, room: Option<&Room>, now: Instant) -> bool {
        let mut lacking = self.lacking_in(room).peekable();
        lacking.peek().is_some()
            && lacking.all(|(node, lacking)| self.given_up(node, lacking).is_some_and(|end| end <= now))
    }

    fn lacking_in<'a>(&'a self, room: Option<&'a Room>) -> impl Iterator<Item = (&'a NodeId, &'a Lacking)> {
        self.lacking.iter().filter(move |(node, _)| room.is_none_or(|room| self.is_in(node, room)))
    }

    /// Whether somebody here is in the room.
    fn has_people(&self, room: &Room) -> bool {
        self.here.keys().any(|node| self.is_in(node, room))
    }

    fn is_in(&self, node: &NodeId, room: &Room) -> bool {
        match room {
            Room::Lobby => true,
            Room::Direct(other) => other == node,
            room => self.members.get(room).is_some_and(|members| members.contains(node)),
        }
    }

    /// When we stop waiting for a node, or `None` if we do not.
    fn given_up(&self, node: &NodeId, lacking: &Lacking) -> Option<Instant> {
        let stranger = self.here.get(node).copied().unwrap_or(true);
        stranger.then(|| lacking.since + STRANGERS_PATIENCE)
    }

    /// When [`Self::is_complete`] next changes by itself.
    pub(super) fn next_given_up(&self, now: Instant) -> Option<Instant> {
        let ends = self.lacking.iter().filter_map(|(node, lacking)| self.given_up(node, lacking));
        ends.filter(|end| *end > now).min()
    }
}

/// Whether a key belongs to a stranger.
const fn is_stranger(trust: Trust) -> bool {
    !matches!(trust, Trust::Known | Trust::Verified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        bus::LeftBecause,
        model::{Author, Hlc, LeaveReason, Mark, MessageKind, Nick, Peer, Position, Software, Text, Timestamp},
    };

    fn node(byte: u8) -> NodeId {
        NodeId::new([byte; 32])
    }

    fn joins(byte: u8, trust: Trust) -> Update {
        let (id, nick) = (PeerId::Node(node(byte)), Nick::new("bob").ok());
        let software = Software::Ours { version: "0".into() };
        Update::PeerJoined(Peer { id, nick, addr: ([127, 0, 0, 1], 4566).into(), software, repute: Repute::of(trust) })
    }

    fn lack(nodes: &[(u8, u64)]) -> Update {
        Update::Lacking(nodes.iter().map(|&(byte, lines)| Lack { node: node(byte), lines }).collect())
    }

    const LINE: MessageId = MessageId([1; 16]);

    /// The line [`LINE`] of ours.
    fn own(room: Room, delivery: Delivery) -> Message {
        Message {
            id: LINE,
            room,
            author: Author::Own,
            nick: None,
            repute: Repute::of(Trust::Verified),
            text: Text::new("hi").unwrap(),
            action: false,
            sent_at: Timestamp::from_millis(0),
            delivery,
            position: Position::unlogged(Hlc(0), LINE),
            history: false,
            mark: Mark::None,
            kind: MessageKind::Said,
            again: None,
        }
    }

    /// A tally with one of our own lines in a room.
    fn said(room: Room) -> Tally {
        let newest = Newest { id: LINE, got: Got::New, shown: Instant::now() };
        Tally { rooms: [(room, newest)].into(), swept: true, ..Tally::default() }
    }

    /// The same in the lobby, and `delivered` of `of` others have it.
    fn tally(delivered: u32, of: u32) -> Tally {
        let mut tally = said(Room::Lobby);
        tally.see(&Update::Delivery { id: LINE, delivered, of }, Instant::now());
        tally
    }

    /// Our newest line in the lobby is another one, shown at this time.
    fn says_more(tally: &mut Tally, got: Got, shown: Instant) {
        tally.rooms.insert(Room::Lobby, Newest { id: MessageId([2; 16]), got, shown });
    }

    #[test]
    fn we_give_up_on_strangers_but_not_on_known_people() {
        let (start, mut tally) = (Instant::now(), tally(1, 3));
        let at = |ms| start + Duration::from_millis(ms);
        for (byte, trust) in [(1, Trust::Known), (2, Trust::New), (3, Trust::New)] {
            tally.see(&joins(byte, trust), start);
        }
        tally.see(&lack(&[(2, 1), (3, 5)]), at(0));
        assert!(!tally.is_complete(at(999)) && tally.is_complete(at(1_000)));
        assert_eq!(tally.next_given_up(at(500)), Some(at(1_000)));
        // A further line is no reason to wait longer, but a line that was taken is.
        tally.see(&lack(&[(2, 2), (3, 4)]), at(900));
        assert_eq!(tally.next_given_up(at(1_000)), Some(at(1_900)));
        assert!(!tally.is_complete(at(1_800)) && tally.is_complete(at(1_900)));
        tally.see(&lack(&[(1, 1), (2, 2)]), at(2_000));
        assert!(!tally.is_complete(at(9_000)), "somebody who is known");
        tally.see(&Update::PeerLeft { peer: PeerId::Node(node(1)), reason: LeaveReason::Closed }, at(2_100));
        assert!(tally.is_complete(at(9_000)));
        let trusted = Update::PeerTrust { peer: PeerId::Node(node(2)), repute: Repute::of(Trust::Verified) };
        tally.see(&trusted, at(9_000));
        assert!(!tally.is_complete(at(9_000)));
    }

    #[test]
    fn we_wait_for_a_line_whose_delivery_is_unknown() {
        let (now, mut tally) = (Instant::now(), tally(0, 1));
        tally.see(&joins(2, Trust::New), now);
        tally.see(&lack(&[(2, 1)]), now);
        says_more(&mut tally, Got::New, now);
        assert!(!tally.is_complete(now + Duration::from_mins(1)));
    }

    #[test]
    fn an_unheard_line_is_reported_unless_peers_never_take_lines() {
        let start = Instant::now();
        let said = |tally: &mut Tally, delivered| {
            says_more(tally, Got::Lacked { by_all: delivered == 0 }, start + Duration::from_secs(2));
        };
        let reached = |tally: &Tally| tally.reached(start + Duration::from_mins(1));
        let mut tally = tally(0, 1);
        tally.see(&joins(2, Trust::New), start);
        tally.see(&lack(&[(2, 1)]), start);
        said(&mut tally, 0);
        tally.see(&lack(&[(2, 2)]), start + Duration::from_secs(2));
        assert_eq!(reached(&tally), Reached::Nobody, "it lacked a line before and did not take that either");
        tally.see(&lack(&[(2, 1)]), start + Duration::from_secs(3));
        assert_eq!(reached(&tally), Reached::NotEveryone, "it has taken one");
        said(&mut tally, 1);
        assert_eq!(reached(&tally), Reached::Everyone, "somebody else has the newest");
    }

    #[test]
    fn only_the_people_of_a_room_can_receive_its_lines() {
        let (now, dev) = (Instant::now(), Room::named("dev").unwrap());
        let mut tally = said(dev.clone());
        tally.see(&joins(2, Trust::Known), now);
        assert_eq!(tally.reached(now), Reached::Nobody, "nobody here is in the room");
        tally.see(&Update::RoomMembers(RoomMembers { room: dev.clone(), people: vec![node(2)] }), now);
        assert_eq!(tally.reached(now), Reached::NotEveryone);
        tally.see(&Update::Delivery { id: LINE, delivered: 1, of: 1 }, now);
        assert_eq!(tally.reached(now), Reached::Everyone);
        // What is said in another room counts, too.
        tally.see(&Update::Message(own(Room::Direct(node(2)), Delivery::Waiting)), now);
        assert_eq!(tally.reached(now), Reached::NotEveryone);
    }

    #[test]
    fn a_room_that_is_left_early_is_not_forgotten() {
        let (now, dev) = (Instant::now(), Room::named("dev").unwrap());
        let mut tally = said(dev.clone());
        tally.see(&Update::RoomLeft { room: dev, because: LeftBecause::Asked }, now);
        assert!(tally.is_complete(now));
        assert_eq!(tally.reached(now), Reached::NotEveryone);
    }

    #[test]
    fn a_line_that_was_refused_is_not_forgotten() {
        let now = Instant::now();
        let mut tally = tally(1, 1);
        assert_eq!(tally.reached(now), Reached::Everyone);
        tally.see(&Update::Message(own(Room::Lobby, Delivery::NotSent)), now);
        assert!(tally.is_complete(now));
        assert_eq!(tally.reached(now), Reached::NotEveryone);
    }

    #[test]
    fn guests_hear_the_lobby_only() {
        let now = Instant::now();
        let addr = ([127, 0, 0, 1], 4566).into();
        let id = PeerId::Guest(addr);
        let repute = Repute::of(Trust::Guest);
        let guest = Update::PeerJoined(Peer { id, nick: None, addr, software: Software::Reference, repute });
        for (room, reached) in [(Room::Lobby, Reached::Everyone), (Room::named("dev").unwrap(), Reached::Nobody)] {
            let mut tally = said(room);
            assert_eq!(tally.reached(now), Reached::Nobody);
            tally.see(&guest, now);
            assert_eq!(tally.reached(now), reached);
        }
    }

    #[test]
    fn nobody_is_certain_only_after_the_first_sweep() {
        let now = Instant::now();
        let mut tally = Tally { swept: false, ..said(Room::Lobby) };
        assert!(tally.is_complete(now) && !tally.has_looked(now));
        tally.swept = true;
        assert!(tally.has_looked(now));
        assert!(Tally::default().has_looked(now), "nothing was said");
    }

    #[test]
    fn nothing_grows_as_peers_and_rooms_come_and_go() {
        let mut tally = Tally::default();
        for n in 0..1_000_u16 {
            let (byte, now) = (n.to_be_bytes()[1], Instant::now());
            tally.see(&joins(byte, Trust::New), now);
            tally.see(&lack(&[(byte, 1)]), now);
            tally.see(&Update::PeerLeft { peer: PeerId::Node(node(byte)), reason: LeaveReason::Closed }, now);
            let room = Room::named(&format!("room-{n}")).unwrap();
            tally.see(&Update::RoomMembers(RoomMembers { room: room.clone(), people: Vec::new() }), now);
            tally.see(&Update::Message(own(room.clone(), Delivery::Sent)), now);
            tally.see(&Update::RoomLeft { room, because: LeftBecause::Asked }, now);
        }
        assert!(tally.here.is_empty() && tally.lacking.is_empty() && tally.earlier.is_empty());
        assert!(tally.rooms.is_empty() && tally.members.is_empty());
    }
}
