//! Everything that the nodes of a run report, and when.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// The hash of a run. Two runs of a seed that have different hashes are not the same run.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: Sha256,
    aloud: bool,
}

impl Trace {
    pub(crate) fn new(aloud: bool) -> Self {
        Self { hash: Sha256::new(), aloud }
    }

    pub(crate) fn note(&mut self, at: Duration, line: &str) {
        let line = format!("{:9.3} {line}", at.as_secs_f64());
        self.hash.update(&line);
        self.hash.update(b"\n");
        if self.aloud {
            crate::say(&line);
        }
    }

    pub(crate) fn hash(&self) -> String {
        let hash = self.hash.clone().finalize();
        let (begin, _) = hash.split_at(8);
        format!("{:016x}", u64::from_be_bytes(begin.try_into().unwrap()))
    }
}
