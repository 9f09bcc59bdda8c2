//! The names that people are shown under, chosen so that nobody can be mistaken for somebody else.
//!
//! A name proves nothing: two people may share one, or choose names that look the same ([`super::model::Skeleton`]).
//! The key that was known first keeps the plain name ([`Claim`]); the node decides that, because it remembers all keys.
//! Anybody else with that name is shown with a tag, a part of their key or address that nobody else in view has:
//! `bob#c04e`. [`Register`] decides who needs one, and [`typed_names`] makes names that can be typed into a command.
//! Marks tell how much a name is worth: [`GUEST`] marks a name claimed by someone without a key, [`SUSPECT`] one that
//! belongs to someone else.
//!
//! Everything here depends only on its input. Every front end names people by these rules.

mod claim;
mod label;
mod register;
mod typed;

use std::{borrow::Cow, fmt};

pub use self::{
    claim::Claim,
    label::{TAG_DIGITS, short_tag},
    register::{Register, Tags},
    typed::typed_names,
};
use super::model::{Author, Mark, Message, Peer, PeerId, Trust};

/// Stands before the name of a guest, which has no key to prove it.
pub const GUEST: &str = "?";

/// Stands before the name of a key that uses somebody else's name, or whose codes differed.
pub const SUSPECT: &str = "!";

/// Stands after the name of a person with whom the user has compared codes; begins with a space.
pub const VERIFIED: &str = " ✓";

/// How many digits of a key name somebody in a command beyond doubt: another key with the same digits costs more to
/// find than it is worth.
pub const HANDLE_DIGITS: usize = 8;

/// The mark before the name of a guest; empty for a node.
pub const fn guest_mark(id: PeerId) -> &'static str {
    match id {
        PeerId::Node(_) => "",
        PeerId::Guest(_) => GUEST,
    }
}

/// The mark before the name of a peer that may not be the person it claims to be; empty for all others.
pub const fn doubt_mark(trust: Trust) -> &'static str {
    match trust {
        Trust::Guest => GUEST,
        Trust::Suspect | Trust::Differs => SUSPECT,
        Trust::New | Trust::Known | Trust::Verified => "",
    }
}

/// What a peer is called in a sentence about it: with its mark, and a tag if the name is somebody else's.
pub fn sentence_name(peer: &Peer) -> String {
    let tag = peer.id.node().filter(|_| peer.repute.namesake && peer.nick.is_some());
    let tag = tag.map(|node| format!("#{}", node.tag(TAG_DIGITS))).unwrap_or_default();
    Name::of(peer, doubt_mark(peer.repute.trust), &tag).to_string()
}

/// How to name a peer without its nickname: a key prefix, or a guest's address. Commands accept it.
pub fn handle(id: PeerId) -> String {
    match id {
        PeerId::Node(node) => node.tag(HANDLE_DIGITS),
        PeerId::Guest(addr) => addr.to_string(),
    }
}

/// A name as it is shown: `bob`, `?bob` for a guest, `!bob` for a suspect, `bob#c04e` where it could be mistaken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name<'a> {
    /// [`GUEST`], [`SUSPECT`] or nothing.
    pub mark: &'static str,
    /// The name, or what stands for it.
    pub called: Cow<'a, str>,
    /// The tag with its `#`, or nothing.
    pub tag: &'a str,
}

impl<'a> Name<'a> {
    /// The name of `peer`, with the mark and the tag that were decided for it.
    pub fn of(peer: &Peer, mark: &'static str, tag: &'a str) -> Self {
        Self { mark, called: Cow::Owned(peer.display_name()), tag }
    }

    /// The name of the author of `message`, with the tag that was decided for it.
    pub fn of_author(message: &'a Message, tag: &'a str) -> Self {
        let mark = match (message.author, message.mark) {
            (Author::Own, _) => "",
            (Author::Peer(_), Mark::Forked) => SUSPECT,
            (Author::Peer(_), _) => doubt_mark(message.repute.trust),
        };
        Self { mark, called: message.display_name(), tag }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [self.mark, &self.called, self.tag].into_iter().try_for_each(|part| f.write_str(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::NodeId;

    #[test]
    fn a_name_has_its_mark_before_and_its_tag_after() {
        let name = |mark, tag| Name { mark, called: "bob".into(), tag }.to_string();
        assert_eq!([name("", ""), name(GUEST, ""), name("", "#c04e")], ["bob", "?bob", "bob#c04e"]);
        assert_eq!(name(doubt_mark(Trust::Suspect), "#c04e"), "!bob#c04e");
    }

    #[test]
    fn marks_follow_from_trust() {
        let guest = PeerId::Guest(([127, 0, 0, 1], 4565).into());
        let node = PeerId::Node(NodeId::new([7; 32]));
        assert_eq!([guest_mark(guest), guest_mark(node)], [GUEST, ""]);
        let all = [Trust::Guest, Trust::Suspect, Trust::Differs, Trust::New, Trust::Known, Trust::Verified];
        assert_eq!(all.map(doubt_mark), [GUEST, SUSPECT, SUSPECT, "", "", ""]);
        assert_eq!([handle(guest), handle(node)], ["127.0.0.1:4565", "07070707"]);
    }
}
