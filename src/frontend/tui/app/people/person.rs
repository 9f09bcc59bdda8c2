//! One person in the list, and the words for their state.

use std::time::{Duration, Instant};

use super::colours::usual;
use crate::{
    domain::{
        model::{Nick, NodeId, Peer, PeerId, Presence, Repute, Software, Trust},
        naming::Tags,
    },
    frontend::words::{clock_off::clock_off, people as words, times},
};

/// Ages below a minute are shown in steps of this: a column of running seconds would draw every eye.
const JUST_NOW: Duration = Duration::from_secs(10);

/// If someone is reported away this soon after joining, they were away before, and we do not know since when. On a slow
/// network the report comes one round trip after the link.
const AWAY_BEFORE: Duration = Duration::from_secs(3);

/// Someone in the list.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub peer: Peer,
    /// Since when they have been here, or gone.
    pub since: Instant,
    pub gone: bool,
    /// Whether the network between us is gone. The link may or may not survive that.
    pub(super) cut_off: bool,
    /// Whether they were here in this run. If not, only a name is known.
    pub met: bool,
    pub presence: Presence,
    /// Since when they have been away, if they went away while they were here.
    pub(super) away_since: Option<Instant>,
    /// Until when they count as typing.
    pub(super) typing_until: Option<Instant>,
    /// How many milliseconds their clock is ahead, if it is far off.
    pub(super) clock_off_ms: Option<i64>,
    pub(super) round_trip: Option<Duration>,
    /// Tells them apart from others who seem to have the same name. Kept, because computing it for every frame takes
    /// too long.
    pub(super) tags: Tags,
    /// The colour of their name.
    pub(super) colour: usize,
}

/// Somebody's state, in order of importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Gone,
    /// Codes were compared, and they differed.
    Differs,
    /// Goes by the name of somebody else.
    Suspect,
    /// Not authenticated.
    Guest,
    Away,
    Here,
}

impl State {
    /// The glyph before the name.
    pub(crate) const fn glyph(self) -> &'static str {
        match self {
            Self::Gone => "○",
            Self::Suspect | Self::Differs => "!",
            Self::Guest => "?",
            Self::Away => "◐",
            Self::Here => "●",
        }
    }
}

/// A word or number beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aside {
    pub text: String,
    /// Whether it is worth more than the end of a long name.
    pub firm: bool,
}

impl Person {
    pub(super) fn new(peer: Peer, now: Instant) -> Self {
        let (presence, colour) = (Presence::Here, usual(peer.id));
        Self {
            peer,
            since: now,
            gone: false,
            cut_off: false,
            met: true,
            presence,
            away_since: None,
            typing_until: None,
            clock_off_ms: None,
            round_trip: None,
            tags: Tags::default(),
            colour,
        }
    }

    /// Somebody that messages wait for.
    pub(super) fn awaited(node: NodeId, nick: Nick, now: Instant) -> Self {
        let peer = Peer {
            id: PeerId::Node(node),
            nick: Some(nick),
            addr: (std::net::Ipv4Addr::UNSPECIFIED, 0).into(),
            software: Software::Ours { version: "".into() },
            repute: Repute::of(Trust::Known),
        };
        Self { gone: true, met: false, ..Self::new(peer, now) }
    }

    pub(super) fn leave(&mut self, now: Instant) {
        (self.since, self.gone, self.typing_until) = (now, true, None);
        self.clock_off_ms = None;
    }

    /// Notes that they are away or here at `now`.
    pub(super) fn set_presence(&mut self, presence: Presence, now: Instant) {
        let here_for = now.saturating_duration_since(self.since);
        self.away_since = match (self.presence.is_away(), presence.is_away()) {
            (_, false) => None,
            (true, true) => self.away_since,
            (false, true) => (here_for >= AWAY_BEFORE).then_some(now),
        };
        self.presence = presence;
    }

    /// Whether nothing reaches them now.
    pub(crate) const fn absent(&self) -> bool {
        self.gone || self.cut_off
    }

