//! Looking at who is there, without joining: one call on a connection of its own.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};
use tonic::Code;

use super::{
    HELLO_TIMEOUT, MAX_FRAME_BYTES, Tls,
    dialer::{connect, failure, origin, speak},
};
use crate::{
    core::node::DialFailure,
    domain::{
        limit::TokenBucket,
        model::{FIRST_USER_PORT, Nick, NodeId},
    },
    protocol::{
        codec::mesh::{self, DialBack, Frame, Look, Seen, VERSIONS},
        wire::{RawFrame, mesh_client::MeshClient},
    },
    runtime::io::Net,
};

/// Connections that are tried for others at once, so that nobody has us knock at many doors.
const DIAL_BACKS: usize = 4;

/// Connections that are tried for others without a pause, and per second in the long run.
const DIAL_BACK_BURST: u32 = 16;
const DIAL_BACK_RATE: f64 = 1.0;

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// A node of ours, and what it says of itself.
    Node {
        /// Its key.
        node: NodeId,
        /// What it says; none of an older release, which has no such answer.
        seen: Option<Seen>,
        /// How long the answer took.
        round_trip: Duration,
    },
    /// Something that speaks gRPC in plain text, as nodes of the reference program do.
    Plain,
}

/// Looks at who is at `to`, as `tls`, from `from`; asks it to connect to a port of ours if `look` says so.
///
/// # Errors
/// Why nothing of ours is there, or why it cannot be seen.
pub async fn look<N: Net>(
    net: &N,
    tls: &Tls,
    from: Option<IpAddr>,
    to: SocketAddr,
    look: Look,
) -> Result<Sight, DialFailure> {
    let stream = connect(net, from, to).await?;
    let handshake = tls.connect(stream, to, None);
    let (stream, secure) = match timeout(HELLO_TIMEOUT, handshake).await.map_err(|_| DialFailure::Timeout)? {
        Ok(session) => session,
        Err(DialFailure::NotTls) => return plain(net, from, to).await,
        Err(error) => return Err(error),
    };
    let asked = async {
        let mut client = MeshClient::with_origin(speak(stream, false).await?, origin(to)?)
            .max_decoding_message_size(MAX_FRAME_BYTES);
        let began = Instant::now();
        let answer = client.look(RawFrame(mesh::encode(&Frame::Look(look)))).await;
        Ok((answer, began.elapsed()))
    };
    let (answer, round_trip) = timeout(HELLO_TIMEOUT, asked).await.map_err(|_| DialFailure::Timeout)??;
    let seen = match answer {
        Ok(answer) => match mesh::decode(&answer.into_inner().0) {
            Ok(Frame::Seen(seen)) => Some(seen),
            _ => return Err(DialFailure::Protocol),
        },
        Err(status) if status.code() == Code::Unimplemented => None,
        Err(status) => return Err(failure(&status)),
    };
    Ok(Sight::Node { node: secure.node, seen, round_trip })
}

/// Whether gRPC is spoken there in plain text. Asks for a call that no program has: nobody is told that we are there.
async fn plain<N: Net>(net: &N, from: Option<IpAddr>, to: SocketAddr) -> Result<Sight, DialFailure> {
    let stream = connect(net, from, to).await?;
    let asked = async {
        let mut client = MeshClient::with_origin(speak(stream, false).await?, origin(to)?);
        Ok(client.look(RawFrame(bytes::Bytes::new())).await)
    };
    match timeout(HELLO_TIMEOUT, asked).await.map_err(|_| DialFailure::Timeout)?? {
        Err(status) if status.code() == Code::Unimplemented => Ok(Sight::Plain),
        _ => Err(DialFailure::Protocol),
    }
}

/// What others are told who look at us, but for what only the node knows.
#[derive(Debug, Clone)]
pub(super) struct DialBacks {
    slots: Arc<Semaphore>,
    allowance: Arc<Mutex<TokenBucket>>,
}

impl Default for DialBacks {
    fn default() -> Self {
        let allowance = TokenBucket::new(DIAL_BACK_BURST, DIAL_BACK_RATE);
        Self { slots: Arc::new(Semaphore::new(DIAL_BACKS)), allowance: Arc::new(Mutex::new(allowance)) }
    }
}

impl DialBacks {
    /// Connects to `port` of `host`, which asks for it, from `from`. None if that is not done for it now.
    pub(super) async fn dial<N: Net>(
        &self,
        net: &N,
        from: Option<IpAddr>,
        host: SocketAddr,
        port: u16,
    ) -> Option<DialBack> {
        if port < FIRST_USER_PORT || !self.may_dial() {
            return None;
        }
        let _slot = self.slots.try_acquire().ok()?;
        let mut to = host;
        to.set_port(port);
        Some(match connect(net, from, to).await {
            Ok(_) => DialBack::Reached,
            Err(DialFailure::Refused) => DialBack::Refused,
            Err(DialFailure::Timeout) => DialBack::Timeout,
            Err(_) => DialBack::Unreachable,
        })
    }

    fn may_dial(&self) -> bool {
        self.allowance.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now().into_std())
    }
}

/// What the node knows that is told to who looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it goes by.
    pub nick: Nick,
    /// Whether it heard the key that asks.
    pub heard: bool,
    /// How many people it is linked with.
    pub people: u32,
}

impl About {
    pub(super) fn seen(self, dial_back: Option<DialBack>) -> Seen {
        let (min, max) = VERSIONS;
        let version = env!("CARGO_PKG_VERSION").into();
        let Self { nick, heard, people } = self;
        Seen { min, max, nick: Some(nick), version, wall: crate::runtime::io::now().wall, dial_back, heard, people }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::io::MemoryNet;

    #[tokio::test(start_paused = true)]
    async fn nobody_has_us_knock_at_many_doors() {
        let (net, backs) = (MemoryNet::default(), DialBacks::default());
        let host = SocketAddr::from(([127, 0, 0, 1], 50_000));
        assert_eq!(backs.dial(&net, None, host, 22).await, None, "a service");
        let mut tried = 0;
        for _ in 0..1_000 {
            tried += u32::from(backs.dial(&net, None, host, 4_565).await == Some(DialBack::Refused));
        }
        assert_eq!(tried, DIAL_BACK_BURST);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(backs.dial(&net, None, host, 4_565).await.is_some());
    }
}
