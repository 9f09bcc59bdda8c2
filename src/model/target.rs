//! Addresses as people give them.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

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

    /// The host, with or without a port.
    pub const fn ip(self) -> IpAddr {
        match self {
            Self::Host(ip) => ip,
            Self::Socket(addr) => addr.ip(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(ip) => ip.fmt(f),
            Self::Socket(addr) => addr.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_optional_and_no_host_name_is_looked_up() {
        for text in ["192.168.1.23", "192.168.1.23:4565", "::1", "[::1]:4565"] {
            assert_eq!(Target::parse(&format!(" {text} ")).map(|t| t.to_string()).as_deref(), Some(text));
        }
        for text in ["", "localhost", "192.168.1", "192.168.1.2:", "192.168.1.2:99999", "[::1]"] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
    }
}
