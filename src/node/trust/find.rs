//! Finds the keys that the user may mean.

use super::records::{Entry, Records};
use crate::model::{Nick, NodeId, Skeleton, Who, skeleton};

/// Digits of a key that are taken for one: with fewer, many a word would be (`bad`, `fee`).
const MIN_DIGITS: usize = 4;

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// Whom `who` may mean: those whose name is written so; else those whose name looks so; else, as `nick#c04e`, those of
/// them whose key begins so; else those whose key begins so. Who is linked comes first, then who was seen last.
pub(super) fn find(records: &Records, who: &Who) -> Vec<NodeId> {
    let text = who.as_str();
    let mut found = named(records, text);
    if found.is_empty()
        && let Some((name, digits)) = text.rsplit_once('#')
        && let Some(digits) = digits_of(digits)
    {
        found = named(records, name);
        found.retain(|entry| entry.known.node.to_string().starts_with(&digits));
    }
    if found.is_empty()
        && let Some(digits) = digits_of(text)
        && let Ok(first) = format!("{digits:0<ALL_DIGITS$}").parse()
    {
        found = records.from(first).take_while(|entry| entry.known.node.to_string().starts_with(&digits)).collect();
    }
    found.sort_by_key(|entry| (!entry.is_linked(), std::cmp::Reverse(entry.known.last_seen)));
    found.into_iter().map(|entry| entry.known.node).collect()
}

fn named<'a>(records: &'a Records, name: &str) -> Vec<&'a Entry> {
    let shown = |is: &dyn Fn(&Nick, &Skeleton) -> bool| -> Vec<&'a Entry> {
        records.iter().filter(|entry| entry.shown().is_some_and(|(nick, skeleton)| is(nick, skeleton))).collect()
    };
    let exactly = shown(&|nick, _| nick.as_str() == name);
    match Nick::new(name) {
        Ok(nick) if exactly.is_empty() => {
            let wanted = skeleton(&nick);
            shown(&|_, skeleton| *skeleton == wanted)
        }
        _ => exactly,
    }
}

/// The begin of a key, in whatever groups it was typed.
fn digits_of(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect::<String>().to_ascii_lowercase();
    let is_key = (MIN_DIGITS..=ALL_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_key.then_some(digits)
}
