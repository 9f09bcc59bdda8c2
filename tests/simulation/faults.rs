//! Everything that goes wrong with the simulated network, disks, clocks and hosts. The seed decides when.
//!
//! Faults of the program itself, which the simulation must notice, are in `core::mutant`.

use std::{ops::Range, rc::Rc, sync::atomic::Ordering, time::Duration};

use turmoil::Sim;

use crate::{
    backups::{self, Backups},
    host::Host,
    places::Moves,
    world::World,
};

/// The longest latency of messages when nothing is wrong.
pub(crate) const LATENCY: Duration = Duration::from_millis(40);

/// What can go wrong.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The network splits into two or three parts that cannot reach each other.
    Split,
    /// The parts are joined again.
    Join,
    /// A host is killed or loses power. Without power, the others do not see its connections end.
    Crash,
    /// The user of a host leaves, and comes back later.
    Leave,
    /// A host's clock is set to a wrong time.
    Clock,
    /// Messages become slow, or fast again.
    Slow,
    /// Messages begin to get lost, or stop getting lost.
    Loss,
    /// A host's disk accepts nothing for a while.
    FullDisk,
}

/// How often each fault happens, in parts of [`PARTS`].
const FAULTS: [(Fault, u8); 8] = [
    (Fault::Split, 6),
    (Fault::Join, 3),
    (Fault::Crash, 5),
    (Fault::Leave, 2),
    (Fault::Clock, 2),
    (Fault::Slow, 2),
    (Fault::Loss, 1),
    (Fault::FullDisk, 2),
];

/// The sum of the parts.
const PARTS: u8 = 23;

/// The side of a split for a host that reaches nobody.
const ALONE: u8 = 3;

/// Milliseconds between two faults.
const FAULT_EVERY: Range<u64> = 200..2_500;

/// Milliseconds for which a host is down after it was killed or lost power.
const CRASHED_FOR: Range<u64> = 100..12_000;

/// Milliseconds for which a user who left is away.
const LEFT_FOR: Range<u64> = 100..8_000;

/// Milliseconds for which a disk is full.
const FULL_FOR: Range<u64> = 500..8_000;

/// The longest latency of messages in milliseconds while the network is slow.
const SLOW: Range<u64> = 200..1_500;

/// The largest part of messages that is lost while the network loses some.
const MAX_LOSS: f64 = 0.02;

/// How wrong clocks are, in both directions: mostly by little, sometimes by days or years.
const SKEWS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_mins(3),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(3 * 24),
    Duration::from_hours(10 * 365 * 24),
];

/// The most milliseconds that a disk takes for a request, and again for its answer: usually, and once in
/// [`SLOW_DISK_ONCE_IN`]. A crash between the two leaves something on disk that nobody was told about.
const DISK: u64 = 3;
const SLOW_DISK: u64 = 60;
const SLOW_DISK_ONCE_IN: u8 = 16;

/// The longest time for which a lost message may go unnoticed: two nodes that do not hear each other drop each other
/// after 11 s. A few steps of the simulation are added.
pub(crate) const NOTICED: Duration = Duration::from_millis(11_010);

pub(crate) struct Faults {
    random: fastrand::Rng,
    world: Rc<World>,
    hosts: Vec<Rc<Host>>,
    /// Which side of a split each host is on.
    sides: Vec<u8>,
    /// Hosts without power, whose cable therefore counts as unplugged.
    off: Vec<bool>,
    /// Two hosts that never reach each other.
    strangers: (usize, usize),
    /// Since when each pair is cut off from each other.
    cut: Vec<Vec<Option<Duration>>>,
    /// When each host crashes.
    crashes: Vec<Option<Duration>>,
    /// When each host starts again.
    restarts: Vec<Option<Duration>>,
    /// Until when each host's disk is full.
    full: Vec<Option<Duration>>,
    backups: Backups,
    moves: Moves,
    next: Duration,
    slow: bool,
    lossy: bool,
}

impl Faults {
    pub(crate) fn new(world: Rc<World>, hosts: Vec<Rc<Host>>, mut random: fastrand::Rng) -> Self {
        let n = hosts.len();
        let first = random.usize(..n);
        let strangers = (first, (first + 1 + random.usize(..n - 1)) % n);
        world.rules.borrow_mut().are_strangers(strangers.0, strangers.1);
        for host in &hosts {
            host.skew.store(skew(&mut random), Ordering::Relaxed);
        }
        let backups = Backups::new(world.seed, n, &mut random);
        let moves = Moves::new(world.seed, n, &mut random);
        Self {
            random,
            world,
            hosts,
            sides: vec![0; n],
            off: vec![false; n],
            strangers,
            cut: vec![vec![None; n]; n],
            crashes: vec![None; n],
            restarts: vec![None; n],
            full: vec![None; n],
            backups,
            moves,
            next: Duration::from_secs(2),
            slow: false,
            lossy: false,
        }
    }

