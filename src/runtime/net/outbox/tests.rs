use super::*;
use crate::{
    domain::model::{Nick, Text},
    protocol::codec::event::{Content, Signed},
};

fn line(text: &str) -> Published {
    Published::new(&Signed::sample(), &Nick::new("me").unwrap(), &Text::new(text).unwrap(), false)
}

fn take(outbox: &Outbox, link: LinkId) -> Poll<Result<bool, FellBehind>> {
    outbox.poll_take(link, &Context::from_waker(Waker::noop()), &mut VecDeque::new())
}

const SLOW: LinkId = LinkId::Accepted(1);
const FAST: LinkId = LinkId::Accepted(2);

#[tokio::test(start_paused = true)]
async fn only_a_link_that_takes_nothing_is_frozen() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Reference, None);
    outbox.open(FAST, Protocol::Reference, None);
    tokio::time::advance(FROZEN_AFTER * 2).await;
    assert_eq!(outbox.frozen(), [], "nothing to take");
    for _ in 0..20 {
        outbox.publish(line(&"x".repeat(60_000)));
    }
    for _ in 0..4 {
        tokio::time::advance(FROZEN_AFTER / 2).await;
        assert!(matches!(take(&outbox, FAST), Poll::Ready(Ok(true))));
    }
    assert_eq!(outbox.frozen(), [SLOW]);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_ignores_its_own_frames_is_frozen() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Mesh, Some(Bytes::from("hello")));
    outbox.open(FAST, Protocol::Mesh, Some(Bytes::from("hello")));
    for _ in 0..4 {
        assert_eq!(outbox.frozen(), []);
        assert!(matches!(take(&outbox, FAST), Poll::Ready(Ok(true))));
        outbox.tell(FAST, Bytes::from("pong"));
        outbox.tell(SLOW, Bytes::from("pong"));
        tokio::time::advance(FROZEN_AFTER / 4).await;
    }
    assert_eq!(outbox.frozen(), [SLOW]);
    assert!(matches!(take(&outbox, SLOW), Poll::Ready(Ok(true))));
    tokio::time::advance(FROZEN_AFTER / 2).await;
    assert_eq!(outbox.frozen(), []);
}

#[tokio::test]
async fn a_finished_link_gets_pending_lines_and_then_ends() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Mesh, None);
    outbox.publish(line("before"));
    outbox.finish(SLOW, Some(&Bytes::from("bye")));
    outbox.publish(line("after"));
    let mut got = VecDeque::new();
    let cx = Context::from_waker(Waker::noop());
    assert_eq!(outbox.poll_take(SLOW, &cx, &mut got), Poll::Ready(Ok(true)));
    assert_eq!(outbox.poll_take(SLOW, &cx, &mut got), Poll::Ready(Ok(true)));
    assert_eq!(outbox.poll_take(SLOW, &cx, &mut got), Poll::Ready(Ok(false)));
    assert_eq!(got.pop_back(), Some(Bytes::from("bye")));
    assert_eq!(Vec::from(got), line("before").get(Protocol::Mesh));
    assert_eq!(take(&outbox, FAST), Poll::Ready(Ok(false)), "a link that was never opened has nothing to send");
}

#[tokio::test]
async fn own_frames_precede_lines_and_never_pile_up() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Mesh, Some(Bytes::from("hello")));
    outbox.publish(line("line"));
    outbox.tell(SLOW, Bytes::from("ping"));
    let mut got = VecDeque::new();
    let cx = Context::from_waker(Waker::noop());
    assert_eq!(outbox.poll_take(SLOW, &cx, &mut got), Poll::Ready(Ok(true)));
    assert_eq!(got, ["hello", "ping"].map(Bytes::from));
    for (length, most) in [(1_000, MAX_OWN_BYTES / (1_000 + FRAME_OVERHEAD)), (12, 862), (0, 1_024)] {
        for _ in 0..10_000 {
            outbox.tell(SLOW, Bytes::from(vec![0; length]));
        }
        got.clear();
        assert_eq!(outbox.poll_take(SLOW, &cx, &mut got), Poll::Ready(Ok(true)));
        assert_eq!(got.len(), most, "of {length} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn congestion_means_that_even_the_fastest_link_is_behind() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Reference, None);
    for _ in 0..40_000 {
        outbox.publish(line("x"));
    }
    assert!(outbox.is_congested(Unpublished::default()));
    outbox.open(FAST, Protocol::Reference, None);
    assert!(outbox.is_congested(Unpublished::default()), "the slow one may move");
    tokio::time::advance(MOVES_WITHIN).await;
    assert!(!outbox.is_congested(Unpublished::default()));
    outbox.remove(FAST);
    assert!(outbox.is_congested(Unpublished::default()));
    outbox.remove(SLOW);
    assert!(!outbox.is_congested(Unpublished::default()));
}

#[tokio::test(start_paused = true)]
async fn a_batch_follows_own_frames_and_is_reported_once() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Mesh, Some(Bytes::from_static(b"hello")));
    outbox.publish(line("a line"));
    outbox.batch(SLOW, Bytes::from_static(b"events"));
    let mut frames = VecDeque::new();
    while frames.len() < 3 {
        let taken = outbox.poll_take(SLOW, &Context::from_waker(Waker::noop()), &mut frames);
        assert_eq!(taken, Poll::Ready(Ok(true)));
    }
    assert_eq!((&frames[0][..], &frames[1][..]), (&b"hello"[..], &b"events"[..]));
    assert_eq!(outbox.taken().await, [SLOW]);
    assert!(tokio::time::timeout(Duration::from_secs(1), outbox.taken()).await.is_err(), "once");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_falls_behind_continues_with_new_lines() {
    let outbox = Outbox::default();
    let fast = LinkId::Accepted(9);
    outbox.open(SLOW, Protocol::Mesh, None);
    outbox.open(fast, Protocol::Mesh, None);
    let long = line(&"x".repeat(60_000));
    for _ in 0..400 {
        outbox.publish(long.clone());
        assert_eq!(take(&outbox, fast), Poll::Ready(Ok(true)));
    }
    assert_eq!(take(&outbox, SLOW), Poll::Pending, "the log has what it missed");
    outbox.publish(line("new"));
    assert_eq!(take(&outbox, SLOW), Poll::Ready(Ok(true)));
}

