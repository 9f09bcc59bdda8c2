//! What is known of a peer's key.

use std::net::SocketAddr;

use super::{Host, Met, Nick, NodeId, Timestamp};

/// How much is known of who a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A reference node: nobody can say who it is.
    Guest,
    /// A key that is met for the first time, or was for less than a day.
    New,
    /// The same key as on earlier days.
    Known,
    /// The user has compared codes with that person.
    Verified,
    /// A key that goes by a name which another key had first, or by the user's own: an alarm was raised and not answered
    /// yet.
    Suspect,
    /// One of the two has compared codes, and they differed. Nothing but a comparison that succeeds, or the user's word,
    /// ends this.
    Differs,
}

impl Trust {
    /// The word for it, of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::New => "new",
            Self::Known => "known",
            Self::Verified => "verified",
            Self::Suspect => "suspect",
            Self::Differs => "differs",
        }
    }
}

/// How a peer is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Repute {
    /// How much is known of who it is.
    pub trust: Trust,
    /// Whether the name that it goes by is another key's, or the user's. Then it is shown with a tag.
    pub namesake: bool,
    /// Whether the user ignores it: its lines are not shown.
    pub ignored: bool,
}

impl Repute {
    /// For someone about whom nothing else is known.
    pub const fn of(trust: Trust) -> Self {
        Self { trust, namesake: false, ignored: false }
    }

    /// For a key of which nothing is remembered. `namesake`: whether its name is another key's, or the user's.
    pub const fn of_unknown(namesake: bool) -> Self {
        Self { namesake, ..Self::of(if namesake { Trust::Suspect } else { Trust::New }) }
    }
}

/// What is remembered of a key, across runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Known {
    /// The key.
    pub node: NodeId,
    /// The last name it went by that was nobody else's: a disputed claim earns nothing by waiting.
    pub nick: Option<Nick>,
    /// When it was linked first.
    pub first_seen: Timestamp,
    /// When it was linked last.
    pub last_seen: Timestamp,
    /// Where it listened last; at most [`MAX_ADDRESSES`].
    pub addrs: Vec<SocketAddr>,
    /// Whether the user has compared codes with that person (`/verify`).
    pub verified: bool,
    /// Whether codes were compared with that person and differed, by the user's word or by theirs.
    pub differs: bool,
    /// Whether the user has said that this key may have its name, although another one had it (`/trust`).
    pub trusted: bool,
    /// Whether the user has given its name to another key since.
    pub displaced: bool,
    /// Whether its lines are hidden (`/ignore`).
    pub ignored: bool,
    /// How it was met; none if an older program has kept this, which did not count.
    pub met: Option<Met>,
}

/// A key counts as known after a day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Known {
    /// How it was met. Of what an older program has kept that is an estimate.
    pub fn how_met(&self) -> Met {
        let listened = self.addrs.first().map(|addr| Host::of(addr.ip()));
        self.met.unwrap_or_else(|| Met::of_sightings(self.first_seen, self.last_seen, listened))
    }

    /// Whether it was linked for the first time at least a day ago. A key that was seen on different days stays known
    /// although the clock was set back since.
    pub fn is_old(&self, now: Timestamp) -> bool {
        now.max(self.last_seen).as_millis().saturating_sub(self.first_seen.as_millis()) >= DAY_MS
    }

    /// Whether the user's word gives it its name.
    pub const fn is_granted(&self) -> bool {
        self.verified || self.trusted
    }

    /// Whether the user has decided anything about it.
    pub const fn is_decided(&self) -> bool {
        self.is_granted() || self.differs || self.ignored
    }

    /// Whether it has a claim to its name while it is gone. A key that was linked for moments and said nothing has none, nor
    /// one of a host that had too many new keys that day: else a stranger could take every name in advance. Nor has one that
    /// the user shut out.
    pub fn keeps_names(&self) -> bool {
        let met = self.how_met();
        !self.ignored && (self.is_granted() || met.is_known() || met.proven && met.days > 0)
    }

    /// How well it is known under a name. `namesake`: whether that is another key's; `granted`: whether the user has said that
    /// it is this one's.
    pub fn trust(&self, namesake: bool, granted: bool, now: Timestamp) -> Trust {
        if self.differs {
            Trust::Differs
        } else if self.verified {
            Trust::Verified
        } else if namesake && !granted && !self.ignored {
            // Shutting somebody out answers the alarm.
            Trust::Suspect
        } else if self.is_old(now) {
            Trust::Known
        } else {
            Trust::New
        }
    }
}

/// Addresses of one node that are kept: more interfaces than a machine has in practice.
pub const MAX_ADDRESSES: usize = 8;
