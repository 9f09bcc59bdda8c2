//! What people are called here: what [`naming`] decides, cut to the columns there are.

use std::{collections::BTreeSet, net::SocketAddr, time::Instant};

use super::{People, Person};
use crate::{
    domain::{
        model::{Nick, NodeId, Peer, PeerId, Repute, Trust},
        naming::{self, Name, Tags, VERIFIED, doubt_mark, guest_mark},
    },
    frontend::tui::app::wrap::{cut_start, tagged_or_cut},
};

impl People {
    /// The address to show, with its port if the address alone does not say who is meant.
    pub(crate) fn address(&self, addr: SocketAddr, usual_port: u16) -> String {
        let ip = addr.ip();
        let shared = self.list.values().filter(|p| p.peer.addr.ip() == ip).count() > 1;
        if ip.is_loopback() || shared || addr.port() != usual_port { addr.to_string() } else { ip.to_string() }
    }

    /// What somebody is called in a sentence. A guest has its mark, and anyone who could be mistaken for another has a
    /// tag.
    pub(crate) fn called(&self, id: PeerId) -> Option<String> {
        self.list.get(&id).map(Person::called)
    }

    /// What the person with this key is called, here or not: by the last name that they went by, or by their key.
    pub(crate) fn name_of(&self, node: NodeId) -> String {
        let id = PeerId::Node(node);
        if let Some(called) = self.called(id) {
            return called;
        }
        let Some(nick) = self.register.nick(id) else { return node.tag(8) };
        let repute = self.register.repute(id).unwrap_or_else(|| Repute::of(Trust::New));
        let (mark, tags) = self.label(id, Some(nick), repute);
        format!("{mark}{nick}{}", tags.whole.as_deref().unwrap_or_default())
    }

    /// The mark and the tags around the name of the peer `id`, who said something under `nick`. `repute` is what was
    /// known then, unless more is known now.
    pub(crate) fn label(&self, id: PeerId, nick: Option<&Nick>, repute: Repute) -> (&'static str, Tags) {
        let mark = doubt_mark(self.register.repute_as(id, nick, repute).trust);
        (mark, nick.map(|nick| self.register.tags(id, nick, repute)).unwrap_or_default())
    }

    /// People who are not here and whose names look like the current name of somebody who is. What they said before is
    /// relabelled. What somebody says while they are here stays as it was shown.
    pub(crate) fn rivals(&self, id: PeerId) -> Vec<PeerId> {
        self.alike(id).into_iter().filter(|other| !self.is_here(*other)).collect()
    }

    /// Others, here or not, who went by a name that looks like the current name of somebody who is here.
    pub(crate) fn alike(&self, id: PeerId) -> Vec<PeerId> {
        let nick = self.list.get(&id).and_then(|person| person.peer.nick.as_ref());
        nick.map(|nick| self.register.alike(id, nick)).unwrap_or_default()
    }

    /// Notes that `id` goes, or went, by `nick`. Returns people who are not here and whose names are shown differently
    /// from now on.
    pub(crate) fn heard(&mut self, id: PeerId, nick: &Nick, repute: Repute, now: Instant) -> Vec<PeerId> {
        let rivals = self.register.heard(id, nick, repute);
        self.name_awaited(id, now);
        rivals.into_iter().filter(|other| !self.is_here(*other)).collect()
    }

    /// The last name that somebody was heard under.
    pub(super) fn heard_nick(&self, id: PeerId) -> Option<&Nick> {
        self.register.nick(id)
    }

    /// A prefix of the key `node`, as long as needed to tell it from `other` and from everyone who is here.
    pub(crate) fn key_tag(&self, node: NodeId, other: NodeId) -> String {
        let here = self.list.values().filter(|p| !p.gone).filter_map(|p| p.peer.id.node().copied());
        let others = here.chain([other]).filter(|key| *key != node).map(PeerId::Node);
        naming::short_tag(PeerId::Node(node), others)
    }

    /// Names for completion: people who are here first, known people before strangers, then by `rank`, lowest first. In
    /// a command a name has its tag, because the command must not mean somebody else with the same name. A guest's name
    /// or address is there both without its mark and with it, because what is typed may begin with the mark.
    pub(crate) fn completions(&self, rank: impl Fn(PeerId) -> usize, in_command: bool) -> Vec<String> {
        let can_be_named = |person: &&Person| person.peer.nick.is_some() || person.peer.id.node().is_none();
        let mut people: Vec<_> = self.sorted().into_iter().filter(can_be_named).collect();
        people.sort_by_key(|person| (person.gone, person.stranger(), rank(person.peer.id)));
        let mut seen = BTreeSet::new();
        let names = |person: &Person| {
            let name = if in_command { self.typed(person) } else { person.peer.display_name() };
            let mark = guest_mark(person.peer.id);
            let marked = (!mark.is_empty()).then(|| format!("{mark}{name}"));
            [Some(name), marked]
        };
        let names = people.into_iter().flat_map(names).flatten();
        names.filter(|name| seen.insert(name.clone())).collect()
    }

