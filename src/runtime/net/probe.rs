//! Asks a node about itself without joining, by one call on a separate connection.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::time::{Instant, timeout};
use tonic::Code;

use super::{
    client_connection::{connect, failure, origin, speak},
    limits::{HANDSHAKE_TIMEOUT, HELLO_TIMEOUT, MAX_FRAME_BYTES},
    tls::Tls,
};
use crate::{
    core::node::DialFailure,
    domain::model::{Nick, NodeId},
    protocol::{
        codec::mesh::{self, DialBack, Frame, Probe, ProbeReply, VERSIONS},
        wire::{RawFrame, mesh_client::MeshClient},
    },
    runtime::io::Net,
};

/// What answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// A node of ours, and what it says about itself.
    Node {
        /// Its key.
        node: NodeId,
        /// What the node answers; `None` from an older release, which does not know this call.
        reply: Option<ProbeReply>,
        /// How long the answer took.
        round_trip: Duration,
    },
    /// Something that speaks gRPC in plain text, as nodes of the reference program do.
    Plain,
}

/// Asks from the address `from`, and with the key of `tls`, who is at `to`. Also asks it to connect to a port of ours
/// if `question` says so.
///
/// # Errors
/// Why no node answers there.
pub async fn probe<N: Net>(
    net: &N,
    tls: &Tls,
    from: Option<IpAddr>,
    to: SocketAddr,
    question: Probe,
) -> Result<Probed, DialFailure> {
    let stream = connect(net, from, to).await?;
    let handshake = tls.connect(stream, to, None);
    let (stream, secure) = match timeout(HANDSHAKE_TIMEOUT, handshake).await.map_err(|_| DialFailure::Timeout)? {
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

/// Finds out whether gRPC is spoken there in plain text. It makes a call that no program offers that way, so nobody is
/// told that we are there.
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

/// What the node adds to the answer to a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFacts {
    /// The name that it goes by.
    pub nick: Nick,
    /// Whether it has heard the key that asks.
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
            wall: Some(crate::runtime::io::now().wall),
            dial_back,
            heard,
            people,
        }
    }
}
