//! Why the disk takes nothing.

/// What keeps the disk from taking lines. Listed by how much the user can do about it; nothing depends on the order.
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
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::NotAllowed => "not_allowed",
            Self::Failing => "failing",
        }
    }
}
