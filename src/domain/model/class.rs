//! The class of a key: how well it is known here.

/// How well a key is known, the least known first. The class decides what a key may cost, and what is given up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A stranger that is not linked now.
    AbsentStranger,
    /// A stranger that is linked now.
    PresentStranger,
    /// A key that was met on two days or more, or that the user trusts.
    Known,
    /// A key whose owner has compared codes with the user.
    Verified,
}

impl Class {
    /// The class without regard to whether the key is linked.
    #[must_use]
    pub const fn without_presence(self) -> Self {
        match self {
            Self::AbsentStranger | Self::PresentStranger => Self::AbsentStranger,
            class => class,
        }
    }

    /// Whether the key belongs to a stranger: it is neither known nor verified, and making such a key costs nothing.
    pub const fn is_stranger(self) -> bool {
        matches!(self, Self::AbsentStranger | Self::PresentStranger)
    }
}
