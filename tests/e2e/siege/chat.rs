//! Two honest nodes that chat all the time, while one of them is attacked.

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::Target;
use crate::support::{Node, Ports, proc, seconds};

/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(5);

/// The fewest lines from which a percentile means anything, counted in each direction.
const LEAST: usize = 100;

/// In a burst, the attacked node says this many more lines between two measured ones, each of this length.
const BURST: (usize, usize) = (20, 2_000);

/// Ends the chat when dropped.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) struct Chat {
    alice: Node,
    bob: Node,
    said: usize,
    ports: Ports,
}

/// What was measured during an attack.
pub(super) struct Figures {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) most: Duration,
    pub(super) lines: usize,
    pub(super) memory_kib: u64,
    pub(super) descriptors: usize,
}

impl Figures {
    pub(super) const HEAD: &str = "   p50       p99       max   lines    memory  descr.        cut   outcome";
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, most] = [self.p50, self.p99, self.most].map(|time| format!("{time:.1?}"));
        let (lines, memory) = (self.lines, self.memory_kib / 1_024);
        write!(f, "{p50:>8}  {p99:>8}  {most:>8}  {lines:>5}  {memory:>5} MB   {:>5}", self.descriptors)
    }
}

impl Chat {
    /// Starts two nodes, and waits until they are linked.
    pub(super) fn start() -> Self {
        let ports = Ports::take();
        let range = ports.port(0)..=ports.port(2);
        let alice = Node::listening("alice", range.clone());
        let bob = Node::listening("bob", range);
        alice.wait_peer(&bob.id());
        bob.wait_peer(&alice.id());
        Self { alice, bob, said: 0, ports }
    }

    /// Chats until `attack` is over, but at least for [`LEAST`] lines each way.
    pub(super) fn during<T>(&mut self, burst: bool, attack: impl FnOnce(&Target) -> T) -> (T, Figures) {
        let target = Target { addr: self.alice.addr(), bob: self.bob.addr(), bob_id: self.bob.id() };
        let (over, pid) = (AtomicBool::new(false), self.alice.pid());
        let times = Mutex::new(Vec::new());
        let (outcome, (memory_kib, descriptors)) = thread::scope(|scope| {
            let watch = scope.spawn(|| {
                let mut most = (0, 0);
                loop {
                    // Measures at least once, even if the attack is over at once.
                    let last = over.load(Ordering::Relaxed);
                    most = (most.0.max(proc::own_memory_kib(pid)), most.1.max(proc::descriptors(pid)));
                    if last {
                        return most;
                    }
                    thread::park_timeout(PAUSE);
                }
            });
            let chat = scope.spawn(|| {
                while !over.load(Ordering::Relaxed) || times.lock().unwrap().len() < 2 * LEAST {
                    let pair = self.round(burst);
                    times.lock().unwrap().extend(pair);
                    thread::park_timeout(PAUSE);
                }
            });
            // Ends the chat even if the attack panics; otherwise it would go on for ever.
            let ended = Ended(&over);
            let outcome = attack(&target);
            drop(ended);
            chat.join().unwrap();
            (outcome, watch.join().unwrap())
        });
        let mut times = times.into_inner().unwrap();
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
        let figures = Figures { p50: at(50), p99: at(99), most: at(100), lines: times.len(), memory_kib, descriptors };
        (outcome, figures)
    }

    /// Says one line each way. Returns how long each took.
    fn round(&mut self, burst: bool) -> [Duration; 2] {
        if burst {
            let filler = "z".repeat(BURST.1);
            for _ in 0..BURST.0 {
                self.alice.say(&filler);
            }
        }
        self.said += 1;
        let text = format!("honest line {}", self.said);
        [line(&mut self.alice, &self.bob, &text), line(&mut self.bob, &self.alice, &text)]
    }

    /// Asserts that a newcomer is let in, heard, and can hear others.
    pub(super) fn assert_open(&mut self) {
        let mut carol = Node::listening("carol", self.range());
        carol.wait_peer(&self.alice.id());
        carol.wait_peer(&self.bob.id());
        self.alice.wait_peer(&carol.id());
        line(&mut carol, &self.alice, "is there room?");
        line(&mut self.alice, &carol, "there is");
    }

    fn range(&self) -> std::ops::RangeInclusive<u16> {
        self.ports.port(0)..=self.ports.port(2)
    }

    /// Asserts that the two still have their old link, and that only clean events came out.
    pub(super) fn assert_unharmed(&self) {
        for (node, other) in [(&self.alice, &self.bob), (&self.bob, &self.alice)] {
            let changes = node.peer_changes();
            let others: Vec<_> = changes.iter().filter(|change| change.ends_with(&other.id())).collect();
            assert_eq!(others.len(), 1, "the honest link never moved: {others:?}");
            node.assert_clean();
            for event in node.all(|e| Some(e.clone())) {
                for shown in event.as_object().unwrap().values().filter_map(|value| value.as_str()) {
                    assert_eq!(shown.chars().find(|&c| steers(c)), None, "in {event}");
                }
            }
        }
    }
}

/// The time from a line on one node's standard input to that line on the other's standard output.
fn line(from: &mut Node, to: &Node, text: &str) -> Duration {
    let mut looked = to.mark();
    let said = Instant::now();
    from.say(text);
    to.wait(text, seconds(100), |events| {
        let new = &events[looked..];
        looked = events.len();
        new.iter().any(|e| e["own"] == false && e["text"] == text).then_some(())
    });
    said.elapsed()
}

/// Controls, bidi controls and tags. Line feeds inside a message are allowed; JSON escapes them.
fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}
