//! Collects a frame, so that it reaches the terminal in one piece.

use std::{cell::RefCell, io, rc::Rc};

use super::sequences::{FRAME_BEGIN, FRAME_END};

/// Room for an ordinary frame from the start: a full one of 200x50 cells takes about 30 KiB.
const INITIAL_CAPACITY: usize = 64 * 1024;

/// Where ratatui's backend writes to: it makes thousands of small writes and several flushes per frame.
///
/// Clones share one frame. Flushing does nothing; [`super::Host::present`] is what writes.
#[derive(Debug, Clone)]
pub struct FrameWriter {
    frame: Rc<RefCell<Vec<u8>>>,
}

impl FrameWriter {
    pub(super) fn new() -> Self {
        let mut frame = Vec::with_capacity(INITIAL_CAPACITY);
        frame.extend_from_slice(FRAME_BEGIN);
        Self { frame: Rc::new(RefCell::new(frame)) }
    }

    /// Hands the finished frame to `write`, once, if there is one, and begins the next.
    pub(super) fn take(&self, write: impl FnOnce(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut frame = self.frame.borrow_mut();
        if frame.len() == FRAME_BEGIN.len() {
            return Ok(());
        }
        frame.extend_from_slice(FRAME_END);
        let written = write(&frame);
        frame.truncate(FRAME_BEGIN.len());
        written
    }

    /// Forgets what was collected. Needed if the terminal was given away meanwhile.
    pub(super) fn discard(&self) {
        self.frame.borrow_mut().truncate(FRAME_BEGIN.len());
    }
}

impl io::Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_frame_is_one_write_and_nothing_is_no_write() {
        let mut writer = FrameWriter::new();
        let presented = writer.clone();
        let mut seen = Vec::new();
        let mut present = || {
            presented.take(|bytes| {
                seen.push(bytes.to_vec());
                Ok(())
            })
        };
        present().unwrap();
        writer.write_all(b"one").unwrap();
        writer.flush().unwrap();
        writer.write_all(b" two").unwrap();
        present().unwrap();
        present().unwrap();
        assert_eq!(seen, [b"\x1b[?2026hone two\x1b[?2026l"]);
    }

    #[test]
    fn a_failed_write_does_not_return_with_the_next_frame() {
        let mut writer = FrameWriter::new();
        writer.write_all(b"lost").unwrap();
        writer.take(|_| Err(io::ErrorKind::BrokenPipe.into())).unwrap_err();
        writer.write_all(b"next").unwrap();
        writer
            .take(|bytes| {
                assert_eq!(bytes, b"\x1b[?2026hnext\x1b[?2026l");
                Ok(())
            })
            .unwrap();
    }
}
