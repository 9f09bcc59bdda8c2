//! Listening on the first free port.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use crate::{domain::model::PortRange, runtime::io::Net};

/// How many ports are suggested beyond a range that is full.
const MORE_PORTS: u16 = 10;

/// Why the node cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Every port of the range is in use.
    #[error("{} {ports} on {ip} {}, perhaps by other copies. Start with --max-port {}.", if ports.count() == 1 { "Port" } else { "Ports" }, if ports.count() == 1 { "is in use" } else { "are all in use" }, ports.max().saturating_add(MORE_PORTS))]
    AllInUse {
        /// The address.
        ip: IpAddr,
        /// The range.
        ports: PortRange,
    },
    /// The address belongs to no interface of this machine.
    #[error(
        "{0} is not an address of this machine. Give one of its own with --ip, or 127.0.0.1 for this machine only."
    )]
    NotOurs(IpAddr),
    /// The operating system does not let us.
    #[error(
        "You are not allowed to listen on {0}. Ports below 1024 need special rights: choose higher ones with --min-port."
    )]
    NotAllowed(SocketAddr),
    /// Anything else.
    #[error(
        "Cannot listen on {addr}: {source}. Choose another address with --ip, or other ports with --min-port and --max-port."
    )]
    Other {
        /// Where.
        addr: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Listeners, with their addresses.
pub type Bound<N> = Vec<(SocketAddr, <N as Net>::Listener)>;

/// Listens on all of `addrs`, on one port: `preferred` if it is free on all of them, otherwise the first of `ports`
/// that is. An address that has just disappeared is skipped if there is another one.
///
/// # Errors
/// [`ListenError`], whose text says what to do.
pub async fn first_free<N: Net>(
    net: &N,
    addrs: &[SocketAddr],
    ports: PortRange,
    preferred: Option<u16>,
) -> Result<Bound<N>, ListenError> {
    let mut taken = Ipv4Addr::LOCALHOST.into();
    for port in preferred.into_iter().chain(ports) {
        match on_port(net, addrs, port).await? {
            Ok(bound) => return Ok(bound),
            Err(ip) => taken = ip,
        }
    }
    Err(ListenError::AllInUse { ip: taken, ports })
}

/// Listens on this port of all of `addrs`, or says on which of them it is taken.
///
/// # Errors
/// [`ListenError`], whose text says what to do.
pub async fn on_port<N: Net>(
    net: &N,
    addrs: &[SocketAddr],
    port: u16,
) -> Result<Result<Bound<N>, IpAddr>, ListenError> {
    let (mut bound, mut failed) = (Vec::new(), None);
    for addr in addrs {
        let mut addr = *addr;
        addr.set_port(port);
        match net.bind(addr).await {
            Ok(listener) => bound.push((addr, listener)),
            Err(error) => match error.kind() {
                io::ErrorKind::AddrInUse => return Ok(Err(addr.ip())),
                io::ErrorKind::AddrNotAvailable => failed = failed.or(Some(ListenError::NotOurs(addr.ip()))),
                io::ErrorKind::PermissionDenied => return Err(ListenError::NotAllowed(addr)),
                // This happens if an interface is gone, and its number with it.
                _ => failed = failed.or(Some(ListenError::Other { addr, source: error })),
            },
        }
    }
    match failed {
        Some(error) if bound.is_empty() => Err(error),
        _ => Ok(Ok(bound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::io::{MemoryNet, TcpNet};

    #[tokio::test]
    async fn the_error_names_the_address_with_taken_ports() {
        let [min, max] = [4_565, 4_566].map(|port: u16| port.try_into().unwrap());
        let (net, ports) = (MemoryNet::default(), PortRange::new(min, max).unwrap());
        let addrs = [[10, 0, 0, 1], [10, 0, 0, 2]].map(|ip| SocketAddr::from((ip, 0)));
        let mut held = Vec::new();
        for port in ports {
            held.push(net.bind(([10, 0, 0, 2], port).into()).await.unwrap());
        }
        let error = first_free(&net, &addrs, ports, None).await.unwrap_err();
        assert!(error.to_string().starts_with("Ports 4565-4566 on 10.0.0.2 are all in use"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_missing_interface_does_not_prevent_listening_elsewhere() {
        let [min, max] = [30_000, 60_000].map(|port: u16| port.try_into().unwrap());
        let ports = PortRange::new(min, max).unwrap();
        let gone: SocketAddr = "[fe80::1%4000000]:0".parse().unwrap();
        let bound = first_free(&TcpNet, &[gone, ([127, 0, 0, 1], 0).into()], ports, None).await.unwrap();
        assert_eq!(bound.len(), 1);
        let error = first_free(&TcpNet, &[gone], ports, None).await.unwrap_err();
        assert!(matches!(error, ListenError::Other { .. } | ListenError::NotOurs(_)), "{error}");
    }
}
