//! How much memory private rooms take.

#[cfg(target_os = "linux")]
pub(crate) fn measure() {
    use crate::report;

    /// More memory than this, in KiB, is too much for all rooms together.
    const MOST_KIB: u64 = 2_000;

    let people = linux::People::new();
    let (rss, own) = people.memory();
    people.make_rooms();
    let (rss_with, own_with) = people.memory();
    let name = format!("{} private rooms of {} members", linux::ROOMS, linux::GUESTS + 1);
    let more = rss_with.saturating_sub(rss);
    report::line(
        &format!("{name}, memory"),
        format_args!(
            "{rss} KiB without, {rss_with} KiB with: {more} KiB more (target: below {MOST_KIB}); of these, the node's own: \
             {own} and {own_with} KiB"
        ),
    );
    assert!(more.max(own_with.saturating_sub(own)) < MOST_KIB, "the rooms take {more} KiB");
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn measure() {
    crate::report::line("private rooms", "measured on Linux only");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{sync::Arc, thread, time::Duration};

    use tempfile::TempDir;

    use crate::{
        child::Child,
        support::{Builder, DIRECTORIES, Ports, Setup, Term, proc, program},
    };

    pub(super) const ROOMS: usize = 50;
    pub(super) const GUESTS: usize = 7;
    const SETTLE: Duration = Duration::from_secs(5);
    /// Invitations that a node takes at once. Further ones come again with the next link, so that the guests are started
    /// anew.
    const AT_ONCE: usize = 15;

    /// The owner and the guests, each with a directory.
    pub(super) struct People {
        ports: Ports,
        homes: Vec<Arc<TempDir>>,
    }

    fn name(person: usize) -> String {
        format!("person{person}")
    }

    impl People {
        pub(super) fn new() -> Self {
            let homes = (0..=GUESTS).map(|_| Arc::new(TempDir::new().unwrap())).collect();
            Self { ports: Ports::take(), homes }
        }

        /// All meet each other on these ports.
        fn setup(&self, person: usize) -> Setup {
            Setup::new(&name(person), self.ports.port(3)..=self.ports.port(15))
        }

        fn start(&self, person: usize) -> Child {
            Child::at(&self.homes[person], &self.setup(person))
        }

        fn guests(&self) -> Vec<Child> {
            (1..=GUESTS).map(|person| self.start(person)).collect()
        }

        /// The owner's node with a link to each guest: all its memory, and what belongs to no file, in KiB.
        pub(super) fn memory(&self) -> (u64, u64) {
            let mut owner = self.start(0);
            owner.wait_line("\"listening\"");
            let mut guests = self.guests();
            for _ in 0..GUESTS {
                owner.wait_line("\"change\":\"joined\",\"peer\"");
            }
            owner.discard_output();
            guests.iter_mut().for_each(Child::discard_output);
            // This waits for no condition: the passing of time is what is measured.
            thread::park_timeout(SETTLE);
            let memory = (proc::memory_kib(owner.pid()), proc::own_memory_kib(owner.pid()));
            guests.iter_mut().for_each(Child::end);
            owner.end();
            memory
        }

        /// Makes all rooms, and lets everyone in. Only the screen can invite into many rooms.
        pub(super) fn make_rooms(&self) {
            let mut owner = Builder::new(&program()).args(self.setup(0).arguments()).size(140, 40);
            for directory in DIRECTORIES {
                owner = owner.env(directory, self.homes[0].path().to_str().unwrap());
            }
            let owner = owner.spawn();
            owner.wait_text("person0  127.0.0.1:");
            let names: Vec<_> = (1..=GUESTS).map(name).collect();
            for rooms in (0..ROOMS).collect::<Vec<_>>().chunks(AT_ONCE) {
                let mut guests = self.guests();
                for name in &names {
                    owner.wait_text(&format!("● {name}"));
                }
                for room in rooms {
                    make_room(&owner, &format!("room-{room}"), &names, &mut guests);
                }
                // A full pipe would keep them from ending.
                guests.iter_mut().for_each(Child::discard_output);
                guests.iter_mut().for_each(Child::end);
                for name in &names {
                    owner.wait_no_text(&format!("● {name}"));
                }
            }
            owner.send("/quit\r");
            owner.wait_exit();
        }
    }

    fn make_room(owner: &Term, room: &str, names: &[String], guests: &mut [Child]) {
        owner.send(format!("/create {room} private\r"));
        owner.wait_for(room, |screen| screen.contents().contains(&format!(":*#{room}]")));
        owner.send(format!("/invite {}\r", names.join(" ")));
        let of_room = format!("\"event\":\"room\",\"room\":\"#{room}\"");
        for guest in &mut *guests {
            assert!(guest.wait_line(&of_room).contains("\"invited\""));
            guest.say(&format!("/join #{room}"));
        }
        for guest in guests {
            assert!(guest.wait_line(&of_room).contains("\"joined\""));
        }
        owner.wait_text(&format!("{} in #{room} ", names.len()));
    }
}
