//! The network behind a trait, so that the node runs over TCP, in-memory pipes and simulations alike.

mod captured_routes;
mod clock;
mod datagrams;
mod descriptors;
mod guarded;
mod interfaces;
mod live_hosts;
mod memory;
mod network;
mod tcp;

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

pub use captured_routes::captured;
pub use clock::{Clock, now};
pub use datagrams::{Datagrams, GROUP_V4, GROUP_V6};
pub use descriptors::descriptors;
pub use guarded::{Guarded, Vitals};
pub use interfaces::{interfaces, source_towards};
pub use live_hosts::swept;
pub use memory::MemoryNet;
pub use network::{ask_routers, carrier_changes, seen};
pub use tcp::TcpNet;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection's bytes.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// What the node needs from a network: to listen, to accept, to connect.
pub trait Net: Clone + Send + Sync + 'static {
    /// An open connection.
    type Stream: Stream;
    /// A listening socket.
    type Listener: Send + Sync + std::fmt::Debug + 'static;

    /// Listens on `addr`.
    fn bind(&self, addr: SocketAddr) -> impl Future<Output = io::Result<Self::Listener>> + Send;

    /// The next connection that comes in, and where it comes from.
    fn accept(&self, listener: &Self::Listener) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Connects to `to` from the local address `from`; without one, from whichever the operating system chooses. A node
    /// that listens on 127.0.0.1 alone dials from there, and therefore reaches nothing but this machine, whatever it is
    /// told to dial.
    fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}
