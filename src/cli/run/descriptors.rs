//! How many connections the operating system lets us have.

/// How many open files and connections to ask for. The limits of [`crate::runtime::net`] and [`crate::core::node`] add
/// up to about a thousand; this leaves room to spare. Unless asked, many systems allow 1,024, and macOS allows 256.
#[cfg(unix)]
const WANTED: u64 = 4_096;

/// Asks for [`WANTED`], or as many as the administrator allows.
#[cfg(unix)]
pub(super) fn ask_for_enough() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
    {
        tracing::warn!(%error, ?current, wanted, "the limit of open files stays");
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(super) fn ask_for_enough() {}
