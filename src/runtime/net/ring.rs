//! The lines that linked nodes still have to read, kept once for all of them.

use std::collections::VecDeque;

use crate::{core::node::Unpublished, protocol::codec::Published};

/// How many lines are kept. A guest that is further behind is let go; a node gets what it missed from the log.
const RING_LINES: usize = 65_536;

/// How many bytes of text are kept.
const RING_BYTES: usize = 16 * 1024 * 1024;

/// A bounded window on everything that was published, in order. Each reader has a cursor, which is the number of the
/// next line that it wants. All readers share the bytes.
#[derive(Debug, Default)]
pub(super) struct Ring {
    lines: VecDeque<Published>,
    bytes: usize,
    /// The number of the oldest line that is kept.
    base: u64,
    /// Bytes of all lines that were ever added.
    written: u64,
}

/// A place in the ring: how many lines, and how many bytes of them, were added before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

impl Place {
    /// Whether `later` is at least `lines` lines, or `bytes` bytes of them, further on.
    pub(super) fn is_far_from(self, later: Self, lines: u64, bytes: u64) -> bool {
        later.lines.saturating_sub(self.lines) >= lines || later.bytes.saturating_sub(self.bytes) >= bytes
    }
}

/// The reader's next line is no longer kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reader fell off the ring")]
pub(super) struct FellBehind;

impl Ring {
    /// Adds a line. If there is no room, the oldest ones are dropped.
    pub(super) fn push(&mut self, line: Published) {
        self.bytes += line.bytes();
        self.written += line.bytes() as u64;
        self.lines.push_back(line);
        while self.lines.len() > RING_LINES || self.bytes > RING_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.bytes();
            self.base += 1;
        }
    }

    /// The number that the next line will get: the cursor of a reader who has everything.
    pub(super) fn head(&self) -> u64 {
        self.base + self.lines.len() as u64
    }

    /// The place of the next line.
    pub(super) fn end(&self) -> Place {
        Place { lines: self.head(), bytes: self.written }
    }

    /// The number of the oldest line that is kept.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// Whether a reader at `place` will be half a ring or more behind when `coming` is added, in lines or in bytes.
    pub(super) fn is_half_behind(&self, place: Place, coming: Unpublished) -> bool {
        let Place { lines, bytes } = self.end();
        let then = Place { lines: lines + coming.lines as u64, bytes: bytes + coming.bytes as u64 };
        place.is_far_from(then, RING_LINES as u64 / 2, RING_BYTES as u64 / 2)
    }

    /// Up to `max` lines from `cursor` on.
    ///
    /// # Errors
    /// [`FellBehind`] if the line at `cursor` is gone.
    pub(super) fn read(&self, cursor: u64, max: usize) -> Result<impl Iterator<Item = &Published>, FellBehind> {
        let start = usize::try_from(cursor.checked_sub(self.base).ok_or(FellBehind)?).map_err(|_| FellBehind)?;
        Ok(self.lines.range(start.min(self.lines.len())..).take(max))
    }

    /// Forgets what no reader needs: the lines before `cursor`.
    pub(super) fn release(&mut self, cursor: u64) {
        while self.base < cursor
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.base += 1;
        }
        if self.lines.is_empty() {
            self.lines.shrink_to(1_024);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::model::{Nick, Text},
        protocol::codec::event::Signed,
    };

    fn line(text: &str) -> Published {
        Published::new(&Signed::sample(), &Nick::new("me").unwrap(), &Text::new(text).unwrap(), false)
    }

    #[test]
    fn readers_see_every_line_once_in_order() {
        let mut ring = Ring::default();
        let (mut cursor, mut got) = (ring.head(), Vec::new());
        for n in 0..100 {
            ring.push(line(&n.to_string()));
            if n % 7 == 0 {
                got.extend(ring.read(cursor, 5).unwrap().cloned());
                cursor = got.len() as u64;
            }
        }
        while cursor < ring.head() {
            got.extend(ring.read(cursor, 5).unwrap().cloned());
            cursor = got.len() as u64;
        }
        assert!(got.iter().enumerate().all(|(n, l)| *l == line(&n.to_string())) && got.len() == 100);
    }

    #[test]
    fn falling_off_is_an_error_and_memory_stays_bounded() {
        let mut ring = Ring::default();
        let short = line("short");
        for _ in 0..=RING_LINES {
            ring.push(short.clone());
        }
        assert_eq!(ring.read(0, 1).err(), Some(FellBehind));
        assert!(ring.read(1, 1).is_ok());
        let long = line(&"x".repeat(60_000));
        for _ in 0..400 {
            ring.push(long.clone());
        }
        assert!(ring.bytes <= RING_BYTES && ring.lines.len() <= RING_BYTES / 60_000);
    }

    #[test]
    fn lines_that_everyone_has_read_are_released() {
        let mut ring = Ring::default();
        for _ in 0..1_000 {
            ring.push(line("x"));
        }
        ring.release(990);
        assert_eq!((ring.lines.len(), ring.head()), (10, 1_000));
        ring.release(5_000);
        assert_eq!((ring.lines.len(), ring.head(), ring.bytes), (0, 1_000, 0));
    }
}
