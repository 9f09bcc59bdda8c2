//! The answer to `/whois`.

use crate::domain::model::{Presence, Software, Trust};

/// Label: whether someone is here.
pub(crate) const STATE: &str = "state";
/// Label: how sure it is who someone is.
pub(crate) const IDENTITY: &str = "identity";
/// Label: the key.
pub(crate) const KEY: &str = "key";
/// Label: a single address.
pub(crate) const ADDRESS: &str = "address";
/// Label: several addresses.
pub(crate) const ADDRESSES: &str = "addresses";
/// Label: the time that an answer takes.
pub(crate) const ROUND_TRIP: &str = "round trip";
/// Label: the name of their program.
pub(crate) const PROGRAM: &str = "program";
/// Label: when the key was first seen.
pub(crate) const KNOWN_SINCE: &str = "known since";
/// Label: when the key was last seen.
pub(crate) const LAST_SEEN: &str = "last seen";
/// Label: how far off their clock is.
pub(crate) const CLOCK: &str = "clock";

/// The title if not even a key is known.
pub(crate) const UNKNOWN: &str = "Unknown";

/// The title of the answer about the user.
pub(crate) fn you(name: &str) -> String {
    format!("{name}  (you)")
}

/// Whether someone is here.
pub(crate) fn state(here: bool, presence: &Presence) -> String {
    match (here, presence) {
        (false, _) => "not here".to_owned(),
        (true, Presence::Here) => "here".to_owned(),
        (true, Presence::Away { note: None }) => "away".to_owned(),
        (true, Presence::Away { note: Some(note) }) => format!("away: {note}"),
    }
}

/// How sure it is who someone is. `today`: their key was first seen today; `accepted`: the user said that the name is
/// theirs.
pub(crate) fn identity(trust: Trust, today: bool, accepted: bool, ignored: bool) -> String {
    let trust = match trust {
        Trust::Guest => "guest; anyone can claim this name",
        Trust::Differs => "the codes differ: not who you think, or someone is between you",
        Trust::Suspect => "NOT verified; uses a name that someone else had first",
        Trust::Verified => "verified by you",
        Trust::New | Trust::Known if today => "NOT verified; key first seen today",
        Trust::New | Trust::Known => "NOT verified",
    };
    let accepted = accepted.then_some("you accepted this key for the name");
    let ignored = ignored.then_some("ignored");
    [Some(trust), accepted, ignored].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The program that someone uses.
pub(crate) fn program(software: &Software) -> String {
    match software {
        Software::Ours { version } => format!("proximity-chat {version}"),
        Software::Reference => "the reference program or a similar one".to_owned(),
    }
}

/// How far off their clock is; `span` is `3 min`.
pub(crate) fn clock(span: &str, is_ahead: bool) -> String {
    if is_ahead { format!("{span} ahead of yours") } else { format!("{span} behind yours") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_first_seen_today_is_flagged_until_verified() {
        assert_eq!(identity(Trust::New, true, false, false), "NOT verified; key first seen today");
        assert_eq!(
            identity(Trust::Known, false, true, true),
            "NOT verified; you accepted this key for the name; ignored"
        );
        assert_eq!(identity(Trust::Verified, true, false, false), "verified by you");
    }
}
