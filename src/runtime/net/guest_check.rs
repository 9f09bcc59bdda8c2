//! Whether a reference node that we dialled still answers.
//!
//! A program that hangs or was stopped keeps its connections: the kernel acknowledges data that the program will never
//! read. Nodes are pinged, but a reference server ends a connection that is pinged more often than every five minutes.
//! So a silent one is asked on a separate connection: every HTTP/2 server answers the preface with its settings.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{sleep, timeout},
};

use crate::runtime::io::{Net, Vitals};

/// How often a silent guest is asked. With two questions and the wait for their answers, a frozen one is noticed within
/// 40 s.
const ASK_EVERY: Duration = Duration::from_secs(15);

/// How long an answer may take, including the connection. A busy machine needs a fraction of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// After this many unanswered questions in a row, the guest counts as gone. A machine that was asleep for a moment
/// misses one.
const MOST_UNANSWERED: u32 = 2;

/// What an HTTP/2 client begins with: the preface and empty settings (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// Watches a link with the guest at `to`, and returns when it has stopped answering.
pub(super) async fn silence<N: Net>(net: &N, from: Option<IpAddr>, to: SocketAddr, vitals: &Vitals) {
    let (mut unanswered, mut heard) = (0, vitals.last_read());
    while unanswered < MOST_UNANSWERED {
        sleep(ASK_EVERY).await;
        let before = std::mem::replace(&mut heard, vitals.last_read());
        // Anything that comes in on the link itself is proof enough.
        let answers = heard != before || answers(net, from, to).await;
        unanswered = if answers { 0 } else { unanswered + 1 };
    }
    tracing::debug!(%to, "a guest has stopped answering");
}

/// Whether anything comes back in time. An error counts, too: it shows that the kernel or the program is alive. If the
/// guest is gone for good, its link ends by itself.
async fn answers<N: Net>(net: &N, from: Option<IpAddr>, to: SocketAddr) -> bool {
    let asked = async {
        let mut stream = net.connect(from, to).await?;
        stream.write_all(PREFACE).await?;
        stream.read_u8().await
    };
    timeout(ANSWER_WITHIN, asked).await.is_ok()
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt, time::Instant};

    use super::*;
    use crate::runtime::io::{Guarded, MemoryNet};

    const ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7001);

    /// How long it takes until a guest counts as silent; `None` if that is more than ten minutes.
    async fn watched(net: &MemoryNet, vitals: &Vitals) -> Option<Duration> {
        let began = Instant::now();
        timeout(Duration::from_mins(10), silence(net, None, ADDR, vitals)).await.ok().map(|()| began.elapsed())
    }

    fn link() -> (Guarded<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(64);
        (Guarded::new(ours, None, tokio_util::sync::CancellationToken::new(), None), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn a_guest_that_never_answers_is_noticed_within_a_minute() {
        let (net, (guarded, _theirs)) = (MemoryNet::default(), link());
        // Connections wait to be accepted, as those of a stopped process do.
        let _listener = net.bind(ADDR).await.unwrap();
        let noticed = watched(&net, &guarded.vitals()).await.unwrap();
        assert!(noticed < Duration::from_secs(45), "{noticed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_guest_that_answers_questions_may_stay_silent_for_ever() {
        let (net, (guarded, _theirs)) = (MemoryNet::default(), link());
        let listener = net.bind(ADDR).await.unwrap();
        let server = net.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = server.accept(&listener).await {
                let mut preface = [0; PREFACE.len()];
                stream.read_exact(&mut preface).await.unwrap();
                assert_eq!(preface, PREFACE);
                let _ = stream.write_all(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00").await;
            }
        });
        assert_eq!(watched(&net, &guarded.vitals()).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_guest_that_is_heard_is_not_asked() {
        let (net, (mut guarded, mut theirs)) = (MemoryNet::default(), link());
        let _listener = net.bind(ADDR).await.unwrap();
        let vitals = guarded.vitals();
        let _talking = tokio::spawn(async move {
            loop {
                sleep(Duration::from_secs(10)).await;
                theirs.write_u8(0).await.unwrap();
                guarded.read_u8().await.unwrap();
            }
        });
        assert_eq!(watched(&net, &vitals).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_question_is_not_silence() {
        let (guarded, _theirs) = link();
        assert_eq!(watched(&MemoryNet::default(), &guarded.vitals()).await, None);
    }
}
