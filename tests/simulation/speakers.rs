//! What the users do, and when: they say lines, join and leave open rooms, and write to each other alone.

use std::{ops::Range, rc::Rc, time::Duration};

use proximity_chat::domain::{bus::Command, model::Room};

use crate::{host::Host, rooms, world::World};

/// Milliseconds between two lines in the lobby, and between two deeds in other rooms.
const SAYS_EVERY: Range<u64> = 50..3_000;
const ELSEWHERE_EVERY: Range<u64> = 500..9_000;

/// The hosts that talk, and when each does so next.
pub(crate) struct Speakers {
    hosts: Vec<Rc<Host>>,
    world: Rc<World>,
    next: Vec<Duration>,
    random: fastrand::Rng,
    next_elsewhere: Vec<Duration>,
    /// Another one, so that what happens in the lobby does not depend on the other rooms.
    random_elsewhere: fastrand::Rng,
}

impl Speakers {
    pub(crate) fn new(hosts: Vec<Rc<Host>>, world: Rc<World>, random: fastrand::Rng) -> Self {
        let (next, next_elsewhere) = (vec![Duration::ZERO; hosts.len()], vec![Duration::ZERO; hosts.len()]);
        let random_elsewhere = fastrand::Rng::with_seed(world.seed);
        Self { hosts, world, next, random, next_elsewhere, random_elsewhere }
    }

    /// Lets everybody talk whose time has come.
    pub(crate) fn speak(&mut self, now: Duration) {
        for (host, next) in self.hosts.iter().zip(&mut self.next) {
            if now >= *next {
                *next = now + Duration::from_millis(self.random.u64(SAYS_EVERY));
                host.say(None);
            }
        }
        for index in 0..self.hosts.len() {
            if now >= self.next_elsewhere[index] {
                self.next_elsewhere[index] = now + Duration::from_millis(self.random_elsewhere.u64(ELSEWHERE_EVERY));
                self.acts_elsewhere(index);
            }
        }
    }

    /// A user does something in a room other than the lobby.
    fn acts_elsewhere(&mut self, index: usize) {
        let (host, random) = (self.hosts[index].clone(), &mut self.random_elsewhere);
        let open = rooms::open();
        let room = &open[random.usize(..open.len())];
        let is_in = host.rooms.borrow().contains(room);
        match random.u8(..8) {
            // Some leave for a moment only.
            0 if is_in => {
                host.does(Command::Part(room.clone()));
                if random.bool() {
                    self.joins(&host, room);
                }
            }
            0..3 if !is_in => self.joins(&host, room),
            0..6 => {
                let rooms: Vec<Room> = host.rooms.borrow().iter().cloned().collect();
                if let Some(room) = random.choice(&rooms) {
                    host.say_in(room, &self.world.between(&host, room), None);
                }
            }
            _ => {
                let other = (index + random.usize(1..self.hosts.len())) % self.hosts.len();
                host.tell(&self.hosts[other]);
            }
        }
    }

    fn joins(&self, host: &Host, room: &Room) {
        if host.is_up() && rooms::joins(self.world.seed, host.index) {
            self.world.rules.borrow_mut().rooms.joins(host.node, room);
            host.does(Command::Join { room: room.clone(), id: None });
        }
    }
}