    /// A person's name as typed into a command: with a tag if it could mean someone else.
    pub(crate) fn typed(&self, person: &Person) -> String {
        let Some(nick) = &person.peer.nick else { return person.peer.display_name() };
        let id = person.peer.id;
        let rivals = self.register.rivals(id, nick);
        if rivals.is_empty() && person.tags.whole.is_none() {
            return nick.to_string();
        }
        format!("{nick}#{}", naming::short_tag(id, rivals))
    }

    /// The same for somebody given by their key or address.
    pub(crate) fn typed_of(&self, id: PeerId) -> String {
        self.list.get(&id).map_or_else(|| naming::handle(id), |person| self.typed(person))
    }

    /// Decides again who needs a tag. Call it whenever a name, or who is here, has changed.
    pub(super) fn retag(&mut self) {
        for (id, person) in &mut self.list {
            let Peer { nick, repute, .. } = &person.peer;
            person.tags = nick.as_ref().map(|nick| self.register.tags(*id, nick, *repute)).unwrap_or_default();
        }
    }
}

impl Person {
    /// What they are called in a sentence: with the mark of a guest, or of a doubt.
    pub(crate) fn called(&self) -> String {
        self.named(doubt_mark(self.peer.repute.trust))
    }

    /// The name beside a glyph, and in commands: with a tag, if they could be mistaken for another person.
    pub(crate) fn name(&self) -> String {
        self.named("")
    }

    fn named(&self, mark: &'static str) -> String {
        Name::of(&self.peer, mark, self.tags.whole.as_deref().unwrap_or_default()).to_string()
    }

    /// The name, with the mark of a verified person.
    pub(crate) fn marked_name(&self) -> String {
        format!("{}{}", self.name(), self.mark())
    }

    /// The same in at most `columns`: the name is cut, never the tag or a mark.
    pub(crate) fn fit_name(&self, columns: usize) -> String {
        // The glyph of a person who is gone does not show a doubt, so the mark does.
        let mark = if self.absent() { doubt_mark(self.peer.repute.trust) } else { "" };
        let room = columns.saturating_sub(mark.len() + if self.verified() { 2 } else { 0 });
        let name = match &self.peer.nick {
            Some(nick) => tagged_or_cut(nick.as_str(), &self.tags, room),
            None => cut_start(&self.peer.display_name(), room),
        };
        format!("{mark}{name}{}", self.mark())
    }

