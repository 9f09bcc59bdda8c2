//! How many streams a connection has.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio_util::sync::CancellationToken;

/// Counts the streams of one connection, each of which is a link. Some clients open several: one that ends must not
/// take the others with it. Without an open link the connection ends, so that no connection is left that counts neither
/// as waiting nor as open.
#[derive(Debug, Clone)]
pub(super) struct StreamCount {
    all: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    cut: CancellationToken,
}

/// One stream; it counts until it is dropped.
#[derive(Debug)]
pub(super) struct CountedStream {
    streams: StreamCount,
    is_open: bool,
}

impl StreamCount {
    pub(super) fn new(cut: CancellationToken) -> Self {
        Self { all: Arc::default(), open: Arc::default(), cut }
    }

    pub(super) fn enter(&self) -> CountedStream {
        self.all.fetch_add(1, Ordering::Relaxed);
        CountedStream { streams: self.clone(), is_open: false }
    }
}

impl CountedStream {
    pub(super) fn open(&mut self) {
        self.is_open = true;
        self.streams.open.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for CountedStream {
    fn drop(&mut self) {
        let StreamCount { all, open, cut } = &self.streams;
        let others = all.fetch_sub(1, Ordering::Relaxed) - 1;
        let others_open = open.fetch_sub(usize::from(self.is_open), Ordering::Relaxed) - usize::from(self.is_open);
        if others_open == 0 && (self.is_open || others == 0) {
            cut.cancel();
        }
    }
}
