//! How large files may be.

/// The size in bytes that no file of ours may exceed, or `None` if there is no limit.
#[cfg(unix)]
pub fn file_size_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Fsize).current
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn file_size_limit() -> Option<u64> {
    None
}
