//! A host whose disk is put back to an earlier copy of itself, as after a restored backup. From then on its key has two
//! histories: what it says next has numbers that were used before.

use std::{fs, ops::Range, path::Path, time::Duration};

/// In one of so many seeds somebody goes back.
const ONE_IN: u64 = 3;

/// Milliseconds after which the copy is made.
const COPIED_AT: Range<u64> = 2_000..12_000;

/// Milliseconds after that until the host goes back to it, and until it does so again.
const BACK_AFTER: Range<u64> = 2_000..10_000;

/// How many lines its user says at once after that: with some of them others have a line of the same number.
pub(crate) const SAYS_FIRST: Range<u64> = 0..6;

/// How often it goes back at most.
const MOST: u8 = 2;

/// Who goes back, and when.
#[derive(Debug)]
pub(crate) struct Backups {
    pub(crate) host: usize,
    /// When the copy is made; none if it is made.
    copy_at: Option<Duration>,
    back_at: Duration,
    left: u8,
}

impl Backups {
    pub(crate) fn new(seed: u64, hosts: usize, random: &mut fastrand::Rng) -> Self {
        let copy_at = Duration::from_millis(random.u64(COPIED_AT));
        let back_at = copy_at + Duration::from_millis(random.u64(BACK_AFTER));
        let left = if seed.is_multiple_of(ONE_IN) { random.u8(1..=MOST) } else { 0 };
        Self { host: random.usize(..hosts), copy_at: Some(copy_at).filter(|_| left > 0), back_at, left }
    }

    /// Whether a copy is to be made now.
    pub(crate) fn is_copied_now(&mut self, now: Duration) -> bool {
        self.copy_at.take_if(|at| *at <= now).is_some()
    }

    /// Whether the host is to go back now, once it can.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        self.left > 0 && self.copy_at.is_none() && self.back_at <= now
    }

    /// The host goes back.
    pub(crate) fn goes_back(&mut self, now: Duration, random: &mut fastrand::Rng) {
        self.left -= 1;
        self.back_at = now + Duration::from_millis(random.u64(BACK_AFTER));
    }
}

/// Makes `to` what `from` is.
pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).into_iter().flatten() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
