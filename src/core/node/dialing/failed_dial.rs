//! Why a dial led to no link.

use crate::{core::node::transport::DialFailure, domain::bus::NoLink, protocol::codec::mesh::Reason};

/// Why an address that the user named is not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum FailedDial {
    /// The dial failed.
    Dial(DialFailure),
    /// The other side refused, with its reason if it gave one.
    Refused(Option<Reason>),
    /// Somebody answered, but there is no place for them here.
    NoPlace,
    /// A reference node is there, but guests are not let in from there.
    Guest,
    /// Plain text is spoken where TLS was spoken before.
    Downgrade,
}

impl FailedDial {
    /// What the user is told.
    pub(super) const fn told(self) -> NoLink {
        match self {
            Self::Dial(DialFailure::Unreachable) => NoLink::NoRoute,
            Self::Dial(DialFailure::Protocol) => NoLink::NotAChat,
            Self::Dial(DialFailure::Ended) => NoLink::Ended,
            Self::Dial(DialFailure::Untrusted) => NoLink::Unproven,
            Self::Dial(DialFailure::Refused | DialFailure::Timeout) => NoLink::NoAnswer,
            Self::Guest | Self::Dial(DialFailure::NotTls) => NoLink::GuestsClosed,
            Self::Downgrade => NoLink::Downgrade,
            Self::NoPlace => NoLink::FullHere,
            Self::Refused(Some(Reason::Full)) => NoLink::FullThere,
            Self::Refused(Some(Reason::Version)) => NoLink::Version,
            Self::Refused(_) => NoLink::Refused,
        }
    }
}
