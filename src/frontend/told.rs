//! What the node tells its user, in words. It is noted in the log file as well, for those who ask later what happened.

use super::words;
use crate::domain::bus::{Failure, Notice};

/// Something worth a dim line.
///
/// In the log file the text is quoted. It may have names in it that others chose, and these must not look like entries of
/// the log.
pub(crate) fn notice(notice: &Notice) -> String {
    let text = words::notice(notice);
    tracing::info!(code = notice.code().as_str(), ?text, "told the user");
    text
}

/// Something the user asked for did not work. See [`notice`] about the log file.
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
        /// Does something with this as the log.
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
    fn what_the_user_is_told_is_in_the_log_and_names_forge_no_entry() {
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
