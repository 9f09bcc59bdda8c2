//! When to announce the node.

use std::time::{Duration, Instant};

/// When the announcements of a burst are sent, counted from its start. Some get lost, and a switch or an access point
/// that has just come up may not forward anything yet.
const BURST: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];

/// The wait between two announcements while nothing changes.
const EVERY: Duration = Duration::from_secs(30);

/// The shortest time from one burst to the next: others may cause what makes us announce ourselves.
const BURST_EVERY: Duration = Duration::from_secs(2);

/// How often we answer the question who is there, and the longest delay before the answer. The delay varies, so that
/// the nodes of a room do not all answer at once.
const ANSWER_EVERY: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_millis(100);

/// When the next announcement is due.
#[derive(Debug)]
pub struct Schedule {
    next: Instant,
    /// When the present burst began, and which of its announcements is next.
    burst: (Instant, usize),
    /// When the next burst should begin, if one is wanted.
    wanted: Option<Instant>,
    answered: Option<Instant>,
    answer: Option<Instant>,
}

impl Schedule {
    /// A burst that begins at `now`.
    pub fn new(now: Instant) -> Self {
        Self { next: now, burst: (now, 0), wanted: None, answered: None, answer: None }
    }

    /// When to announce next. A time in the past means now.
    pub fn next(&self) -> Instant {
        [self.wanted, self.answer].into_iter().flatten().fold(self.next, Instant::min)
    }

    /// Something has changed: everybody should hear of us soon.
    pub fn announce(&mut self, now: Instant) {
        let soonest = self.burst.0 + BURST_EVERY;
        self.wanted.get_or_insert(soonest.max(now));
    }

    /// Somebody asks who is there.
    pub fn asked(&mut self, now: Instant, rng: &mut fastrand::Rng) {
        let lately = self.answered.is_some_and(|at| now.saturating_duration_since(at) < ANSWER_EVERY);
        if !lately && self.answer.is_none() {
            self.answer = Some(now + ANSWER_WITHIN.mul_f64(rng.f64()));
        }
    }

    /// Whether everybody should hear the due announcement at once: it is then sent every way there is.
    pub fn is_loud(&self, now: Instant) -> bool {
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        self.burst.1 < BURST.len() || due(self.wanted) || due(self.answer)
    }

    /// An announcement left.
    pub fn sent(&mut self, now: Instant) {
        if self.answer.take_if(|at| *at <= now).is_some() {
            self.answered = Some(now);
            if self.next > now && self.wanted.is_none_or(|at| at > now) {
                return;
            }
        }
        if self.wanted.take_if(|at| *at <= now).is_some() {
            self.burst = (now, 0);
        }
        let (began, place) = self.burst;
        self.burst.1 = (place + 1).min(BURST.len());
        self.next = match BURST.get(place + 1) {
            Some(after) => (began + *after).max(now),
            None => now + EVERY,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When announcements leave within `time`, in milliseconds.
    fn run(schedule: &mut Schedule, from: Instant, time: Duration) -> Vec<u128> {
        let mut sent = Vec::new();
        while schedule.next() < from + time {
            let now = schedule.next().max(from);
            schedule.sent(now);
            sent.push((now - from).as_millis());
        }
        sent
    }

    #[test]
    fn a_node_is_loud_at_first_and_quiet_later() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let sent = run(&mut schedule, start, Duration::from_mins(2));
        assert_eq!(sent, [0, 100, 500, 2_000, 32_000, 62_000, 92_000]);
        let mut schedule = Schedule::new(start);
        let loud: Vec<bool> = (0..6)
            .map(|_| {
                let now = schedule.next();
                let loud = schedule.is_loud(now);
                schedule.sent(now);
                loud
            })
            .collect();
        assert_eq!(loud, [true, true, true, true, false, false]);
    }

    #[test]
    fn a_change_begins_a_burst_but_never_a_flood() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        run(&mut schedule, start, Duration::from_secs(10));
        let later = start + Duration::from_secs(10);
        for _ in 0..1_000 {
            schedule.announce(later);
        }
        assert_eq!(run(&mut schedule, later, Duration::from_secs(20)), [0, 100, 500, 2_000]);
        let mut sent = 0;
        for ms in 0..60_000 {
            let now = later + Duration::from_secs(20) + Duration::from_millis(ms);
            schedule.announce(now);
            if schedule.next() <= now {
                schedule.sent(now);
                sent += 1;
            }
        }
        assert!(sent <= 100, "{sent} in a minute of changes");
    }

    #[test]
    fn a_question_is_answered_once_and_soon() {
        let (start, mut rng) = (Instant::now(), fastrand::Rng::with_seed(1));
        let mut schedule = Schedule::new(start);
        run(&mut schedule, start, Duration::from_secs(10));
        let later = start + Duration::from_secs(10);
        for _ in 0..1_000 {
            schedule.asked(later, &mut rng);
        }
        let sent = run(&mut schedule, later, Duration::from_secs(20));
        assert!(sent.len() == 1 && sent[0] <= 100, "{sent:?}");
        assert_eq!(schedule.next(), start + Duration::from_secs(32), "the usual one comes all the same");
    }
}
