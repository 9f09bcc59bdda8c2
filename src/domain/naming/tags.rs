//! Who needs a tag, and which.

use std::collections::BTreeMap;

use super::label::Label;
use crate::domain::model::{PeerId, Skeleton};

/// Someone in view who goes by a name, as far as it matters for telling people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// Who it is.
    pub id: PeerId,
    /// Whether they have left and are still shown.
    pub gone: bool,
    /// Whether the name is known to belong to someone else.
    pub suspect: bool,
}

impl Bearer {
    /// Whether `self` could be taken for `other`. A key is remembered when its owner left, and another key that takes the
    /// name raises an alarm. Nothing warns about a guest that does so, so guests are told apart from those who left too.
    fn rivals(&self, other: &Self) -> bool {
        other.id != self.id && (!other.gone || matches!(self.id, PeerId::Guest(_)))
    }

    /// What tells `self` from the others of `alike`, whose names look the same.
    fn tag(&self, alike: &[(Self, Label)], like_own: bool) -> Option<Box<str>> {
        let rivals: Vec<_> = alike.iter().filter(|(other, _)| self.rivals(other)).map(|(_, label)| label).collect();
        let left = self.gone && self.id.node().is_some();
        // The person a suspect could be taken for need not be here.
        if left || rivals.is_empty() && !like_own && !self.suspect {
            return None;
        }
        Some(signed(Label::new(self.id).tag(&rivals)))
    }
}

/// The tags, with `#`, of `people` in view, each with what their name looks like; `own` is what the user's own name looks
/// like. Someone nobody could mistake has none.
pub fn tags<'a>(
    people: impl IntoIterator<Item = (&'a Skeleton, Bearer)>,
    own: Option<&Skeleton>,
) -> Vec<(PeerId, Option<Box<str>>)> {
    let mut by_looks: BTreeMap<&Skeleton, Vec<(Bearer, Label)>> = BTreeMap::new();
    for (looks, bearer) in people {
        by_looks.entry(looks).or_default().push((bearer, Label::new(bearer.id)));
    }
    let mut tags = Vec::new();
    for (looks, alike) in &by_looks {
        let like_own = own == Some(*looks);
        tags.extend(alike.iter().map(|(bearer, _)| (bearer.id, bearer.tag(alike, like_own))));
    }
    tags
}

/// The tag, with `#`, of someone who is not here under the name in question. Nobody knows whose name it is then, so
/// everyone in `alike` counts who was heard under a name that looks the same. `doubtful` asks for a tag in any case.
pub fn remembered_tag(id: PeerId, alike: impl IntoIterator<Item = PeerId>, doubtful: bool) -> Option<Box<str>> {
    let mut others: Vec<_> = alike.into_iter().filter(|other| *other != id).collect();
    others.sort_unstable();
    others.dedup();
    (doubtful || !others.is_empty()).then(|| signed(&short_tag(id, others)))
}

/// The shortest tag, without `#`, that means `id` and none of `others`.
pub fn short_tag(id: PeerId, others: impl IntoIterator<Item = PeerId>) -> String {
    let others: Vec<_> = others.into_iter().map(Label::new).collect();
    Label::new(id).tag(&others.iter().collect::<Vec<_>>()).to_owned()
}

fn signed(tag: &str) -> Box<str> {
    format!("#{tag}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Nick, skeleton};

    fn node(digits: &str) -> Bearer {
        let id = PeerId::Node(format!("{digits:0<64}").parse().unwrap());
        Bearer { id, gone: false, suspect: false }
    }

    fn guest(port: u16) -> Bearer {
        Bearer { id: PeerId::Guest(([127, 0, 0, 1], port).into()), ..node("") }
    }

    fn looks(name: &str) -> Skeleton {
        skeleton(&Nick::new(name).unwrap())
    }

    /// The tags of these, in their order.
    fn tagged(people: &[(&str, Bearer)], own: &str) -> Vec<String> {
        let people: Vec<_> = people.iter().map(|(name, bearer)| (looks(name), *bearer)).collect();
        let decided = tags(people.iter().map(|(looks, bearer)| (looks, *bearer)), Some(&looks(own)));
        let tag = |bearer: &Bearer| decided.iter().find(|(id, _)| *id == bearer.id)?.1.as_deref().map(str::to_owned);
        people.iter().map(|(_, bearer)| tag(bearer).unwrap_or_default()).collect()
    }

    #[test]
    fn only_people_who_could_be_mistaken_have_a_tag() {
        assert_eq!(tagged(&[("bob", node("c04e")), ("carol", node("7f3a"))], "alice"), ["", ""]);
        assert_eq!(tagged(&[("bob", node("c04e")), ("B0B", node("7f3a"))], "alice"), ["#c04e", "#7f3a"]);
        assert_eq!(tagged(&[("bob", node("c04e")), ("bob", node("c04e5d"))], "alice"), ["#c04e0000", "#c04e5d00"]);
        assert_eq!(tagged(&[("Alice", node("c04e"))], "alice"), ["#c04e"], "like the user");
        assert_eq!(tagged(&[("bob", Bearer { suspect: true, ..node("c04e") })], "alice"), ["#c04e"]);
    }

    #[test]
    fn a_node_that_left_neither_has_a_tag_nor_causes_one() {
        let left = Bearer { gone: true, ..node("c04e") };
        assert_eq!(tagged(&[("bob", left), ("bob", node("7f3a"))], "alice"), ["", ""]);
        assert_eq!(tagged(&[("bob", left), ("bob", guest(4566))], "alice"), ["", "#4566"], "a guest is told apart");
        let left = Bearer { gone: true, ..guest(4567) };
        assert_eq!(tagged(&[("bob", left), ("bob", node("7f3a"))], "alice"), ["#4567", ""]);
    }

    #[test]
    fn people_who_are_not_here_are_told_apart_from_all_who_were_heard() {
        let [bob, other] = [node("c04e").id, node("c04e5d").id];
        assert_eq!(remembered_tag(bob, [bob], false), None);
        assert_eq!(remembered_tag(bob, [bob], true).as_deref(), Some("#c04e"));
        assert_eq!(remembered_tag(bob, [other, bob, other], false).as_deref(), Some("#c04e0000"));
        assert_eq!(short_tag(other, [bob]), "c04e5d00");
    }
}