/// A user who pours in lines of a kilobyte, and a disk that publishes them in large commits.
struct Pouring {
    outbox: Outbox,
    /// Accepted and not published.
    coming: Unpublished,
    /// How many of them the disk is writing.
    writing: usize,
    line: Published,
    said: u64,
}

impl Pouring {
    fn new(outbox: Outbox) -> Self {
        let text = "y".repeat(1_000);
        let content = Content::said([7; 16], &Nick::new("me").unwrap(), &Text::new(&text).unwrap(), false);
        let event = Signed { content, ..Signed::sample() };
        let line = Published::new(&event, &Nick::new("me").unwrap(), &Text::new(&text).unwrap(), false);
        Self { outbox, coming: Unpublished::default(), writing: 0, line, said: 0 }
    }

    /// Accepts at most `most` lines. Returns whether congestion stopped it.
    fn accept(&mut self, most: usize) -> bool {
        for _ in 0..most {
            if self.outbox.is_congested(self.coming) {
                return true;
            }
            self.coming.lines += 1;
            self.coming.bytes += self.line.bytes();
            self.said += 1;
        }
        false
    }

    /// Publishes what the disk was writing, and lets it write the rest.
    fn commit(&mut self) {
        for _ in 0..self.writing {
            self.outbox.publish(self.line.clone());
        }
        self.coming.lines -= self.writing;
        self.coming.bytes -= self.writing * self.line.bytes();
        self.writing = self.coming.lines;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_reads_all_the_time_is_never_overtaken() {
    const LINES: u64 = 20_000;
    let outbox = Outbox::default();
    let (frozen, node) = (LinkId::Accepted(3), LinkId::Accepted(4));
    outbox.open(frozen, Protocol::Reference, None);
    outbox.open(SLOW, Protocol::Reference, None);
    outbox.open(node, Protocol::Mesh, None);
    let mut user = Pouring::new(outbox);
    let (mut got, mut waited) = (VecDeque::new(), false);
    while (got.len() as u64) < LINES {
        waited |= user.accept(4_096.min(usize::try_from(LINES - user.said).unwrap()));
        // The guest reads 2 MB a second all the time, a commit takes half a second, and the node takes everything.
        for _ in 0..16 {
            tokio::time::advance(Duration::from_millis(30)).await;
            let taken = user.outbox.poll_take(SLOW, &Context::from_waker(Waker::noop()), &mut got);
            assert!(taken.map(|taken| taken.is_ok()) != Poll::Ready(false), "cut after {} of {LINES} lines", got.len());
        }
        user.commit();
        while take(&user.outbox, node) == Poll::Ready(Ok(true)) {}
    }
    assert!(waited, "the user has never waited");
}

#[tokio::test(start_paused = true)]
async fn a_slow_guest_blocks_the_user_for_two_seconds() {
    for crawls in [false, true] {
        let outbox = Outbox::default();
        outbox.open(SLOW, Protocol::Reference, None);
        outbox.open(FAST, Protocol::Reference, None);
        let mut user = Pouring::new(outbox);
        let began = Instant::now();
        while user.said < 40_000 {
            user.accept(64);
            user.commit();
            while take(&user.outbox, FAST) == Poll::Ready(Ok(true)) {}
            if crawls && began.elapsed().subsec_millis() < 10 {
                let _ = take(&user.outbox, SLOW);
            }
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        let undisturbed = Duration::from_millis(40_000 / 64 * 10);
        assert!(began.elapsed() < undisturbed + MOVES_WITHIN + Duration::from_millis(20), "{:?}", began.elapsed());
    }
}
