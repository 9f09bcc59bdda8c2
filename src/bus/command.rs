//! Front end to actor.

use std::net::{IpAddr, SocketAddr};

use crate::model::{Nick, Room, Text};

/// What the user asked for, already validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a message to everyone in the room.
    Say {
        /// Where.
        room: Room,
        /// What; for an action without the `/me `.
        text: Text,
        /// Whether it is an action (`/me`).
        action: bool,
    },
    /// Go by another name from now on.
    SetNick(Nick),
    /// Sweep now.
    Rescan,
    /// Dial an address that the user knows.
    Connect(Target),
    /// Say good-bye to everyone and stop. The update channel closes when that is done.
    Quit,
}

/// An address as a person gives it: the port may be missing, then every port of the range is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One host, every port of the configured range.
    Host(IpAddr),
    /// One socket.
    Socket(SocketAddr),
}

impl Target {
    /// Reads `192.168.1.23`, `192.168.1.23:4565`, `::1` or `[::1]:4565`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse().map(Self::Socket).or_else(|_| text.parse().map(Self::Host)).ok()
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host(ip) => ip.fmt(f),
            Self::Socket(addr) => addr.fmt(f),
        }
    }
}
