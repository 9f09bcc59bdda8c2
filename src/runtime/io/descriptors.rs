//! How many files and connections the operating system lets us have, and how large files may be.

/// So many at once; none if there is no limit.
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

/// The size in bytes that no file of ours may exceed; none if there is no limit.
#[cfg(unix)]
pub fn file_size_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Fsize).current
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn file_size_limit() -> Option<u64> {
    None
}
