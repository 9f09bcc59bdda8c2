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
mod tests {
    use std::{io, sync::Arc, sync::Mutex};

    use super::*;
    use crate::domain::bus::{FailureCode, NoticeCode};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

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
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            note(&Update::Notice { code: NoticeCode::RoomFull, text: "No room.\nINFO forged".to_owned() });
            note(&Update::Failed { code: FailureCode::Storage, text: "The disk is full.".to_owned() });
            note(&Update::Unsent { lines: 7 });
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].contains("INFO") && lines[0].contains(r#"code="room_full" text="No room.\nINFO forged""#),
            "{text}"
        );
        assert!(lines[1].contains("WARN") && lines[1].contains("The disk is full."), "{text}");
    }
}
