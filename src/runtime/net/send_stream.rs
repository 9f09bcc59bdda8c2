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
use crate::domain::model::LinkId;

/// What the node decides about a waiting link. If it decides nothing, the stream of the link ends.
#[derive(Debug)]
pub(super) enum LinkDecision {
    /// It gets what the outbox has for it.
    Open,
    /// It gets this last frame.
    Bye(Bytes),
}

/// Sends first what the protocol wants at the start. Once the node has opened the link, it sends frame after frame.
#[derive(Debug)]
pub(super) struct Outgoing {
    link: LinkId,
    outbox: Arc<Outbox>,
    phase: Phase,
    /// Frames taken from the outbox that were not pulled yet.
    taken: VecDeque<Bytes>,
    /// Notified when the link falls off the ring.
    fell: Option<oneshot::Sender<()>>,
}

#[derive(Debug)]
enum Phase {
    /// A dialler's first frame, then wait.
    First(Bytes, oneshot::Receiver<LinkDecision>),
    /// Wait until the node has decided.
    Waiting(oneshot::Receiver<LinkDecision>),
    Lines,
    End,
}

impl Outgoing {
    /// For a link that we dialled.
    pub(super) fn dialled(
        link: LinkId,
        outbox: Arc<Outbox>,
        first: Bytes,
        decision: oneshot::Receiver<LinkDecision>,
    ) -> (Self, oneshot::Receiver<()>) {
        Self::new(link, outbox, Phase::First(first, decision))
    }

    /// For a link that we accepted.
    pub(super) fn accepted(
        link: LinkId,
        outbox: Arc<Outbox>,
        decision: oneshot::Receiver<LinkDecision>,
    ) -> (Self, oneshot::Receiver<()>) {
        Self::new(link, outbox, Phase::Waiting(decision))
    }

    fn new(link: LinkId, outbox: Arc<Outbox>, phase: Phase) -> (Self, oneshot::Receiver<()>) {
        let (fell, fallen) = oneshot::channel();
        (Self { link, outbox, phase, taken: VecDeque::new(), fell: Some(fell) }, fallen)
    }
}

impl Stream for Outgoing {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let this = &mut *self;
        loop {
            match &mut this.phase {
                Phase::First(..) => {
                    let Phase::First(first, decision) = std::mem::replace(&mut this.phase, Phase::End) else {
                        continue;
                    };
                    this.phase = Phase::Waiting(decision);
                    return Poll::Ready(Some(first));
                }
                Phase::Waiting(decision) => match ready!(Pin::new(decision).poll(cx)) {
                    Ok(LinkDecision::Open) => this.phase = Phase::Lines,
                    Ok(LinkDecision::Bye(bye)) => {
                        this.phase = Phase::End;
                        return Poll::Ready(Some(bye));
                    }
                    Err(_) => this.phase = Phase::End,
                },
                Phase::Lines => {
                    if let Some(frame) = this.taken.pop_front() {
                        return Poll::Ready(Some(frame));
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
