//! What nodes can do besides the base of the protocol.

/// How many capabilities of one Hello are read; the rest are ignored.
const MAX_NAMES: usize = 64;

/// Something that not every node of a version can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// Tells others who is away or typing, and new names, and is told so.
    Presence,
    /// Exchanges addresses of peers.
    Peers,
    /// Compares codes.
    Sas,
    /// Accepts changes in place of ranges.
    Changes,
    /// Can be told which events are refused.
    Refusals,
    /// Knows open rooms beside the lobby.
    Rooms,
    /// Knows private rooms.
    Private,
}

impl Cap {
    const ALL: [Self; 7] =
        [Self::Presence, Self::Peers, Self::Sas, Self::Changes, Self::Refusals, Self::Rooms, Self::Private];

    const fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Peers => "peers",
            Self::Sas => "sas",
            Self::Changes => "changes",
            Self::Refusals => "refusals",
            Self::Rooms => "rooms",
            Self::Private => "private",
        }
    }
}

/// A set of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps(u8);

impl Caps {
    /// Nothing but the base of the protocol.
    pub const NONE: Self = Self(0);

    /// What this program can do.
    pub fn ours() -> Self {
        Cap::ALL.into_iter().fold(Self(0), Self::with)
    }

    /// The same with one more.
    #[must_use]
    pub const fn with(self, cap: Cap) -> Self {
        Self(self.0 | 1 << cap as u8)
    }

    /// Whether `cap` is in it.
    pub const fn has(self, cap: Cap) -> bool {
        self.0 & (1 << cap as u8) != 0
    }

    /// What both can do.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn names(self) -> Vec<String> {
        Cap::ALL.into_iter().filter(|cap| self.has(*cap)).map(|cap| cap.name().to_owned()).collect()
    }

    pub(super) fn from_names(names: &[String]) -> Self {
        let known = names.iter().take(MAX_NAMES).filter_map(|name| Cap::ALL.into_iter().find(|cap| cap.name() == name));
        known.fold(Self(0), Self::with)
    }
}
