//! A clock that shows the wrong time of day, by libfaketime.

use std::path::PathBuf;

use super::skip;

/// A wrong clock. Only the time of day is wrong; measured durations are right.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    library: PathBuf,
    off: String,
}

impl Wrong {
    /// A clock that is off by `off`, such as `+3d`, `-3m` or `+10y`; `None` after reporting loudly that there is no
    /// libfaketime.
    pub(crate) fn or_skip(test: &str, off: &str) -> Option<Self> {
        let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let mut libraries = architectures.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
        let Some(library) = libraries.find(|library| library.exists()) else {
            skip(test, "it needs libfaketime (Debian: faketime)");
            return None;
        };
        Some(Self { library, off: off.to_owned() })
    }

    /// The variables for a program that uses this clock.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        let on = || "1".to_owned();
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME", self.off.clone()),
            // Under its old name and its new one.
            ("DONT_FAKE_MONOTONIC", on()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", on()),
        ]
    }
}
