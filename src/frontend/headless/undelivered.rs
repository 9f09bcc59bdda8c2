//! Our own lines that somebody here has not received yet. `/quit` waits for them, and its exit code reports them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::domain::{
    bus::{Failure, Lack, RoomFailure, Update},
    model::{Delivery, MessageId, NodeId, Repute, Room, Trust},
};

/// How long `/quit` waits for the others to have everything: enough to dial a lost link again, and for a pause in
/// Wi-Fi.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// How long `/quit` waits for a stranger that takes no lines. Keys cost nothing, so a stranger that never takes
/// anything could delay every `/quit`. A peer takes a line within milliseconds, or within half a second on bad Wi-Fi.
const STRANGERS_PATIENCE: Duration = Duration::from_secs(1);

/// A tally of our own lines. The input counts them and waits for them at `/quit`; the output sees what becomes of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Undelivered(Arc<(Mutex<Tally>, Condvar)>);

/// A node holds an author's log without gaps, so a node with the newest line also has the lines before it. Following
/// one line is enough. Everything that grows here is bounded by the links, and by the lines that the node follows at
/// once.
#[derive(Debug, Default)]
struct Tally {
    /// Lines that the node was given and that were not shown yet.
    on_the_way: u64,
    /// The room that they are said in.
    spoken: Option<Room>,
    /// The newest line of this run, and how far it got.
    newest: Option<(MessageId, Newest)>,
    /// When a line of this run was last shown.
    shown: Option<Instant>,
    /// Lines of earlier runs that someone here has not received; at most as many as the node follows.
    earlier: BTreeSet<MessageId>,
    /// Nodes that are here, and whether they are strangers.
    here: BTreeMap<NodeId, bool>,
    /// Nodes that have not received all lines.
    lacking: BTreeMap<NodeId, Lacking>,
    /// Whether the last line was not accepted. Earlier ones that were not accepted were reported, and the user could
    /// say them again.
    lost: bool,
    /// Nothing more will be seen.
    closed: bool,
}

