//! The dialling side: connect, shake hands, offer, wait to be let in.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::Streaming;

use super::{
    client_connection::{connect, failure, origin, speak},
    guest_check,
    handle::Handle,
    limits::{HANDSHAKE_TIMEOUT, HELLO_TIMEOUT, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES},
    link::{self, Incoming},
    liveness::HEARD_EVERY,
    one_shot::OneShot,
    send_stream::{LinkDecision, Outgoing},
    shared::Shared,
};
use crate::{
    core::node::{CloseReason, DialFailure, Input, Secure, Via},
    domain::model::LinkId,
    protocol::{
        codec::mesh::{self, Frame},
        wire::{Line, RawFrame, chat_client::ChatClient, mesh_client::MeshClient},
    },
    runtime::io::{Guarded, Net, Vitals},
};

/// The answer of a reference node that lets us in.
const OK: &str = "ok";

/// Dials `to` from `from`, or from whichever address leads there, in a task of its own, and reports as `link`.
pub fn dial<N: Net>(net: N, shared: Shared, link: LinkId, from: Option<IpAddr>, to: SocketAddr, via: Via) -> Handle {
    let cut = CancellationToken::new();
    let (handle, offered, judged) = Handle::dialled(cut.clone());
    shared.clone().run(link, async move {
        tokio::select! {
            biased;
            // Until it hears this, the node expects more from a link, even from one that it gave up.
            () = cut.cancelled() => shared.tell(link, Input::Closed { link, reason: CloseReason::Ended }).await,
            () = Dial { shared: shared.clone(), link, to, cut: cut.clone() }.run(&net, from, via, offered, judged) => {}
        }
        cut.cancel();
    });
    handle
}

struct Dial {
    shared: Shared,
    link: LinkId,
    to: SocketAddr,
    cut: CancellationToken,
}

impl Dial {
    async fn run<N: Net>(
        self,
        net: &N,
        from: Option<IpAddr>,
        via: Via,
        offered: oneshot::Receiver<Bytes>,
        decision: oneshot::Receiver<LinkDecision>,
    ) {
        if let Err(failure) = self.attempt(net, from, via, offered, decision).await {
            self.shared.tell(self.link, Input::DialFailed { link: self.link, failure }).await;
        }
    }

    async fn attempt<N: Net>(
        &self,
        net: &N,
        from: Option<IpAddr>,
        via: Via,
        offered: oneshot::Receiver<Bytes>,
        decision: oneshot::Receiver<LinkDecision>,
    ) -> Result<(), DialFailure> {
        let stream = connect(net, from, self.to).await?;
        let heard_every = matches!(via, Via::Secure { .. }).then_some(HEARD_EVERY);
        let guarded = Guarded::new(stream, None, self.cut.clone(), heard_every);
        let vitals = guarded.vitals();
        match via {
            Via::Plain => {
                self.shared.tell(self.link, Input::DialConnected { link: self.link, secure: None }).await;
                let Ok(first) = offered.await else { return Ok(()) };
                self.offer((net, from), guarded, Chatting, first, decision, vitals).await
            }
            Via::Secure { only } => {
                let handshake = self.shared.tls.connect(guarded, self.to, only);
                let (stream, secure) =
                    tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake).await.map_err(|_| DialFailure::Timeout)??;
                self.shared.tell(self.link, Input::DialConnected { link: self.link, secure: Some(secure) }).await;
                let Ok(first) = offered.await else { return Ok(()) };
                self.offer((net, from), stream, Meshing(secure), first, decision, vitals).await
            }
        }
    }

    /// Sends the first frame, waits for the answer, and reads on if it lets us in.
    async fn offer<N: Net, P: Call>(
        &self,
        (net, from): (&N, Option<IpAddr>),
        stream: impl crate::runtime::io::Stream,
        protocol: P,
        first: Bytes,
        decision: oneshot::Receiver<LinkDecision>,
        vitals: Arc<Vitals>,
    ) -> Result<(), DialFailure> {
        let (link, shared) = (self.link, &self.shared);
        let (outgoing, fallen) = Outgoing::dialled(link, shared.outbox.clone(), first, decision);
        let answered = async {
            let mut frames = protocol.call(speak(stream, P::PINGS).await?, origin(self.to)?, outgoing).await?;
            let answer = frames.message().await.map_err(|status| failure(&status))?;
            Ok((frames, answer))
        };
        let answered = tokio::time::timeout(HELLO_TIMEOUT, answered).await.map_err(|_| DialFailure::Timeout)?;
        let (frames, answer) = answered?;
        match protocol.answer(link, answer)? {
            refused @ Input::DialRefused { .. } => shared.tell(link, refused).await,
            let_in => {
                shared.tell(link, let_in).await;
                let watched = vitals.clone();
                let end = async {
                    tokio::select! {
                        biased;
                        reason = link::ended(&self.cut, fallen) => reason,
                        // Other links are watched by pings.
                        () = guest_check::silence(net, from, self.to, &watched), if !P::PINGS => CloseReason::Timeout,
                    }
                };
                link::read(link, frames, shared.clone(), vitals, end).await;
            }
        }
        Ok(())
    }
}

