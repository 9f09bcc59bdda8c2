//! Two people who chat during an attack, and how late their lines are.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::MEMORY_KIB;
use crate::support::{Node, proc, seconds};

/// The time between two lines of one person.
const PAUSE: Duration = Duration::from_millis(25);

/// The fewest lines from which a percentile means anything.
const LEAST: usize = 50;

/// How late lines were.
#[derive(Clone, Copy)]
pub(super) struct Late {
    pub(super) p99: Duration,
    pub(super) most: Duration,
    lines: usize,
}

/// What was measured meanwhile.
pub(super) struct Figures {
    /// From bob's input to the victim's output.
    pub(super) honest: Late,
    /// From the victim's input to its own output, which it reaches only once it is on disk.
    pub(super) own: Late,
    memory_kib: u64,
}

/// Ends the chat when dropped, even if the attack panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Late {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
        Self { p99: at(99), most: at(100), lines: times.len() }
    }
}

impl Figures {
    /// Lets `bob` and the attacked node say lines until `attack` is over, but at least [`LEAST`] each.
    pub(super) fn during<T: Send>(victor: &mut Node, bob: &mut Node, attack: impl FnOnce() -> T + Send) -> (T, Self) {
        let (over, pid) = (AtomicBool::new(false), victor.pid());
        thread::scope(|scope| {
            let over = &over;
            let attack = scope.spawn(move || {
                let _over = Over(over);
                attack()
            });
            let (mut honest, mut own, mut memory_kib) = (Vec::new(), Vec::new(), 0);
            while !over.load(Ordering::Relaxed) || honest.len() < LEAST {
                let n = honest.len();
                honest.push(line(bob, Some(victor), &format!("honest {n}")));
                own.push(line(victor, None, &format!("own {n}")));
                memory_kib = memory_kib.max(proc::own_memory_kib(pid));
                thread::park_timeout(PAUSE);
            }
            let figures = Self { honest: Late::of(honest), own: Late::of(own), memory_kib };
            (attack.join().unwrap(), figures)
        })
    }

    /// Asserts that the attacked node stayed within its memory limit.
    pub(super) fn check_memory(&self) {
        assert!(self.memory_kib < MEMORY_KIB, "{} KiB", self.memory_kib);
    }
}

/// The time from a node's standard input to the standard output of `to`, or to its own.
fn line(from: &mut Node, to: Option<&Node>, text: &str) -> Duration {
    let mut looked = to.unwrap_or(from).mark();
    let said = Instant::now();
    from.say(text);
    to.unwrap_or(from).wait(text, seconds(100), |events| {
        let new = &events[looked..];
        looked = events.len();
        new.iter().any(|e| e["event"] == "message" && e["text"] == text).then_some(())
    });
    said.elapsed()
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (whose, late) in [("honest", self.honest), ("own", self.own)] {
            write!(f, "{whose}: p99 {:.1?}, most {:.1?} of {} lines; ", late.p99, late.most, late.lines)?;
        }
        write!(f, "{} MB", self.memory_kib / 1_024)
    }
}