/// How far the newest line got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newest {
    /// It is not known yet who has it.
    New,
    /// Someone here, or everyone, has not received it.
    Lacked { by_all: bool },
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
    fn see(&mut self, update: &Update, now: Instant) {
        match update {
            Update::Message(message) if message.is_own() && !message.history => {
                // What was said to one person was not counted.
                if self.spoken.as_ref() == Some(&message.room) {
                    self.on_the_way = self.on_the_way.saturating_sub(1);
                }
                self.shown = Some(now);
                self.lost = message.delivery == Delivery::NotSent;
                match message.delivery {
                    Delivery::NotSent => {}
                    Delivery::Sent => self.newest = Some((message.id, Newest::Complete)),
                    Delivery::Waiting | Delivery::Partly { .. } => self.newest = Some((message.id, Newest::New)),
                }
            }
            Update::Returned { shown: false, .. } => {
                self.on_the_way = self.on_the_way.saturating_sub(1);
                self.lost = true;
            }
            // The user has left the room, or could not join it.
            Update::Failed(Failure::Room(RoomFailure::NotJoined(room)))
                if self.on_the_way > 0 && self.spoken.as_ref() == Some(room) =>
            {
                self.on_the_way -= 1;
                self.lost = true;
            }
            Update::Delivery { id, delivered, of } => match &mut self.newest {
                Some((newest, how)) if newest == id => {
                    *how = if delivered < of { Newest::Lacked { by_all: *delivered == 0 } } else { Newest::Complete };
                }
                Some(_) => {}
                None if delivered < of => drop(self.earlier.insert(*id)),
                None => drop(self.earlier.remove(id)),
            },
            Update::Lacking(lacking) => self.lack(lacking, now),
            Update::PeerJoined(peer) => {
                if let Some(node) = peer.id.node() {
                    self.here.insert(*node, is_stranger(peer.repute.trust));
                }
            }
            Update::PeerTrust { peer, repute: Repute { trust, .. } } => {
                if let Some(stranger) = peer.node().and_then(|node| self.here.get_mut(node)) {
                    *stranger = is_stranger(*trust);
                }
            }
            Update::PeerLeft { peer, .. } => {
                if let Some(node) = peer.node() {
                    self.here.remove(node);
                    self.lacking.remove(node);
                }
            }
            _ => {}
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

    /// Whether everyone here has every line, except strangers that take none.
    fn is_complete(&self, now: Instant) -> bool {
        let complete = match self.newest {
            Some((_, newest)) => newest == Newest::Complete,
            None => self.earlier.is_empty(),
        };
        // `Lacking` comes before the `Delivery` of a line.
        let known =
            self.newest.is_none_or(|(_, newest)| matches!(newest, Newest::Lacked { .. })) && !self.lacking.is_empty();
        let nobody_takes = known
            && self.lacking.iter().all(|(node, lacking)| self.given_up(node, lacking).is_some_and(|end| end <= now));
        self.on_the_way == 0 && (complete || self.here.is_empty() || nobody_takes)
    }

    /// Whether nobody has the newest line, although someone here lacked nothing before it or has taken something since.
    fn is_unheard(&self) -> bool {
        matches!(self.newest, Some((_, Newest::Lacked { by_all: true })))
            && self.lacking.values().any(|lacking| self.shown.is_some_and(|shown| lacking.since >= shown))
    }

    /// When we stop waiting for a node, or `None` if we do not.
    fn given_up(&self, node: &NodeId, lacking: &Lacking) -> Option<Instant> {
        let stranger = self.here.get(node).copied().unwrap_or(true);
        stranger.then(|| lacking.since + STRANGERS_PATIENCE)
    }

    /// When [`Self::is_complete`] next changes by itself.
    fn next_given_up(&self, now: Instant) -> Option<Instant> {
        let ends = self.lacking.iter().filter_map(|(node, lacking)| self.given_up(node, lacking));
        ends.filter(|end| *end > now).min()
    }
}

/// Whether a key belongs to a stranger.
const fn is_stranger(trust: Trust) -> bool {
    !matches!(trust, Trust::Known | Trust::Verified)
}

impl Undelivered {
    /// The node is about to be given a line for a room, which is always the same.
    pub(super) fn said(&self, room: &Room) {
        let mut tally = self.tally();
        tally.on_the_way += 1;
        if tally.spoken.is_none() {
            tally.spoken = Some(room.clone());
        }
    }

    /// Takes an update into account.
    pub(super) fn see(&self, update: &Update) {
        let mut tally = self.tally();
        tally.see(update, Instant::now());
        drop(tally);
        self.0.1.notify_all();
    }

    /// Nothing more will be seen. Wakes a thread that waits.
    pub(super) fn close(&self) {
        self.tally().closed = true;
        self.0.1.notify_all();
    }

    /// Waits until everybody here who can be expected to take lines has taken all of them, but no longer than
    /// [`LINGER`]. Returns whether they have. If nobody has the newest line, that counts only if everyone here is known
    /// to take nothing. It never counts if the last line was not accepted.
    pub(super) fn wait(&self) -> bool {
        let begun = Instant::now();
        let mut tally = self.tally();
        loop {
            let now = Instant::now();
            let left = (begun + LINGER).saturating_duration_since(now);
            if tally.closed || tally.is_complete(now) || left.is_zero() {
                return tally.is_complete(now) && !tally.is_unheard() && !tally.lost;
            }
            let next = tally.next_given_up(now).map_or(left, |next| next.saturating_duration_since(now).min(left));
            (tally, _) = self.0.1.wait_timeout(tally, next).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // The counts are right, even if another thread panicked while it held the lock.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{LeaveReason, Nick, Peer, PeerId, Software};

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

    /// A tally with one of our own lines, which `delivered` of `of` others have.
    fn tally(delivered: u32, of: u32) -> Tally {
        let id = MessageId([1; 16]);
        let mut tally = Tally { newest: Some((id, Newest::New)), ..Tally::default() };
        tally.see(&Update::Delivery { id, delivered, of }, Instant::now());
        tally
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
        tally.newest = Some((MessageId([2; 16]), Newest::New));
        assert!(!tally.is_complete(now + LINGER));
    }

    #[test]
    fn an_unheard_line_is_reported_unless_peers_never_take_lines() {
        let start = Instant::now();
        let said = |tally: &mut Tally, delivered| {
            tally.shown = Some(start + Duration::from_secs(2));
            tally.newest = Some((MessageId([2; 16]), Newest::Lacked { by_all: delivered == 0 }));
        };
        let mut tally = Tally::default();
        tally.see(&joins(2, Trust::New), start);
        tally.see(&lack(&[(2, 1)]), start);
        said(&mut tally, 0);
        tally.see(&lack(&[(2, 2)]), start + Duration::from_secs(2));
        assert!(!tally.is_unheard(), "it lacked a line before and did not take that either");
        tally.see(&lack(&[(2, 1)]), start + Duration::from_secs(3));
        assert!(tally.is_unheard(), "it has taken one");
        said(&mut tally, 1);
        assert!(!tally.is_unheard(), "somebody else has the newest");
    }

    #[test]
    fn nothing_grows_as_peers_come_and_go() {
        let mut tally = Tally::default();
        for n in 0..1_000_u16 {
            let (byte, now) = (n.to_be_bytes()[1], Instant::now());
            tally.see(&joins(byte, Trust::New), now);
            tally.see(&lack(&[(byte, 1)]), now);
            tally.see(&Update::PeerLeft { peer: PeerId::Node(node(byte)), reason: LeaveReason::Closed }, now);
        }
        assert!(tally.here.is_empty() && tally.lacking.is_empty() && tally.earlier.is_empty());
    }
}
