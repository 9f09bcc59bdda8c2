use super::*;
use crate::{
    domain::model::{Nick, Text},
    protocol::codec::event::Signed,
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
async fn who_takes_nothing_is_frozen_and_who_takes_a_little_is_not() {
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
async fn who_leaves_its_own_frames_is_frozen_too() {
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
async fn a_finished_link_gets_what_was_there_and_then_its_end() {
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
async fn frames_of_its_own_go_before_lines_and_never_pile_up() {
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

#[tokio::test]
async fn it_is_congested_when_even_the_fastest_link_is_far_behind() {
    let outbox = Outbox::default();
    outbox.open(SLOW, Protocol::Reference, None);
    for _ in 0..40_000 {
        outbox.publish(line("x"));
    }
    assert!(outbox.is_congested());
    outbox.open(FAST, Protocol::Reference, None);
    assert!(!outbox.is_congested());
    outbox.remove(FAST);
    assert!(outbox.is_congested());
    outbox.remove(SLOW);
    assert!(!outbox.is_congested());
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_behind_the_own_frames_and_its_link_is_told_of() {
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
async fn a_node_that_falls_off_the_ring_goes_on_with_what_is_new() {
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
