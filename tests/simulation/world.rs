//! What the hosts of a run share: their network, the trace, and the first broken rule.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use proximity_chat::{
    core::log::{placing::MAX_OFF, storage::Write},
    domain::{
        bus::{Failure, HistoryNotice, Notice, NoticeCode, Update},
        model::{Mark, Message, NodeId, PeerId, Room, RoomId, StoreFailure, Trust},
    },
    protocol::{identity::Identity, sealing::Card},
};

use crate::{
    all_rules::AllRules, full_disks::Disks, host::Host, net::Cables, places::Stay, rules::Rules, run::EPOCH, speech,
    trace::Trace,
};

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) cables: Cables,
    pub(crate) trace: RefCell<Trace>,
    pub(crate) rules: RefCell<AllRules>,
    /// The cards of all honest nodes.
    pub(crate) cards: Vec<(NodeId, Arc<[u8]>)>,
    /// Lines of others that any node has shown.
    pub(crate) heard: Cell<u64>,
    /// Whether there are hostile members.
    pub(crate) is_hostile: Cell<bool>,
    pub(crate) disks: RefCell<Disks>,
    /// From then on, nobody whose clock is right may date a line far ahead.
    pub(crate) sane_from: Cell<Duration>,
    /// When any node last wrote an event.
    pub(crate) last_written: Cell<Duration>,
    /// The stay of a host that is at an uncertain place.
    stay: RefCell<Option<Stay>>,
    broken: RefCell<Option<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, honest: &[Identity], trace: Trace) -> Rc<Self> {
        Rc::new(Self {
            seed,
            cables: Cables::default(),
            cards: honest.iter().map(|one| (one.node(), Card::sign(one, 0).encode().into())).collect(),
            trace: RefCell::new(trace),
            is_hostile: Cell::default(),
            disks: RefCell::new(Disks::new(honest.len())),
            rules: RefCell::new(AllRules::new(honest)),
            heard: Cell::new(0),
            sane_from: Cell::new(Duration::MAX),
            last_written: Cell::default(),
            stay: RefCell::default(),
            broken: RefCell::default(),
        })
    }

    /// Notes a broken rule. Only the first one counts.
    pub(crate) fn must(&self, kept: Result<(), String>) {
        if let Err(what) = kept {
            self.broken.borrow_mut().get_or_insert(what);
        }
    }

    pub(crate) fn broken(&self) -> Option<String> {
        self.broken.borrow().clone()
    }

    /// A host comes to an uncertain place, or it has become certain where it is.
    pub(crate) fn stays(&self, host: Option<usize>) {
        let stay = host.map(|host| Stay { host, older: self.rules.borrow().lobby().held_by(host) });
        self.rules.borrow_mut().each().for_each(|rules| rules.has_gaps |= stay.is_some());
        self.stay.replace(stay);
    }

    /// The current stay at an uncertain place.
    pub(crate) fn stay(&self) -> Option<Stay> {
        self.stay.borrow().clone()
    }

    /// Whether this stay still lasts.
    pub(crate) fn is_at(&self, stay: &Stay) -> bool {
        self.stay.borrow().as_ref().is_some_and(|now| now.host == stay.host && now.older == stay.older)
    }

    /// Notes what is done to the hosts from outside.
    pub(crate) fn note(&self, at: Duration, line: &str) {
        self.trace.borrow_mut().note(at, line);
    }

    /// A host starts, for the first time or again.
    pub(crate) fn starts(&self, host: &Host) {
        self.disks.borrow_mut().starts(host.index);
        let line = format!("[{}] starts, boot {}", host.index, host.boots.get());
        self.note(turmoil::sim_elapsed().unwrap(), &line);
    }

    fn is_honest(&self, peer: &PeerId) -> bool {
        matches!(peer, PeerId::Node(node) if self.rules.borrow().lobby().is_honest(node))
    }

    /// A node writes to its disk. Returns whether the disk accepts that.
    pub(crate) fn writes(&self, node: usize, writes: &[Write]) -> Result<(), StoreFailure> {
        let taken = self.disks.borrow_mut().take(node, writes, |write| match write {
            Write::Event(entry) => {
                let log = entry.event.log;
                log.room == RoomId::LOBBY && self.rules.borrow().lobby().is_honest(&log.author)
            }
            _ => false,
        });
        let taken = taken.unwrap_or_else(|broken| {
            self.must(Err(broken));
            Ok(())
        });
        taken?;
        self.written(node, writes);
        Ok(())
    }

    fn written(&self, node: usize, writes: &[Write]) {
        let now = turmoil::sim_elapsed().unwrap();
        let mut events = writes.iter().filter_map(|write| match write {
            Write::Event(entry) => Some(entry),
            _ => None,
        });
        if events.clone().next().is_some() {
            self.last_written.set(now);
        }
        for write in writes {
            let mut rules = self.rules.borrow_mut();
            self.must(match write {
                Write::Rewind(state) => rules.taken_out(node, state.id, state.head),
                Write::Event(entry) => rules.written(node, entry, now),
                _ => Ok(()),
            });
        }
        // The user's own lines are written before any that others have sent.
        if events.any(|entry| !entry.own) && events.any(|entry| entry.own) {
            self.must(Err(format!("own lines first: node {node} writes others' lines before its user's")));
        }
    }

    /// No clock takes others along: a line of somebody whose clock is right is dated at most a day ahead.
    fn is_sane(&self, host: &Host, message: &Message, now: Duration) -> Result<(), String> {
        let latest = i64::try_from((EPOCH + now + MAX_OFF + Duration::from_hours(1)).as_millis()).unwrap();
        let dated = message.position.hlc.wall().as_millis();
        if message.is_own() && host.is_right() && now >= self.sane_from.get() && dated > latest {
            return Err(format!("no clock takes others along: node {} dates {} at {dated}", host.index, message.text));
        }
        Ok(())
    }

    /// What a line of this host in a room begins with.
    pub(crate) fn between(&self, host: &Host, room: &Room) -> String {
        let other = match room {
            Room::Direct(other) => other,
            Room::Private(_) => return speech::MEMBERS.to_owned(),
            Room::Lobby | Room::Open(_) => return String::new(),
        };
        let other = self.cards.iter().position(|(node, _)| node == other);
        other.map(|other| speech::between(host.index, other)).unwrap_or_default()
    }

    /// Tells the rules of a room that something has happened there.
    fn in_room(&self, host: &Host, room: &Room, happened: impl FnOnce(&mut Rules, usize)) {
        if let Some(rules) = self.rules.borrow_mut().of(host.index, room) {
            happened(rules, host.index);
        }
    }

    /// A node reported something to its user.
    pub(crate) fn saw(&self, host: &Host, update: &Update) {
        self.note(turmoil::sim_elapsed().unwrap(), &format!("[{}] {update:?}", host.index));
        let now = turmoil::sim_elapsed().unwrap();
        self.must(self.rules.borrow_mut().rooms.private.saw(host.index, update, now));
        let kept = match update {
            Update::Message(message) => {
                self.heard.set(self.heard.get() + u64::from(!message.is_own()));
                self.must(self.is_sane(host, message, turmoil::sim_elapsed().unwrap()));
                let is_honest = self.rules.borrow().lobby().is_honest(&message.position.author);
                let mut disks = self.disks.borrow_mut();
                // Events that contradict themselves are marked as that, and then nothing says that they are not kept.
                let unkept = message.mark == Mark::NotKept || !is_honest && disks.was_full(host.index);
                let kept = if unkept && is_honest && message.room.is_lobby() {
                    disks.shown(host.index, message.id)
                } else {
                    Ok(())
                };
                kept.and_then(|()| {
                    self.rules.borrow_mut().shown(host.index, message, unkept, turmoil::sim_elapsed().unwrap())
                })
            }
            Update::Kept { id, mark } => {
                let mut rules = self.rules.borrow_mut();
                let counts = rules.is_of_lobby(id) && rules.lobby().is_of_honest(id);
                if let Some(rules) = rules.of_message(id) {
                    rules.kept(host.index, *id, *mark);
                }
                if counts { self.disks.borrow_mut().kept(host.index, *id) } else { Ok(()) }
            }
            Update::Failed(Failure::Storage(_)) if self.disks.borrow().was_full(host.index) => Ok(()),
            Update::Rearranged { room } => {
                self.in_room(host, room, Rules::rearranged);
                Ok(())
            }
            Update::RoomJoined { room, .. } => {
                self.in_room(host, room, Rules::comes);
                Ok(())
            }
            Update::RoomLeft { room, .. } => {
                self.in_room(host, room, Rules::leaves);
                Ok(())
            }
            Update::Delivery { id, delivered, .. } => {
                let now = turmoil::sim_elapsed().unwrap();
                let mut rules = self.rules.borrow_mut();
                rules.of_message(id).map_or(Ok(()), |rules| rules.delivered(host.index, *id, *delivered, now))
            }
            Update::PeerJoined(peer) if peer.repute.trust != Trust::Known && self.is_honest(&peer.id) => {
                Err(format!("who was met on two days is known: node {} does not know {}", host.index, peer.addr))
            }
            // Only hostile members contradict themselves.
            Update::Notice(Notice::History(HistoryNotice::Forked(name)))
                if !self.rules.borrow().lobby().is_honest_name(name) =>
            {
                Ok(())
            }
            Update::Notice(notice) => match notice.code() {
                // A node with two histories is told so.
                NoticeCode::Forked | NoticeCode::NewLog | NoticeCode::OtherCopy
                    if self.rules.borrow().lobby().is_copied(&host.node) =>
                {
                    Ok(())
                }
                NoticeCode::Damaged | NoticeCode::Forked | NoticeCode::NewLog | NoticeCode::OtherCopy => {
                    Err(format!("node {} says: {notice:?}", host.index))
                }
                _ => Ok(()),
            },
            Update::Failed(failure @ Failure::Storage(_)) => Err(format!("node {} says: {failure:?}", host.index)),
            _ => Ok(()),
        };
        self.must(kept);
    }
}
