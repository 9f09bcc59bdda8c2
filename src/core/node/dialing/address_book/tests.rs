use super::*;

fn addr(n: u16) -> SocketAddr {
    SocketAddr::from(([10, 77, (n >> 8) as u8, n as u8], 4565))
}

fn taken(book: &mut AddressBook, now: Instant) -> Option<SocketAddr> {
    book.take_due(true, now).map(|(addr, _)| addr)
}

#[test]
fn a_passed_on_address_is_pinned_until_swept() {
    let (mut book, mut rng, now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    let node = NodeId::new([7; 32]);
    book.passed(addr(1), node, now);
    assert_eq!(book.take_due(true, now), Some((addr(1), Some(node))));
    book.failed(addr(1), now, &mut rng);
    assert_eq!(book.take_due(true, now + MAX_BACKOFF), None, "a word is worth one dial");
    book.swept(addr(1), now);
    assert_eq!(book.take_due(true, now), Some((addr(1), None)));
}

#[test]
fn a_swept_address_is_dialled_once_per_backoff() {
    let (mut book, mut rng, t0) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    book.swept(addr(1), t0);
    assert_eq!(taken(&mut book, t0), Some(addr(1)));
    assert_eq!(book.take_due(true, t0), None);
    assert_eq!(book.failed(addr(1), t0, &mut rng), AfterFailure::Quiet);
    book.swept(addr(1), t0 + Duration::from_millis(500));
    assert_eq!(book.take_due(true, t0 + Duration::from_millis(500)), None, "resting");
    book.swept(addr(1), t0 + Duration::from_secs(2));
    assert_eq!(taken(&mut book, t0 + Duration::from_secs(2)), Some(addr(1)));
}

#[test]
fn addresses_the_user_named_come_before_passed_on_ones() {
    let (mut book, now) = (AddressBook::default(), Instant::now());
    for n in 0..500 {
        book.passed(addr(n), NodeId::new([7; 32]), now);
    }
    book.asked(addr(900), false, now);
    assert_eq!(book.take_due(true, now).map(|(addr, _)| addr), Some(addr(900)));
    assert_eq!(book.take_due(false, now), None, "no more of what was passed on");
    assert_eq!(book.next_due(false), None);
    assert!(book.take_due(true, now).is_some());
}

#[test]
fn a_false_sighting_does_not_block_a_true_one() {
    let (mut book, mut rng, now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    let [liar, node] = [[6; 32], [7; 32]].map(NodeId::new);
    book.passed(addr(1), liar, now);
    book.take_due(true, now);
    book.failed(addr(1), now, &mut rng);
    book.passed(addr(1), node, now);
    assert_eq!(book.take_due(true, now), Some((addr(1), Some(node))));
    book.failed(addr(1), now, &mut rng);
    book.check(addr(1), now, &mut rng);
    assert_eq!(book.take_due(true, now + CHECK_DELAY * 2), Some((addr(1), None)));
}

#[test]
fn a_rescan_dials_busy_entries_without_a_dial_or_link() {
    let (mut book, now) = (AddressBook::default(), Instant::now());
    book.configured(addr(1), false, now);
    book.take_due(true, now);
    book.linked(addr(1));
    book.forgive(now, |_| true);
    assert_eq!(taken(&mut book, now), None);
    book.forgive(now, |_| false);
    assert_eq!(taken(&mut book, now), Some(addr(1)));
}

#[test]
fn an_open_port_does_not_shorten_a_firm_wait() {
    let (mut book, mut rng, now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    book.lost(addr(1), now, &mut rng);
    book.rest(addr(1), MAX_BACKOFF, now, &mut rng);
    for second in 0..20 {
        book.swept(addr(1), now + Duration::from_secs(second));
        assert_eq!(taken(&mut book, now + Duration::from_secs(second)), None);
    }
    assert_eq!(taken(&mut book, now + MAX_BACKOFF * 2), Some(addr(1)));
}

#[test]
fn addresses_that_never_answer_do_not_delay_others() {
    let (mut book, mut rng, mut now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    for n in 1..100 {
        book.swept(addr(n), now);
        assert_eq!(taken(&mut book, now), Some(addr(n)));
        book.failed(addr(n), now, &mut rng);
    }
    now += MAX_BACKOFF;
    for n in 1..=100 {
        book.swept(addr(n), now);
    }
    assert_eq!(taken(&mut book, now), Some(addr(100)));
}

#[test]
fn a_configured_address_is_retried_forever_with_growing_waits() {
    let (mut book, mut rng, mut now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    book.configured(addr(1), false, now);
    let mut waits = Vec::new();
    for n in 1..=12 {
        assert_eq!(taken(&mut book, now), Some(addr(1)));
        let verdict = if n == TRIES_WHEN_ASKED { AfterFailure::Tell } else { AfterFailure::Quiet };
        assert_eq!(book.failed(addr(1), now, &mut rng), verdict);
        let due = book.next_due(true).unwrap();
        waits.push(due - now);
        now = due;
    }
    assert!(waits[0] < Duration::from_millis(1300) && waits[11] >= MAX_BACKOFF.mul_f64(0.75), "{waits:?}");
    assert!(waits.iter().all(|w| *w <= MAX_BACKOFF.mul_f64(1.25)));
}

#[test]
fn a_host_that_claims_many_ports_is_not_scanned() {
    let (mut book, mut rng, now) = (AddressBook::default(), fastrand::Rng::with_seed(1), Instant::now());
    for port in 1..=500 {
        book.lost(SocketAddr::from(([10, 0, 0, 1], port)), now, &mut rng);
    }
    let mut dials = 0;
    for second in 0..600 {
        let now = now + Duration::from_secs(second);
        while let Some(addr) = taken(&mut book, now) {
            dials += 1;
            book.failed(addr, now, &mut rng);
        }
    }
    let once_each = 500;
    assert!(dials <= once_each + MAX_LOST_PER_HOST * TRIES_AFTER_LOSS as usize, "{dials}");
}

#[test]
fn naming_an_address_being_dialled_does_not_dial_it_twice() {
    let (mut book, now) = (AddressBook::default(), Instant::now());
    book.configured(addr(1), false, now);
    assert_eq!(taken(&mut book, now), Some(addr(1)));
    book.asked(addr(1), true, now);
    assert_eq!(book.take_due(true, now), None);
}

#[test]
fn the_book_is_bounded_and_keeps_what_matters() {
    let (mut book, now) = (AddressBook::default(), Instant::now());
    for n in 0..5_000 {
        book.swept(addr(n), now);
    }
    assert_eq!(book.entries.len(), MAX_ENTRIES);
    book.configured(addr(9_999), false, now);
    assert!(book.entries.contains_key(&addr(9_999)), "what the user named does not count");
    assert_eq!(book.entries.len(), MAX_ENTRIES + 1);
}
