//! What the machine under test gives: time to wait, and things that it may lack.

use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};

/// How often a condition outside our own processes' output is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long a condition may take that a person would call immediate: far more than it takes on a machine that is busy
/// with other tests.
pub(crate) const PATIENCE: Duration = seconds(30);

/// Whole seconds, short to write where a deadline stands.
pub(crate) const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Looks until there is an answer, and returns it with the time that took.
///
/// # Panics
/// When there is none within `deadline`.
pub(crate) fn until<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<T>) -> (T, Duration) {
    let begun = Instant::now();
    loop {
        if let Some(answer) = look() {
            return (answer, begun.elapsed());
        }
        assert!(begun.elapsed() < deadline, "{what}: not within {deadline:?}");
        thread::park_timeout(LOOK_EVERY);
    }
}

/// Waits where the passing of time is what is asked for, not a condition.
pub(crate) fn until_passed(time: Duration) {
    let begun = Instant::now();
    while let Some(left) = time.checked_sub(begun.elapsed()) {
        thread::park_timeout(left);
    }
}

/// Says loudly that a test did not run, past the capture of the test harness; fails where skipping is not allowed.
pub(crate) fn skip(test: &str, why: &str) {
    assert!(std::env::var_os("NO_SKIPPED_TESTS").is_none(), "{test} must not be skipped here, but {why}");
    let banner = format!("\n*** SKIPPED: {test}\n*** because {why}\n\n");
    // A lost banner must not fail the test: there is nobody left to tell.
    let _ = std::io::stderr().write_all(banner.as_bytes());
}
