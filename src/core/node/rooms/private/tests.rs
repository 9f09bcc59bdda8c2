//! Several machines that talk to each other over links, on which frames wait until they are delivered.

mod attacks;
mod histories;
mod lists;
mod owners;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::*;
use crate::{
    domain::model::{EventId, LogId},
    protocol::codec::mesh::{self, Frame},
};

/// An office in which everybody is linked with everybody, or not.
struct Office {
    people: Vec<Person>,
    /// What is on its way, by sender and receiver.
    wires: BTreeMap<(usize, usize), VecDeque<Wire>>,
    now: Instant,
}

/// What goes over a link.
#[derive(Debug)]
enum Wire {
    /// What one machine says.
    Private(mesh::Private),
    /// What the log machine lists when a link is admitted to a room. It is ignored if the other side has not admitted
    /// this one yet, and never comes again.
    List(RoomId),
}

struct Person {
    machine: Private,
    updates: Vec<Update>,
    /// The newest seal of each open room.
    open: BTreeMap<RoomId, sync::Seal>,
    /// Who may know of which room.
    admitted: BTreeSet<(RoomId, usize)>,
    /// Who has listed what they hold of which room.
    listed: BTreeSet<(RoomId, usize)>,
    changes: Vec<Change>,
}

fn identity(n: usize) -> Identity {
    Identity::from_secret(&[n as u8 + 1; 32])
}

fn key(n: usize) -> NodeId {
    identity(n).node()
}

fn card(n: usize) -> Card {
    Card::sign(&identity(n), 0)
}

fn link(n: usize) -> LinkId {
    LinkId::Accepted(n as u32)
}

fn host(n: usize) -> Host {
    Host::of(std::net::IpAddr::from([127, 0, 0, n as u8 + 1]))
}

fn name(text: &str) -> RoomName {
    RoomName::new(text).unwrap()
}

fn cut(epoch: u64, seq: u64) -> Cut {
    Cut { epoch, seq, id: EventId([seq as u8; 32]) }
}

impl Person {
    fn new(n: usize, kept: &KeptPrivate, secret: u8) -> Self {
        let machine = Private::new(identity(n), kept, [secret; 32]);
        let (admitted, listed) = (BTreeSet::new(), BTreeSet::new());
        Self { machine, updates: Vec::new(), open: BTreeMap::new(), admitted, listed, changes: Vec::new() }
    }

    /// Whether an event of somebody counts for this person.
    fn takes(&self, room: &RoomId, author: usize, epoch: u64, seq: u64) -> bool {
        let log = LogId { room: *room, author: key(author), epoch };
        self.open.get(room).is_some_and(|seal| seal.writers().admit(&log, seq, EventId([seq as u8; 32])))
    }

    /// Who is a member, as this person knows.
    fn members(&self, room: &RoomId) -> BTreeSet<NodeId> {
        let list = self.machine.members(room).map(|list| list.members).unwrap_or_default();
        list.iter().map(|member| member.node).collect()
    }

    fn is_invited(&self, room: &RoomId) -> bool {
        self.machine.rooms.get(room).is_some_and(|entry| matches!(entry.state, State::Invited { .. }))
    }
}

impl Office {
    fn new(people: usize) -> Self {
        let people = (0..people).map(|n| Person::new(n, &KeptPrivate::default(), n as u8)).collect();
        Self { people, wires: BTreeMap::new(), now: Instant::now() }
    }

    /// All of them are linked.
    fn linked(people: usize) -> Self {
        let mut office = Self::new(people);
        for one in 0..people {
            for other in one + 1..people {
                office.link(one, other);
            }
        }
        office
    }

    fn is_linked(&self, one: usize, other: usize) -> bool {
        self.people[one].machine.links.contains_key(&link(other))
    }

    fn link(&mut self, one: usize, other: usize) {
        for (here, there) in [(one, other), (other, one)] {
            self.wires.insert((here, there), VecDeque::new());
            self.act(here, |machine, out| machine.link_up(link(there), key(there), Some(host(there)), true, out));
        }
    }

    fn unlink(&mut self, one: usize, other: usize) {
        for (here, there) in [(one, other), (other, one)] {
            self.wires.remove(&(here, there));
            self.people[here].machine.link_down(link(there));
            self.people[here].admitted.retain(|(_, node)| *node != there);
            self.people[here].listed.retain(|(_, node)| *node != there);
        }
    }

