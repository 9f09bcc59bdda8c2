//! What happens to the hosts, all of it out of the seed.

use std::{rc::Rc, sync::atomic::Ordering, time::Duration};

use turmoil::Sim;

use crate::{host::Host, world::World};

/// How slow messages are when nothing is wrong.
pub(crate) const LATENCY: Duration = Duration::from_millis(40);

/// How wrong clocks are, at most.
const SKEW: Duration = Duration::from_hours(1);

/// How long one lost message may go unnoticed, at most: two nodes that do not hear each other drop each other. What
/// DESIGN.md section 6 allows, and a step of the simulation.
const NOTICED: Duration = Duration::from_millis(11_010);

pub(crate) struct Faults {
    random: fastrand::Rng,
    world: Rc<World>,
    hosts: Vec<Rc<Host>>,
    /// Which side of a split each host is on.
    sides: Vec<u8>,
    /// Whose cable is out, because it has no power.
    off: Vec<bool>,
    /// Two who never reach each other.
    strangers: (usize, usize),
    /// Since when each pair is cut.
    cut: Vec<Vec<Option<Duration>>>,
    /// Who crashes, and when.
    crashes: Vec<Option<Duration>>,
    /// Who starts again, and when.
    restarts: Vec<Option<Duration>>,
    next: Duration,
    slow: bool,
    lossy: bool,
}

impl Faults {
    pub(crate) fn new(world: Rc<World>, hosts: Vec<Rc<Host>>, mut random: fastrand::Rng) -> Self {
        let n = hosts.len();
        let first = random.usize(..n);
        let strangers = (first, (first + 1 + random.usize(..n - 1)) % n);
        for host in &hosts {
            host.skew.store(skew(&mut random), Ordering::Relaxed);
        }
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
            next: Duration::from_secs(2),
            slow: false,
            lossy: false,
        }
    }

    /// Whether these two can reach each other when nothing is wrong.
    pub(crate) fn are_strangers(&self, a: usize, b: usize) -> bool {
        self.strangers == (a, b) || self.strangers == (b, a)
    }

    /// What is due, and now and then something new.
    pub(crate) fn step(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.due(sim, now);
        if now >= self.next {
            self.next = now + Duration::from_millis(self.random.u64(200..2_500));
            self.happens(sim, now);
        }
        self.connect(sim, now);
    }

    /// Nothing more happens, and all is repaired.
    pub(crate) fn end(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.world.note(now, "all is repaired");
        self.next = Duration::MAX;
        self.crashes.fill(None);
        self.sides.fill(0);
        (self.slow, self.lossy) = (false, false);
        sim.set_max_message_latency(LATENCY);
        sim.set_fail_rate(0.0);
        for restart in self.restarts.iter_mut().flatten() {
            *restart = now;
        }
        self.step(sim);
    }

    /// Crashes and starts whose time has come.
    pub(crate) fn due(&mut self, sim: &mut Sim<'_>, now: Duration) {
        for index in 0..self.hosts.len() {
            if self.crashes[index].is_some_and(|at| at <= now) {
                self.crashes[index] = None;
                self.crash(sim, now, index);
            }
            // Who leaves takes a moment; it starts again when it is gone.
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
        let pause = self.random.u64(100..12_000);
        self.restarts[index] = Some(now + Duration::from_millis(pause));
    }

    fn happens(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let index = self.random.usize(..self.hosts.len());
        let host = self.hosts[index].clone();
        let busy = self.crashes[index].is_some() || self.restarts[index].is_some();
        match self.random.u8(..20) {
            0..6 => {
                let sides = if self.random.bool() { 2 } else { 3 };
                self.sides = (0..self.hosts.len()).map(|_| self.random.u8(..sides)).collect();
                self.world.note(now, &format!("split into {:?}", self.sides));
            }
            6..9 => {
                self.sides.fill(0);
                self.world.note(now, "healed");
            }
            9..14 if host.is_up() && !busy => {
                // Words that are on their way to the disk, or from there to the others, when it happens.
                for _ in 0..self.random.usize(..4) {
                    host.say(None);
                }
                self.off[index] = self.random.u8(..3) == 0;
                self.crashes[index] = Some(now + Duration::from_millis(self.random.u64(..12)));
            }
            14..16 if host.is_up() && !busy => {
                self.world.note(now, &format!("[{index}] leaves"));
                host.leave();
                let pause = self.random.u64(100..8_000);
                self.restarts[index] = Some(now + Duration::from_millis(pause));
            }
            16 => {
                host.skew.store(skew(&mut self.random), Ordering::Relaxed);
                self.world.note(now, &format!("[{index}] has another time: {:?} ms", host.skew));
            }
            17 | 18 => {
                self.slow = !self.slow;
                let slowest = if self.slow { Duration::from_millis(self.random.u64(200..1_500)) } else { LATENCY };
                sim.set_max_message_latency(slowest);
                self.world.note(now, &format!("messages take up to {slowest:?}"));
            }
            19 => {
                self.lossy = !self.lossy;
                let lost = if self.lossy { self.random.f64() * 0.02 } else { 0.0 };
                sim.set_fail_rate(lost);
                self.world.note(now, &format!("lost: {lost:.4} of all messages"));
            }
            _ => {}
        }
    }

    /// Makes the cables what they should be.
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

    /// A dead link is noticed in time.
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

/// By how many milliseconds a clock is wrong.
fn skew(random: &mut fastrand::Rng) -> i64 {
    let most = i64::try_from(SKEW.as_millis()).unwrap();
    random.i64(-most..=most)
}
