//! A clock that shows the wrong time of day, by libfaketime.

use std::path::PathBuf;

use super::skip;

/// A wrong clock. What measures how long something takes is right.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    library: PathBuf,
    off: String,
}

impl Wrong {
    /// A clock that is off by `off`, such as `+3d`, `-3m` or `+10y`; says so and returns none on a machine without libfaketime.
    pub(crate) fn or_skip(test: &str, off: &str) -> Option<Self> {
        let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let mut libraries = architectures.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
        let Some(library) = libraries.find(|library| library.exists()) else {
            skip(test, "it needs libfaketime (Debian: faketime)");
            return None;
        };
        Some(Self { library, off: off.to_owned() })
    }

    /// The variables of a program that goes by it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        let on = || "1".to_owned();
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME", self.off.clone()),
            // Under its old and its new name.
            ("DONT_FAKE_MONOTONIC", on()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", on()),
        ]
    }
}
