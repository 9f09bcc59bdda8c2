//! A host whose disk goes back to an earlier copy of itself, as with a restored backup. From then on its key has two
//! histories: what it says next has numbers that were used before.

use std::{fs, ops::Range, os::unix::fs::DirBuilderExt as _, path::Path, time::Duration};

/// In one of this many seeds, a host goes back.
const ONE_IN: u64 = 3;

/// Milliseconds until the copy is made.
const COPIED_AT: Range<u64> = 2_000..12_000;

/// Milliseconds from then until the host goes back to it, and until it does so again.
const BACK_AFTER: Range<u64> = 2_000..10_000;

/// How many lines its user says at once after that. Some of them have the same number as a line that others hold.
pub(crate) const SAYS_FIRST: Range<u64> = 0..6;

/// The most times that it goes back.
const MOST: u8 = 2;

/// Which host goes back, and when.
#[derive(Debug)]
pub(crate) struct Backups {
    pub(crate) host: usize,
    /// When the copy is made; `None` once it is made.
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

    /// Whether the copy is to be made now.
    pub(crate) fn is_copied_now(&mut self, now: Duration) -> bool {
        self.copy_at.take_if(|at| *at <= now).is_some()
    }

    /// Whether the host is to go back as soon as it can.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        self.left > 0 && self.copy_at.is_none() && self.back_at <= now
    }

    /// Notes that the host goes back.
    pub(crate) fn goes_back(&mut self, now: Duration, random: &mut fastrand::Rng) {
        self.left -= 1;
        self.back_at = now + Duration::from_millis(random.u64(BACK_AFTER));
    }
}

/// Replaces the folder `to` with a copy of `from`.
pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    // A profile that others can read is not opened.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to).unwrap();
    for file in fs::read_dir(from).into_iter().flatten() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
