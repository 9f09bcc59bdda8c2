//! How fast people speak. Lines that come faster than anyone can read are folded.
//!
//! Each person may say [`BURST`] lines at once, and one a second in the long run. Beyond that, lines are folded until
//! the person has been silent for a while, so one fold holds a flood however long it lasts. Keys cost nothing, so all
//! strangers together have a limit as well. Lines that name the user have a small allowance of their own, and are shown
//! outside the fold.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::pane::{Line, Source};
use crate::domain::{
    limit::TokenBucket,
    model::{PeerId, Position},
};

/// Lines of one person that are shown one by one, if they come at once: a pasted page.
const BURST: u32 = 50;

/// Lines per second of one person that are shown in the long run. People type less. At a row a second, the lines of
/// others stay in view for some 20 s on a small screen.
const RATE: f64 = 1.0;

/// Bytes that count as one more line. They fill about as many rows as a few usual lines.
const BYTES_PER_LINE: usize = 1_024;

/// How long a person must be silent to end their flood.
const QUIET: Duration = Duration::from_secs(5);

/// Lines of one person that name the user and are shown outside the fold, at once and per second.
const MENTIONS: u32 = 3;
/// See [`MENTIONS`].
const MENTION_RATE: f64 = 1.0 / 20.0;

/// Lines of all strangers together that are shown one by one, at once and per second. Three a second is more than
/// people can follow; a lively room of sixty says less.
const STRANGERS: u32 = 100;
/// See [`STRANGERS`].
const STRANGERS_RATE: f64 = 3.0;

/// Lines of one stranger that count against the limit of all strangers, at once and per second. A stranger who says
/// more soon gets a fold of their own.
const SHARE: u32 = 5;
/// See [`SHARE`].
const SHARE_RATE: f64 = RATE;

/// Lines of all strangers that name the user and are shown outside their fold, at once and per second.
const STRANGERS_MENTIONS: u32 = 5;
/// See [`STRANGERS_MENTIONS`].
const STRANGERS_MENTION_RATE: f64 = 1.0 / 30.0;

/// Speakers that are counted one by one, at some 200 bytes each: far more than can be linked.
const MAX_SPEAKERS: usize = 1_024;

/// Where a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// It is shown.
    Show,
    /// It is folded.
    Fold(Source),
    /// It begins a flood. It is folded, and so are the lines of the flood that were shown since this position.
    Begin(Source, Position),
}

/// How many lines are shown, and how many of those that name the user.
#[derive(Debug)]
struct Limit {
    lines: TokenBucket,
    mentions: TokenBucket,
    /// The first line since everything was calm.
    since: Option<Position>,
    floods: bool,
}

/// What a limit decides about a line.
enum Step {
    Show,
    Fold,
    Begin(Position),
}

impl Limit {
    fn new((lines, rate): (u32, f64), (mentions, mention_rate): (u32, f64)) -> Self {
        let (lines, mentions) = (TokenBucket::new(lines, rate), TokenBucket::new(mentions, mention_rate));
        Self { lines, mentions, since: None, floods: false }
    }

    /// Everything is calm again.
    const fn calm(&mut self) {
        (self.floods, self.since) = (false, None);
    }

    /// Takes in a line, which counts as `cost` lines.
    fn line(&mut self, line: &Line, cost: usize, now: Instant) -> Step {
        if self.lines.is_full(now) {
            self.since = None;
        }
        let since = *self.since.get_or_insert(line.position);
        let named = line.mention && self.mentions.take(now);
        let shown = cost == 0 || self.lines.take(now);
        // Takes only what is left: one long line is always shown.
        for _ in 1..cost {
            if !self.lines.take(now) {
                break;
            }
        }
        match (named, self.floods, shown) {
            (true, ..) | (false, false, true) => Step::Show,
            (false, true, _) => Step::Fold,
            (false, false, false) => {
                self.floods = true;
                Step::Begin(since)
            }
        }
    }
}

