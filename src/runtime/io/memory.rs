//! A network of in-memory pipes, on which tokio's paused clock can be trusted.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::DuplexStream,
    sync::{Mutex as AsyncMutex, mpsc},
};

use super::Net;

/// Bytes that one direction of a connection holds: about as many as a socket buffer.
const PIPE_BYTES: usize = 64 * 1024;

/// How many connections may wait to be accepted.
const BACKLOG: usize = 64;

/// The first port that connections come from.
const FIRST_EPHEMERAL: u16 = 49_152;

/// One network. Clones are the same network; hosts are told apart by their addresses alone.
#[derive(Debug, Clone, Default)]
pub struct MemoryNet {
    hosts: Arc<Mutex<Hosts>>,
}

#[derive(Debug, Default)]
struct Hosts {
    listeners: BTreeMap<SocketAddr, mpsc::Sender<(DuplexStream, SocketAddr)>>,
    connections: u16,
}

/// A listening address of a [`MemoryNet`].
#[derive(Debug)]
pub struct MemoryListener {
    incoming: AsyncMutex<mpsc::Receiver<(DuplexStream, SocketAddr)>>,
}

impl MemoryNet {
    fn hosts(&self) -> MutexGuard<'_, Hosts> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Net for MemoryNet {
    type Stream = DuplexStream;
    type Listener = MemoryListener;

    async fn bind(&self, addr: SocketAddr) -> io::Result<MemoryListener> {
        let mut hosts = self.hosts();
        if hosts.listeners.get(&addr).is_some_and(|listener| !listener.is_closed()) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        let (sender, incoming) = mpsc::channel(BACKLOG);
        hosts.listeners.insert(addr, sender);
        Ok(MemoryListener { incoming: AsyncMutex::new(incoming) })
    }

    async fn accept(&self, listener: &MemoryListener) -> io::Result<(DuplexStream, SocketAddr)> {
        listener.incoming.lock().await.recv().await.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    async fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let mut hosts = self.hosts();
        hosts.connections = hosts.connections.wrapping_add(1);
        let port = FIRST_EPHEMERAL | (hosts.connections & !FIRST_EPHEMERAL);
        let listener = hosts.listeners.get(&to).ok_or(io::ErrorKind::ConnectionRefused)?;
        let from = SocketAddr::new(from.unwrap_or(to.ip()), port);
        listener.try_send((theirs, from)).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(ours)
    }
}
