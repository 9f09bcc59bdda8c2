//! The list of people and the answer to `/who`.

use crate::domain::model::Trust;

/// The title of the list.
pub(crate) const TITLE: &str = "PEOPLE";

/// Beside the title while nobody is here.
pub(crate) const NOBODY_HERE: &str = "no one here";

/// Beside the title while there is no network, or no node.
pub(crate) const OFFLINE: &str = "offline";

/// Beside the name of someone who has said that they are away.
pub(crate) const AWAY: &str = "away";

/// Beside the name of someone who was not here in this run.
pub(crate) const NOT_HERE: &str = "not here";

/// Beside the name of someone whom the network no longer reaches.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// Beside the name of someone whose messages are not shown.
pub(crate) const IGNORED: &str = "ignored";

/// Beside the name of someone who is typing.
pub(crate) const TYPING: &str = "typing…";

/// Beside the name of someone whose code differed.
pub(crate) const DIFFERS: &str = "differs";

/// Beside the name of someone who uses the name of someone else.
pub(crate) const SUSPECT: &str = "suspect";

/// Beside the name of someone without a key.
pub(crate) const GUEST: &str = "guest";

/// Below the address of someone who goes by no name.
pub(crate) const NO_NAME: &str = "no name";

/// Before the progress of a sync.
pub(crate) const SYNC: &str = "sync ";

/// How well someone is known whom the user may have meant.
pub(crate) const fn candidate(trust: Trust) -> &'static str {
    match trust {
        Trust::Guest => GUEST,
        Trust::New => "new",
        Trust::Known => "known",
        Trust::Verified => "verified",
        Trust::Suspect => SUSPECT,
        Trust::Differs => "the codes differed",
    }
}

/// How many people are here.
pub(crate) fn here(people: usize) -> String {
    format!("{people} here")
}

/// How long someone has been here; `age` is `5m`.
pub(crate) fn here_for(age: &str) -> String {
    format!("here {age}")
}

/// How long someone has been away; `age` is `5m`.
pub(crate) fn away_for(age: &str) -> String {
    format!("{AWAY} {age}")
}

/// How many people do not fit in the list.
pub(crate) fn more(people: usize) -> String {
    format!("… {people} more: /who")
}

/// How many messages wait for someone.
pub(crate) fn waiting(messages: u64) -> String {
    format!("{messages} waiting")
}

/// How far off someone's clock is; `off` is `3 days ahead`.
pub(crate) fn clock(off: &str) -> String {
    format!("clock {off}")
}

/// The title of the answer to `/who`.
pub(crate) fn how_many(here: usize, away: usize) -> String {
    match (here, away) {
        (0, _) => "No one else is here.".to_owned(),
        (1, 0) => "1 person is here:".to_owned(),
        (1, _) => "1 person is here, but away:".to_owned(),
        (here, 0) => format!("{here} people are here:"),
        (here, away) => format!("{here} people are here, {away} of them away:"),
    }
}

/// What a glyph in the answer to `/who` means.
pub(crate) fn legend(glyph: &str, meaning: &str) -> String {
    format!("{glyph} means: {meaning}")
}

/// What the mark of someone whose code differed means.
pub(crate) const MEANS_DIFFERS: &str = "the codes differ; this may not be who you think.";

/// What the mark of someone who uses the name of someone else means.
pub(crate) const MEANS_SUSPECT: &str = "uses your name, or one that someone else had first; see /whois.";

/// What the mark of a guest means.
pub(crate) const MEANS_GUEST: &str = "not verified; anyone can claim this name.";

/// What the mark of someone verified means.
pub(crate) const MEANS_VERIFIED: &str = "you have compared codes with them.";
