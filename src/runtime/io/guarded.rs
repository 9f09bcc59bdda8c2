//! A connection that can be cut from outside and cannot be flooded.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Bytes per second that are read from one connection in the long run.
const PEER_RATE: i64 = 8 * 1024 * 1024;

/// Bytes that may be read at once before [`PEER_RATE`] applies.
const PEER_BURST: i64 = 64 * 1024 * 1024;

/// What can be seen of a connection from outside.
#[derive(Debug)]
pub struct Vitals {
    /// A segment of ours was never acknowledged.
    timed_out: AtomicBool,
    /// A live peer is heard at least this often, because it is asked.
    heard_every: Option<Duration>,
    began: Instant,
    last_read_ms: AtomicU64,
}

impl Vitals {
    fn new(heard_every: Option<Duration>) -> Self {
        let (timed_out, last_read_ms) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { timed_out, heard_every, began: Instant::now(), last_read_ms }
    }

    /// Whether the other side has stopped answering, as opposed to having ended the connection.
    pub fn timed_out(&self) -> bool {
        let silence = self.began.elapsed().saturating_sub(self.last_read());
        self.timed_out.load(Ordering::Relaxed) || self.heard_every.is_some_and(|longest| silence > longest)
    }

    /// When something was last read, as the time since the connection began.
    pub fn last_read(&self) -> Duration {
        Duration::from_millis(self.last_read_ms.load(Ordering::Relaxed))
    }

    fn heard(&self) {
        self.last_read_ms.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }
}

/// A stream with a switch that cuts it and a limit on what is read from it. The one byte that revealed its protocol can
/// be put back.
#[derive(Debug)]
pub struct Guarded<S> {
    stream: S,
    first: Option<u8>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    vitals: Arc<Vitals>,
    /// Bytes that may be read now, as of `filled_at`; below zero if the last read took more than was left.
    budget: i64,
    filled_at: Instant,
    refill: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    /// Guards `stream` until `cut` is cancelled. `heard_every` says how often a live peer is heard at least, if that is
    /// known.
    pub fn new(stream: S, first: Option<u8>, cut: CancellationToken, heard_every: Option<Duration>) -> Self {
        Self {
            stream,
            first,
            cut: Box::pin(cut.cancelled_owned()),
            vitals: Arc::new(Vitals::new(heard_every)),
            budget: PEER_BURST,
            filled_at: Instant::now(),
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
        loop {
            let since = i64::try_from(self.filled_at.elapsed().as_micros()).unwrap_or(i64::MAX);
            let earned = since.saturating_mul(PEER_RATE) / 1_000_000;
            if earned > 0 {
                self.filled_at = Instant::now();
                self.budget = self.budget.saturating_add(earned).min(PEER_BURST);
            }
            if self.budget > 0 {
                return Poll::Ready(());
            }
            let refill = self.refill.get_or_insert_with(|| Box::pin(tokio::time::sleep(REFILL_INTERVAL)));
            ready!(refill.as_mut().poll(cx));
            self.refill = None;
        }
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            self.vitals.timed_out.store(true, Ordering::Relaxed);
        }
        result
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
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        self.note(read)?;
        self.vitals.heard();
        self.budget -= i64::try_from(buf.filled().len() - before).unwrap_or(i64::MAX);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf));
        Poll::Ready(self.note(written))
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
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs));
        Poll::Ready(self.note(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn the_first_byte_is_replayed_and_a_cut_ends_reading() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let cut = CancellationToken::new();
        let mut guarded = Guarded::new(ours, Some(b'P'), cut.clone(), None);
        theirs.write_all(b"RI").await.unwrap();
        let mut three = [0; 3];
        guarded.read_exact(&mut three).await.unwrap();
        assert_eq!(&three, b"PRI");
        let waiting = tokio::spawn(async move { guarded.read_u8().await });
        tokio::task::yield_now().await;
        cut.cancel();
        assert_eq!(waiting.await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_gets_the_burst_and_then_the_rate() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move { while theirs.write_all(&vec![0; 1 << 16]).await.is_ok() {} });
        let mut guarded = Guarded::new(ours, None, CancellationToken::new(), None);
        let (begin, mut read, mut buf) = (Instant::now(), 0, vec![0; 1 << 16]);
        while begin.elapsed() < Duration::from_secs(10) {
            read += i64::try_from(guarded.read(&mut buf).await.unwrap()).unwrap();
        }
        let allowed = PEER_BURST + 10 * PEER_RATE;
        assert!(read <= allowed + (1 << 20) && read >= allowed * 9 / 10, "{read} of {allowed}");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_of_a_peer_that_should_answer_is_a_timeout() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut guarded = Guarded::new(ours, None, CancellationToken::new(), Some(Duration::from_secs(8)));
        let vitals = guarded.vitals();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            theirs.write_u8(0).await.unwrap();
            guarded.read_u8().await.unwrap();
            assert!(!vitals.timed_out());
        }
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert!(vitals.timed_out());
    }
}
