//! Panics are logged, because a screen that goes away takes their message with it.

use std::{
    panic::{self, PanicHookInfo},
    sync::Once,
    thread,
};

/// Puts the logging hook before the one that is there, once per process. Whoever wants to act before the message is
/// printed, such as the screen, installs its hook later.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            log(info);
            previous(info);
        }));
    });
}

fn log(info: &PanicHookInfo<'_>) {
    let at = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = thread::current();
    tracing::error!(thread = thread.name().unwrap_or("?"), at, "panic: {}", sayable(info.payload_as_str()));
}

/// What a panic says, unless it quotes something: what people say is never logged.
fn sayable(message: Option<&str>) -> &str {
    match message {
        Some(message) if !message.contains(['`', '"', '\'']) => message,
        _ => "its message is on standard error only",
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

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
    fn a_panic_of_any_thread_is_logged_and_goes_on_to_the_hook_before() {
        static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            SEEN.lock().unwrap().extend(info.payload_as_str().map(str::to_owned));
            usual(info);
        }));
        install_hook();
        let log = Log::default();
        let writer = log.clone();
        let panics = move || {
            let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
            tracing::subscriber::with_default(subscriber, || panic!("number {}", 7));
        };
        assert!(thread::Builder::new().name("node".to_owned()).spawn(panics).unwrap().join().is_err());
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for part in ["ERROR", "panic: number 7", "thread=\"node\"", "panics.rs:"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(SEEN.lock().unwrap().contains(&"number 7".to_owned()));
    }

    #[test]
    fn what_a_panic_quotes_is_not_logged() {
        assert_eq!(sayable(Some("index out of bounds: the len is 3 but the index is 5")).get(..5), Some("index"));
        let slicing = "start byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `é, a secret`";
        assert!(!sayable(Some(slicing)).contains("secret"));
        assert_eq!(sayable(None), "its message is on standard error only");
    }
}
