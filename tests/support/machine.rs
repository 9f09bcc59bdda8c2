//! What the machine under test provides: time to wait for, and things that it may lack.

use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};

/// How often to check a condition other than the output of our own processes.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long something may take that a person would call immediate: far more than it takes, even on a machine that is
/// busy with other tests.
pub(crate) const PATIENCE: Duration = seconds(30);

/// Whole seconds, in a short form for deadlines.
pub(crate) const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Checks until there is an answer, and returns it with the time that this took.
///
/// # Panics
/// If there is none within `deadline`.
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

/// Waits where the passing of time matters, and not a condition.
pub(crate) fn until_passed(time: Duration) {
    let begun = Instant::now();
    while let Some(left) = time.checked_sub(begun.elapsed()) {
        thread::park_timeout(left);
    }
}

/// Reports loudly that a test did not run, past the test harness's capture of output. Fails where skipping is not
/// allowed.
pub(crate) fn skip(test: &str, why: &str) {
    assert!(std::env::var_os("NO_SKIPPED_TESTS").is_none(), "{test} must not be skipped here, but {why}");
    let banner = format!("\n*** SKIPPED: {test}\n*** because {why}\n\n");
    // If the banner cannot be written, the test must not fail: nobody could be told.
    let _ = std::io::stderr().write_all(banner.as_bytes());
}
