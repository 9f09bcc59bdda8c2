//! Listening on the first free port.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use crate::{io::Net, model::PortRange};

/// Ports that are suggested beyond a range that is full.
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
    #[error("Not allowed to listen on {0}. Ports below 1024 need special rights; choose higher ones with --min-port.")]
    NotAllowed(SocketAddr),
    /// Anything else.
    #[error("Cannot listen on {addr}: {source}")]
    Other {
        /// Where.
        addr: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

pub(super) async fn first_free<N: Net>(
    net: &N,
    ip: IpAddr,
    ports: PortRange,
) -> Result<(N::Listener, SocketAddr), ListenError> {
    for port in ports {
        let addr = SocketAddr::new(ip, port);
        match net.bind(addr).await {
            Ok(listener) => return Ok((listener, addr)),
            Err(error) => match error.kind() {
                io::ErrorKind::AddrInUse => {}
                io::ErrorKind::AddrNotAvailable => return Err(ListenError::NotOurs(ip)),
                io::ErrorKind::PermissionDenied => return Err(ListenError::NotAllowed(addr)),
                _ => return Err(ListenError::Other { addr, source: error }),
            },
        }
    }
    Err(ListenError::AllInUse { ip, ports })
}
