//! What sweeps do to a kernel's neighbour table.
//!
//! The kernel has one table for all namespaces of the machine. It also counts for all of them together how often the
//! table was full, so that this number depends on what else the machine does. Therefore a filter on the sweeping
//! machine counts what a sweep takes: it keeps each requested address for as long as the kernel would if nobody
//! answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::support::Host;

/// Entries in the kernel's table (`gc_thresh3`, by default).
const CAPACITY: usize = 1_024;

/// Keeps each address for three seconds: the kernel asks three times for a silent host, a second apart.
const RULES: &str = "table inet neighbours {
    set asked { type ipv4_addr; flags dynamic,timeout; timeout 3s; gc-interval 1s; size 65535; }
    chain watch {
        type filter hook output priority 0; policy accept;
        oifname eth0 tcp flags & (syn | ack) == syn add @asked { ip daddr }
    }
}";

/// How often the entries are counted: the table fills up over seconds.
const COUNT_EVERY: Duration = Duration::from_millis(100);

/// Counts the table entries that a machine's nodes take, until it is asked for the result.
pub(super) struct Neighbours {
    over: Arc<AtomicBool>,
    most: Arc<AtomicUsize>,
    counting: thread::JoinHandle<()>,
}

impl Neighbours {
    /// Starts counting on this machine, which needs `nft`.
    pub(super) fn watch(host: &Host) -> Self {
        host.filter(RULES);
        let (over, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let counting = thread::spawn({
            let (host, over, most) = (host.clone(), Arc::clone(&over), Arc::clone(&most));
            move || {
                // Counts at least once, even if it is already over.
                loop {
                    let last = over.load(Ordering::Relaxed);
                    most.fetch_max(host.elements_of("neighbours", "asked"), Ordering::Relaxed);
                    if last {
                        return;
                    }
                    thread::park_timeout(COUNT_EVERY);
                }
            }
        });
        Self { over, most, counting }
    }

    /// Asserts that the machine asked for somebody, and never for more than a table of its own could hold.
    pub(super) fn assert_never_full(self) {
        self.over.store(true, Ordering::Relaxed);
        self.counting.thread().unpark();
        self.counting.join().expect("counting goes well");
        let most = self.most.load(Ordering::Relaxed);
        println!("at most {most} neighbours were asked for at a time, of {CAPACITY} that the kernel can bear");
        assert!((1..CAPACITY).contains(&most), "{most} neighbours at a time");
    }
}