    /// The mark of a verified person, with a space before it.
    pub(crate) fn mark(&self) -> &'static str {
        if self.verified() { VERIFIED } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Instant};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        domain::model::{Skeleton, skeleton},
        frontend::tui::app::{
            people::tests::{guest, node},
            wrap::tagged,
        },
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
    fn guests_with_one_name_differ_by_their_address_ends() {
        let mut some = peers([guest(4566, Some("bob")), guest(4567, Some("bob"))]);
        assert_eq!(names(&some), ["bob#4566", "bob#4567"]);
        let addr = "192.168.1.23:4567".parse().unwrap();
        let far = Peer { id: PeerId::Guest(addr), addr, ..guest(9, Some("Bob")) };
        some.joined(far, Instant::now());
        some.joined(guest(4568, Some("ALICE")), Instant::now());
        assert_eq!(names(&some), ["ALICE#4568", "bob#4566", "bob#1:4567", "Bob#23:4567"]);
    }

    #[test]
    fn guests_are_completed_as_they_are_shown() {
        let some = peers([guest(4566, None), guest(4567, Some("bob")), guest(4568, Some("bob")), node("c04e", None)]);
        let commands = ["bob#4567", "?bob#4567", "bob#4568", "?bob#4568", "127.0.0.1:4566", "?127.0.0.1:4566"];
        assert_eq!(some.completions(|_| 0, true), commands);
        assert_eq!(some.completions(|_| 0, false), ["bob", "?bob", "127.0.0.1:4566", "?127.0.0.1:4566"]);
    }

    #[test]
    fn nodes_with_one_name_differ_by_enough_of_their_keys() {
        let bob = node("c04e", Some("bob"));
        let mut some = peers([bob.clone(), node("7f3a", Some("carol"))]);
        assert_eq!(names(&some), ["bob", "carol"]);
        some.joined(node("7f3b", Some("B0B")), Instant::now());
        assert_eq!(names(&some), ["B0B#7f3b", "bob", "carol"]);
        // Found by trying keys.
        some.joined(node("c04e5d17", Some("bοb")), Instant::now());
        assert_eq!(names(&some), ["B0B#7f3b", "bob", "bοb#c04e5d17", "carol"]);
        some.left(node("c04e", None).id, Instant::now());
        assert_eq!(names(&some)[..2], ["B0B#7f3b", "bοb#c04e5d17"], "it keeps the name when it is gone");
    }

    #[test]
    fn no_port_passes_for_a_key() {
        let some = peers([node("4566", Some("bob")), guest(4566, Some("bob"))]);
        assert_eq!(names(&some), ["bob", "bob#1:4566"]);
    }

    #[test]
    fn look_alikes_of_the_user_and_suspects_have_tags() {
        let suspect =
            Peer { repute: Repute { namesake: true, ..Repute::of(Trust::Suspect) }, ..node("c04e", Some("bob")) };
        let mut some = peers([node("7f3a", Some("аlice")), suspect.clone()]);
        assert_eq!(names(&some), ["bob#c04e", "аlice#7f3a"]);
        some.trust(suspect.id, Repute::of(Trust::New));
        some.set_own(&Nick::new("zoe").unwrap());
        assert_eq!(names(&some), ["bob", "аlice"]);
    }

    #[test]
    fn only_the_name_is_cut() {
        let verified = |nick| {
            Person::new(Peer { repute: Repute::of(Trust::Verified), ..node("c04e", Some(nick)) }, Instant::now())
        };
        assert_eq!(verified("alexandria").fit_name(9), "alexan… ✓");
        assert_eq!(verified("bob").fit_name(9), "bob ✓");
        assert_eq!(tagged("alexandria", "#c04e", 9), "ale…#c04e");
        assert_eq!(tagged("alexandria", "#c04e5d17", 9), "#c04e5d17");
        assert_eq!(tagged("alexandria", "#c04e5d179a3b", 9), "…5d179a3b");
    }

    /// Ways to write a few names that people mistake for one another.
    fn look_alike() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(vec![
            "alice",
            "Alice",
            "АLICE",
            "аlice",
            "a1ice",
            "alíce",
            "ⓐⓛⓘⓒⓔ",
            "ᴀʟɪᴄᴇ",
            "a!ice",
            "alice_",
            "alice (2)",
            "ali¢e",
            "christopher",
            "christopher lee",
            "Christina",
            "christopher_",
            "chríst",
            "山田太郎",
            "山田太一",
            "山田",
            "bob",
            "b0b",
            "вов",
            "bob v",
            "christopherson-mc",
            "chrіstopher",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Whatever names people take, no two of them are shown alike, in lists and in columns of any width.
        #[test]
        fn no_two_people_here_ever_look_the_same(
            names in proptest::collection::vec((look_alike(), 0u8..3), 2..12),
            columns in 9usize..40,
        ) {
            let mut some = peers([]);
            let mut taken: BTreeMap<Skeleton, u8> = BTreeMap::new();
            let mut ids = Vec::new();
            for (number, (name, trust)) in names.iter().enumerate() {
                let nick = Nick::clean(name).unwrap();
                // As the node decides it: the first one has the name, and nobody has the user's.
                let is_first = taken.insert(skeleton(&nick), 0).is_none() && skeleton(&nick) != skeleton(&Nick::new("alice").unwrap());
                let trust = match (is_first, trust) {
                    (true, 0) => Trust::New,
                    (true, 1) => Trust::Known,
                    (_, 2) => Trust::Verified,
                    _ => Trust::Suspect,
                };
                let repute = Repute { namesake: !is_first, ..Repute::of(trust) };
                // Some of the keys begin alike.
                let key = format!("c04e{:04x}{number:04x}", number / 3);
                let peer = Peer { repute, nick: Some(nick.clone()), ..node(&key, None) };
                ids.push((peer.id, nick, repute));
                some.joined(peer, Instant::now());
            }
            let label = |(id, nick, repute): &(PeerId, Nick, Repute)| {
                let (mark, tags) = some.label(*id, Some(nick), *repute);
                format!("{mark}{}", tagged_or_cut(nick.as_str(), &tags, columns - mark.len()))
            };
            let shown: Vec<String> = ids.iter().map(label).collect();
            for (at, one) in shown.iter().enumerate() {
                prop_assert!(crate::frontend::tui::app::wrap::width(one) <= columns, "{one}");
                for other in &shown[at + 1..] {
                    prop_assert_ne!(one, other, "at {} columns, of {:?}", columns, names);
                    // A tag that is cut at its beginning has no `#`.
                    let has_tag = |name: &str| name.contains('#') || name.starts_with('…') || name.starts_with("!…");
                    if !has_tag(one) && !has_tag(other) {
                        let looks = |name: &str| Nick::clean(name.trim_end_matches('…')).map(|nick| skeleton(&nick));
                        prop_assert_ne!(looks(one), looks(other), "{} and {}", one, other);
                    }
                }
            }
        }
    }
}
