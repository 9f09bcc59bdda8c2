//! A message on its way to everyone.

use bytes::Bytes;

use super::{MAX_LINES_SENT, event::Signed, mesh, reference};
use crate::domain::model::{Nick, Text, Topic};

/// What the mesh adds to an event in a frame of its own: tags and lengths.
const FRAMING: usize = 32;

/// What a name takes in front of each line of a message with several lines: 24 columns of four bytes, and what stands
/// between name and text. A name full of combining marks is longer.
const NAME_BYTES: usize = 100;

/// Which of the two protocols a link speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Our own, inside TLS.
    Mesh,
    /// The reference program's, in plain text.
    Reference,
}

/// A message as it goes to other nodes, encoded once for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    mesh: Bytes,
    reference: Lines,
}

/// Nearly every message is one line, which needs no list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lines {
    One(Bytes),
    Many(Box<[Bytes]>),
}

impl Lines {
    fn as_slice(&self) -> &[Bytes] {
        match self {
            Self::One(line) => std::slice::from_ref(line),
            Self::Many(lines) => lines,
        }
    }
}

impl Published {
    /// Encodes a message for both protocols: `event` is its event in the log.
    pub fn new(event: &Signed, nick: &Nick, text: &Text, action: bool) -> Self {
        let mesh = mesh::batch([event]);
        let reference = reference::single(nick, text, action)
            .map_or_else(|| Lines::Many(reference::several(nick, text, action).into()), Lines::One);
        Self { mesh, reference }
    }

    /// The same for a topic. Guests read of it as of an action.
    pub fn topic(event: &Signed, nick: &Nick, topic: &Topic) -> Self {
        Self::new(event, nick, &reference::topic(topic), true)
    }

    /// An upper estimate of the bytes that the message in `event` will hold, without encoding it: its text once for
    /// each protocol, and for guests the name again in front of each line.
    pub fn most_bytes(event: &Signed) -> usize {
        let line_feeds = event.content.split(|byte| *byte == b'\n').count() - 1;
        2 * event.bytes() + FRAMING + line_feeds.min(MAX_LINES_SENT) * NAME_BYTES
    }

    /// The frames for a node that speaks `protocol`.
    pub fn get(&self, protocol: Protocol) -> &[Bytes] {
        match protocol {
            Protocol::Mesh => std::slice::from_ref(&self.mesh),
            Protocol::Reference => self.reference.as_slice(),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.mesh.len() + self.reference.as_slice().iter().map(Bytes::len).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::codec::event::Content;

    #[test]
    fn the_estimate_is_never_below_what_a_message_holds() {
        let long = "x".repeat(60_000);
        let short_lines = "a\n".repeat(2_000);
        let page = "a line of a page\n".repeat(40);
        for name in ["me", "somebody of-24-columns-x", "四四四四四四四四四四四四"] {
            for text in ["x", "two\nlines", &long, &short_lines, &page] {
                let (nick, text) = (Nick::new(name).unwrap(), Text::new(text).unwrap());
                let content = Content::said([7; 16], &nick, &text, true);
                let event = Signed { content, ..Signed::sample() };
                let held = Published::new(&event, &nick, &text, true).bytes();
                let estimate = Published::most_bytes(&event);
                assert!(held <= estimate && estimate < held * 3 + 1_000, "{held} bytes, estimated {estimate}");
            }
        }
    }
}
