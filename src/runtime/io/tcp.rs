//! TCP by the operating system.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::Net;

/// How long a connection may be idle before the kernel asks whether the other side is still there, and the time between
/// two such questions. This is for reference nodes, which must not be pinged often.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// After this long without an acknowledgement the kernel gives the connection up.
const USER_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections may wait to be accepted: a whole room may arrive at once.
const BACKLOG: u32 = 1_024;

/// The real network.
#[derive(Debug, Clone, Copy, Default)]
pub struct TcpNet;

impl Net for TcpNet {
    type Stream = TcpStream;
    type Listener = TcpListener;

    async fn bind(&self, addr: SocketAddr) -> io::Result<TcpListener> {
        let socket = socket(addr.ip())?;
        // A node that is restarted gets its port back even while old connections linger. On Windows the option would
        // let two nodes listen on one port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(addr)?;
        socket.listen(BACKLOG)
    }

    async fn accept(&self, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, from) = listener.accept().await?;
        // A socket that cannot be tuned was reset meanwhile; its first read will say so.
        let _ = tune(&stream);
        Ok((stream, from))
    }

    async fn connect(&self, from: Option<IpAddr>, to: SocketAddr) -> io::Result<TcpStream> {
        let socket = socket(to.ip())?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(to).await?;
        // A dial of a free port in the ephemeral range can connect to itself (RFC 9293, simultaneous open).
        if stream.local_addr()? == to {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        tune(&stream)?;
        Ok(stream)
    }
}

fn socket(ip: IpAddr) -> io::Result<TcpSocket> {
    if ip.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}

fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE))?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = USER_TIMEOUT;
    Ok(())
}
