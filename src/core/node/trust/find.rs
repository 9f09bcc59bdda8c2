//! Finds the keys that the user may mean.

use std::net::SocketAddr;

use super::records::{Entry, Records};
use crate::domain::model::{Nick, NodeId, Skeleton, Who, skeleton};

/// Digits of a key that are taken for one: with fewer, many a word would be (`bad`, `fee`).
const MIN_DIGITS: usize = 4;

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// What the user typed, and what it may be.
#[derive(Debug)]
pub(in crate::core::node) struct Wanted<'a> {
    text: &'a str,
    /// The begin of a key.
    digits: Option<String>,
    /// A name, and what tells its bearer from others.
    tagged: Option<(&'a str, &'a str)>,
    /// What looks like it.
    skeleton: Option<Skeleton>,
}

/// How somebody is like what the user typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum Match {
    /// The name, to the letter. Anybody may take any name, but a key's begin of eight digits.
    Name,
    /// The name, to the letter, and the begin of the key or the port.
    Tag,
    /// The begin of the key, in whatever groups; or the address.
    Key,
    /// A name that looks so: good enough to be shown, not to be trusted for it.
    Alike,
}

impl<'a> Wanted<'a> {
    pub(in crate::core::node) fn new(who: &'a Who) -> Self {
        let text = who.as_str();
        let tagged = text.rsplit_once('#').filter(|(name, tag)| !name.is_empty() && !tag.is_empty());
        let name = tagged.map_or(text, |(name, _)| name);
        Self { text, digits: digits_of(text), tagged, skeleton: Nick::new(name).ok().as_ref().map(skeleton) }
    }

    /// Whether it may be a key as well as a name.
    pub(in crate::core::node) fn is_digits(&self) -> bool {
        self.digits.is_some()
    }

    /// How a node is like it that goes by `nick`.
    pub(in crate::core::node) fn node(&self, node: &NodeId, nick: Option<&Nick>) -> Option<Match> {
        self.node_alike(node, nick, || nick.map(skeleton))
    }

    /// How a guest is like it.
    pub(in crate::core::node) fn guest(&self, addr: SocketAddr, nick: Option<&Nick>) -> Option<Match> {
        if self.text == addr.to_string() || self.text.strip_prefix("guest:") == Some(&addr.to_string()) {
            return Some(Match::Key);
        }
        let is_tag = |tag: &str| tag == addr.to_string() || tag == addr.port().to_string();
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

/// Whom the user may mean, by the names that people see; who is linked comes first, then who was seen last.
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

/// The begin of a key, in whatever groups it was typed.
fn digits_of(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect::<String>().to_ascii_lowercase();
    let is_key = (MIN_DIGITS..=ALL_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_key.then_some(digits)
}
