//! Where things stand, and the progress of what is under way.

use super::{Node, Status};
use crate::frontend::words::status as words;

/// Where things stand, in the word that the status line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The user still has to choose a name.
    Welcome,
    Starting,
    Looking,
    Alone,
    /// Nobody is here and nobody could be: nothing leaves this machine.
    OnlyHere,
    Online,
    Offline,
}

impl Standing {
    /// Glyph and word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Welcome => words::WELCOME,
            Self::Starting => words::STARTING,
            Self::Looking => words::LOOKING,
            Self::Alone => words::ALONE,
            Self::OnlyHere => words::ONLY_HERE,
            Self::Online => words::ONLINE,
            Self::Offline => words::OFFLINE,
        }
    }
}

impl Status {
    /// Where things stand, for a user who may still have to choose a name, with this many people here.
    pub(crate) fn standing(&self, choosing_name: bool, here: usize) -> Standing {
        match self.node {
            _ if choosing_name => Standing::Welcome,
            Node::Starting => Standing::Starting,
            Node::Gone => Standing::Offline,
            Node::At(_) if here > 0 => Standing::Online,
            Node::At(_) if self.lost().is_some() => Standing::Offline,
            Node::At(_) if self.sweeping().is_some() => Standing::Looking,
            Node::At(_) if !self.is_open() => Standing::OnlyHere,
            Node::At(_) => Standing::Alone,
        }
    }
}

/// How much of it is done, 0 to 100.
pub(crate) fn percent(done: u64, total: u64) -> u64 {
    done.saturating_mul(100).checked_div(total).map_or(100, |percent| percent.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_first_then_the_node_then_people() {
        let mut status = Status::default();
        assert_eq!([true, false].map(|choosing| status.standing(choosing, 0)), [Standing::Welcome, Standing::Starting]);
        status.listening(([127, 0, 0, 1], 4565).into());
        assert_eq!([0, 1].map(|here| status.standing(false, here)), [Standing::OnlyHere, Standing::Online]);
        status.node_gone();
        assert_eq!(status.standing(false, 1), Standing::Offline);
    }
}
