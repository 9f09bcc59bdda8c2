//! What the hosts of a run share: their network, the trace, and the first broken rule.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use proximity_chat::{
    core::log::{placing::MAX_OFF, storage::Write},
    domain::{
        bus::{Failure, HistoryNotice, Notice, NoticeCode, Update},
        model::{Mark, Message, NodeId, PeerId, StoreFailure, Trust},
    },
};

use crate::{full_disks::Disks, host::Host, net::Cables, places::Stay, rules::Rules, run::EPOCH, trace::Trace};

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) cables: Cables,
    pub(crate) trace: RefCell<Trace>,
    pub(crate) rules: RefCell<Rules>,
    /// Lines of others that any node has shown.
    pub(crate) heard: Cell<u64>,
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
    pub(crate) fn new(seed: u64, honest: Vec<NodeId>, trace: Trace) -> Rc<Self> {
        Rc::new(Self {
            seed,
            cables: Cables::default(),
            trace: RefCell::new(trace),
            disks: RefCell::new(Disks::new(honest.len())),
            rules: RefCell::new(Rules::new(honest)),
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
        let stay = host.map(|host| Stay { host, older: self.rules.borrow().held_by(host) });
        self.rules.borrow_mut().has_gaps |= stay.is_some();
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
        matches!(peer, PeerId::Node(node) if self.rules.borrow().is_honest(node))
    }

    /// A node writes to its disk. Returns whether the disk accepts that.
    pub(crate) fn writes(&self, node: usize, writes: &[Write]) -> Result<(), StoreFailure> {
        let taken = self.disks.borrow_mut().take(node, writes, |write| match write {
            Write::Event(entry) => self.rules.borrow().is_honest(&entry.event.log.author),
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
            if let Write::Rewind(state) = write {
                self.must(self.rules.borrow_mut().taken_out(node, state.id, state.head));
            }
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

    /// A node reported something to its user.
    pub(crate) fn saw(&self, host: &Host, update: &Update) {
        self.note(turmoil::sim_elapsed().unwrap(), &format!("[{}] {update:?}", host.index));
        let kept = match update {
            Update::Message(message) => {
                self.heard.set(self.heard.get() + u64::from(!message.is_own()));
                self.must(self.is_sane(host, message, turmoil::sim_elapsed().unwrap()));
                let is_honest = self.rules.borrow().is_honest(&message.position.author);
                let mut disks = self.disks.borrow_mut();
                // Events that contradict themselves are marked as that, and then nothing says that they are not kept.
                let unkept = message.mark == Mark::NotKept || !is_honest && disks.was_full(host.index);
                let kept = if unkept && is_honest { disks.shown(host.index, message.id) } else { Ok(()) };
                kept.and_then(|()| {
                    self.rules.borrow_mut().shown(host.index, message, unkept, turmoil::sim_elapsed().unwrap())
                })
            }
            Update::Kept { id, .. } => {
                let mut rules = self.rules.borrow_mut();
                let is_honest = rules.is_of_honest(id);
                rules.kept(host.index, *id);
                if is_honest { self.disks.borrow_mut().kept(host.index, *id) } else { Ok(()) }
            }
            Update::Failed(Failure::Storage(_)) if self.disks.borrow().was_full(host.index) => Ok(()),
            Update::Rearranged { .. } => {
                self.rules.borrow_mut().rearranged(host.index);
                Ok(())
            }
            Update::Delivery { id, delivered, .. } => {
                let now = turmoil::sim_elapsed().unwrap();
                self.rules.borrow_mut().delivered(host.index, *id, *delivered, now)
            }
            Update::PeerJoined(peer) if peer.repute.trust != Trust::Known && self.is_honest(&peer.id) => {
                Err(format!("who was met on two days is known: node {} does not know {}", host.index, peer.addr))
            }
            // Only hostile members contradict themselves.
            Update::Notice(Notice::History(HistoryNotice::Forked(name)))
                if !self.rules.borrow().is_honest_name(name) =>
            {
                Ok(())
            }
            Update::Notice(notice) => match notice.code() {
                // A node with two histories is told so.
                NoticeCode::Forked | NoticeCode::NewLog | NoticeCode::OtherCopy
                    if self.rules.borrow().is_copied(&host.node) =>
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
