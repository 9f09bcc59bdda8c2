//! The words of the status line.

use std::time::Duration;

use super::{App, Node};

/// Where things stand, in the word that the status line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The user has still to choose a name.
    Welcome,
    Starting,
    Looking,
    Alone,
    /// Alone, and nobody could come: nothing leaves this machine.
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

impl App {
    /// Where things stand.
    pub(crate) fn standing(&self) -> Standing {
        match self.node {
            _ if self.asking => Standing::Welcome,
            Node::Starting => Standing::Starting,
            Node::Gone => Standing::Offline,
            Node::At(_) if self.peers.here() > 0 => Standing::Online,
            Node::At(_) if self.lost().is_some() => Standing::Offline,
            Node::At(_) if self.sweeping().is_some() => Standing::Looking,
            Node::At(_) if !self.is_open() => Standing::OnlyHere,
            Node::At(_) => Standing::Alone,
        }
    }

    /// The parts of the status line behind its first word, the most important first; `below` entries are below the
    /// ones in sight, and `more` says that this is not all of them.
    pub(crate) fn status(&self, below: u64, more: bool) -> Vec<String> {
        let mut parts = Vec::new();
        if self.away.is_away() {
            parts.push("away".to_owned());
        }
        if self.peers.here() > 0 {
            parts.push(format!("{} here", self.peers.here()));
        }
        parts.extend(self.waiting());
        if let Some(sweep) = self.sweeping() {
            parts.push(format!("sweep {}%, {}", percent(sweep.probed, sweep.total), time_left(sweep.left)));
        }
        if let Some((received, total)) = self.syncing() {
            parts.push(format!("sync {}%", percent(received, total)));
        }
        match (below, more) {
            (0, false) => {}
            (1, false) => parts.push("1 line below - End".to_owned()),
            (below, false) => parts.push(format!("{below} lines below - End")),
            (below, true) => parts.push(format!("{below}+ lines below - End")),
        }
        if self.unread() > 0 {
            parts.push(format!("{} new", self.unread()));
        }
        if !self.asking {
            parts.push(self.nick.to_string());
        }
        if let Node::At(addr) = self.node {
            parts.push(addr.to_string());
        }
        parts
    }
}

impl App {
    /// Who is typing, for the end of the status line.
    pub(crate) fn typing_now(&self) -> Option<String> {
        match self.peers.typing(self.now.mono).as_slice() {
            [] => None,
            [one] => Some(format!("{one} is typing")),
            [one, other] => Some(format!("{one} and {other} are typing")),
            several => Some(format!("{} people are typing", several.len())),
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
    fn time_left_is_told_in_the_unit_that_is_short_to_read() {
        let told = [0, 12, 1_000, 1_001, 99_000, 99_001, 240_000, 5_999_000, 6_000_001, 90_000_000]
            .map(|ms| time_left(Duration::from_millis(ms)));
        let expected = ["1 s", "1 s", "1 s", "2 s", "99 s", "2 min", "4 min", "100 min", "2 h", "25 h"];
        assert_eq!(told, expected.map(|time| format!("{time} left")));
    }
}
