//! Names that can be typed into a command and mean only one person.

use std::collections::BTreeSet;

use super::HANDLE_DIGITS;
use crate::domain::model::{Nick, PeerId};

/// How many digits of the key follow a name when several people could be meant: the least of these that tells them
/// apart.
const TAG_DIGITS: [usize; 3] = [HANDLE_DIGITS, 16, 32];

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// Names for several people, each of which means only that person: `bob#c04ec04e`, or `127.0.0.1:4565` for a guest
/// without a name. All of them have as many digits of the key as it takes to tell them apart.
pub fn typed_names(people: &[(PeerId, Option<&Nick>)]) -> Vec<String> {
    let with = |digits: usize| people.iter().map(|(id, nick)| typed_name(*id, *nick, digits)).collect::<Vec<_>>();
    let distinct = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    TAG_DIGITS.into_iter().map(with).find(distinct).unwrap_or_else(|| with(ALL_DIGITS))
}

/// The name, followed by this many digits of the key, or by the address of a guest.
fn typed_name(id: PeerId, nick: Option<&Nick>, digits: usize) -> String {
    let tag = match id {
        PeerId::Node(node) => node.tag(digits),
        PeerId::Guest(addr) => addr.to_string(),
    };
    nick.map_or_else(|| tag.clone(), |nick| format!("{nick}#{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::NodeId;

    fn key(first: u8, ninth: u8) -> PeerId {
        let mut bytes = [first; 32];
        bytes[8] = ninth;
        PeerId::Node(NodeId::new(bytes))
    }

    #[test]
    fn a_typed_name_ends_with_eight_key_digits() {
        let bob = Nick::new("bob").unwrap();
        let guest = PeerId::Guest(([127, 0, 0, 1], 4565).into());
        let names = typed_names(&[(key(7, 7), Some(&bob)), (key(7, 7), None), (guest, Some(&bob)), (guest, None)]);
        assert_eq!(names, ["bob#07070707", "07070707", "bob#127.0.0.1:4565", "127.0.0.1:4565"]);
    }

    #[test]
    fn names_grow_until_they_differ() {
        let bob = Nick::new("bob").unwrap();
        let names = typed_names(&[(key(7, 1), Some(&bob)), (key(7, 2), Some(&bob))]);
        assert_eq!(names.iter().map(String::len).collect::<Vec<_>>(), [4 + 32, 4 + 32]);
        assert_ne!(names[0], names[1]);
    }
}