    /// Lets one machine do something, and carries out what it says.
    fn act<T>(&mut self, n: usize, act: impl FnOnce(&mut Private, &mut Vec<Output>) -> T) -> T {
        let mut out = Vec::new();
        let result = act(&mut self.people[n].machine, &mut out);
        for output in out {
            let person = &mut self.people[n];
            match output {
                Output::Sync(sync::Input::Pass { link: LinkId::Accepted(to), frame, .. }) => {
                    let Frame::Private(said) = mesh::decode(&frame).unwrap() else { panic!("another frame") };
                    if let Some(wire) = self.wires.get_mut(&(n, to as usize)) {
                        wire.push_back(Wire::Private(*said));
                    }
                }
                Output::Sync(sync::Input::Open { id, seal, .. }) => drop(person.open.insert(id, seal.unwrap())),
                Output::Sync(sync::Input::Reseal { id, seal }) => {
                    assert!(person.open.insert(id, seal).is_some(), "a room that is not open has another seal");
                }
                Output::Sync(sync::Input::Close(id)) => {
                    assert!(person.open.remove(&id).is_some(), "a room that is not open is closed");
                    person.admitted.retain(|(room, _)| *room != id);
                    person.listed.retain(|(room, _)| *room != id);
                }
                Output::Sync(sync::Input::Admit { link: LinkId::Accepted(to), room }) => {
                    assert!(person.open.contains_key(&room));
                    person.admitted.insert((room, to as usize));
                    if let Some(wire) = self.wires.get_mut(&(n, to as usize)) {
                        wire.push_back(Wire::List(room));
                    }
                }
                Output::Sync(sync::Input::Exclude { link: LinkId::Accepted(to), room }) => {
                    person.admitted.remove(&(room, to as usize));
                    person.listed.remove(&(room, to as usize));
                }
                Output::Update(update) => person.updates.push(update),
                Output::KeptPrivate => {}
                other => panic!("{other:?}"),
            }
        }
        result
    }

    /// Delivers one frame, if any waits on that wire.
    fn deliver(&mut self, from: usize, to: usize) -> bool {
        match self.wires.get_mut(&(from, to)).and_then(VecDeque::pop_front) {
            Some(Wire::Private(said)) => {
                let now = self.now;
                let changes = self.act(to, |machine, out| machine.heard(link(from), said, now, out));
                self.people[to].changes.extend(changes);
            }
            Some(Wire::List(room)) if self.people[to].admitted.contains(&(room, from)) => {
                self.people[to].listed.insert((room, from));
            }
            Some(Wire::List(_)) => {}
            None => return false,
        }
        true
    }

    /// Delivers everything. Returns how many frames that took.
    fn settle(&mut self) -> usize {
        let mut frames = 0;
        loop {
            let waiting = self.wires.iter().find(|(_, wire)| !wire.is_empty()).map(|(wire, _)| *wire);
            let Some((from, to)) = waiting else { return frames };
            self.deliver(from, to);
            frames += 1;
            assert!(frames < 100_000, "they never stop talking");
        }
    }

    fn create(&mut self, n: usize, text: &str) -> RoomId {
        self.act(n, |machine, out| machine.create(name(text), false, out)).unwrap().id
    }

    fn invite(&mut self, n: usize, room: &RoomId, who: usize) -> Result<(), Refusal> {
        self.act(n, |machine, out| machine.invite(room, &[card(who)], out))
    }

    fn accept(&mut self, n: usize, room: &RoomId) {
        self.act(n, |machine, out| machine.accept(room, out));
    }

    fn kick(&mut self, n: usize, room: &RoomId, who: usize, cuts: Vec<Cut>) -> Result<(), Refusal> {
        self.act(n, |machine, out| machine.kick(room, &[(key(who), cuts)], out))
    }

    fn part(&mut self, n: usize, room: &RoomId, cuts: Vec<Cut>) {
        self.act(n, |machine, out| machine.part(room, cuts, out));
    }

    /// One person starts again, with what they have kept at some time.
    fn restart(&mut self, n: usize, kept: &KeptPrivate, secret: u8) {
        let others: Vec<usize> = (0..self.people.len()).filter(|other| self.is_linked(n, *other)).collect();
        for other in &others {
            self.unlink(n, *other);
        }
        self.people[n] = Person::new(n, kept, secret);
        self.act(n, |machine, out| machine.start(out));
        for other in others {
            self.link(n, other);
        }
    }

    /// Two people are in a room, and send each other what is said there.
    fn share(&self, room: &RoomId, one: usize, other: usize) -> bool {
        let sends = |one: usize, other: usize| {
            let (admitted, listed) = (&self.people[one].admitted, &self.people[one].listed);
            admitted.contains(&(*room, other)) && listed.contains(&(*room, other))
        };
        sends(one, other) && sends(other, one)
    }
}

/// Everybody is in a room of the first.
fn room_of(people: usize) -> (Office, RoomId) {
    let mut office = Office::linked(people);
    let room = office.create(0, "plan");
    for n in 1..people {
        office.invite(0, &room, n).unwrap();
        office.settle();
        office.accept(n, &room);
    }
    office.settle();
    (office, room)
}
