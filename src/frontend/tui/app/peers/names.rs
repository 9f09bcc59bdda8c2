//! How people are called, so that no two who are here can be taken for one another.

use std::{collections::BTreeMap, net::SocketAddr};

use super::{Peers, Person};
use crate::{
    domain::model::{Label, Nick, NodeId, PeerId, Skeleton, Trust, skeleton},
    frontend::tui::app::wrap::{cut, cut_start},
};

/// What is shown behind the name of who is verified.
const VERIFIED: &str = " ✓";

/// What stands before the name of who is not authenticated, wherever no glyph says it.
const GUEST: &str = "?";

impl Peers {
    /// The address to show: with its port where the address alone does not tell who is meant.
    pub(crate) fn address(&self, addr: SocketAddr, usual_port: u16) -> String {
        let ip = addr.ip();
        let shared = self.list.values().filter(|p| p.peer.addr.ip() == ip).count() > 1;
        if ip.is_loopback() || shared || addr.port() != usual_port { addr.to_string() } else { ip.to_string() }
    }

    /// How somebody is called in a sentence: a guest with its mark, and who could be taken for another one, or for the
    /// user, with a tag.
    pub(crate) fn called(&self, id: PeerId) -> Option<String> {
        self.list.get(&id).map(Person::called)
    }

    /// What tells the peer `id`, who goes or went by `nick`, from others who seem to have the same name, and from the user:
    /// the begin of its key or, of a guest, the end of its address. None if there is nobody like that. Of who is not here,
    /// all count who were heard under such a name.
    pub(crate) fn tag(&self, id: PeerId, nick: &Nick) -> Option<Box<str>> {
        let listed = self.list.get(&id);
        if let Some(person) = listed.filter(|person| !person.gone && person.peer.nick.as_ref() == Some(nick)) {
            return person.tag.clone();
        }
        let heard = self.claims.looks(id, nick);
        let looks = heard.cloned().unwrap_or_else(|| skeleton(nick));
        let others = self.list.values().filter(|person| person.looks.as_ref() == Some(&looks)).map(|p| p.peer.id);
        let mut others: Vec<_> = others.chain(self.claims.alike(&looks).iter().copied()).collect();
        others.sort_unstable();
        others.dedup();
        // Of who is not here it is not known whose name it is: whoever had one like it is a rival.
        let others: Vec<_> = others.into_iter().filter(|other| *other != id).map(Label::new).collect();
        let suspect = listed.is_some_and(|person| person.peer.trust == Trust::Suspect);
        if others.is_empty() && looks != self.own && !suspect && heard.is_some() {
            return None;
        }
        let label = Label::new(id);
        Some(format!("#{}", label.tag(&others.iter().collect::<Vec<_>>())).into())
    }

    /// The begin of the key `node`, as long as needed to tell it from `other` and from all who are here.
    pub(crate) fn key_tag(&self, node: NodeId, other: NodeId) -> String {
        let here = self.list.values().filter(|p| !p.gone).filter_map(|p| p.peer.id.node().copied());
        let others = here.chain([other]).filter(|key| *key != node);
        let others: Vec<_> = others.map(|key| Label::new(PeerId::Node(key))).collect();
        Label::new(PeerId::Node(node)).tag(&others.iter().collect::<Vec<_>>()).to_owned()
    }

    /// Decides anew who needs a tag. After every change of who is here or of a name.
    pub(super) fn retag(&mut self) {
        let mut alike: BTreeMap<&Skeleton, Vec<Claim>> = BTreeMap::new();
        for person in self.list.values() {
            if let Some(looks) = &person.looks {
                alike.entry(looks).or_default().push(Claim::of(person));
            }
        }
        let mut tags = Vec::new();
        for (looks, claims) in &alike {
            let own = **looks == self.own;
            tags.extend(claims.iter().map(|claim| (claim.id, claim.tag(claims, own))));
        }
        for (id, tag) in tags {
            if let Some(person) = self.list.get_mut(&id) {
                person.tag = tag;
            }
        }
    }
}

/// Somebody who goes by a name.
#[derive(Debug)]
struct Claim {
    id: PeerId,
    label: Label,
    suspect: bool,
    gone: bool,
}

impl Claim {
    fn of(person: &Person) -> Self {
        let peer = &person.peer;
        let suspect = peer.trust == Trust::Suspect;
        Self { id: peer.id, label: Label::new(peer.id), suspect, gone: person.gone }
    }

    /// Whether `other` is somebody whom this one could be taken for. A key is remembered when its owner left, and who
    /// takes its name raises an alarm; of a guest who does so nothing else warns.
    fn rivals(&self, other: &Self) -> bool {
        other.id != self.id && (!other.gone || matches!(self.id, PeerId::Guest(_)))
    }

    /// What tells this one from the `others`, whose names look the same.
    fn tag(&self, others: &[Self], like_own: bool) -> Option<Box<str>> {
        let rivals = others.iter().filter(|other| self.rivals(other)).map(|rival| &rival.label).collect::<Vec<_>>();
        let left = self.gone && self.id.node().is_some();
        // A suspect's name is somebody's who is not here.
        if left || rivals.is_empty() && !like_own && !self.suspect {
            return None;
        }
        Some(format!("#{}", self.label.tag(&rivals)).into())
    }
}

impl Person {
    /// How they are called in a sentence.
    pub(crate) fn called(&self) -> String {
        format!("{}{}", guest_mark(self.peer.id), self.name())
    }

