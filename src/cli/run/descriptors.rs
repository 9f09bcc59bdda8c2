//! How many connections the operating system lets us have.

/// Open files and connections that are asked for: all that the limits of [`crate::runtime::net`] and [`crate::core::node`] add up to,
/// about a thousand, with room to spare. Many systems allow 1,024 unless asked, macOS 256.
#[cfg(unix)]
const WANTED: u64 = 4_096;

/// Asks for [`WANTED`], or what the administrator allows of it.
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
