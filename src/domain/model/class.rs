//! What a key has earned.

/// What a key has earned, the least first. What a key may cost follows it, and what is given up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A key that is not linked and was met on one day at most, or never.
    AbsentStranger,
    /// A linked key that was met on this day for the first time.
    PresentStranger,
    /// A key that was met on two days or more, or that the user wrote to.
    Known,
    /// The user has compared codes with that person.
    Verified,
}

impl Class {
    /// The class of the same key whether or not it is linked: for what must not depend on that.
    #[must_use]
    pub const fn without_presence(self) -> Self {
        match self {
            Self::AbsentStranger | Self::PresentStranger => Self::AbsentStranger,
            class => class,
        }
    }

    /// Whether nobody has reason to trust this key: making one costs nothing.
    pub const fn is_stranger(self) -> bool {
        matches!(self, Self::AbsentStranger | Self::PresentStranger)
    }
}
