//! The addresses that the node listens on.

use std::{collections::BTreeMap, net::SocketAddr};

use tokio::task::{AbortHandle, JoinSet};

use crate::{
    domain::bus::NetworkFailure,
    runtime::{
        io::Net,
        net::{self, Bound, Shared},
    },
};

/// All listeners of the node, on one port.
#[derive(Debug)]
pub(super) struct Listeners<N: Net> {
    /// The sockets that listen but are not served yet.
    bound: Bound<N>,
    /// All addresses; the first one stands for the node.
    addrs: Vec<SocketAddr>,
    port: u16,
    servers: BTreeMap<SocketAddr, AbortHandle>,
}

impl<N: Net> Listeners<N> {
    pub(super) fn new(bound: Bound<N>) -> Self {
        let addrs: Vec<SocketAddr> = bound.iter().map(|(addr, _)| *addr).collect();
        let port = addrs.first().map_or(0, SocketAddr::port);
        Self { bound, addrs, port, servers: BTreeMap::new() }
    }

    /// The address that stands for the node: there is always one.
    pub(super) fn addr(&self) -> SocketAddr {
        self.addrs.first().copied().unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// All addresses.
    pub(super) fn addrs(&self) -> &[SocketAddr] {
        &self.addrs
    }

    /// The port that all of them have.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Starts to serve on all bound sockets. The servers run in `tasks`.
    pub(super) fn serve(&mut self, net: &N, shared: &Shared, tasks: &mut JoinSet<()>) {
        for (addr, listener) in std::mem::take(&mut self.bound) {
            let server = tasks.spawn(net::serve(net.clone(), (addr, listener), shared.clone()));
            self.servers.insert(addr, server);
        }
    }

    /// Listens on `wanted`, all with our port, and on nothing else. Returns what failed, or `None` if there is no
    /// address left to listen on.
    pub(super) async fn move_to(
        &mut self,
        wanted: Vec<SocketAddr>,
        net: &N,
        shared: &Shared,
        tasks: &mut JoinSet<()>,
    ) -> Option<Vec<NetworkFailure>> {
        for (addr, server) in std::mem::take(&mut self.servers) {
            if wanted.contains(&addr) {
                self.servers.insert(addr, server);
            } else {
                // This ends every connection that came in there.
                server.abort();
            }
        }
        let mut failed = Vec::new();
        for addr in &wanted {
            if self.servers.contains_key(addr) {
                continue;
            }
            let port = self.port;
            match net::on_port(net, &[*addr], port).await {
                Ok(Ok(bound)) => self.bound.extend(bound),
                Ok(Err(_)) => failed.push(NetworkFailure::PortTaken { port, ip: addr.ip() }),
                Err(error) => failed.push(NetworkFailure::CannotListen { addr: *addr, reason: error.to_string() }),
            }
        }
        self.serve(net, shared, tasks);
        let addrs: Vec<_> = wanted.into_iter().filter(|addr| self.servers.contains_key(addr)).collect();
        if addrs.is_empty() {
            return None;
        }
        self.addrs = addrs;
        Some(failed)
    }
}
