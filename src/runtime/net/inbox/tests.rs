use super::*;

const BOB: LinkId = LinkId::Accepted(1_000);

fn name(event: &LinkEvent) -> LinkId {
    match event {
        LinkEvent::Read(Input::Taken(link)) | LinkEvent::Node(Input::Taken(link)) => *link,
        other => panic!("{other:?}"),
    }
}

/// Links that have the next batch ready as soon as the last one was taken.
struct Floods {
    inbox: Inbox,
    links: Vec<Reading>,
}

impl Floods {
    fn new(count: u32) -> Self {
        Self { inbox: Inbox::default(), links: (0..count).map(|n| Reading::new(LinkId::Accepted(n))).collect() }
    }

    /// Each passes on what it can.
    async fn pour(&self, bytes: usize) {
        for reading in &self.links {
            if reading.free.available_permits() > 0 {
                let turn = reading.turn().await;
                self.inbox.pass(reading, turn, Input::Taken(reading.link), bytes).await;
            }
        }
    }

    /// Serves until `link` is served. Returns how many others were served before it.
    async fn others_before(&self, link: LinkId) -> usize {
        for others in 0..10_000 {
            if name(&self.inbox.next(|_| true).await) == link {
                return others;
            }
            self.pour(READ_BYTES).await;
        }
        panic!("never served");
    }
}

async fn one(inbox: &Inbox, reading: &Reading) {
    let turn = reading.turn().await;
    inbox.pass(reading, turn, Input::Taken(reading.link), 300).await;
}

#[tokio::test(start_paused = true)]
async fn an_occasional_line_hardly_waits_for_floods() {
    let floods = Floods::new(300);
    floods.pour(READ_BYTES).await;
    // Until each of them has been served once and is no longer fresh. Busy ones are served in between.
    for _ in 0..600 {
        floods.inbox.next(|_| true).await;
        floods.pour(READ_BYTES).await;
    }
    let bob = Reading::new(BOB);
    for _ in 0..20 {
        one(&floods.inbox, &bob).await;
        assert!(floods.others_before(BOB).await <= 1);
        // Until Bob's turn among the busy ones finds nothing.
        for _ in 0..400 {
            floods.inbox.next(|_| true).await;
            floods.pour(READ_BYTES).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn floods_take_turns_and_long_frames_count_for_several() {
    let floods = Floods::new(3);
    floods.pour(READ_BYTES).await;
    let (mut served, mut large) = ([0_u32; 3], 0);
    let long = Reading::new(BOB);
    for _ in 0..4_000 {
        if long.free.available_permits() > 0 {
            let turn = long.turn().await;
            floods.inbox.pass(&long, turn, Input::Taken(BOB), READ_BYTES * 16).await;
        }
        match name(&floods.inbox.next(|_| true).await) {
            LinkId::Accepted(n) if n < 3 => served[n as usize] += 1,
            _ => large += 1,
        }
        floods.pour(READ_BYTES).await;
    }
    assert!(served.iter().all(|n| n.abs_diff(served[0]) <= 4), "{served:?}");
    assert!(large * 15 <= served[0] + 32, "{large} of sixteen turns each, beside {served:?}");
    assert!(large * 18 >= served[0], "{large} of sixteen turns each, beside {served:?}");
}

#[tokio::test(start_paused = true)]
async fn short_lived_links_do_not_starve_busy_ones() {
    let floods = Floods::new(1);
    floods.pour(READ_BYTES).await;
    floods.inbox.next(|_| true).await;
    floods.pour(READ_BYTES).await;
    for n in 0..200 {
        let churn = LinkId::Dialled(n);
        assert!(floods.inbox.tell(Some(churn), LinkEvent::Node(Input::Taken(churn))).await);
    }
    assert!(floods.others_before(LinkId::Accepted(0)).await <= 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_on_hold_keeps_its_events_in_order() {
    let inbox = Inbox::default();
    let (alice, bob) = (Reading::new(LinkId::Accepted(1)), Reading::new(BOB));
    one(&inbox, &alice).await;
    assert!(inbox.tell(Some(alice.link), LinkEvent::Node(Input::Taken(alice.link))).await);
    one(&inbox, &bob).await;
    let but_alice = |link| link != alice.link;
    assert_eq!(name(&inbox.next(but_alice).await), BOB);
    assert!(inbox.try_next(but_alice).is_none());
    assert!(matches!(inbox.next(|_| true).await, LinkEvent::Read(_)));
    assert!(matches!(inbox.next(|_| true).await, LinkEvent::Node(_)));
    assert!(inbox.try_next(|_| true).is_none());
    assert!(inbox.state().queues.is_empty(), "nothing is kept for links that say nothing");
}

#[tokio::test(start_paused = true)]
async fn the_inbox_is_bounded_and_closing_it_frees_waiting_tasks() {
    let inbox = Arc::new(Inbox::default());
    let reading = Reading::new(BOB);
    one(&inbox, &reading).await;
    let wait = std::time::Duration::from_secs(1);
    assert!(tokio::time::timeout(wait, reading.turn()).await.is_err(), "one batch of a link");
    let longest = READ_BYTES + INBOX_LARGE as usize;
    let (large, other) = (Reading::new(LinkId::Accepted(1)), Reading::new(LinkId::Accepted(2)));
    let turn = large.turn().await;
    inbox.pass(&large, turn, Input::Taken(large.link), longest).await;
    let turn = other.turn().await;
    let pass = inbox.pass(&other, turn, Input::Taken(other.link), READ_BYTES + 1);
    assert!(tokio::time::timeout(wait, pass).await.is_err(), "one of the longest");
    for _ in 0..INBOX_CAPACITY {
        assert!(inbox.tell(None, LinkEvent::Node(Input::Timer)).await);
    }
    let waiting = tokio::spawn({
        let inbox = inbox.clone();
        async move { inbox.tell(None, LinkEvent::Node(Input::Timer)).await }
    });
    tokio::task::yield_now().await;
    inbox.close();
    assert!(!waiting.await.unwrap(), "it is not told");
    assert!(inbox.try_next(|_| true).is_none());
    assert!(tokio::time::timeout(wait, reading.turn()).await.is_ok());
}
