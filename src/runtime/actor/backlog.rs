//! How much text waits for the front end.

use std::collections::VecDeque;

use crate::domain::bus::Update;

/// Bytes of text that may wait for a front end that does not read. Above this, the links are not read either. One turn
/// of the actor's loop may add a batch of the longest lines: another 8 MiB.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The sizes of the updates in the channel, oldest first. The channel limits the number of updates; this limits their
/// text.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    sizes: VecDeque<usize>,
    bytes: usize,
}

impl Backlog {
    /// Whether too much text waits while `waiting` updates are in the channel.
    pub(super) fn is_full(&mut self, waiting: usize) -> bool {
        self.forget_taken(waiting);
        self.bytes > MAX_BYTES
    }

    /// Notes that an update of `size` bytes went into the channel, which now holds `waiting` updates.
    pub(super) fn add(&mut self, size: usize, waiting: usize) {
        self.sizes.push_back(size);
        self.bytes += size;
        self.forget_taken(waiting);
    }

    /// Forgets the updates that the front end has taken.
    fn forget_taken(&mut self, waiting: usize) {
        let taken = self.sizes.len().saturating_sub(waiting);
        self.bytes -= self.sizes.drain(..taken).sum::<usize>();
    }
}

/// The bytes of text in an update; only messages have more than a few.
pub(super) fn size(update: &Update) -> usize {
    if let Update::Message(message) = update.event() { message.text.as_str().len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_that_were_taken_no_longer_count() {
        let mut backlog = Backlog::default();
        for waiting in 1..=17 {
            assert!(!backlog.is_full(waiting - 1), "{waiting}");
            backlog.add(1 << 20, waiting);
        }
        assert!(backlog.is_full(17));
        assert!(!backlog.is_full(16), "the front end took one");
        backlog.add(1 << 20, 10);
        assert_eq!((backlog.sizes.len(), backlog.bytes), (10, 10 << 20));
        assert!(!backlog.is_full(0));
        assert_eq!(backlog.bytes, 0);
    }
}
