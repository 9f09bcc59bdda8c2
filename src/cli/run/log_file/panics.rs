//! Logs panics, because their message is lost when the screen goes away.

use std::{
    panic::{self, PanicHookInfo},
    sync::Once,
    thread,
};

/// Installs the logging hook in front of the present one, once per process. Code that must act before the message is
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
    let thread = thread.name().unwrap_or("?");
    if let Some(message) = sayable(info.payload_as_str()) {
        tracing::error!(thread, at, "panic: {message}");
    } else {
        tracing::error!(thread, at, "panic: its message is on standard error only");
    }
}

/// The message of a panic, unless it quotes something: what people say is never logged.
fn sayable(message: Option<&str>) -> Option<&str> {
    message.filter(|message| !message.contains(['`', '"', '\'']))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::frontend::told::tests::Log;

    #[test]
    fn a_panic_is_logged_and_reaches_the_previous_hook() {
        static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            SEEN.lock().unwrap().extend(info.payload_as_str().map(str::to_owned));
            usual(info);
        }));
        install_hook();
        let log = Log::default();
        let thread_log = log.clone();
        let panics = move || thread_log.collect(|| panic!("number {}", 7));
        assert!(thread::Builder::new().name("node".to_owned()).spawn(panics).unwrap().join().is_err());
        let text = log.text();
        for part in ["ERROR", "panic: number 7", "thread=\"node\"", "panics.rs:"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(SEEN.lock().unwrap().contains(&"number 7".to_owned()));
    }

    #[test]
    fn a_panic_that_quotes_something_is_not_logged() {
        let harmless = Some("index out of bounds: the len is 3 but the index is 5");
        assert_eq!(sayable(harmless), harmless);
        let slicing = "start byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `é, a secret`";
        assert_eq!([sayable(Some(slicing)), sayable(None)], [None, None]);
    }
}
