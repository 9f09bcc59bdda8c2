//! What a check of the network found, as facts. Front ends put them into words.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use ipnetwork::IpNetwork;

use super::{Fault, LocalSubnet, Nick, NoNetwork, PortRange, Severity};

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The chat is on this machine only.
    Closed,
    /// The chat is open to these networks.
    Open(Vec<LocalSubnet>),
    /// There is no network to open it to.
    NoNetwork(NoNetwork),
    /// This port is free to listen on.
    PortFree(u16),
    /// The node cannot listen on any port.
    CannotListen(CannotListen),
    /// Traffic for a host of our own network is routed elsewhere.
    RouteCaptured {
        /// The interface that it should go out by.
        interface: Arc<str>,
        /// Our network there.
        network: IpNetwork,
        /// The host that was asked about.
        host: Ipv4Addr,
        /// The interface that it goes out by; none if there is no route at all.
        by: Option<Arc<str>>,
    },
    /// The mask of an interface leaves room for one address only.
    NarrowMask {
        /// The interface.
        interface: Arc<str>,
        /// Its address.
        ip: IpAddr,
    },
    /// The router is outside our own networks.
    RouterOutside {
        /// The interface.
        interface: Arc<str>,
        /// The router.
        router: IpAddr,
        /// Our networks there, without duplicates.
        networks: Vec<IpNetwork>,
    },
    /// Someone on the same cable or Wi-Fi is outside our own networks.
    NeighbourOutside {
        /// The interface.
        interface: Arc<str>,
        /// Their address.
        ip: IpAddr,
        /// Our networks there, without duplicates.
        networks: Vec<IpNetwork>,
    },
    /// This many machines besides the router answer on the network. Zero means that people there answer.
    OthersAnswer(usize),
    /// Only the router answers.
    OnlyRouter {
        /// The router.
        router: IpAddr,
        /// Addresses that were searched.
        hosts: u64,
    },
    /// Someone speaks another version of the protocol.
    OtherVersion {
        /// Who.
        who: FoundPeer,
        /// Their release, if they say it.
        release: Option<Arc<str>>,
    },
    /// This peer can connect to us.
    Reachable(FoundPeer),
    /// A peer that was asked to connect to us could not.
    InboundBlocked {
        /// Who tried.
        who: FoundPeer,
        /// The port that it tried; none if we listen on none.
        port: Option<u16>,
        /// How it failed.
        how: Unreached,
        /// The range of ports to allow, if it is known.
        ports: Option<PortRange>,
    },
    /// An address where someone should be cannot be connected to.
    PeerBlocked {
        /// The address.
        addr: SocketAddr,
        /// Whether it announces itself; otherwise the user named it.
        announced: bool,
        /// How connecting failed.
        how: Unreached,
    },
    /// Announcements get through in both directions.
    AnnouncementsPass,
    /// Announcements cannot be sent or heard on an interface.
    Mute {
        /// The interface.
        interface: Arc<str>,
        /// What the operating system says.
        error: String,
    },
    /// Announcements between a peer and us get lost.
    AnnouncementsLost {
        /// Who.
        who: FoundPeer,
        /// In which direction.
        way: Way,
    },
    /// The clocks agree.
    ClocksAgree,
    /// A clock is far off.
    ClockOff {
        /// Whose clock differs from ours.
        who: FoundPeer,
        /// How many minutes theirs is ahead of ours; negative if it is behind.
        minutes_ahead: i64,
        /// Whether our clock is the wrong one, because several others agree.
        ours: bool,
    },
    /// This many people were found on this machine, which is all that was searched.
    FoundHere(usize),
    /// This many people were found beyond this machine.
    FoundBeyond(usize),
    /// No one was found, and nothing wrong can be seen from here.
    NobodyFound {
        /// Whether someone was found on this machine.
        someone_here: bool,
    },
}

impl Finding {
    /// What it is about.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Closed => Fault::Closed,
            Self::Open(_) | Self::NoNetwork(_) => Fault::NoNetwork,
            Self::PortFree(_) | Self::CannotListen(_) => Fault::PortTaken,
            Self::RouteCaptured { .. } => Fault::RouteCaptured,
            Self::NarrowMask { .. } | Self::RouterOutside { .. } | Self::NeighbourOutside { .. } => Fault::WrongMask,
            Self::OthersAnswer(_) | Self::OnlyRouter { .. } => Fault::ClientsIsolated,
            Self::OtherVersion { .. } => Fault::VersionMismatch,
            Self::Reachable(_) | Self::InboundBlocked { .. } => Fault::InboundBlocked,
            Self::PeerBlocked { .. } => Fault::PeerBlocked,
            Self::AnnouncementsPass | Self::Mute { .. } | Self::AnnouncementsLost { .. } => Fault::MulticastBlocked,
            Self::ClocksAgree | Self::ClockOff { .. } => Fault::ClockOff,
            Self::FoundHere(_) | Self::FoundBeyond(_) | Self::NobodyFound { .. } => Fault::NobodyFound,
        }
    }

    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NoNetwork(_)
            | Self::CannotListen(_)
            | Self::RouteCaptured { .. }
            | Self::NarrowMask { .. }
            | Self::RouterOutside { .. }
            | Self::NeighbourOutside { .. }
            | Self::OtherVersion { .. }
            | Self::InboundBlocked { .. }
            // An address that the user named may be wrong, or its owner away.
            | Self::PeerBlocked { announced: true, .. } => Severity::Fault,
            Self::Closed
            | Self::OnlyRouter { .. }
            | Self::PeerBlocked { announced: false, .. }
            | Self::Mute { .. }
            | Self::AnnouncementsLost { .. }
            | Self::ClockOff { .. }
            | Self::NobodyFound { .. } => Severity::Warning,
            Self::Open(_)
            | Self::PortFree(_)
            | Self::OthersAnswer(_)
            | Self::Reachable(_)
            | Self::AnnouncementsPass
            | Self::ClocksAgree
            | Self::FoundHere(_)
            | Self::FoundBeyond(_) => Severity::Fine,
        }
    }
}

/// A peer that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPeer {
    /// Its name, if it gives one.
    pub nick: Option<Nick>,
    /// Where it was found.
    pub addr: SocketAddr,
}

/// Why the node cannot listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotListen {
    /// Every port of the range is in use.
    AllInUse {
        /// The address.
        ip: IpAddr,
        /// The range.
        ports: PortRange,
    },
    /// The address belongs to no interface of this machine.
    NotOurs(IpAddr),
    /// The operating system does not let us.
    NotAllowed(SocketAddr),
    /// Anything else.
    Other {
        /// Where.
        addr: SocketAddr,
        /// What the operating system says.
        error: String,
    },
}

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreached {
    /// It was refused.
    Refused,
    /// Nothing answered.
    Silent,
    /// There was no route.
    NoRoute,
}

/// In which direction announcements get lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// They do not hear ours.
    Out,
    /// We do not hear theirs.
    In,
    /// Neither is heard.
    Both,
}
