//! The frames that one link sends, as the stream that tonic pulls.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_stream::Stream;

use super::outbox::Outbox;
use crate::{node::LinkId, wire::Line};

/// What lets a dialler in.
pub(super) const OK: &str = "ok";

/// First what the protocol wants at the start, then, once the node has opened the link, line after line.
#[derive(Debug)]
pub(super) struct Outgoing {
    link: LinkId,
    outbox: Arc<Outbox>,
    phase: Phase,
    /// Lines taken from the outbox that were not pulled yet.
    taken: VecDeque<Bytes>,
    /// Told when the link falls off the ring.
    fell: Option<oneshot::Sender<()>>,
}

#[derive(Debug)]
enum Phase {
    /// A dialler's first frame, then wait.
    Claim(String, oneshot::Receiver<()>),
    /// Wait until the node has decided; who accepted a link says "ok" then. No decision ends the stream.
    Gate {
        gate: oneshot::Receiver<()>,
        say_ok: bool,
    },
    Lines,
    End,
}

impl Outgoing {
    /// For a link that we dialled.
    pub(super) fn dialled(
        link: LinkId,
        outbox: Arc<Outbox>,
        claim: String,
        gate: oneshot::Receiver<()>,
    ) -> (Self, oneshot::Receiver<()>) {
        Self::new(link, outbox, Phase::Claim(claim, gate))
    }

    /// For a link that we accepted.
    pub(super) fn accepted(
        link: LinkId,
        outbox: Arc<Outbox>,
        gate: oneshot::Receiver<()>,
    ) -> (Self, oneshot::Receiver<()>) {
        Self::new(link, outbox, Phase::Gate { gate, say_ok: true })
    }

    fn new(link: LinkId, outbox: Arc<Outbox>, phase: Phase) -> (Self, oneshot::Receiver<()>) {
        let (fell, fallen) = oneshot::channel();
        (Self { link, outbox, phase, taken: VecDeque::new(), fell: Some(fell) }, fallen)
    }
}

impl Stream for Outgoing {
    type Item = Line;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Line>> {
        let this = &mut *self;
        loop {
            match &mut this.phase {
                Phase::Claim(..) => {
                    let Phase::Claim(claim, gate) = std::mem::replace(&mut this.phase, Phase::End) else { continue };
                    this.phase = Phase::Gate { gate, say_ok: false };
                    return Poll::Ready(Some(Line::new(claim)));
                }
                Phase::Gate { gate, say_ok } => {
                    let opened = ready!(Pin::new(gate).poll(cx)).is_ok();
                    let say_ok = *say_ok && opened;
                    this.phase = if opened { Phase::Lines } else { Phase::End };
                    if say_ok {
                        return Poll::Ready(Some(Line::new(OK)));
                    }
                }
                Phase::Lines => {
                    if let Some(msg) = this.taken.pop_front() {
                        return Poll::Ready(Some(Line { msg }));
                    }
                    match ready!(this.outbox.poll_take(this.link, cx, &mut this.taken)) {
                        Ok(true) => {}
                        Ok(false) => this.phase = Phase::End,
                        Err(_) => {
                            this.phase = Phase::End;
                            // The reading task may have ended already; then nobody needs to know.
                            let _ = this.fell.take().map(|fell| fell.send(()));
                        }
                    }
                }
                Phase::End => return Poll::Ready(None),
            }
        }
    }
}