    /// Whether these two never reach each other, even when nothing is wrong.
    pub(crate) fn are_strangers(&self, a: usize, b: usize) -> bool {
        self.strangers == (a, b) || self.strangers == (b, a)
    }

    /// Does what is due, and now and then something new.
    pub(crate) fn step(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.due(sim, now);
        self.go_back(sim, now);
        if let Some(certain) = self.moves.news(now, &mut self.random) {
            self.move_to(certain, now);
        }
        if now >= self.next {
            self.next = now + Duration::from_millis(self.random.u64(FAULT_EVERY));
            self.happens(sim, now);
        }
        self.connect(sim, now);
    }

    /// Repairs everything. After that, nothing more happens.
    pub(crate) fn end(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.world.note(now, "all is repaired");
        self.next = Duration::MAX;
        if self.moves.end() {
            self.move_to(true, now);
        }
        self.crashes.fill(None);
        self.sides.fill(0);
        (self.slow, self.lossy) = (false, false);
        sim.set_max_message_latency(LATENCY);
        sim.set_fail_rate(0.0);
        for index in 0..self.hosts.len() {
            if self.random.u8(..4) == 0 {
                self.set_clock(index, now);
            }
        }
        for time in self.restarts.iter_mut().chain(&mut self.full).flatten() {
            *time = now;
        }
        self.step(sim);
    }

    /// Crashes and starts whose time has come.
    pub(crate) fn due(&mut self, sim: &mut Sim<'_>, now: Duration) {
        for index in 0..self.hosts.len() {
            if self.full[index].is_some_and(|until| until <= now) {
                self.full[index] = None;
                self.world.note(now, &format!("[{index}] has room on its disk"));
                self.world.disks.borrow_mut().set_full(index, false);
            }
            if self.crashes[index].is_some_and(|at| at <= now) {
                self.crashes[index] = None;
                self.crash(sim, now, index);
            }
            // Leaving takes a moment, and the host can start again only when it is gone.
            if self.restarts[index].is_some_and(|at| at <= now) && !sim.is_host_running(self.hosts[index].ip) {
                self.restarts[index] = None;
                self.off[index] = false;
                self.connect(sim, now);
                sim.bounce(self.hosts[index].ip);
            }
        }
    }

    fn crash(&mut self, sim: &mut Sim<'_>, now: Duration, index: usize) {
        let host = self.hosts[index].clone();
        self.connect(sim, now);
        if self.off[index] {
            self.world.note(now, &format!("[{index}] loses its power"));
        } else {
            self.world.note(now, &format!("[{index}] is killed"));
        }
        sim.crash(host.ip);
        host.crashed();
        self.world.rules.borrow_mut().rooms.private.crashes(index, now);
        let pause = self.random.u64(CRASHED_FOR);
        self.restarts[index] = Some(now + Duration::from_millis(pause));
    }

    /// A host comes to a place that may be another network, or it becomes certain that it is the old one.
    fn move_to(&self, certain: bool, now: Duration) {
        let index = self.moves.host;
        let what = if certain { "is certainly here" } else { "may be elsewhere" };
        self.world.note(now, &format!("[{index}] {what}"));
        self.world.stays(Some(index).filter(|_| !certain));
        self.hosts[index].moves(certain);
    }

    /// Copies a disk, or puts it back, when that is due.
    fn go_back(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let index = self.backups.host;
        let host = self.hosts[index].clone();
        if self.backups.is_copied_now(now) {
            self.world.note(now, &format!("[{index}] makes a copy of its disk"));
            host.copy_disk();
        }
        let busy = self.crashes[index].is_some() || self.restarts[index].is_some();
        if self.next < Duration::MAX && self.backups.is_due(now) && host.is_up() && !busy {
            self.backups.goes_back(now, &mut self.random);
            self.crash(sim, now, index);
            self.world.note(now, &format!("[{index}] goes back to the copy"));
            // The host talks before anybody can tell it what it has lost.
            self.sides[index] = ALONE;
            let lines = self.random.u64(backups::SAYS_FIRST);
            self.world.must(host.go_back(lines, &self.world, now));
        }
    }

