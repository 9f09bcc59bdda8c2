//! A message on its way to everyone.

use bytes::Bytes;

use super::{event::Signed, mesh, reference};
use crate::domain::model::{Nick, Text};

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
    /// Encodes a message for both protocols: `event` is what holds it in the log.
    pub fn new(event: &Signed, nick: &Nick, text: &Text, action: bool) -> Self {
        let mesh = mesh::batch([event]);
        let reference = reference::single(nick, text, action)
            .map_or_else(|| Lines::Many(reference::several(nick, text, action).into()), Lines::One);
        Self { mesh, reference }
    }

    /// The frames for a node.
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
