//! A limit on the size of files, which `ulimit -f` sets.

/// Catches the signal that the system sends when a file would exceed the limit, so that it does not kill the program.
/// The write then fails as on a full disk.
#[cfg(unix)]
pub fn survive() {
    let signal = rustix::process::Signal::XFSZ.as_raw();
    if let Err(error) = signal_hook::flag::register(signal, std::sync::Arc::default()) {
        tracing::warn!(%error, "a limit on the size of files may end the program");
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn survive() {}
