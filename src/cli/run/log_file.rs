//! The log file: what this program does, never on the screen and never what people say.

mod panics;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;
use tracing_appender::{
    non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard},
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt};

use crate::runtime::disk::{check_owner, directories};

/// Days that are kept, one file each: a working week of hindsight, and a bound.
const DAYS: usize = 7;

/// Lines that may wait for the disk; more are dropped, because a full disk must not stop a chat.
const WAITING_LINES: usize = 4_096;

/// Why there is no log. The program works without one.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system names no directory for it.
    #[error("There is no log file: your home directory is unknown. Set HOME or XDG_STATE_HOME.")]
    Homeless,
    /// The directory or file cannot be made.
    #[error("There is no log file: {} cannot be written ({reason}). The chat runs without one.", path.display())]
    File {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

/// Starts the log, panics included; what waits is written when the guard is dropped.
///
/// With `verbose`, the details of this program are in it too; of the libraries, only warnings ever are.
///
/// # Errors
/// [`LogError`], to be said once; the program goes on.
pub fn start(verbose: bool) -> Result<WorkerGuard, LogError> {
    let (writer, guard) = open(&directory().ok_or(LogError::Homeless)?)?;
    let level = if verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let subscriber = tracing_subscriber::registry().with(layer(writer, level));
    // Fails only when there is one already, which then gets the lines.
    let _ = tracing::subscriber::set_global_default(subscriber);
    panics::install_hook();
    Ok(guard)
}

fn layer<S>(writer: NonBlocking, level: tracing::Level) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let targets = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level).with_default(tracing::Level::WARN);
    fmt::layer().with_writer(writer).with_ansi(false).with_filter(targets)
}

/// `proximity-chat` in the user's state directory.
fn directory() -> Option<PathBuf> {
    let dirs = directories().ok()?;
    // Windows has no directory for state.
    let directory = dirs.state_dir().unwrap_or_else(|| dirs.cache_dir()).join("proximity-chat");
    check_owner(&directory).ok().map(|()| directory)
}

fn open(directory: &Path) -> Result<(NonBlocking, WorkerGuard), LogError> {
    let failed = |reason: String| LogError::File { path: directory.to_owned(), reason };
    create_private(directory).map_err(|error| failed(error.to_string()))?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("proximity-chat")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(directory)
        .map_err(|error| failed(error.to_string()))?;
    Ok(NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING_LINES).finish(file))
}

/// Addresses and names of people are nobody else's business.
fn create_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn written(directory: &Path) -> String {
        fs::read_dir(directory).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    #[test]
    fn lines_reach_the_file_by_their_level() {
        for (level, details) in [(tracing::Level::INFO, false), (tracing::Level::DEBUG, true)] {
            let home = tempfile::tempdir().unwrap();
            let directory = home.path().join("state/proximity-chat");
            let (writer, guard) = open(&directory).unwrap();
            let subscriber = tracing_subscriber::registry().with(layer(writer, level));
            tracing::subscriber::with_default(subscriber, || {
                tracing::info!(port = 4565, "listening");
                tracing::debug!("a detail");
                tracing::info!(target: "h2", "of a library");
            });
            drop(guard);
            let text = written(&directory);
            assert!(text.contains("listening port=4565") && !text.contains('\u{1b}'), "{text}");
            assert_eq!(text.contains("a detail"), details, "{text}");
            assert!(!text.contains("of a library"), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("a/b");
        let _writer = open(&directory).unwrap();
        assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_log_that_cannot_be_written_says_where() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        let error = open(&file.join("proximity-chat")).unwrap_err();
        assert!(error.to_string().starts_with(&format!("There is no log file: {}", file.display())), "{error}");
    }
}
