//! The reading side of a link.

use std::{error::Error, future::poll_fn, pin::Pin, sync::Arc, task::Poll, time::Duration};

use tokio::sync::oneshot;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};

use super::{
    inbox::Reading,
    limits::{READ_BYTES, READ_FRAMES},
    shared::Shared,
};
use crate::{
    core::{
        budgets::{GUEST_LINES, GUEST_RATE},
        node::{CloseReason, Input, Secure},
    },
    domain::{limit::TokenBucket, model::LinkId},
    protocol::{
        codec::{
            self,
            mesh::{self, Frame, Hello},
        },
        wire::{Line, RawFrame},
    },
    runtime::io::Vitals,
};

/// The pause before more is read from a guest that exceeds its pace, and how many frames are read between pauses. These
/// frames cost nothing, and HTTP/2 stops the rest. If only as many were read as are kept, the frames left in the window
/// of a guest that is gone would take minutes, and it would look present all that time.
const PAUSE: Duration = Duration::from_secs(1);
const AFTER_PAUSE: usize = 4 * READ_FRAMES;

/// A frame of either protocol, as it comes in.
pub(super) trait Incoming: Sized {
    /// How many may come at once, and per second in the long run, before the link is read more slowly. `None` if the
    /// node has other means.
    const PACE: Option<(u32, f64)>;

    /// How long it is, in bytes.
    fn len(&self) -> usize;

    /// The input for the node that these frames make, and whether one of them was malformed.
    fn read(link: LinkId, frames: &mut Vec<Self>) -> (Option<Input>, bool);
}

impl Incoming for Line {
    const PACE: Option<(u32, f64)> = Some((GUEST_LINES, GUEST_RATE));

    fn len(&self) -> usize {
        self.msg.len()
    }

    fn read(link: LinkId, frames: &mut Vec<Self>) -> (Option<Input>, bool) {
        let mut lines = Vec::with_capacity(frames.len());
        for frame in frames.drain(..) {
            codec::read_lines(&frame.msg, &mut lines);
        }
        ((!lines.is_empty()).then_some(Input::GuestLines { link, lines }), false)
    }
}

impl Incoming for RawFrame {
    const PACE: Option<(u32, f64)> = None;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(link: LinkId, raw: &mut Vec<Self>) -> (Option<Input>, bool) {
        let mut malformed = false;
        let decoded = raw.drain(..).map_while(|RawFrame(frame)| {
            let frame = mesh::decode(&frame);
            malformed |= frame.is_err();
            frame.ok()
        });
        let frames: Vec<_> = decoded.collect();
        ((!frames.is_empty()).then_some(Input::Frames { link, frames }), malformed)
    }
}

/// The Hello that a link begins with; `None` if the first frame is something else. The node judges whether it is true,
/// but a reason is logged only here.
pub(super) fn greeting(first: &[u8], secure: &Secure) -> Option<Hello> {
    let Ok(Frame::Hello(hello)) = mesh::decode(first) else {
        tracing::debug!(node = %secure.node, "the first frame is no Hello");
        return None;
    };
    if hello.node != secure.node {
        tracing::debug!(proven = %secure.node, said = %hello.node, "Hello names another key than the handshake proved");
    }
    Some(hello)
}

/// Reads from a link and tells the actor, until the stream ends or `end` says why the link ends. What the other side
/// sent before its end is read first.
pub(super) async fn read<T: Incoming>(
    link: LinkId,
    mut frames: Streaming<T>,
    shared: Shared,
    vitals: Arc<Vitals>,
    end: impl Future<Output = CloseReason>,
) {
    let (reading, mut batch) = (Reading::new(link), Vec::new());
    let mut pace = T::PACE.map(|(burst, rate)| TokenBucket::new(burst, rate));
    let mut pause = None;
    let mut since_pause = 0;
    tokio::pin!(end);
    let reason = loop {
        let next = async {
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            let turn = reading.turn().await;
            (turn, next_batch(&mut frames, &mut batch).await)
        };
        let (turn, ended) = tokio::select! {
            biased;
            reason = &mut end => break reason,
            next = next => next,
        };
        if let Some(pace) = &mut pace {
            let now = tokio::time::Instant::now().into_std();
            let within = batch.iter().filter(|_| pace.take(now)).count();
            since_pause = if pause.is_some() { 0 } else { since_pause } + batch.len();
            pause = (within < batch.len() && since_pause >= AFTER_PAUSE).then_some(PAUSE);
        }
        let bytes = batch.iter().map(T::len).sum();
        let (heard, malformed) = T::read(link, &mut batch);
        if let Some(heard) = heard {
            shared.inbox.pass(&reading, turn, heard, bytes).await;
        }
        if malformed {
            break CloseReason::Protocol;
        }
        if let Some(status) = ended {
            break judge(status.as_ref(), &vitals);
        }
    };
    shared.tell(link, Input::Closed { link, reason }).await;
}

/// Waits until a link ends from our side: its connection is cut, or it fell off the ring.
pub(super) async fn ended(cut: &CancellationToken, fallen: oneshot::Receiver<()>) -> CloseReason {
    tokio::select! {
        biased;
        () = cut.cancelled() => CloseReason::Ended,
        Ok(()) = fallen => CloseReason::TooSlow,
    }
}

/// Waits for a frame and takes all that are there, up to [`READ_FRAMES`] and [`READ_BYTES`]. Returns `Some` when the
/// stream has ended, with the error if there was one.
async fn next_batch<T: Incoming>(frames: &mut Streaming<T>, batch: &mut Vec<T>) -> Option<Option<Status>> {
    poll_fn(|cx| {
        let mut bytes = 0;
        while batch.len() < READ_FRAMES && bytes < READ_BYTES {
            match Pin::new(&mut *frames).poll_next(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    bytes += frame.len();
                    batch.push(frame);
                }
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
    // tonic's own errors, about frames over the limit and bytes that are no frames, have no source. The errors with
    // which HTTP/2 ends have one.
    let complaint =
        |status: &Status| matches!(status.code(), Code::OutOfRange | Code::Internal) && status.source().is_none();
    match end {
        _ if vitals.timed_out() => CloseReason::Timeout,
        Some(status) if complaint(status) => CloseReason::Protocol,
        Some(_) | None => CloseReason::Ended,
    }
}