/// A person who speaks.
#[derive(Debug)]
struct Speaker {
    limit: Limit,
    /// The lines that count against the limit of all strangers.
    share: TokenBucket,
    last: Instant,
}

impl Speaker {
    fn new(now: Instant) -> Self {
        Self {
            limit: Limit::new((BURST, RATE), (MENTIONS, MENTION_RATE)),
            share: TokenBucket::new(SHARE, SHARE_RATE),
            last: now,
        }
    }

    fn line(&mut self, line: &Line, now: Instant) -> Step {
        if self.limit.floods && now.saturating_duration_since(self.last) >= QUIET {
            self.limit.calm();
        }
        self.last = now;
        self.limit.line(line, 1 + line.text.as_str().len() / BYTES_PER_LINE, now)
    }
}

/// The rate of everyone who speaks.
#[derive(Debug)]
pub(super) struct LineRates {
    speakers: BTreeMap<PeerId, Speaker>,
    strangers: Limit,
}

impl Default for LineRates {
    fn default() -> Self {
        let limit = Limit::new((STRANGERS, STRANGERS_RATE), (STRANGERS_MENTIONS, STRANGERS_MENTION_RATE));
        Self { speakers: BTreeMap::new(), strangers: limit }
    }
}

impl LineRates {
    /// Counts a line that `peer` says now.
    pub(super) fn line(&mut self, peer: PeerId, is_stranger: bool, line: &Line, now: Instant) -> Placement {
        let mut charged = true;
        if let Some(speaker) = self.speaker(peer, now) {
            match speaker.line(line, now) {
                Step::Show => charged = speaker.share.take(now),
                Step::Fold => return Placement::Fold(Source::One(peer)),
                Step::Begin(since) => return Placement::Begin(Source::One(peer), since),
            }
        }
        if !is_stranger {
            return Placement::Show;
        }
        if self.strangers.floods && self.strangers.lines.is_full(now) {
            self.strangers.calm();
        }
        match self.strangers.line(line, usize::from(charged), now) {
            Step::Show => Placement::Show,
            Step::Fold => Placement::Fold(Source::Strangers),
            Step::Begin(since) => Placement::Begin(Source::Strangers, since),
        }
    }

