//! What can keep people from meeting, and how bad it is.

/// What can keep people from meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The node is on this machine alone.
    Closed,
    /// There is no network.
    NoNetwork,
    /// The node cannot listen, usually because every port of the range is taken.
    PortTaken,
    /// Routes lead traffic for our own network elsewhere, usually into a VPN.
    RouteCaptured,
    /// Our network mask, or someone else's, does not fit the network.
    WrongMask,
    /// Others cannot connect to us.
    InboundBlocked,
    /// Someone is there and cannot be connected to.
    PeerBlocked,
    /// Announcements do not get through.
    MulticastBlocked,
    /// The access point or the switch keeps its clients apart, or no one else is on the network.
    ClientsIsolated,
    /// Someone speaks another version of the protocol.
    VersionMismatch,
    /// Our clock, or someone else's, is far off.
    ClockOff,
    /// No one was found, and nothing wrong can be seen from here.
    NobodyFound,
}

impl Fault {
    /// The `code` for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NoNetwork => "no_network",
            Self::PortTaken => "port_taken",
            Self::RouteCaptured => "route_captured",
            Self::WrongMask => "wrong_mask",
            Self::InboundBlocked => "inbound_blocked",
            Self::PeerBlocked => "peer_blocked",
            Self::MulticastBlocked => "multicast_blocked",
            Self::ClientsIsolated => "clients_isolated",
            Self::VersionMismatch => "version_mismatch",
            Self::ClockOff => "clock_off",
            Self::NobodyFound => "nobody_found",
        }
    }
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It keeps people from meeting.
    Fault,
    /// It may keep people from meeting, or slows that down.
    Warning,
    /// It was checked and is as it should be.
    Fine,
}

impl Severity {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Warning => "warning",
            Self::Fine => "ok",
        }
    }
}
