//! The colours of people's names. A colour depends on who somebody is, never on what they call themselves. As long as
//! there are enough colours, no two people who are here share one.

use super::People;
use crate::domain::model::PeerId;

/// Colours for names. More than a dozen could not be told apart.
pub(crate) const COLOURS: usize = 12;

impl People {
    /// The colour of somebody's name, wherever it appears: a number below [`COLOURS`].
    pub(crate) fn colour(&self, peer: PeerId) -> usize {
        self.list.get(&peer).map_or_else(|| usual(peer), |person| person.colour)
    }

    /// The colour for somebody who joins: the one they had, if they were listed, or else the usual one. If somebody
    /// else who is here has it, it is the nearest free one.
    pub(super) fn colour_for(&self, newcomer: PeerId) -> usize {
        let others = self.list.iter().filter(|(id, person)| **id != newcomer && !person.gone);
        let taken: Vec<usize> = others.map(|(_, person)| person.colour).collect();
        nearest_free(self.colour(newcomer), &taken)
    }
}

/// The colour that somebody has if nobody else has it: the same in every run.
pub(super) fn usual(peer: PeerId) -> usize {
    usize::try_from(stable_hash(peer) % COLOURS as u64).unwrap_or(0)
}

/// `wanted`, or the nearest colour that is not `taken`; also `wanted` if all are taken.
fn nearest_free(wanted: usize, taken: &[usize]) -> usize {
    let nearest = (0..=COLOURS / 2).flat_map(|steps| [wanted + steps, wanted + COLOURS - steps]);
    nearest.map(|colour| colour % COLOURS).find(|colour| !taken.contains(colour)).unwrap_or(wanted)
}

/// FNV-1a of the key, or of a guest's address: the same in every run and build, which std's hashers do not promise.
fn stable_hash(peer: PeerId) -> u64 {
    struct Fnv(u64);
    impl Fnv {
        fn add(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    impl std::fmt::Write for Fnv {
        fn write_str(&mut self, s: &str) -> std::fmt::Result {
            self.add(s.as_bytes());
            Ok(())
        }
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    match peer {
        PeerId::Node(node) => hash.add(node.as_bytes()),
        // Writing to a number cannot fail.
        PeerId::Guest(_) => std::fmt::Write::write_fmt(&mut hash, format_args!("{peer}")).unwrap_or(()),
    }
    // The low bits of FNV are weak for inputs that differ in their last digit, as ports do.
    hash.0 ^ (hash.0 >> 29)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Instant};

    use super::*;
    use crate::{
        domain::model::{Nick, NodeId},
        frontend::tui::app::people::tests::node,
    };

    fn guest(port: u16) -> PeerId {
        PeerId::Guest(([127, 0, 0, 1], port).into())
    }

    /// Beginnings of keys that have the same usual colour.
    fn alike(count: usize) -> Vec<String> {
        let key = |n: u32| format!("{n:08x}");
        let colour = |key: &str| usual(node(key, None).id);
        let first = colour(&key(0));
        (0..).map(key).filter(|key| colour(key) == first).take(count).collect()
    }

    #[test]
    fn usual_colours_are_stable_and_spread() {
        assert_eq!(stable_hash(guest(4565)), stable_hash(guest(4565)));
        let used: BTreeSet<_> = (4565..4665).map(|port| usual(guest(port))).collect();
        assert_eq!(used.len(), COLOURS, "a hundred people use all of them");
        let keys = (0..100).map(|byte| usual(PeerId::Node(NodeId::new([byte; 32]))));
        assert_eq!(keys.collect::<BTreeSet<_>>().len(), COLOURS);
    }

    #[test]
    fn the_nearest_free_colour_is_taken() {
        assert_eq!(nearest_free(3, &[]), 3);
        assert_eq!(nearest_free(3, &[3]), 4);
        assert_eq!(nearest_free(3, &[3, 4]), 2);
        assert_eq!(nearest_free(0, &[0, 1]), 11);
        assert_eq!(nearest_free(11, &[11]), 0);
        let all_but_one: Vec<_> = (0..COLOURS).filter(|colour| *colour != 9).collect();
        assert_eq!(nearest_free(3, &all_but_one), 9);
        assert_eq!(nearest_free(3, &(0..COLOURS).collect::<Vec<_>>()), 3, "nothing is left");
    }

    #[test]
    fn people_here_have_different_colours_and_keep_them() {
        let now = Instant::now();
        let mut people = People::new(&Nick::new("alice").unwrap());
        let keys = alike(COLOURS + 1);
        let ids: Vec<PeerId> = keys.iter().map(|key| node(key, None).id).collect();
        let mut seen: Vec<usize> = Vec::new();
        for (key, id) in keys.iter().zip(&ids).take(COLOURS) {
            people.joined(node(key, Some("bob")), now);
            seen.push(people.colour(*id));
            let all: Vec<usize> = ids.iter().take(seen.len()).map(|id| people.colour(*id)).collect();
            assert_eq!(all, seen, "nobody's changes");
        }
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), COLOURS);
        assert_eq!(seen[0], usual(ids[0]));
        people.joined(node(&keys[COLOURS], None), now);
        assert_eq!(people.colour(ids[COLOURS]), usual(ids[COLOURS]), "nothing is left");
    }

    #[test]
    fn people_who_return_get_their_colour_unless_taken() {
        let now = Instant::now();
        let mut people = People::new(&Nick::new("alice").unwrap());
        let keys = alike(3);
        let peer = |at: usize| node(&keys[at], Some("bob"));
        people.joined(peer(0), now);
        people.joined(peer(1), now);
        let (first, second) = (people.colour(peer(0).id), people.colour(peer(1).id));
        people.left(peer(0).id, now);
        people.left(peer(1).id, now);
        assert_eq!(people.colour(peer(1).id), second, "what they said keeps its colour");
        people.joined(peer(1), now);
        assert_eq!(people.colour(peer(1).id), second, "though the usual one is free");
        people.joined(peer(2), now);
        assert_eq!(people.colour(peer(2).id), first, "its owner is gone");
        people.joined(peer(0), now);
        assert!(![first, second].contains(&people.colour(peer(0).id)));
    }
}
