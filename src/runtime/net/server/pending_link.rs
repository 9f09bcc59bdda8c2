//! A link from its first frame until the node has decided about it.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use tokio::sync::oneshot;
use tonic::Streaming;

use super::{Connection, stream_count::CountedStream};
use crate::{
    core::node::{CloseReason, Input},
    domain::model::LinkId,
    runtime::{
        io::{Net, Vitals},
        net::{
            Handle, LinkEvent,
            limits::{CLOSE_TIMEOUT, HELLO_TIMEOUT},
            link::{self, Incoming},
            send_stream::LinkDecision,
        },
    },
};

/// A link that the peer has opened and that the node has not decided about yet.
pub(super) struct PendingLink<T, N> {
    pub(super) link: LinkId,
    pub(super) frames: Streaming<T>,
    pub(super) outgoing_decision: oneshot::Sender<LinkDecision>,
    pub(super) fallen: oneshot::Receiver<()>,
    pub(super) connection: Connection<N>,
    pub(super) vitals: Arc<Vitals>,
    pub(super) stream: CountedStream,
}

impl<T: Incoming, N: Net> PendingLink<T, N> {
    /// Waits for the first frame, then for the node's decision, and reads on if the link may stay.
    pub(super) async fn run(self, introduce: impl FnOnce(LinkId, SocketAddr, T) -> Result<Input, Bytes>) {
        let Self { link, mut frames, outgoing_decision, fallen, connection, vitals, mut stream } = self;
        let Connection { from, cut, slot, shared, .. } = connection;
        let cut = cut.child_token();
        let first = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            first = tokio::time::timeout(HELLO_TIMEOUT, frames.message()) => first,
        };
        let Ok(Ok(Some(first))) = first else { return };
        let arrived = match introduce(link, from, first) {
            Ok(arrived) => arrived,
            Err(bye) => {
                // Drop everything else that it has sent now, because small frames cost many times their bytes.
                drop(frames);
                let _ = outgoing_decision.send(LinkDecision::Bye(bye));
                let _ = tokio::time::timeout(CLOSE_TIMEOUT, cut.cancelled()).await;
                return cut.cancel();
            }
        };
        let (handle, decided) = Handle::accepted(cut.clone());
        let told = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            told = shared.inbox.tell(Some(link), LinkEvent::Arrived { link, input: arrived, handle }) => told,
        };
        if !told {
            return;
        }
        let decision = tokio::select! {
            biased;
            () = cut.cancelled() => {
                // The node may be opening the link at this moment, and has to learn that it is gone.
                return shared.tell(link, Input::Closed { link, reason: CloseReason::Ended }).await;
            }
            decision = decided => decision,
        };
        match decision {
            Ok(LinkDecision::Open) => {}
            refused => {
                drop(frames);
                // The last frame and the end of the stream need a moment to leave.
                match refused {
                    Ok(bye) => drop(outgoing_decision.send(bye)),
                    Err(_) => drop(outgoing_decision),
                }
                return cut.cancelled().await;
            }
        }
        stream.open();
        slot.release();
        // The other end of this is the stream that tonic pulls; it may have been dropped with the connection.
        let _ = outgoing_decision.send(LinkDecision::Open);
        link::read(link, frames, shared, vitals, link::ended(&cut, fallen)).await;
    }
}
