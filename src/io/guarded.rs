//! A connection that can be cut from outside and cannot be flooded.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Bytes per second that are read from one connection in the long run (DESIGN.md section 7).
pub const PEER_RATE: u64 = 8 * 1024 * 1024;

/// Bytes that may be read at once before [`PEER_RATE`] applies (DESIGN.md section 7).
pub const PEER_BURST: u64 = 64 * 1024 * 1024;

/// What can be known of a connection from outside.
#[derive(Debug)]
pub struct Vitals {
    began: Instant,
    last_read_ms: AtomicU64,
}

impl Vitals {
    /// How long ago anything came in.
    pub fn silent_for(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.last_read_ms.load(Ordering::Relaxed)))
    }
}

/// A stream with a switch that cuts it and a limit on what is read from it. The one byte that told its protocol can be
/// put back.
#[derive(Debug)]
pub struct Guarded<S> {
    stream: S,
    first: Option<u8>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    vitals: Arc<Vitals>,
    /// Bytes that may be read now, as of `filled_at`.
    budget: u64,
    filled_at: Instant,
    refill: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    /// Guards `stream` until `cut` is cancelled.
    pub fn new(stream: S, first: Option<u8>, cut: CancellationToken) -> Self {
        let now = Instant::now();
        Self {
            stream,
            first,
            cut: Box::pin(cut.cancelled_owned()),
            vitals: Arc::new(Vitals { began: now, last_read_ms: AtomicU64::new(0) }),
            budget: PEER_BURST,
            filled_at: now,
            refill: None,
        }
    }

    /// For watching the connection from outside.
    pub fn vitals(&self) -> Arc<Vitals> {
        self.vitals.clone()
    }

    fn poll_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.cut.as_mut().poll(cx).is_ready() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Ready when something may be read.
    fn poll_budget(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.budget == 0 {
            let refill = self.refill.get_or_insert_with(|| Box::pin(tokio::time::sleep(REFILL_INTERVAL)));
            ready!(refill.as_mut().poll(cx));
            self.refill = None;
            let since = self.filled_at.elapsed().as_millis() as u64;
            self.filled_at = Instant::now();
            self.budget = (since.saturating_mul(PEER_RATE) / 1_000).min(PEER_BURST);
        }
        Poll::Ready(())
    }
}

/// How often a connection over its limit is read again.
const REFILL_INTERVAL: Duration = Duration::from_millis(20);

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        if buf.remaining() > 0
            && let Some(first) = self.first.take()
        {
            buf.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_budget(cx));
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let read = (buf.filled().len() - before) as u64;
        self.budget = self.budget.saturating_sub(read);
        self.vitals.last_read_ms.store(self.vitals.began.elapsed().as_millis() as u64, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
