//! The word index, which grows with each new word, and contradictions that cannot be decided before the disk has a
//! line.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::{MEMORY_KIB, alone, apart, measure::Figures, pair, start};
use crate::{
    attack::crowd::{Filler, compare, fill},
    support::{Ports, proc, seconds},
};

/// How late lines may be while the index grows.
const LATE: Duration = seconds(1);

#[test]
fn new_words_make_nobodys_lines_late() {
    let (_alone, ports) = (alone(), Ports::take());
    let (mut victor, mut bob) = pair(&ports);
    let to = victor.addr();
    let (_, figures) = Figures::during(&mut victor, &mut bob, || fill(to, 2, seconds(12), 60_000, Filler::NewWords));
    println!("{figures}");
    assert!(figures.honest.most < LATE, "honest lines took up to {:?}", figures.honest.most);
    assert!(figures.own.most < LATE, "own lines took up to {:?}", figures.own.most);
    figures.check_memory();
}

#[test]
fn undecided_contradictions_cost_little_memory() {
    let (_alone, ports) = (alone(), Ports::take());
    let victor = start(&apart("victor", &ports, 0, &[]));
    let (to, pid, over) = (victor.addr(), victor.pid(), AtomicBool::new(false));
    let most = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !over.load(Ordering::Relaxed) {
                most = most.max(proc::own_memory_kib(pid));
                thread::park_timeout(Duration::from_millis(20));
            }
            most
        });
        compare(to, 16, 250, 60_000);
        over.store(true, Ordering::Relaxed);
        watch.join().unwrap()
    });
    println!("at most {} MB (promised: 64 MB)", most / 1_024);
    assert!(most < MEMORY_KIB, "{most} KiB");
    victor.assert_clean();
}
