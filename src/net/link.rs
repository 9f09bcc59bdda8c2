//! The reading side of a link, and the actor's hold on it.

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use tokio::sync::oneshot;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};

use super::{LINGER, SILENT, Shared};
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

/// Reads from a link and tells the actor, until the link ends or is cut.
pub(super) async fn read(
    link: LinkId,
    framing: Framing,
    mut frames: Streaming<Line>,
    shared: Shared,
    vitals: Arc<Vitals>,
    mut fallen: oneshot::Receiver<()>,
    cut: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let reason = loop {
        let end = tokio::select! {
            biased;
            () = cut.cancelled() => Some(CloseReason::Ended),
            Ok(()) = &mut fallen => Some(CloseReason::TooSlow),
            end = next_batch(&mut frames, &mut batch) => end.map(|end| judge(end.as_ref(), &vitals)),
        };
        let mut lines = Vec::with_capacity(batch.len());
        for frame in batch.drain(..) {
            convert::heard(&frame.msg, framing, &mut lines);
        }
        if !lines.is_empty() {
            shared.tell(In::Heard { link, lines }).await;
        }
        if let Some(reason) = end {
            break reason;
        }
    };
    shared.tell(In::Closed { link, reason }).await;
    cut.cancel();
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
    let Some(status) = end else { return CloseReason::Ended };
    match status.code() {
        _ if vitals.silent_for() >= SILENT => CloseReason::Timeout,
        // What tonic makes of frames over the limit and of bytes that are no frames.
        Code::OutOfRange | Code::ResourceExhausted | Code::Internal => CloseReason::Protocol,
        _ => CloseReason::Ended,
    }
}
