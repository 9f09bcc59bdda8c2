//! Messages from the node to the user, in words. They also go to the log file, so that you can look up later what
//! happened.

use super::words;
use crate::domain::bus::{Failure, Notice};

/// The text of a notice.
///
/// The log file has it in quotes. It may contain names that others chose, and these must not look like log entries.
pub(crate) fn notice(notice: &Notice) -> String {
    let text = words::notice(notice);
    tracing::info!(code = notice.code().as_str(), ?text, "told the user");
    text
}

/// The text for something that the user asked for and that did not work. See [`notice`] about the log file.
pub(crate) fn failure(failure: &Failure) -> String {
    let text = words::failure(failure);
    tracing::warn!(code = failure.code().as_str(), ?text, "told the user");
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;
    use crate::domain::{
        bus::{ConnectFailure, LinkNotice},
        model::Target,
    };

    /// A log file in memory.
    #[derive(Clone, Default)]
    pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        /// Runs `during` with this as the log.
        pub(crate) fn collect<R>(&self, during: impl FnOnce() -> R) -> R {
            let log = self.clone();
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone()).finish();
            tracing::subscriber::with_default(subscriber, during)
        }

        /// What was logged.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn messages_to_the_user_are_logged_without_forged_entries() {
        let log = Log::default();
        let name = "x\nINFO forged".to_owned();
        log.collect(|| {
            notice(&LinkNotice::TooSlow { name }.into());
            failure(&Failure::Connect(ConnectFailure::OwnAddress(Target::Socket(([127, 0, 0, 1], 1).into()))));
        });
        let text = log.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].contains("INFO") && lines[0].contains(r#"code="peer_too_slow" text="x\nINFO forged reads"#),
            "{text}"
        );
        assert!(lines[1].contains("WARN") && lines[1].contains("127.0.0.1:1 is your own address."), "{text}");
    }
}
