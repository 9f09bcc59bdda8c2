//! What is known about a peer's key.

use std::{net::SocketAddr, sync::Arc};

use super::{Host, Met, Nick, NodeId, Timestamp};

/// How well it is known who a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A reference node: nobody can say who it is.
    Guest,
    /// A key that was first met less than a day ago.
    New,
    /// The same key as on earlier days.
    Known,
    /// The user has compared codes with that person.
    Verified,
    /// A key that goes by a name that another key had first, or by the user's own name. An alarm was raised and has not
    /// been answered yet.
    Suspect,
    /// Codes were compared, and one of the two users said that they differ. Only a successful comparison or the user's
    /// word ends this.
    Differs,
}

impl Trust {
    /// The word for it in the headless contract.
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
    /// How well it is known who it is.
    pub trust: Trust,
    /// Whether the name that it goes by is another key's, or the user's. If so, it is shown with a tag.
    pub namesake: bool,
    /// Whether the user ignores it: its lines are not shown.
    pub ignored: bool,
}

impl Repute {
    /// For someone about whom nothing else is known.
    pub const fn of(trust: Trust) -> Self {
        Self { trust, namesake: false, ignored: false }
    }

    /// For a key about which nothing is remembered. `namesake` says whether its name is another key's, or the user's.
    pub const fn of_unknown(namesake: bool) -> Self {
        Self { namesake, ..Self::of(if namesake { Trust::Suspect } else { Trust::New }) }
    }
}

/// What is remembered about a key across runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Known {
    /// The key.
    pub node: NodeId,
    /// The last name it went by that was nobody else's: a disputed claim gains nothing by waiting.
    pub nick: Option<Nick>,
    /// When it was first linked.
    pub first_seen: Timestamp,
    /// When it was last linked.
    pub last_seen: Timestamp,
    /// Where it listened last; at most [`MAX_ADDRESSES`].
    pub addrs: Vec<SocketAddr>,
    /// Whether the user has compared codes with that person (`/verify`).
    pub verified: bool,
    /// Whether codes were compared with that person and differed, according to the user or to them.
    pub differs: bool,
    /// Whether the user has said that this key may have its name, although another one had it (`/trust`).
    pub trusted: bool,
    /// Whether the user has since given its name to another key.
    pub displaced: bool,
    /// Whether its lines are hidden (`/ignore`).
    pub ignored: bool,
    /// How it was met; `None` in a record of an older program, which did not count days.
    pub met: Option<Met>,
    /// Its card, as it came: which key seals what is meant for it. It must be checked before it is used.
    pub card: Option<Arc<[u8]>>,
}

/// How long after its first link a key counts as known: a day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Known {
    /// A key that was linked at `time`, and of which nothing else is known.
    pub const fn new(node: NodeId, time: Timestamp) -> Self {
        Self {
            node,
            nick: None,
            first_seen: time,
            last_seen: time,
            addrs: Vec::new(),
            verified: false,
            differs: false,
            trusted: false,
            displaced: false,
            ignored: false,
            met: None,
            card: None,
        }
    }

    /// How it was met. This is an estimate for a record of an older program.
    pub fn how_met(&self) -> Met {
        let listened = self.addrs.first().map(|addr| Host::of(addr.ip()));
        self.met.unwrap_or_else(|| Met::of_sightings(self.first_seen, self.last_seen, listened))
    }

    /// Whether it was first linked at least a day ago. A key that was seen on different days stays known even if the
    /// clock is set back later.
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

    /// Whether it keeps its claim to a name while it is gone. A key that was linked only for moments and said nothing
    /// does not, and neither does one from a host that had too many new keys that day: otherwise a stranger could take
    /// every name in advance. Nor does one that the user ignores.
    pub fn keeps_names(&self) -> bool {
        let met = self.how_met();
        !self.ignored && (self.is_granted() || met.is_known() || met.proven && met.days > 0)
    }

    /// How well it is known under a name. `namesake` says whether the name is another key's, `granted` whether the user
    /// has said that it is this one's.
    pub fn trust(&self, namesake: bool, granted: bool, now: Timestamp) -> Trust {
        if self.differs {
            Trust::Differs
        } else if self.verified {
            Trust::Verified
        } else if namesake && !granted && !self.ignored {
            // Ignoring somebody answers the alarm.
            Trust::Suspect
        } else if self.is_old(now) {
            Trust::Known
        } else {
            Trust::New
        }
    }
}

/// How many addresses of one node are kept: machines have fewer interfaces in practice.
pub const MAX_ADDRESSES: usize = 8;
