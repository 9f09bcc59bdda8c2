//! The log file: what this program does. It never goes to the screen, and never holds what people say.

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

/// How many days are kept, one file each: enough to look back over a working week.
const DAYS: usize = 7;

/// How many lines may wait for the disk. Further ones are dropped, because a full disk must not stop a chat.
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

/// Starts the log, including panics. Lines that still wait are written when the guard is dropped.
///
/// With `verbose`, the log also holds details of this program. Of the libraries, it only ever holds warnings and
/// errors.
///
/// # Errors
/// [`LogError`], to be shown once. The program goes on without a log.
pub fn start(verbose: bool) -> Result<WorkerGuard, LogError> {
    let (writer, guard) = open(&directory().ok_or(LogError::Homeless)?)?;
    let level = if verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let subscriber = tracing_subscriber::registry().with(layer(writer, level));
    // Fails only if there is a subscriber already, which then gets the lines.
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

/// Private to the user, because the log holds addresses and names of people.
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
    fn the_level_decides_which_lines_are_logged() {
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
    fn other_users_cannot_read_the_log() {
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
