//! Telling others that the user is typing.

use std::time::{Duration, Instant};

use crate::frontend::slash;

/// While the draft grows, others are told this often: half the time after which they forget it.
const TELL_EVERY: Duration = Duration::from_secs(3);

/// What others are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// The user is typing.
    Started,
    /// The user stopped typing.
    Stopped,
}

/// When others were last told that the user is typing. Nothing expires here: others forget it by themselves, so it
/// costs nothing while nobody types.
#[derive(Debug, Default)]
pub(super) struct TypingNotices {
    told: Option<Instant>,
}

impl TypingNotices {
    /// The draft was edited and is now `text`. Others are told only if `somebody_listens`, and never about commands.
    pub(super) fn edited(&mut self, text: &str, now: Instant, somebody_listens: bool) -> Option<Typing> {
        if text.trim().is_empty() || slash::is_command(text) {
            return self.told.take().map(|_| Typing::Stopped);
        }
        let due = self.told.is_none_or(|told| now.saturating_duration_since(told) >= TELL_EVERY);
        (somebody_listens && due).then(|| {
            self.told = Some(now);
            Typing::Started
        })
    }

    /// The user has left the draft.
    pub(super) fn left(&mut self) -> Option<Typing> {
        self.told.take().map(|_| Typing::Stopped)
    }

    /// The draft went out as a message.
    pub(super) const fn said(&mut self) {
        self.told = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_learn_of_typing_periodically_and_when_it_ends() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut typing = TypingNotices::default();
        assert_eq!(typing.edited("h", at(0), false), None, "nobody listens");
        assert_eq!(typing.edited("he", at(0), true), Some(Typing::Started));
        assert_eq!(typing.edited("hel", at(2), true), None);
        assert_eq!(typing.edited("hell", at(3), true), Some(Typing::Started));
        assert_eq!(typing.edited("  ", at(9), false), Some(Typing::Stopped));
        assert_eq!(typing.edited("", at(9), true), None);
        assert_eq!(typing.edited("/whois bob", at(9), true), None);
        assert_eq!(typing.edited("//whois", at(9), true), Some(Typing::Started));
        typing.said();
        assert_eq!(typing.edited("", at(9), true), None, "the message says it");
    }
}
