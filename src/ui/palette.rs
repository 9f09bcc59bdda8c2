//! Colours.

/// Which set of colours is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Palette {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// For a terminal that does not tell.
    Unknown,
    /// No colours: bold, dim and reverse only.
    Mono,
}
