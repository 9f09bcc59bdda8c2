//! Where things stand, and how far what is under way has come.

use std::time::Duration;

use super::{Node, Status};

/// Where things stand, in the word that the status line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The user still has to choose a name.
    Welcome,
    Starting,
    Looking,
    Alone,
    /// Nobody is here and nobody could come: nothing leaves this machine.
    OnlyHere,
    Online,
    Offline,
}

impl Standing {
    /// Glyph and word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Welcome => "○ welcome",
            Self::Starting => "○ starting",
            Self::Looking => "○ looking",
            Self::Alone => "○ alone",
            Self::OnlyHere => "○ this machine only",
            Self::Online => "● online",
            Self::Offline => "✗ OFFLINE",
        }
    }
}

impl Status {
    /// Where things stand, for a user who still has to choose a name or not, with this many people here.
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

/// How long something still takes: `3 s left`, `4 min left`, `2 h left`. Never less than it takes.
pub(crate) fn time_left(left: Duration) -> String {
    match left.as_millis().div_ceil(1_000) {
        secs @ 0..100 => format!("{} s left", secs.max(1)),
        secs @ 100..6_000 => format!("{} min left", secs.div_ceil(60)),
        secs => format!("{} h left", secs.div_ceil(3_600)),
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

    #[test]
    fn time_left_is_told_in_the_unit_that_is_short_to_read() {
        let told = [0, 12, 1_000, 1_001, 99_000, 99_001, 240_000, 5_999_000, 6_000_001, 90_000_000]
            .map(|ms| time_left(Duration::from_millis(ms)));
        let expected = ["1 s", "1 s", "1 s", "2 s", "99 s", "2 min", "4 min", "100 min", "2 h", "25 h"];
        assert_eq!(told, expected.map(|time| format!("{time} left")));
    }
}
