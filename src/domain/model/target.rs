//! Addresses as people give them.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

/// An address as a person gives it. If the port is missing, every port of the range is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One host, every port of the configured range.
    Host(IpAddr),
    /// One socket.
    Socket(SocketAddr),
}

impl Target {
    /// Reads `192.168.1.23`, `192.168.1.23:4565`, `::1` or `[::1]:4565`. Accepts only what one host can have: no
    /// unspecified or multicast address, and no port 0. An IPv4-mapped IPv6 address becomes the IPv4 address.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let target = text.parse().map(Self::Socket).or_else(|_| text.parse().map(Self::Host)).ok()?;
        let target = match target {
            Self::Host(ip) => Self::Host(ip.to_canonical()),
            Self::Socket(addr) if addr.ip().to_canonical() != addr.ip() => {
                Self::Socket(SocketAddr::new(addr.ip().to_canonical(), addr.port()))
            }
            Self::Socket(addr) => Self::Socket(addr),
        };
        let of_a_host = !target.ip().is_unspecified() && !target.ip().is_multicast();
        (of_a_host && !matches!(target, Self::Socket(addr) if addr.port() == 0)).then_some(target)
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
    fn a_port_is_optional_and_host_names_are_refused() {
        for text in ["192.168.1.23", "192.168.1.23:4565", "::1", "[::1]:4565"] {
            assert_eq!(Target::parse(&format!(" {text} ")).map(|t| t.to_string()).as_deref(), Some(text));
        }
        for text in ["", "localhost", "192.168.1", "192.168.1.2:", "192.168.1.2:99999", "[::1]"] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
        for text in ["0.0.0.0", "0.0.0.0:4565", "[::]:4565", "1.2.3.4:0", "224.0.0.1", "[ff02::1]:4565"] {
            assert_eq!(Target::parse(text), None, "{text} is no address of one host");
        }
        assert_eq!(Target::parse("[::ffff:127.0.0.1]:4565"), Target::parse("127.0.0.1:4565"));
    }
}
