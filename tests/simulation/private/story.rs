//! What the members of a private room do, and when: its owner makes it, invites and removes people; they join, speak, invite
//! others, and one of them leaves.

use std::{ops::Range, rc::Rc, time::Duration};

use proximity_chat::{
    domain::{
        bus::Command,
        model::{NodeId, Room, RoomName, Who},
    },
    protocol::identity::Identity,
};

use crate::{host::Host, run::CHAOS, world::World};

/// One in so many pairs of seeds has a private room: pairs with and without hostile members take turns.
const ONE_IN: u64 = 3;

/// What the room is called. An open room could have the same name.
const NAME: &str = "plan";

/// Milliseconds between two deeds of somebody.
const ACTS_EVERY: Range<u64> = 200..2_500;

/// When people are invited for the last time, removed ones too.
const LAST_INVITED: Duration = CHAOS.saturating_add(Duration::from_secs(7));

/// When the hostile member is removed.
const EXPELLED_AT: Duration = Duration::from_secs(15);

/// The most people that the owner removes, and rooms that it makes. It makes another one if it has forgotten the first.
const MOST_REMOVED: u8 = 4;
const MOST_MADE: u8 = 2;

/// Whether there is a private room in this seed.
pub(crate) fn happens(seed: u64) -> bool {
    (seed / 2).is_multiple_of(ONE_IN)
}

/// The key of the hostile member: it is a member first, and is removed.
pub(crate) fn expelled(seed: u64) -> Identity {
    let mut secret = [0x5a; 32];
    secret[..8].copy_from_slice(&seed.to_be_bytes());
    Identity::from_secret(&secret)
}

/// See the module's documentation.
pub(crate) struct Story {
    world: Rc<World>,
    hosts: Vec<Rc<Host>>,
    /// The owner comes first, and the last one is never invited.
    order: Vec<usize>,
    next: Vec<Duration>,
    random: fastrand::Rng,
    made: u8,
    removed: u8,
    has_left: bool,
}

impl Story {
    pub(crate) fn new(hosts: Vec<Rc<Host>>, world: Rc<World>) -> Option<Self> {
        if !happens(world.seed) {
            return None;
        }
        let mut random = fastrand::Rng::with_seed(world.seed ^ (1 << 40));
        let mut order: Vec<usize> = (0..hosts.len()).collect();
        random.shuffle(&mut order);
        let next = vec![Duration::ZERO; hosts.len()];
        Some(Self { world, hosts, order, next, random, made: 0, removed: 0, has_left: false })
    }

    /// Lets everybody act whose time has come.
    pub(crate) fn goes_on(&mut self, now: Duration) {
        for turn in 0..self.order.len() {
            if now >= self.next[turn] {
                self.next[turn] = now + Duration::from_millis(self.random.u64(ACTS_EVERY));
                let host = self.hosts[self.order[turn]].clone();
                if host.is_up() {
                    self.acts(turn, &host, now);
                }
            }
        }
    }

    fn acts(&mut self, turn: usize, host: &Host, now: Duration) {
        let may_change = now < CHAOS;
        let rooms = host.private();
        if let Some(invitation) = host.invited.borrow_mut().pop() {
            let id = NodeId::new(invitation.room.id.0).tag(8);
            return host.does(Command::Join { room: Room::Open(invitation.room.name), id: Some(id.into()) });
        }
        if rooms.is_empty() {
            if turn == 0 && may_change && self.made < MOST_MADE && (self.made == 0 || self.random.u8(..4) == 0) {
                self.made += 1;
                host.does(Command::Create { name: RoomName::new(NAME).unwrap(), ask: false });
            }
            return;
        }
        let room = rooms[self.random.usize(..rooms.len())].clone();
        if turn == 0 && self.deals_with_hostile(host, &room, now) {
            return;
        }
        match self.random.u8(..8) {
            0 if turn == 0 && may_change && self.removed < MOST_REMOVED => {
                if let Some(who) = self.somebody(&room, true) {
                    self.removed += 1;
                    host.does(Command::Kick { room, who });
                }
            }
            0..3 if now < LAST_INVITED && (turn == 0 || self.random.bool()) => {
                if let Some(who) = self.somebody(&room, false) {
                    host.does(Command::Invite { room, who });
                }
            }
            3 if turn == 1 && may_change && !self.has_left && now > CHAOS / 3 => {
                self.has_left = true;
                host.does(Command::Part(room));
            }
            _ => host.say_in(&room, &self.world.between(host, &room), None),
        }
    }

    /// Somebody who may be in the room, and is or is not. The owner always is, and is not meant.
    fn somebody(&mut self, room: &Room, is_in: bool) -> Option<Vec<Who>> {
        let guests = &self.order[1..self.order.len() - 1];
        let fits = |guest: &&usize| self.hosts[**guest].rooms.borrow().contains(room) == is_in;
        let guests: Vec<usize> = guests.iter().filter(fits).copied().collect();
        let guest = *self.random.choice(&guests)?;
        Some(vec![Who::new(&self.hosts[guest].node.to_string()).unwrap()])
    }

    /// The owner lets a hostile member in, and removes it. Whether it has done one of them.
    fn deals_with_hostile(&mut self, host: &Host, room: &Room, now: Duration) -> bool {
        if !self.world.is_hostile.get() {
            return false;
        }
        let Room::Private(private) = room else { return false };
        let node = expelled(self.world.seed).node();
        let who = || vec![Who::new(&node.to_string()).unwrap()];
        let (was_in, is_gone) = {
            let rules = self.world.rules.borrow();
            let rooms = &rules.rooms.private;
            (rooms.was_in(&private.id, &node), rooms.knows_gone(host.index, &private.id, &node))
        };
        if !was_in && now < EXPELLED_AT {
            host.does(Command::Invite { room: room.clone(), who: who() });
            return true;
        }
        if was_in && !is_gone && now >= EXPELLED_AT {
            host.does(Command::Kick { room: room.clone(), who: who() });
            return true;
        }
        false
    }
}