/// One of the two protocols, from the dialling side.
trait Call {
    type Frame: Incoming;
    /// Whether its servers may be pinged.
    const PINGS: bool;

    async fn call(
        &self,
        sender: OneShot,
        origin: http::Uri,
        outgoing: Outgoing,
    ) -> Result<Streaming<Self::Frame>, DialFailure>;

    /// What the first frame that comes back means.
    fn answer(&self, link: LinkId, frame: Option<Self::Frame>) -> Result<Input, DialFailure>;
}

/// `message.Chat`.
struct Chatting;

impl Call for Chatting {
    type Frame = Line;
    const PINGS: bool = false;

    async fn call(
        &self,
        sender: OneShot,
        origin: http::Uri,
        outgoing: Outgoing,
    ) -> Result<Streaming<Line>, DialFailure> {
        let mut client = ChatClient::with_origin(sender, origin).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let response = client.new_node(outgoing.map(|msg| Line { msg })).await;
        Ok(response.map_err(|status| failure(&status))?.into_inner())
    }

    fn answer(&self, link: LinkId, frame: Option<Line>) -> Result<Input, DialFailure> {
        match frame {
            Some(frame) if frame.msg == OK => Ok(Input::DialAnswered { link, hello: None }),
            None => Ok(Input::DialRefused { link, reason: None }),
            Some(_) => Err(DialFailure::Protocol),
        }
    }
}

/// `proximity.v1.Mesh`.
struct Meshing(Secure);

impl Call for Meshing {
    type Frame = RawFrame;
    const PINGS: bool = true;

    async fn call(
        &self,
        sender: OneShot,
        origin: http::Uri,
        outgoing: Outgoing,
    ) -> Result<Streaming<RawFrame>, DialFailure> {
        let mut client = MeshClient::with_origin(sender, origin).max_decoding_message_size(MAX_FRAME_BYTES);
        let response = client.link(outgoing.map(RawFrame)).await;
        Ok(response.map_err(|status| failure(&status))?.into_inner())
    }

    fn answer(&self, link: LinkId, frame: Option<RawFrame>) -> Result<Input, DialFailure> {
        let RawFrame(frame) = frame.ok_or(DialFailure::Ended)?;
        if let Ok(Frame::Bye(reason)) = mesh::decode(&frame) {
            return Ok(Input::DialRefused { link, reason: Some(reason) });
        }
        let hello = link::greeting(&frame, &self.0).ok_or(DialFailure::Protocol)?;
        Ok(Input::DialAnswered { link, hello: Some(hello) })
    }
}

#[cfg(test)]
mod tests;
