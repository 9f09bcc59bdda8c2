//! Types about connections that the node and its shell share: how to dial, and how a dial, a handshake or a link ended.

use crate::domain::model::{LeaveReason, NodeId};

/// What a TLS handshake has proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secure {
    /// The other side holds the private key that belongs to this public key.
    pub node: NodeId,
    /// A value that only the two ends of this TLS session know (RFC 9266, tls-exporter). If somebody is in between, the
    /// two victims have different values.
    pub exporter: [u8; 32],
}

/// How a dial failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialFailure {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    Timeout,
    /// There is no route from the address that we listen on.
    Unreachable,
    /// The connection ended before an answer came.
    Ended,
    /// Something answered that does not speak our protocol.
    Protocol,
    /// It answered the TLS handshake in plain text, as reference nodes do.
    NotTls,
    /// It answered the TLS handshake, but proved no key, or not the one that we looked for.
    Untrusted,
}

/// How to dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With TLS.
    Secure {
        /// The only key that may be there; any if none.
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
    /// It broke the rules of the protocol.
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
