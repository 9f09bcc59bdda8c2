//! What a pipe says about keys: alarms, `/whois` and comparisons of codes. Each text is one line without its mark.

use super::pipe::{after_colon, milliseconds};
use crate::domain::{
    bus::{Alarm, AlarmKind},
    model::{PeerId, Trust},
    naming::handle,
};

/// An alarm: what happened, what it may mean, what to do. `last_seen` is when the owner of the name was seen last.
pub(crate) fn alarm(alarm: &Alarm, last_seen: &str) -> String {
    let Alarm { kind, node, nick, known, known_nick, known_verified, .. } = alarm;
    let verified = if *known_verified { " (verified)" } else { "" };
    let (now, was, key) = (node.short(), known.short(), handle(PeerId::Node(*node)));
    // With the name: the key may have another one by the time that the user types this.
    let commands = format!("Ask in person. /trust {nick}#{key} accepts the key, /ignore {key} hides its messages.");
    match kind {
        AlarmKind::KeyChanged => format!(
            "{nick} has a NEW KEY: {now}. The {known_nick} you know has the key {was}{verified}, last seen {last_seen}. \
             Either {known_nick} has reinstalled, or someone is pretending to be {known_nick}. {commands}"
        ),
        AlarmKind::SameName => format!(
            "{nick} with the key {now} uses the name of someone else who is here: {known_nick} with the key \
             {was}{verified}. {commands}"
        ),
        AlarmKind::OwnName => format!("{nick} with the key {now} uses your name, but is someone else. {commands}"),
        AlarmKind::LookAlike => format!(
            "{nick} with the key {now} looks like {known_nick} with the key {was}{verified}, last seen {last_seen}, but is \
             someone else. {commands}"
        ),
    }
}

/// Whose key it is: its prefix, and the whole key.
pub(crate) fn key(name: &str, fingerprint: &str, peer: PeerId) -> String {
    format!("{name} has the key {fingerprint} ({peer})")
}

/// Someone without a key.
pub(crate) fn guest(name: &str) -> String {
    format!("{name} is a guest: the name is only a claim, and what you write reaches them unencrypted")
}

/// Whether someone who is known is here, and at which addresses, separated by commas.
pub(crate) fn whereabouts(name: &str, is_here: bool, addrs: &str) -> String {
    match (is_here, addrs) {
        (true, "") => format!("{name} is here"),
        (true, addrs) => format!("{name} is here, at {addrs}"),
        (false, "") => format!("{name} is not here"),
        (false, addrs) => format!("{name} is not here; known addresses: {addrs}"),
    }
}

/// Someone is here, but not at the keyboard.
pub(crate) fn away(name: &str, addrs: &str, note: Option<&str>) -> String {
    let at = if addrs.is_empty() { String::new() } else { format!(" at {addrs}, but") };
    format!("{name} is{at} away{}", after_colon(note))
}

/// Whether a key is verified, and whether the user ignores it.
pub(crate) fn verified(name: &str, trust: Trust, is_ignored: bool) -> String {
    let verified = match trust {
        Trust::Verified => "verified: you compared codes",
        Trust::Differs => "NOT verified: the codes differed. This is not who you think, or someone is between you",
        Trust::Suspect => "NOT verified: uses a name that someone else had first",
        Trust::New | Trust::Known | Trust::Guest => "NOT verified: /verify compares codes",
    };
    format!("{name} is {verified}{}", if is_ignored { "; you ignore them" } else { "" })
}

/// The user ignores someone who has no key.
pub(crate) fn ignored(name: &str) -> String {
    format!("you ignore {name}")
}

/// Since when someone has been known.
pub(crate) fn seen(name: &str, first: &str, last: &str) -> String {
    format!("{name} was first seen {first}, last seen {last}")
}

/// How fast someone answers.
pub(crate) fn round_trip(name: &str, micros: u64) -> String {
    format!("{name} answers in {}", milliseconds(micros))
}

/// Which version of this program someone has.
pub(crate) fn version(name: &str, version: &str) -> String {
    format!("{name} runs version {version}")
}

/// Someone else began a comparison.
pub(crate) fn wants_to_compare(name: &str) -> String {
    format!("{name} wants to compare codes with you")
}

/// The code to compare.
pub(crate) fn code(name: &str, code: &str) -> String {
    format!("your code with {name} is {code}: ask for theirs, by voice or in person")
}

/// What to type once the codes are compared. `who` is what commands accept.
pub(crate) fn same_or_not(who: &str) -> String {
    format!("same code: /verify {who} yes   different code: /verify {who} no")
}

/// The user said that the codes are the same.
pub(crate) fn now_verified(name: &str) -> String {
    format!("{name} is now verified")
}

/// The user said that the codes differ.
pub(crate) fn differs(name: &str) -> String {
    format!("The codes differ: this is not {name}, or someone is between you. NOT verified.")
}

/// The other side said that the codes differ.
pub(crate) fn they_say_differs(name: &str) -> String {
    format!("{name} says that the codes differ: this is not {name}, or someone is between you. NOT verified.")
}
