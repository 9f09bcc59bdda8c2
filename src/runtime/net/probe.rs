//! Asking a node about itself without joining: one call on a connection of its own.

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
        codec::mesh::{self, DialBack, Frame, Probe, ProbeReply, VERSIONS},
        wire::{RawFrame, mesh_client::MeshClient},
    },
    runtime::io::Net,
};

/// Connections that are tried for others at once, so that nobody has us knock at many doors.
const DIAL_BACKS: usize = 4;

/// Connections that are tried for others without a pause, and per second in the long run.
const DIAL_BACK_BURST: u32 = 16;
const DIAL_BACK_RATE: f64 = 1.0;

/// What answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// A node of ours, and what it says of itself.
    Node {
        /// Its key.
        node: NodeId,
        /// What it says; none of an older release, which has no such answer.
        reply: Option<ProbeReply>,
        /// How long the answer took.
        round_trip: Duration,
    },
    /// Something that speaks gRPC in plain text, as nodes of the reference program do.
    Plain,
}

/// Asks who is at `to`, as `tls`, from `from`; also asks it to connect to a port of ours if `question` says so.
///
/// # Errors
/// Why nothing of ours answers there.
pub async fn probe<N: Net>(
    net: &N,
    tls: &Tls,
    from: Option<IpAddr>,
    to: SocketAddr,
    question: Probe,
) -> Result<Probed, DialFailure> {
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
        let answer = client.probe(RawFrame(mesh::encode(&Frame::Probe(question)))).await;
        Ok((answer, began.elapsed()))
    };
    let (answer, round_trip) = timeout(HELLO_TIMEOUT, asked).await.map_err(|_| DialFailure::Timeout)??;
    let reply = match answer {
        Ok(answer) => match mesh::decode(&answer.into_inner().0) {
            Ok(Frame::ProbeReply(reply)) => Some(reply),
            _ => return Err(DialFailure::Protocol),
        },
        Err(status) if status.code() == Code::Unimplemented => None,
        Err(status) => return Err(failure(&status)),
    };
    Ok(Probed::Node { node: secure.node, reply, round_trip })
}

/// Whether gRPC is spoken there in plain text. Asks for a call that no program has: nobody is told that we are there.
async fn plain<N: Net>(net: &N, from: Option<IpAddr>, to: SocketAddr) -> Result<Probed, DialFailure> {
    let stream = connect(net, from, to).await?;
    let asked = async {
        let mut client = MeshClient::with_origin(speak(stream, false).await?, origin(to)?);
        Ok(client.probe(RawFrame(bytes::Bytes::new())).await)
    };
    match timeout(HELLO_TIMEOUT, asked).await.map_err(|_| DialFailure::Timeout)?? {
        Err(status) if status.code() == Code::Unimplemented => Ok(Probed::Plain),
        _ => Err(DialFailure::Protocol),
    }
}

/// Connections that we try because a probe asks for them.
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

/// What the node adds to the answer to a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFacts {
    /// What it goes by.
    pub nick: Nick,
    /// Whether it heard the key that asks.
    pub heard: bool,
    /// How many people it is linked with.
    pub people: u32,
}

impl NodeFacts {
    pub(super) fn reply(self, dial_back: Option<DialBack>) -> ProbeReply {
        let (min, max) = VERSIONS;
        let version = env!("CARGO_PKG_VERSION").into();
        let Self { nick, heard, people } = self;
        ProbeReply {
            min,
            max,
            nick: Some(nick),
            version,
            wall: crate::runtime::io::now().wall,
            dial_back,
            heard,
            people,
        }
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
