//! What the next frame must know about the rows of the last one.

/// A row as it was drawn last.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Drawn {
    /// Tells the row from others, if terminals may disagree about the width of something in it.
    pub print: Option<u64>,
    /// Flips in every frame in which the whole row is written; false in rows that all terminals agree on.
    pub turn: bool,
}

impl Drawn {
    /// This row in the next frame, in which it has this `print`; `overrun` if the row above may have run into it.
    pub(crate) fn next(self, print: Option<u64>, overrun: bool) -> Self {
        let written = overrun || print != self.print;
        Self { print, turn: if written { !self.turn } else { print.is_some() && self.turn } }
    }
}
