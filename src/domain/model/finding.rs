//! What is wrong with the network, in words that a person can act on.

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub fault: Fault,
    /// How bad it is.
    pub severity: Severity,
    /// What is so, in one or two sentences.
    pub what: String,
    /// What to do about it; empty if there is nothing to do.
    pub todo: String,
}

/// What can keep people from meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The node is on this machine alone.
    Closed,
    /// There is no network.
    NoNetwork,
    /// Every port of the range is taken.
    PortTaken,
    /// Routes lead what is for the own network elsewhere, most likely into a VPN.
    RouteCaptured,
    /// Our mask, or somebody's, does not fit the network.
    WrongMask,
    /// Others cannot connect to us.
    InboundBlocked,
    /// Somebody is there and cannot be connected to.
    PeerBlocked,
    /// Announcements do not pass.
    MulticastBlocked,
    /// The access point, or the switch, keeps its clients apart; or nobody else is on the network.
    ClientsIsolated,
    /// Somebody speaks another version of the protocol.
    VersionMismatch,
    /// Our clock, or somebody's, is far off.
    ClockOff,
    /// Nobody was found, and nothing is wrong that can be seen from here.
    NobodyFound,
}

impl Fault {
    /// The `code` of programs.
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
    /// It may, or it makes it slower.
    Warning,
    /// It was looked at and is as it should be.
    Fine,
}

impl Severity {
    /// The word of programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Warning => "warning",
            Self::Fine => "ok",
        }
    }
}