    /// The rate of `peer`, or `None` if too many others speak.
    fn speaker(&mut self, peer: PeerId, now: Instant) -> Option<&mut Speaker> {
        if self.speakers.len() >= MAX_SPEAKERS && !self.speakers.contains_key(&peer) {
            self.speakers.retain(|_, speaker| !speaker.limit.lines.is_full(now));
            if self.speakers.len() >= MAX_SPEAKERS {
                return None;
            }
        }
        Some(self.speakers.entry(peer).or_insert_with(|| Speaker::new(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        model::{Author, Delivery, Hlc, Mark, MessageId, Repute, Text, Timestamp, Trust},
        naming::Tags,
    };

    const BOB: PeerId = guest(1);
    const CAROL: PeerId = guest(2);

    const fn guest(n: u16) -> PeerId {
        let ip = std::net::Ipv4Addr::LOCALHOST;
        PeerId::Guest(std::net::SocketAddr::new(std::net::IpAddr::V4(ip), n))
    }

    /// A line that was sent this many milliseconds after the start.
    fn line(peer: PeerId, ms: u64, mention: bool) -> Line {
        let sent_at = Timestamp::from_millis(i64::try_from(ms).unwrap());
        Line {
            author: Author::Peer(peer),
            nick: None,
            repute: Repute::of(Trust::New),
            doubt: "",
            tags: Tags::default(),
            text: Text::new("hello").unwrap(),
            form: crate::frontend::tui::app::conversation::Form::Speech,
            delivery: Delivery::Sent,
            quiet: false,
            alone: false,
            mark: Mark::None,
            again: None,
            position: Position::unlogged(Hlc::at(sent_at), MessageId([0; 16])),
            day: jiff::civil::Date::ZERO,
            minute: 0,
            stamped: false,
            mention,
        }
    }

    struct Room {
        rates: LineRates,
        start: Instant,
    }

    impl Room {
        fn new() -> Self {
            Self { rates: LineRates::default(), start: Instant::now() }
        }

        /// A stranger says something.
        fn hears(&mut self, peer: PeerId, ms: u64) -> Placement {
            let now = self.start + Duration::from_millis(ms);
            self.rates.line(peer, true, &line(peer, ms, false), now)
        }
    }

    #[test]
    fn a_flood_begins_after_fifty_lines_and_ends_with_silence() {
        let mut room = Room::new();
        assert!((0..50).all(|_| room.hears(BOB, 7) == Placement::Show));
        assert_eq!(room.hears(BOB, 60), Placement::Begin(Source::One(BOB), line(BOB, 7, false).position));
        assert_eq!(room.hears(CAROL, 61), Placement::Show);
        // A line every 4.9 s is no more than anybody says, but it is the same flood.
        assert!((1..20).all(|n| room.hears(BOB, 60 + n * 4_900) == Placement::Fold(Source::One(BOB))));
        assert_eq!(room.hears(BOB, 60 + 19 * 4_900 + 5_000), Placement::Show, "it was over");
    }

    #[test]
    fn forty_nine_lines_a_second_are_a_flood_unlike_one() {
        let mut room = Room::new();
        let shown = (0..49 * 60).filter(|n| room.hears(BOB, n * 1_000 / 49) == Placement::Show).count();
        assert!((50..60).contains(&shown), "{shown}");
        assert!((0..600).all(|n| room.hears(CAROL, n * 1_000) == Placement::Show));
    }

    #[test]
    fn a_pausing_flood_gets_no_more_than_a_calm_person() {
        let mut room = Room::new();
        assert_eq!((0..60).filter(|_| room.hears(BOB, 0) == Placement::Show).count(), 50);
        // A hundred at once, then 5 s of silence, for ten minutes.
        let shown = (1..=120).map(|n| (0..100).filter(|_| room.hears(BOB, n * 5_000) == Placement::Show).count());
        assert!(shown.sum::<usize>() <= 600);
    }

    #[test]
    fn thousands_of_strangers_are_one_flood_without_known_people() {
        let mut room = Room::new();
        let shown = (0..6_000).filter(|n| room.hears(guest(10 + n / 2), u64::from(*n)) == Placement::Show).count();
        assert!((100..120).contains(&shown), "{shown}");
        assert!(room.rates.speakers.len() <= MAX_SPEAKERS);
        let now = room.start + Duration::from_secs(6);
        assert_eq!(room.rates.line(BOB, false, &line(BOB, 6_000, false), now), Placement::Show);
        assert_eq!(room.hears(CAROL, 6_000), Placement::Fold(Source::Strangers));
        assert_eq!(room.hears(CAROL, 40_000), Placement::Show, "it was over");
    }

    #[test]
    fn a_small_flood_does_not_count_against_all_strangers() {
        let mut room = Room::new();
        for n in 0..6_000 {
            room.hears(guest(10 + n % 6), u64::from(n));
            if n % 1_000 == 999 {
                assert_eq!(room.hears(CAROL, u64::from(n)), Placement::Show);
            }
        }
    }

    #[test]
    fn only_a_few_mentions_are_shown_beside_a_fold() {
        let mut room = Room::new();
        let now = room.start;
        assert_eq!((0..60).filter(|_| room.hears(BOB, 0) == Placement::Show).count(), 50);
        let mut named = || room.rates.line(BOB, true, &line(BOB, 0, true), now) == Placement::Show;
        assert_eq!((0..100).filter(|_| named()).count(), 3);
    }

    #[test]
    fn long_lines_count_as_several() {
        let mut room = Room::new();
        let long = Line { text: Text::new(&"x".repeat(60_000)).unwrap(), ..line(BOB, 0, false) };
        let now = room.start;
        assert_eq!(room.rates.line(BOB, true, &long, now), Placement::Show);
        assert_eq!(room.rates.line(BOB, true, &long, now), Placement::Begin(Source::One(BOB), long.position));
    }
}
