//! Limits how often notices that strangers can cause are shown.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::bus::NoticeCode;

/// The shortest time between two notices of one kind: nobody may fill the screen by connecting again and again.
const EVERY: Duration = Duration::from_mins(1);

/// When each kind of notice was shown last.
#[derive(Debug, Default)]
pub(super) struct NoticeLimits(BTreeMap<&'static str, Instant>);

impl NoticeLimits {
    /// Whether this kind of notice may be shown now. If so, it counts as shown.
    pub(super) fn allow(&mut self, code: NoticeCode, now: Instant) -> bool {
        let shown = self.0.get(code.as_str());
        let allowed = shown.is_none_or(|at| now.saturating_duration_since(*at) >= EVERY);
        if allowed {
            self.0.insert(code.as_str(), now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_shown_once_a_minute() {
        let (mut limits, now) = (NoticeLimits::default(), Instant::now());
        assert!(limits.allow(NoticeCode::Version, now) && limits.allow(NoticeCode::OwnKey, now));
        assert!(!limits.allow(NoticeCode::Version, now + Duration::from_secs(59)));
        assert!(limits.allow(NoticeCode::Version, now + EVERY));
    }
}
