//! The words that the node and its shell share about connections: how to dial, what a dial, a handshake or a link came to.

use crate::domain::model::{LeaveReason, NodeId};

/// What the TLS handshake has proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secure {
    /// The other side holds the private key of this one.
    pub node: NodeId,
    /// Names this TLS session and no other (RFC 9266, tls-exporter): two sessions with somebody in between have two.
    pub exporter: [u8; 32],
}

/// Why a dial came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialFailure {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    Timeout,
    /// No way there from the address that we listen on.
    Unreachable,
    /// The connection ended before an answer.
    Ended,
    /// Something answered that does not speak our protocol.
    Protocol,
    /// It answered the TLS handshake in plain text, as reference nodes do.
    NotTls,
    /// It answered the TLS handshake and did not prove who it is, or is not who was looked for.
    Untrusted,
}

/// How to dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With TLS.
    Secure {
        /// The only one who may be there, if it matters.
        only: Option<NodeId>,
    },
    /// In plain text.
    Plain,
}

/// Why an open link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The other side ended it.
    Ended,
    /// The other side stopped answering or reading.
    Timeout,
    /// Its place in the ring was overtaken.
    TooSlow,
    /// It sent something that no program of the protocol sends.
    Protocol,
}

impl From<CloseReason> for LeaveReason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Ended => Self::Closed,
            CloseReason::Timeout => Self::Timeout,
            CloseReason::TooSlow => Self::TooSlow,
            CloseReason::Protocol => Self::Protocol,
        }
    }
}
