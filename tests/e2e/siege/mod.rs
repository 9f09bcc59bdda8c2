//! Attacks on the real program while it chats with an honest node: one test for each, listed in `attacks`.
//!
//! `cargo test --test e2e siege -- --ignored --nocapture` runs all of them in a few minutes and prints the figures: how
//! long the attacker was tolerated, how long honest lines took meanwhile, and the most memory and descriptors that the
//! attacked node had. They run one after the other, because each measures what the machine gives to its nodes.

#![cfg(target_os = "linux")]

mod abuse;
mod attacks;
mod chat;
mod events;
mod handshakes;
mod silence;
mod volume;

use std::{fs::File, net::SocketAddr, time::Duration};

use chat::Chat;

use crate::{
    attack::{
        End, Face, Key, Link, connect, hello,
        proto::{Hello, Reason},
    },
    support::{seconds, until},
};

/// The longest that 99 of 100 honest lines may take, whatever is going on.
const LATENCY: Duration = Duration::from_millis(100);

/// Memory of the attacked node in KiB, without the pages of its program, which come and go with whatever else the
/// machine does. Everything bounded may be full at once: updates and the ring 16 MiB each, what waits for the disk 8,
/// links and causes 4 each, which is 48 MiB. Without bounds, streams took 229 MiB, and a peer that never reads took 95
/// MiB a second.
const MEMORY_KIB: u64 = 64 * 1024;

/// Open file descriptors of the attacked node.
const DESCRIPTORS: usize = 1_200;

/// Times are promised for a machine that has nothing else to do. This is how many times longer the test waits.
const SLACK: u32 = 10;

/// How often an attack is tried if honest lines were slow during it. They may also have waited for a disk that stalls,
/// which happens now and then, whereas an attack that works does so every time.
const TRIES: u32 = 2;

/// The shortest time for which a repeatable attack goes on, so that the chat is measured meanwhile.
const LEAST: Duration = seconds(2);

/// The longest that a step of an attack may take before it counts as not ended.
const PATIENCE: Duration = seconds(50);

/// The node under attack.
struct Target {
    addr: SocketAddr,
    /// The honest peer.
    bob: SocketAddr,
    bob_id: String,
}

impl Target {
    /// A link under a new key, past the greeting.
    fn link(&self, nick: &str) -> (Key, Link) {
        self.link_with(|key| hello(key, nick))
    }

    /// The same with any greeting of that key. Dials again while the target turns the link away without a reason, as it
    /// does with links that come too fast.
    fn link_with(&self, greeting: impl Fn(&Key) -> Hello) -> (Key, Link) {
        let dial = || {
            let key = Key::random();
            let mut link = Link::dial(connect(self.addr, &Face::of(&key)).unwrap()).unwrap();
            match link.greet(greeting(&key)) {
                Ok(_) => Some((key, link)),
                Err(End::Bye(Reason::Unspecified)) => None,
                Err(end) => panic!("{end:?}"),
            }
        };
        until("a link", PATIENCE, dial).0
    }
}

/// How an attack went.
struct Outcome {
    /// A few words for the report.
    what: String,
    /// How long the slowest attacker was tolerated.
    cut: Option<Duration>,
}

/// An attack, and what it may cost.
struct Attack {
    name: &'static str,
    /// The time within which each attacker must be cut; `None` if it need not be.
    promised: Option<Duration>,
    /// Whether the attacked node sends a burst of lines meanwhile.
    burst: bool,
}

impl Attack {
    /// Each attacker is cut within five seconds.
    const fn cut(name: &'static str) -> Self {
        Self::cut_within(name, 5)
    }

    /// Each attacker is cut within `promised` seconds.
    const fn cut_within(name: &'static str, promised: u64) -> Self {
        Self { name, promised: Some(seconds(promised)), burst: false }
    }

    /// The attacker may go on, as long as the attack stays within the bounds.
    const fn borne(name: &'static str) -> Self {
        Self { name, promised: None, burst: false }
    }

    const fn during_a_burst(self) -> Self {
        Self { burst: true, ..self }
    }
}

/// Attacks one of two nodes that chat, and checks what the attack cost them.
fn besiege(attack: &Attack, run: impl Fn(&Target) -> Outcome) {
    // A lock for all processes: two sieges at a time would measure each other.
    let alone = File::create(std::env::temp_dir().join("pctest-siege")).unwrap();
    alone.lock().unwrap();
    let mut chat = Chat::start();
    println!("\n  {:<36} {}", "attack", chat::Figures::HEAD);
    let mut failed = Vec::new();
    let mut slow = None;
    for _ in 0..TRIES {
        let (outcome, figures) = chat.during(attack.burst, &run);
        let cut = outcome.cut.map_or_else(|| "-".to_owned(), |cut| format!("{cut:.1?}"));
        println!("  {:<36} {figures}   {cut:>8}   {}", attack.name, outcome.what);
        let mut check = |holds: bool, what: String| {
            if !holds {
                failed.push(what);
            }
        };
        check(figures.memory_kib < MEMORY_KIB, format!("{} KiB", figures.memory_kib));
        check(figures.descriptors < DESCRIPTORS, format!("{} descriptors", figures.descriptors));
        if let Some(promised) = attack.promised {
            check(outcome.cut.is_some_and(|cut| cut < promised * SLACK), format!("cut after {cut}"));
        }
        slow = (figures.p99 >= LATENCY * SLACK).then(|| format!("honest lines took {:?}", figures.p99));
        if slow.is_none() {
            break;
        }
    }
    failed.extend(slow);
    chat.assert_open();
    chat.assert_unharmed();
    assert!(failed.is_empty(), "{}: {failed:#?}", attack.name);
}
