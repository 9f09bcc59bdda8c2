//! Why nothing can be kept.

/// What keeps the disk from taking what is said. Ordered by how much the user can do about it: nothing else depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiskTrouble {
    /// There is no room on it, or a file has reached the limit that the system sets.
    Full,
    /// It is mounted for reading only.
    ReadOnly,
    /// This user may not write there.
    NotAllowed,
    /// It gives errors or no answer.
    Failing,
}

impl DiskTrouble {
    /// For programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::NotAllowed => "not_allowed",
            Self::Failing => "failing",
        }
    }

    /// A sentence's subject and verb, for people: `the disk is full`.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the disk is read-only",
            Self::NotAllowed => "you may not write to the profile",
            Self::Failing => "the disk does not work",
        }
    }

    /// What the user can do, as a sentence.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Full => "Free some space on it.",
            Self::ReadOnly => "Make it writable, or start with --data-dir on another disk.",
            Self::NotAllowed => "Make the profile writable for you, or start with another --data-dir.",
            Self::Failing => "See whether it is full, and whether it works.",
        }
    }

    /// Two words for the status line.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Full => "disk full",
            Self::ReadOnly => "disk read-only",
            Self::NotAllowed => "profile not writable",
            Self::Failing => "disk fails",
        }
    }
}
