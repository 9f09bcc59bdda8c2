//! How many files and connections the operating system lets us have.

/// How many may be open at once, or `None` if there is no limit.
#[cfg(unix)]
pub fn descriptors() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    usize::try_from(limit).ok()
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn descriptors() -> Option<usize> {
    None
}
