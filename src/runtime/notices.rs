//! Writes what the user is told to the log file as well, for those who ask later what happened.

use crate::domain::bus::Update;

/// Notes a notice or a failure in the log file. The front ends show them and keep nothing.
///
/// Their text is quoted. It may have names in it that others chose, and these must not look like entries of the log.
pub fn note(update: &Update) {
    match update {
        Update::Notice { code, text } => tracing::info!(code = code.as_str(), ?text, "told the user"),
        Update::Failed { code, text } => tracing::warn!(code = code.as_str(), ?text, "told the user"),
        _ => {}
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;
    use crate::domain::bus::{FailureCode, NoticeCode};

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
    fn what_the_user_is_told_is_in_the_log_and_what_people_say_is_not() {
        let log = Log::default();
        log.collect(|| {
            note(&Update::Notice { code: NoticeCode::RoomFull, text: "No room.\nINFO forged".to_owned() });
            note(&Update::Failed { code: FailureCode::Storage, text: "The disk is full.".to_owned() });
            note(&Update::Unsent { lines: 7 });
        });
        let text = log.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].contains("INFO") && lines[0].contains(r#"code="room_full" text="No room.\nINFO forged""#),
            "{text}"
        );
        assert!(lines[1].contains("WARN") && lines[1].contains("The disk is full."), "{text}");
    }
}
