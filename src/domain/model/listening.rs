//! Where the node does not listen or search, and why.

use std::{net::IpAddr, sync::Arc};

use ipnetwork::IpNetwork;

/// Why there is no network to open the node to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoNetwork {
    /// No interface but loopback, containers and tunnels has an address. These are the others.
    NoAddress(Vec<Unusable>),
    /// The only addresses are public ones.
    Public {
        /// An interface that has one.
        interface: Arc<str>,
        /// Its address.
        ip: IpAddr,
    },
    /// The interfaces that the user named are not up, or have no address.
    NotThere(Vec<String>),
    /// No interface has the address that the user named.
    NoSuchAddress(IpAddr),
    /// The address that the user named was there and is gone.
    AddressGone(IpAddr),
    /// These interfaces had an address and have none for now.
    AddressesLost(Vec<Arc<str>>),
}

/// An interface that leads to no network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Its name.
    pub interface: Arc<str>,
    /// Whether it is connected. If so, it has no address.
    pub connected: bool,
}

/// What the user should know about the choice of where to listen and search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkRemark {
    /// An interface is left out because its address is public.
    PublicLeftOut {
        /// The interface.
        interface: Arc<str>,
        /// Its address.
        ip: IpAddr,
    },
    /// An interface leads to another network, which stays closed.
    OtherNetwork {
        /// The interface.
        interface: Arc<str>,
        /// The network.
        network: IpNetwork,
    },
    /// Only the part of a large network around our own address is searched.
    PartlySearched {
        /// The network.
        network: IpNetwork,
        /// The part.
        part: IpNetwork,
    },
    /// The user opened the chat on a network like this one before, but nothing proves that it is the same.
    MayBeKnown,
}

/// Why a network is not swept without the user's explicit consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Objection {
    /// It has public addresses.
    Public,
    /// It is larger than a /16.
    TooLarge,
}
