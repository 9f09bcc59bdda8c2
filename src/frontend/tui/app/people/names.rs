//! How people are called here: what [`naming`] decides, cut to the columns there are.

use std::{collections::BTreeSet, net::SocketAddr};

use super::{People, Person};
use crate::{
    domain::{
        model::{Nick, NodeId, PeerId, Trust, skeleton},
        naming::{self, Bearer, Name, VERIFIED, guest_mark},
    },
    frontend::tui::app::wrap::{cut_start, tagged},
};

impl People {
    /// The address to show: with its port where the address alone does not tell who is meant.
    pub(crate) fn address(&self, addr: SocketAddr, usual_port: u16) -> String {
        let ip = addr.ip();
        let shared = self.list.values().filter(|p| p.peer.addr.ip() == ip).count() > 1;
        if ip.is_loopback() || shared || addr.port() != usual_port { addr.to_string() } else { ip.to_string() }
    }

    /// How somebody is called in a sentence: a guest with its mark, and anyone who could be mistaken with a tag.
    pub(crate) fn called(&self, id: PeerId) -> Option<String> {
        self.list.get(&id).map(Person::called)
    }

    /// The tag of the peer `id`, who goes or went by `nick`, if it needs one. For someone who is not here under that name,
    /// everybody counts who was heard under such a name.
    pub(crate) fn tag(&self, id: PeerId, nick: &Nick) -> Option<Box<str>> {
        let listed = self.list.get(&id);
        if let Some(person) = listed.filter(|person| !person.gone && person.peer.nick.as_ref() == Some(nick)) {
            return person.tag.clone();
        }
        let heard = self.heard.looks(id, nick);
        let looks = heard.cloned().unwrap_or_else(|| skeleton(nick));
        let listed_alike = self.list.values().filter(|person| person.looks.as_ref() == Some(&looks)).map(|p| p.peer.id);
        let suspect = listed.is_some_and(|person| person.peer.trust == Trust::Suspect);
        let doubtful = heard.is_none() || looks == self.own || suspect;
        naming::remembered_tag(id, listed_alike.chain(self.heard.alike(&looks).iter().copied()), doubtful)
    }

    /// A prefix of the key `node`, as long as needed to tell it from `other` and from everyone who is here.
    pub(crate) fn key_tag(&self, node: NodeId, other: NodeId) -> String {
        let here = self.list.values().filter(|p| !p.gone).filter_map(|p| p.peer.id.node().copied());
        let others = here.chain([other]).filter(|key| *key != node).map(PeerId::Node);
        naming::short_tag(PeerId::Node(node), others)
    }

    /// Names for completion: people who are here first, of these people one knows, then by `rank`, lowest first. In a command a name has its tag,
    /// because the command must not mean somebody else of the same name. A guest has its name, or its address, without its mark
    /// and then with it: what is typed may begin with the mark.
    pub(crate) fn completions(&self, rank: impl Fn(PeerId) -> usize, in_command: bool) -> Vec<String> {
        let can_be_named = |person: &&Person| person.peer.nick.is_some() || person.peer.id.node().is_none();
        let mut people: Vec<_> = self.sorted().into_iter().filter(can_be_named).collect();
        people.sort_by_key(|person| (person.gone, person.stranger(), rank(person.peer.id)));
        let mut seen = BTreeSet::new();
        let names = |person: &Person| {
            let name = if in_command { person.name() } else { person.peer.display_name() };
            let mark = guest_mark(person.peer.id);
            let marked = (!mark.is_empty()).then(|| format!("{mark}{name}"));
            [Some(name), marked]
        };
        let names = people.into_iter().flat_map(names).flatten();
        names.filter(|name| seen.insert(name.clone())).collect()
    }

    /// Decides anew who needs a tag. After every change of the people who are here, or of a name.
    pub(super) fn retag(&mut self) {
        let bearer = |person: &Person| {
            let suspect = person.peer.trust == Trust::Suspect;
            Bearer { id: person.peer.id, gone: person.gone, suspect }
        };
        let named = self.list.values().filter_map(|person| Some((person.looks.as_ref()?, bearer(person))));
        for (id, tag) in naming::tags(named, Some(&self.own)) {
            if let Some(person) = self.list.get_mut(&id) {
                person.tag = tag;
            }
        }
    }
}

impl Person {
    /// How they are called in a sentence.
    pub(crate) fn called(&self) -> String {
        self.named(guest_mark(self.peer.id))
    }

    /// The name beside a glyph, and in commands: with a tag, if they could be taken for another one.
    pub(crate) fn name(&self) -> String {
        self.named("")
    }

    fn named(&self, mark: &'static str) -> String {
        Name::of(&self.peer, mark, self.tag.as_deref().unwrap_or_default()).to_string()
    }

    /// The name, with the mark of a verified person.
    pub(crate) fn marked_name(&self) -> String {
        format!("{}{}", self.name(), self.mark())
    }

    /// The same in at most `columns`: the name is cut, never the tag or a mark.
    pub(crate) fn fit_name(&self, columns: usize) -> String {
        // The glyph of a person who is gone does not tell whether it is a guest.
        let guest = if self.absent() { guest_mark(self.peer.id) } else { "" };
        let room = columns.saturating_sub(guest.len() + if self.verified() { 2 } else { 0 });
        let name = match &self.peer.nick {
            Some(nick) => tagged(nick.as_str(), self.tag.as_deref().unwrap_or_default(), room),
            None => cut_start(&self.peer.display_name(), room),
        };
        format!("{guest}{name}{}", self.mark())
    }

    /// The mark of a verified person, with a space before it.
    pub(crate) fn mark(&self) -> &'static str {
        if self.verified() { VERIFIED } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        domain::model::Peer,
        frontend::tui::app::people::tests::{guest, node},
    };

    fn peers(list: impl IntoIterator<Item = Peer>) -> People {
        let mut peers = People::new(&Nick::new("alice").unwrap());
        for peer in list {
            peers.joined(peer, Instant::now());
        }
        peers
    }

    fn names(peers: &People) -> Vec<String> {
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
    fn guests_are_completed_by_what_is_shown_of_them() {
        let some = peers([guest(4566, None), guest(4567, Some("bob")), guest(4568, Some("bob")), node("c04e", None)]);
        let commands = ["bob#4567", "?bob#4567", "bob#4568", "?bob#4568", "127.0.0.1:4566", "?127.0.0.1:4566"];
        assert_eq!(some.completions(|_| 0, true), commands);
        assert_eq!(some.completions(|_| 0, false), ["bob", "?bob", "127.0.0.1:4566", "?127.0.0.1:4566"]);
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
        assert_eq!(tagged("alexandria", "#c04e", 9), "ale…#c04e");
        assert_eq!(tagged("alexandria", "#c04e5d17", 9), "#c04e5d17");
        assert_eq!(tagged("alexandria", "#c04e5d179a3b", 9), "…5d179a3b");
    }
}
