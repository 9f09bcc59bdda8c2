//! Finds the keys that the user may mean.

use std::net::SocketAddr;

use super::records::{Entry, Records};
use crate::domain::{
    model::{Nick, NodeId, Skeleton, Who, skeleton},
    naming::GUEST,
};

/// Fewer hexadecimal digits do not count as a key: many words would be one (`bad`, `fee`).
const MIN_DIGITS: usize = 4;

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// What the user typed, and what it may be.
#[derive(Debug)]
pub(in crate::core::node) struct Wanted<'a> {
    text: &'a str,
    /// The first digits of a key.
    digits: Option<String>,
    /// A name, and the tag that tells its holder from others of that name.
    tagged: Option<(&'a str, &'a str)>,
    /// Names with the same skeleton look like it.
    skeleton: Option<Skeleton>,
    /// What follows the mark of a guest, which is shown before its name or address. With the mark, only a guest can be
    /// meant.
    unmarked: Option<Box<Wanted<'a>>>,
}

/// How a peer matches what the user typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum Match {
    /// By the exact name. Anybody may take any name, except one that looks like eight digits of a key.
    Name,
    /// By the exact name, followed by the first digits of the key or by the port.
    Tag,
    /// By the first digits of the key, in any grouping; or by the address.
    Key,
    /// By a name that looks alike: good enough to show the peer, not to trust it.
    Alike,
}

impl<'a> Wanted<'a> {
    pub(in crate::core::node) fn new(who: &'a Who) -> Self {
        let text = who.as_str();
        let unmarked = text.strip_prefix(GUEST).map(|text| Box::new(Self::of(text)));
        let of = Self::of(text);
        // The mark does not change a name's skeleton, so a marked name must not match by it.
        let skeleton = of.skeleton.filter(|_| unmarked.is_none());
        Self { skeleton, unmarked, ..of }
    }

    fn of(text: &'a str) -> Self {
        let tagged = text.rsplit_once('#').filter(|(name, tag)| !name.is_empty() && !tag.is_empty());
        let name = tagged.map_or(text, |(name, _)| name);
        Self {
            text,
            digits: digits_of(text),
            tagged,
            skeleton: Nick::new(name).ok().as_ref().map(skeleton),
            unmarked: None,
        }
    }

    /// Whether it may be a key as well as a name.
    pub(in crate::core::node) fn is_digits(&self) -> bool {
        self.digits.is_some()
    }

    /// How a node that goes by `nick` matches.
    pub(in crate::core::node) fn node(&self, node: &NodeId, nick: Option<&Nick>) -> Option<Match> {
        self.node_alike(node, nick, || nick.map(skeleton))
    }

    /// How a guest matches.
    pub(in crate::core::node) fn guest(&self, addr: SocketAddr, nick: Option<&Nick>) -> Option<Match> {
        if let Some(unmarked) = &self.unmarked
            && let Some(how) = unmarked.guest(addr, nick)
        {
            return Some(how);
        }
        let shown = addr.to_string();
        if self.text == shown || self.text.strip_prefix("guest:") == Some(&shown) {
            return Some(Match::Key);
        }
        // A tag is the end of the address: see [`crate::domain::naming`].
        let is_tag =
            |tag: &str| shown.strip_suffix(tag).is_some_and(|rest| rest.is_empty() || rest.ends_with([':', '.']));
        self.name(nick, is_tag, || nick.map(skeleton))
    }

    fn node_alike(
        &self,
        node: &NodeId,
        nick: Option<&Nick>,
        skeleton: impl FnOnce() -> Option<Skeleton>,
    ) -> Option<Match> {
        let begins = |digits: &str| node.to_string().starts_with(digits);
        if self.digits.as_deref().is_some_and(begins) {
            return Some(Match::Key);
        }
        self.name(nick, |tag| digits_of(tag).as_deref().is_some_and(begins), skeleton)
    }

    fn name(
        &self,
        nick: Option<&Nick>,
        is_tag: impl FnOnce(&str) -> bool,
        skeleton: impl FnOnce() -> Option<Skeleton>,
    ) -> Option<Match> {
        let nick = nick?.as_str();
        if nick == self.text {
            return Some(Match::Name);
        }
        if let Some((name, tag)) = self.tagged {
            if !is_tag(tag) {
                return None;
            }
            if name == nick {
                return Some(Match::Tag);
            }
        }
        (self.skeleton.is_some() && self.skeleton == skeleton()).then_some(Match::Alike)
    }
}

/// The keys that the user may mean, by the names that people see: linked ones first, then those seen most recently.
pub(super) fn find(records: &Records, wanted: &Wanted<'_>) -> Vec<(NodeId, Match)> {
    let is = |entry: &Entry| {
        let shown = entry.shown();
        let nick = shown.map(|(nick, _)| nick);
        wanted.node_alike(&entry.known.node, nick, || shown.map(|(_, skeleton)| skeleton.clone()))
    };
    let mut found: Vec<_> = records.iter().filter_map(|entry| Some((entry, is(entry)?))).collect();
    found.sort_by_key(|(entry, _)| (!entry.is_linked(), std::cmp::Reverse(entry.known.last_seen)));
    found.into_iter().map(|(entry, how)| (entry.known.node, how)).collect()
}

/// A key prefix, however its digits were grouped.
fn digits_of(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect::<String>().to_ascii_lowercase();
    let is_key = (MIN_DIGITS..=ALL_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_key.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_matches_its_displayed_name_or_address() {
        let (addr, bob) = ("127.0.0.1:4566".parse().unwrap(), Nick::new("bob").unwrap());
        let guest = |typed: &str, nick: Option<&Nick>| Wanted::new(&Who::new(typed).unwrap()).guest(addr, nick);
        for typed in ["127.0.0.1:4566", "?127.0.0.1:4566", "guest:127.0.0.1:4566"] {
            assert_eq!(guest(typed, None), Some(Match::Key), "{typed}");
            assert_eq!(guest(typed, Some(&bob)), Some(Match::Key), "{typed}");
        }
        for typed in ["bob", "?bob"] {
            assert_eq!((guest(typed, Some(&bob)), guest(typed, None)), (Some(Match::Name), None), "{typed}");
        }
        for typed in ["bob#4566", "?bob#4566", "?bob#1:4566", "bob#0.0.1:4566", "?bob#127.0.0.1:4566"] {
            assert_eq!(guest(typed, Some(&bob)), Some(Match::Tag), "{typed}");
        }
        for typed in ["?bob#66", "bob#4567", "?carol", "?127.0.0.1:4567", "?", "?#4566"] {
            assert_eq!(guest(typed, Some(&bob)), None, "{typed}");
        }
    }

    #[test]
    fn the_guest_mark_never_matches_a_node() {
        let node = NodeId::new([0x45; 32]);
        let bob = Nick::new("bob").unwrap();
        for typed in ["?bob", "?4545", "?bob#4545", "?4545454545454545"] {
            assert_eq!(Wanted::new(&Who::new(typed).unwrap()).node(&node, Some(&bob)), None, "{typed}");
        }
    }
}
