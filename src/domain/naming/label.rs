//! What a tag is cut from.

use crate::domain::model::PeerId;

/// How many digits of a key a tag grows by. Anyone can find a key with the same first four digits by trying keys, so
/// four may not be enough.
pub const TAG_DIGITS: usize = 4;

/// The shortest tag, without `#`, that means `id` and none of `others`.
pub fn short_tag(id: PeerId, others: impl IntoIterator<Item = PeerId>) -> String {
    let others: Vec<_> = others.into_iter().map(Label::new).collect();
    Label::new(id).tag(&others.iter().collect::<Vec<_>>()).to_owned()
}

/// The key of a node or the address of a guest: no other peer has it, and a tag is a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// All digits of a key, or an address.
    text: String,
    /// Whether it is a key. The start of a key tells the most; in an address, the end does.
    key: bool,
}

impl Label {
    /// The label of a peer.
    pub(super) fn new(id: PeerId) -> Self {
        match id {
            PeerId::Node(node) => Self { text: node.to_string(), key: true },
            PeerId::Guest(addr) => Self { text: addr.to_string(), key: false },
        }
    }

    /// The shortest tag that means this one and none of the `others`: a key prefix, or the end of an address (only the
    /// port if that is enough). It has no `#` before it.
    pub(super) fn tag(&self, others: &[&Self]) -> &str {
        let begins = (TAG_DIGITS..self.text.len()).step_by(TAG_DIGITS).filter_map(|end| self.text.get(..end));
        let ends = self.text.rmatch_indices([':', '.']).filter_map(|(at, _)| self.text.get(at + 1..));
        let mut tags = begins.filter(|_| self.key).chain(ends.filter(|_| !self.key));
        tags.find(|tag| !others.iter().any(|other| other.is_meant_by(tag))).unwrap_or(&self.text)
    }

    /// Whether a user who types `tag` may mean this one.
    fn is_meant_by(&self, tag: &str) -> bool {
        if self.key { self.text.starts_with(tag) } else { self.text.ends_with(tag) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(begin: &str) -> Label {
        Label::new(PeerId::Node(format!("{begin:0<64}").parse().unwrap()))
    }

    fn guest(addr: &str) -> Label {
        Label::new(PeerId::Guest(addr.parse().unwrap()))
    }

    fn tag(one: &Label, others: &[Label]) -> String {
        one.tag(&others.iter().collect::<Vec<_>>()).to_owned()
    }

    #[test]
    fn a_tag_is_as_long_as_necessary() {
        assert_eq!(tag(&node("c04e"), &[]), "c04e");
        assert_eq!(tag(&node("c04e"), &[node("7f3a"), node("c04f")]), "c04e");
        assert_eq!(tag(&node("c04e"), &[node("c04e5d17")]), "c04e0000", "found by trying keys");
        assert_eq!(tag(&node("c04e"), &[node(&format!("c04e{:0>60}", 1))]).len(), 64);
        assert_eq!(tag(&guest("192.168.1.23:4567"), &[guest("192.168.1.23:4568")]), "4567");
        assert_eq!(tag(&guest("192.168.1.23:4567"), &[guest("192.168.1.24:4567")]), "23:4567");
        assert_eq!(tag(&guest("10.0.1.23:4567"), &[guest("10.0.2.23:4567")]), "1.23:4567");
        assert_eq!(
            tag(&guest("10.0.1.23:4567"), &[guest("10.0.1.123:4567"), guest("9.0.1.23:4567")]),
            "10.0.1.23:4567"
        );
        assert_eq!(tag(&guest("[fe80::1]:4567"), &[guest("[fe80::2]:4567")]), "1]:4567");
    }

    #[test]
    fn no_port_passes_for_a_key() {
        assert_eq!(tag(&node("4566"), &[guest("127.0.0.1:4566")]), "45660000");
        assert_eq!(tag(&node("4566"), &[guest("127.0.0.1:14566")]), "45660000");
        assert_eq!(tag(&guest("127.0.0.1:4566"), &[node("4566")]), "1:4566", "nor a key for a port");
        assert_eq!(tag(&guest("127.0.0.1:4566"), &[guest("127.0.0.1:14566")]), "1:4566");
    }
}