    /// The name beside a glyph, and in commands: with a tag, if they could be taken for another one.
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.peer.display_name(), self.tag.as_deref().unwrap_or_default())
    }

    /// The name with the mark of who is verified.
    pub(crate) fn marked_name(&self) -> String {
        format!("{}{}", self.name(), self.mark())
    }

    /// The same in at most `columns`: what is cut is the name, never what tells who it is.
    pub(crate) fn fit_name(&self, columns: usize) -> String {
        // The glyph of who is gone says nothing else.
        let guest = if self.absent() { guest_mark(self.peer.id) } else { "" };
        let room = columns.saturating_sub(guest.len() + if self.verified() { 2 } else { 0 });
        let name = match &self.peer.nick {
            Some(nick) => tagged(nick, self.tag.as_deref().unwrap_or_default(), room),
            None => cut_start(&self.peer.display_name(), room),
        };
        format!("{guest}{name}{}", self.mark())
    }

    /// The mark of who is verified, with a space before it.
    pub(crate) fn mark(&self) -> &'static str {
        if self.verified() { VERIFIED } else { "" }
    }
}

/// What stands before the name of this peer, wherever it is named: nobody can say who a guest is.
pub(crate) const fn guest_mark(id: PeerId) -> &'static str {
    match id {
        PeerId::Node(_) => "",
        PeerId::Guest(_) => GUEST,
    }
}

/// `nick` and `tag` in at most `columns`; the tag tells more, and its end more than its begin.
pub(crate) fn tagged(nick: &Nick, tag: &str, columns: usize) -> String {
    match columns.checked_sub(tag.len()) {
        Some(room @ 1..) => format!("{}{tag}", cut(nick.as_str(), room)),
        _ => cut_start(tag, columns),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        domain::model::Peer,
        frontend::tui::app::peers::tests::{guest, node},
    };

    fn peers(list: impl IntoIterator<Item = Peer>) -> Peers {
        let mut peers = Peers::new(&Nick::new("alice").unwrap());
        for peer in list {
            peers.joined(peer, Instant::now());
        }
        peers
    }

    fn names(peers: &Peers) -> Vec<String> {
        peers.sorted().iter().map(|p| p.name()).collect()
    }

    #[test]
    fn ports_show_where_they_matter() {
        let some = peers([guest(4566, None)]);
        let shown = |addr: &str| some.address(addr.parse().unwrap(), 4565);
        assert_eq!(shown("192.168.1.23:4565"), "192.168.1.23");
        assert_eq!(shown("192.168.1.23:4566"), "192.168.1.23:4566");
        assert_eq!(shown("127.0.0.1:4565"), "127.0.0.1:4565");
        assert_eq!(shown("[fe80::1]:4565"), "fe80::1");
    }

    #[test]
    fn guests_of_one_name_are_told_apart_by_the_ends_of_their_addresses() {
        let mut some = peers([guest(4566, Some("bob")), guest(4567, Some("bob"))]);
        assert_eq!(names(&some), ["bob#4566", "bob#4567"]);
        let addr = "192.168.1.23:4567".parse().unwrap();
        let far = Peer { id: PeerId::Guest(addr), addr, ..guest(9, Some("Bob")) };
        some.joined(far, Instant::now());
        some.joined(guest(4568, Some("ALICE")), Instant::now());
        assert_eq!(names(&some), ["ALICE#4568", "bob#4566", "bob#1:4567", "Bob#23:4567"]);
    }

    #[test]
    fn nodes_of_one_name_are_told_apart_by_as_much_of_their_keys_as_it_takes() {
        let bob = node("c04e", Some("bob"));
        let mut some = peers([bob.clone(), node("7f3a", Some("carol"))]);
        assert_eq!(names(&some), ["bob", "carol"]);
        some.joined(node("7f3b", Some("B0B")), Instant::now());
        assert_eq!(names(&some), ["B0B#7f3b", "bob#c04e", "carol"]);
        // Found by trying keys.
        some.joined(node("c04e5d17", Some("bοb")), Instant::now());
        assert_eq!(names(&some), ["B0B#7f3b", "bob#c04e0000", "bοb#c04e5d17", "carol"]);
        some.left(node("c04e5d17", None).id, Instant::now());
        some.left(node("7f3b", None).id, Instant::now());
        assert_eq!(names(&some)[..2], ["bob", "carol"], "nobody like that is left");
    }

    #[test]
    fn no_port_passes_for_a_key() {
        let some = peers([node("4566", Some("bob")), guest(4566, Some("bob"))]);
        assert_eq!(names(&some), ["bob#45660000", "bob#1:4566"]);
    }

    #[test]
    fn who_looks_like_the_user_or_is_suspect_has_a_tag() {
        let suspect = Peer { trust: Trust::Suspect, ..node("c04e", Some("bob")) };
        let mut some = peers([node("7f3a", Some("аlice")), suspect.clone()]);
        assert_eq!(names(&some), ["bob#c04e", "аlice#7f3a"]);
        some.trust(suspect.id, Trust::New, false);
        some.set_own(&Nick::new("zoe").unwrap());
        assert_eq!(names(&some), ["bob", "аlice"]);
    }

    #[test]
    fn what_is_cut_is_the_name() {
        let verified = |nick| Person::new(Peer { trust: Trust::Verified, ..node("c04e", Some(nick)) }, Instant::now());
        assert_eq!(verified("alexandria").fit_name(9), "alexan… ✓");
        assert_eq!(verified("bob").fit_name(9), "bob ✓");
        let nick = Nick::new("alexandria").unwrap();
        assert_eq!(tagged(&nick, "#c04e", 9), "ale…#c04e");
        assert_eq!(tagged(&nick, "#c04e5d17", 9), "#c04e5d17");
        assert_eq!(tagged(&nick, "#c04e5d179a3b", 9), "…5d179a3b");
    }
}
