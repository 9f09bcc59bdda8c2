//! Random histories: whatever happens in which order, all come to the same in the end.

use proptest::prelude::*;

use super::*;

const PEOPLE: usize = 5;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Invite {
        by: usize,
        who: usize,
    },
    Accept(usize),
    Decline(usize),
    Kick(usize),
    Part(usize),
    Link(usize, usize),
    Unlink(usize, usize),
    /// One frame arrives.
    Deliver(usize, usize),
    Restart(usize),
    /// The owner goes on from what was kept first.
    Restore,
}

fn person() -> impl Strategy<Value = usize> {
    0..PEOPLE
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (person(), person()).prop_map(|(by, who)| Step::Invite { by, who }),
        3 => person().prop_map(Step::Accept),
        1 => person().prop_map(Step::Decline),
        1 => person().prop_map(Step::Kick),
        1 => person().prop_map(Step::Part),
        2 => (person(), person()).prop_map(|(one, other)| Step::Link(one, other)),
        1 => (person(), person()).prop_map(|(one, other)| Step::Unlink(one, other)),
        12 => (person(), person()).prop_map(|(one, other)| Step::Deliver(one, other)),
        1 => person().prop_map(Step::Restart),
        1 => Just(Step::Restore),
    ]
}

/// What has happened so far.
struct Story {
    office: Office,
    room: RoomId,
    backup: KeptPrivate,
    /// Who was removed, and not invited since.
    removed: BTreeSet<usize>,
    secret: u8,
}

impl Story {
    fn new() -> Self {
        let mut office = Office::linked(PEOPLE);
        let room = office.create(0, "plan");
        let backup = office.people[0].machine.kept();
        Self { office, room, backup, removed: BTreeSet::new(), secret: 100 }
    }

    fn take(&mut self, step: &Step) {
        let (office, room) = (&mut self.office, self.room);
        match *step {
            Step::Invite { by, who } if office.invite(by, &room, who).is_ok() && by == 0 => {
                self.removed.remove(&who);
            }
            Step::Accept(n) if n != 0 => office.accept(n, &room),
            Step::Decline(n) if office.people[n].is_invited(&room) => {
                office.act(n, |machine, out| machine.decline(&room, out));
            }
            Step::Kick(n) if office.kick(0, &room, n, vec![cut(n as u64, 5)]).is_ok() => {
                self.removed.insert(n);
            }
            Step::Part(n) if n != 0 => office.part(n, &room, vec![cut(n as u64, 5)]),
            Step::Link(one, other) if one != other && !office.is_linked(one, other) => office.link(one, other),
            Step::Unlink(one, other) if one != other => office.unlink(one, other),
            Step::Deliver(from, to) => drop(office.deliver(from, to)),
            Step::Restart(n) => {
                let kept = office.people[n].machine.kept();
                self.secret += 1;
                office.restart(n, &kept, self.secret);
            }
            Step::Restore => {
                self.secret += 1;
                office.restart(0, &self.backup, self.secret);
            }
            _ => {}
        }
    }

    /// Everybody meets.
    fn end(&mut self) {
        for one in 0..PEOPLE {
            for other in one + 1..PEOPLE {
                if !self.office.is_linked(one, other) {
                    self.office.link(one, other);
                }
            }
        }
        self.office.settle();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_order_of_arrival_gives_the_same_members(steps in prop::collection::vec(step(), 1..120)) {
        let mut story = Story::new();
        for step in &steps {
            story.take(step);
        }
        story.end();
        let (office, room) = (&story.office, story.room);
        let truth = office.people[0].members(&room);
        for (n, person) in office.people.iter().enumerate() {
            if let Some(seal) = person.open.get(&room) {
                prop_assert_eq!(&person.members(&room), &truth, "person {}", n);
                prop_assert_eq!(seal.newest().id(), office.people[0].open[&room].newest().id());
                prop_assert_eq!(seal.writers(), office.people[0].open[&room].writers(), "person {}", n);
                prop_assert!(truth.contains(&key(n)), "person {} is in a room that they are no member of", n);
            }
            for other in 0..PEOPLE {
                let both = person.open.contains_key(&room) && office.people[other].open.contains_key(&room);
                prop_assert_eq!(office.share(&room, n, other), both && n != other, "{} and {}", n, other);
            }
        }
    }

    #[test]
    fn the_removed_never_write_again(steps in prop::collection::vec(step(), 1..120), epoch in 10_u64..20, seq in 1_u64..9) {
        let mut story = Story::new();
        // An owner who has forgotten a removal repeats it only once others have told them.
        for step in steps.iter().filter(|step| !matches!(step, Step::Restore)) {
            story.take(step);
        }
        story.end();
        for n in &story.removed {
            for person in &story.office.people {
                prop_assert!(!person.takes(&story.room, *n, epoch, seq));
                prop_assert!(!person.takes(&story.room, *n, *n as u64, 6));
                prop_assert!(!person.admitted.contains(&(story.room, *n)));
            }
        }
    }
}
