//! turmoil's network, as a node uses it.

use std::{
    collections::{BTreeMap, BTreeSet},
    future, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
    time::Duration,
};

use proximity_chat::runtime::io::Net;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::{TcpListener, TcpStream};

/// How long a host takes to answer that nobody listens on a port.
const REFUSAL: Duration = Duration::from_millis(1);

/// What all hosts share: who listens, who cannot reach whom, and the open connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cables(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    listening: BTreeSet<SocketAddr>,
    cut: BTreeSet<(IpAddr, IpAddr)>,
    /// All addresses that anybody has ever dialled.
    dialled: BTreeSet<SocketAddr>,
    /// Open accepted connections, by the accepting and the dialling host.
    open: BTreeMap<(IpAddr, IpAddr), usize>,
}

impl Cables {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Sets whether packets between these two are lost. It matters to dials, for which turmoil would say "connection
    /// refused".
    pub(crate) fn set_cut(&self, a: IpAddr, b: IpAddr, cut: bool) {
        for pair in [(a, b), (b, a)] {
            if cut {
                self.state().cut.insert(pair)
            } else {
                self.state().cut.remove(&pair)
            };
        }
    }

    /// The number of connections between these two.
    pub(crate) fn between(&self, a: IpAddr, b: IpAddr) -> usize {
        let state = self.state();
        [(a, b), (b, a)].iter().filter_map(|pair| state.open.get(pair)).sum()
    }

    /// All addresses that anybody has ever dialled.
    pub(crate) fn dialled(&self) -> BTreeSet<SocketAddr> {
        self.state().dialled.clone()
    }

    /// The network as the host with this address sees it.
    pub(crate) fn of(&self, ip: IpAddr) -> SimNet {
        SimNet { ip, cables: self.clone() }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct SimNet {
    ip: IpAddr,
    cables: Cables,
}

impl Net for SimNet {
    type Stream = Connection;
    type Listener = Listener;

    async fn bind(&self, addr: SocketAddr) -> io::Result<Listener> {
        // turmoil can listen on no other address.
        let inner = TcpListener::bind((Ipv4Addr::UNSPECIFIED, addr.port())).await?;
        self.cables.state().listening.insert(addr);
        Ok(Listener { inner, addr, cables: self.cables.clone() })
    }

    async fn accept(&self, listener: &Listener) -> io::Result<(Connection, SocketAddr)> {
        let (stream, from) = listener.inner.accept().await?;
        let pair = (self.ip, from.ip());
        *self.cables.state().open.entry(pair).or_default() += 1;
        Ok((Connection { stream, counted: Some((pair, self.cables.clone())) }, from))
    }

    /// Asks turmoil only if the dial can succeed, because turmoil keeps a socket for ever for each dial that does not.
    async fn connect(&self, _from: Option<IpAddr>, to: SocketAddr) -> io::Result<Connection> {
        self.cables.state().dialled.insert(to);
        if self.cables.state().cut.contains(&(self.ip, to.ip())) {
            return future::pending().await;
        }
        if !self.cables.state().listening.contains(&to) {
            tokio::time::sleep(REFUSAL).await;
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        match TcpStream::connect(to).await {
            Ok(stream) => Ok(Connection { stream, counted: None }),
            // The packet was lost, so nobody refused.
            Err(_) => future::pending().await,
        }
    }
}

pub(crate) struct Listener {
    inner: TcpListener,
    addr: SocketAddr,
    cables: Cables,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listener({})", self.addr)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.cables.state().listening.remove(&self.addr);
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    counted: Option<((IpAddr, IpAddr), Cables)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some((pair, cables)) = &self.counted
            && let Some(open) = cables.state().open.get_mut(pair)
        {
            *open -= 1;
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
