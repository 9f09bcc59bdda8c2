//! The actor's hold on a link.

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    closing::{Closing, cut_after_timeout},
    send_stream::LinkDecision,
};

/// The actor's hold on a link. Dropping it without [`Handle::open`] refuses a link that comes in, and gives up a dial.
#[derive(Debug)]
pub struct Handle {
    /// Dialled links wait for this, their first frame.
    offer: Option<oneshot::Sender<Bytes>>,
    decision: Option<oneshot::Sender<LinkDecision>>,
    /// Cuts the connection.
    cut: CancellationToken,
}

impl Handle {
    /// For a link that we dial. It waits for the first receiver before its first frame, and for the second before
    /// lines.
    pub(super) fn dialled(cut: CancellationToken) -> (Self, oneshot::Receiver<Bytes>, oneshot::Receiver<LinkDecision>) {
        let ((offer, offered), (decision, decided)) = (oneshot::channel(), oneshot::channel());
        (Self { offer: Some(offer), decision: Some(decision), cut }, offered, decided)
    }

    /// For a link that we accept. It waits for the receiver before lines.
    pub(super) fn accepted(cut: CancellationToken) -> (Self, oneshot::Receiver<LinkDecision>) {
        let (decision, decided) = oneshot::channel();
        (Self { offer: None, decision: Some(decision), cut }, decided)
    }

    /// Lets a dial send its first frame.
    pub fn offer(&mut self, first: Bytes) {
        // A link that has ended meanwhile reports that itself.
        let _ = self.offer.take().map(|offer| offer.send(first));
    }

    /// Lets lines flow. The link must be in the outbox already.
    pub fn open(&mut self) {
        let _ = self.decision.take().map(|decision| decision.send(LinkDecision::Open));
    }

    /// Cuts the connection at once.
    pub fn cut(self) {
        self.cut.cancel();
    }

    /// Whether the connection was cut.
    pub fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }

    /// Ends the link. If nothing was promised to the other side, it ends at once. Otherwise the last lines, `bye` and
    /// the end of the stream first get time to leave, as far as there is room among `closing`.
    pub fn close(self, bye: Option<Bytes>, closing: &Closing) {
        if let Some(cut) = self.end(bye) {
            closing.cut_soon(cut);
        }
    }

    /// Ends the link like [`Self::close`], but together with all others, because the program ends: each may take its
    /// time. The returned token is cancelled when the connection has ended.
    pub fn leave(self) -> CancellationToken {
        let cut = self.cut.clone();
        if let Some(cut) = self.end(None) {
            cut_after_timeout(cut);
        }
        cut
    }

    /// Tells the other side that the link ends. Returns what is still to be cut, if that message needs a moment to
    /// leave.
    fn end(self, bye: Option<Bytes>) -> Option<CancellationToken> {
        let Self { offer, decision, cut } = self;
        if offer.is_some() {
            cut.cancel();
            return None;
        }
        // An open link gets its last frame from the outbox.
        let _ = decision.zip(bye).map(|(decision, bye)| decision.send(LinkDecision::Bye(bye)));
        Some(cut)
    }
}