    fn happens(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let index = self.random.usize(..self.hosts.len());
        let host = self.hosts[index].clone();
        let busy = self.crashes[index].is_some() || self.restarts[index].is_some();
        match chosen(&mut self.random) {
            Fault::Split => {
                let sides = if self.random.bool() { 2 } else { 3 };
                self.sides = (0..self.hosts.len()).map(|_| self.random.u8(..sides)).collect();
                self.world.note(now, &format!("split into {:?}", self.sides));
            }
            Fault::Join => {
                self.sides.fill(0);
                self.world.note(now, "healed");
            }
            Fault::Crash if host.is_up() && !busy => {
                // Lines that are on their way to the disk, or from there to the others, when the crash comes.
                for _ in 0..self.random.usize(..4) {
                    host.say(None);
                }
                self.off[index] = self.random.u8(..3) == 0;
                self.crashes[index] = Some(now + Duration::from_millis(self.random.u64(..12)));
            }
            Fault::Leave if host.is_up() && !busy => {
                self.world.note(now, &format!("[{index}] leaves"));
                host.leave();
                let pause = self.random.u64(LEFT_FOR);
                self.restarts[index] = Some(now + Duration::from_millis(pause));
            }
            Fault::FullDisk => {
                self.world.note(now, &format!("[{index}] has a full disk"));
                self.world.disks.borrow_mut().set_full(index, true);
                let time = self.random.u64(FULL_FOR);
                self.full[index] = Some(now + Duration::from_millis(time));
            }
            Fault::Clock => self.set_clock(index, now),
            Fault::Slow => {
                self.slow = !self.slow;
                let slowest = if self.slow { Duration::from_millis(self.random.u64(SLOW)) } else { LATENCY };
                sim.set_max_message_latency(slowest);
                self.world.note(now, &format!("messages take up to {slowest:?}"));
            }
            Fault::Loss => {
                self.lossy = !self.lossy;
                let lost = if self.lossy { self.random.f64() * MAX_LOSS } else { 0.0 };
                sim.set_fail_rate(lost);
                self.world.note(now, &format!("lost: {lost:.4} of all messages"));
            }
            // The host is already down, or about to be.
            Fault::Crash | Fault::Leave => {}
        }
    }

    /// Changes what a host's clock shows.
    fn set_clock(&mut self, index: usize, now: Duration) {
        let host = &self.hosts[index];
        host.skew.store(skew(&mut self.random), Ordering::Relaxed);
        self.world.note(now, &format!("[{index}] has another time: {:?} ms", host.skew));
    }

    /// Cuts and joins cables as they should be.
    fn connect(&mut self, sim: &Sim<'_>, now: Duration) {
        for a in 0..self.hosts.len() {
            for b in 0..a {
                let cut = self.are_strangers(a, b) || self.sides[a] != self.sides[b] || self.off[a] || self.off[b];
                if cut == self.cut[a][b].is_some() {
                    continue;
                }
                let (one, other) = (self.hosts[a].ip, self.hosts[b].ip);
                if cut {
                    sim.partition(one, other);
                } else {
                    sim.repair(one, other);
                }
                self.world.cables.set_cut(one, other, cut);
                self.cut[a][b] = cut.then_some(now);
            }
        }
    }

    /// Checks that dead links are noticed in time.
    pub(crate) fn look(&self, now: Duration) {
        for (a, since) in self.cut.iter().enumerate() {
            for (b, since) in since.iter().enumerate() {
                if since.is_none_or(|since| now < since + NOTICED) {
                    continue;
                }
                for (one, other) in [(a, b), (b, a)] {
                    let (one, other) = (&self.hosts[one], &self.hosts[other]);
                    if one.listed.borrow().contains(&other.node) {
                        let text =
                            format!("node {} still lists node {}, out of reach for 11 s", one.index, other.index);
                        self.world.must(Err(text));
                    }
                }
            }
        }
    }
}

/// Chooses the next fault.
fn chosen(random: &mut fastrand::Rng) -> Fault {
    let mut at = random.u8(..PARTS);
    for (fault, parts) in FAULTS {
        match at.checked_sub(parts) {
            Some(rest) => at = rest,
            None => return fault,
        }
    }
    panic!("the parts of all faults are {PARTS}")
}

/// How long a disk takes this time.
pub(crate) fn disk_pause(random: &mut fastrand::Rng) -> Duration {
    let most = if random.u8(..SLOW_DISK_ONCE_IN) == 0 { SLOW_DISK } else { DISK };
    Duration::from_millis(random.u64(..most))
}

/// By how many milliseconds a clock is wrong.
fn skew(random: &mut fastrand::Rng) -> i64 {
    let off = i64::try_from(SKEWS[random.usize(..SKEWS.len())].as_millis()).unwrap();
    if random.bool() { off } else { -off }
}
