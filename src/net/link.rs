//! The reading side of a link, and the actor's hold on it.

use std::{error::Error, future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use tokio::sync::oneshot;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};

use super::{LINGER, Shared};
use crate::{
    convert::{self, Framing},
    io::Vitals,
    node::{CloseReason, In, LinkId},
    wire::Line,
};

/// Frames that are passed to the actor at a time: enough to make the passing cheap, few enough that no peer keeps the
/// actor from the others for long.
const BATCH: usize = 128;

/// The actor's hold on a link: dropping it without [`Handle::open`] refuses, or gives up, what is on its way.
#[derive(Debug)]
pub struct Handle {
    /// Dialled links wait for this before they send their first frame.
    offer: Option<oneshot::Sender<()>>,
    open: Option<oneshot::Sender<()>>,
    /// Cuts the connection.
    cut: CancellationToken,
}

impl Handle {
    /// For a link that we dial: what to wait for before the first frame, and before lines.
    pub(super) fn dialled(cut: CancellationToken) -> (Self, oneshot::Receiver<()>, oneshot::Receiver<()>) {
        let ((offer, offered), (open, opened)) = (oneshot::channel(), oneshot::channel());
        (Self { offer: Some(offer), open: Some(open), cut }, offered, opened)
    }

    /// For a link that we accept: what to wait for before lines.
    pub(super) fn accepted(cut: CancellationToken) -> (Self, oneshot::Receiver<()>) {
        let (open, opened) = oneshot::channel();
        (Self { offer: None, open: Some(open), cut }, opened)
    }

    /// Lets a dial send its first frame.
    pub fn offer(&mut self) {
        // A link that has ended meanwhile reports that itself.
        let _ = self.offer.take().map(|offer| offer.send(()));
    }

    /// Lets lines flow. The link must be in the outbox already.
    pub fn open(&mut self) {
        let _ = self.open.take().map(|open| open.send(()));
    }

    /// Cuts the connection at once.
    pub fn cut(self) {
        self.cut.cancel();
    }

    /// Whether the connection was cut.
    pub fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }

    /// Ends the link: at once if nothing was promised to the other side, else when the last lines and the end of the
    /// stream had time to leave.
    pub fn close(self) -> CancellationToken {
        let Self { offer, open, cut } = self;
        let nothing_sent = offer.is_some();
        drop((offer, open));
        if nothing_sent {
            cut.cancel();
        } else {
            let cut = cut.clone();
            tokio::spawn(async move {
                let _ = tokio::time::timeout(LINGER, cut.cancelled()).await;
                cut.cancel();
            });
        }
        cut
    }
}

/// Reads from a link and tells the actor, until the stream ends or `end` says why the link does. What the other side had
/// sent before its end is read first.
pub(super) async fn read(
    link: LinkId,
    framing: Framing,
    mut frames: Streaming<Line>,
    shared: Shared,
    vitals: Arc<Vitals>,
    end: impl Future<Output = CloseReason>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    tokio::pin!(end);
    let reason = loop {
        let ended = tokio::select! {
            biased;
            reason = &mut end => Some(reason),
            ended = next_batch(&mut frames, &mut batch) => ended.map(|status| judge(status.as_ref(), &vitals)),
        };
        let mut lines = Vec::with_capacity(batch.len());
        for frame in batch.drain(..) {
            convert::heard(&frame.msg, framing, &mut lines);
        }
        if !lines.is_empty() {
            shared.tell(In::Heard { link, lines }).await;
        }
        if let Some(reason) = ended {
            break reason;
        }
    };
    shared.tell(In::Closed { link, reason }).await;
}

/// What ends any link from our side: its connection is cut, or it fell off the ring.
pub(super) async fn ended(cut: &CancellationToken, fallen: oneshot::Receiver<()>) -> CloseReason {
    tokio::select! {
        biased;
        () = cut.cancelled() => CloseReason::Ended,
        Ok(()) = fallen => CloseReason::TooSlow,
    }
}

/// Waits for a frame and takes all that are there, up to [`BATCH`]. Some when the stream has ended, with the error if
/// there was one.
async fn next_batch(frames: &mut Streaming<Line>, batch: &mut Vec<Line>) -> Option<Option<Status>> {
    poll_fn(|cx| {
        while batch.len() < BATCH {
            match Pin::new(&mut *frames).poll_next(cx) {
                Poll::Ready(Some(Ok(frame))) => batch.push(frame),
                Poll::Ready(Some(Err(status))) => return Poll::Ready(Some(Some(status))),
                Poll::Ready(None) => return Poll::Ready(Some(None)),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(None),
            }
        }
        Poll::Ready(None)
    })
    .await
}

fn judge(end: Option<&Status>, vitals: &Vitals) -> CloseReason {
    // tonic's own complaints, about frames over the limit and bytes that are no frames, have no cause below them; what
    // HTTP/2 says when it ends has.
    let complaint =
        |status: &Status| matches!(status.code(), Code::OutOfRange | Code::Internal) && status.source().is_none();
    match end {
        _ if vitals.timed_out() => CloseReason::Timeout,
        Some(status) if complaint(status) => CloseReason::Protocol,
        Some(_) | None => CloseReason::Ended,
    }
}