    /// Their state.
    pub(crate) const fn state(&self) -> State {
        match (self.absent(), self.peer.repute.trust, self.peer.id) {
            (true, ..) => State::Gone,
            (_, Trust::Differs, _) => State::Differs,
            (_, Trust::Suspect, _) => State::Suspect,
            (_, Trust::Guest, _) | (_, _, PeerId::Guest(_)) => State::Guest,
            _ if self.presence.is_away() => State::Away,
            _ => State::Here,
        }
    }

    /// Whether the user has compared codes with them.
    pub(crate) fn verified(&self) -> bool {
        self.peer.repute.trust == Trust::Verified
    }

    /// Whether nothing vouches for them: a guest, a key that is new, or a disputed name.
    pub(crate) const fn stranger(&self) -> bool {
        !matches!(self.peer.repute.trust, Trust::Known | Trust::Verified)
    }

    /// Whether they are typing something that will be shown.
    pub(crate) fn typing(&self, now: Instant) -> bool {
        !self.absent() && !self.peer.repute.ignored && self.typing_until.is_some_and(|until| now < until)
    }

    /// What is shown beside the name: the one thing most worth knowing.
    pub(crate) fn aside(&self, now: Instant) -> Aside {
        let firm = |text: &str| Aside { text: text.to_owned(), firm: true };
        match self.state() {
            State::Gone if !self.met => firm(words::NOT_HERE),
            State::Gone if !self.gone => firm(words::UNREACHABLE),
            State::Gone => firm(&self.age(now)),
            _ if self.peer.repute.ignored => firm(words::IGNORED),
            _ if self.typing(now) => firm(words::TYPING),
            State::Differs => firm(words::DIFFERS),
            State::Suspect => firm(words::SUSPECT),
            _ if self.presence.is_away() => firm(words::AWAY),
            // The glyph says so too.
            State::Guest => Aside { text: words::GUEST.to_owned(), firm: false },
            _ => Aside { text: self.round_trip.map(times::round_trip).unwrap_or_default(), firm: false },
        }
    }

    /// How far off their clock is, if others should know: `clock 3 days ahead`.
    pub(crate) fn clock(&self) -> Option<String> {
        let off = self.clock_off_ms.filter(|_| !self.absent())?;
        Some(words::clock(&clock_off(off)))
    }

    /// How long they have been here, away or gone, in words: `here 5m`, `away 5m`, `5m ago`.
    pub(crate) fn age(&self, now: Instant) -> String {
        let time = now.saturating_duration_since(self.since);
        match (self.gone, self.presence.is_away(), self.away_since) {
            (true, ..) if time < JUST_NOW => times::JUST_NOW.to_owned(),
            (true, ..) => times::ago(time),
            (false, true, Some(since)) => words::away_for(&times::age(now.saturating_duration_since(since))),
            (false, true, None) => words::AWAY.to_owned(),
            (false, false, _) => words::here_for(&times::age(time)),
        }
    }

    /// When what is shown about them next changes by itself.
    pub(super) fn next_tick(&self, now: Instant) -> Option<Instant> {
        if !self.gone {
            return self.typing_until.filter(|&until| until > now);
        }
        if !self.met {
            return None;
        }
        let age = now.saturating_duration_since(self.since);
        let unit = match age.as_secs() {
            0..60 => JUST_NOW.as_secs(),
            60..3_600 => 60,
            _ => 3_600,
        };
        Some(self.since + Duration::from_secs((age.as_secs() / unit + 1) * unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_shown_as_away_and_here_at_once() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut bob = Person::awaited(NodeId::new([1; 32]), Nick::new("bob").unwrap(), start);
        (bob.gone, bob.met) = (false, true);
        assert_eq!(bob.age(at(300)), "here 5m");
        bob.set_presence(Presence::away("lunch"), at(300));
        assert_eq!((bob.age(at(300)), bob.age(at(480))), ("away now".to_owned(), "away 3m".to_owned()));
        bob.set_presence(Presence::away("lunch, then a meeting"), at(480));
        assert_eq!(bob.age(at(600)), "away 5m", "another note is no other absence");
        bob.set_presence(Presence::Here, at(600));
        assert_eq!(bob.age(at(600)), "here 10m");
        let mut carol = Person { since: start, ..bob };
        carol.set_presence(Presence::away(""), at(1));
        assert_eq!(carol.age(at(600)), "away", "since before they joined");
    }
}
