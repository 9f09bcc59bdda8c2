//! What to mark in messages that were found.

use std::ops::Range;

use crate::domain::model::{Query, Term};

/// Texts with fewer characters are found and marked at the beginning of words only.
const MIN_INSIDE: usize = 3;

/// The most marks that are shown in a hit.
const MAX_MARKS: usize = 32;

/// A text to mark in what was found.
#[derive(Debug)]
pub(super) struct Mark {
    /// In lower case.
    text: String,
    /// Whether it must be a whole word, not a part of one.
    whole: bool,
}

/// The words of what was typed.
pub(super) fn marked(query: &str) -> Vec<Mark> {
    let terms = Query::new(query).unwrap_or_default().terms;
    let words = |term: Term| {
        let words = term.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| Mark { text: word.to_lowercase(), whole: term.phrase }).collect::<Vec<_>>()
    };
    terms.into_iter().flat_map(words).collect()
}

/// Whether the character is of a script that puts no spaces between words.
const fn is_unspaced(c: char) -> bool {
    c >= '\u{2E80}'
}

/// Where `text` has one of the marked texts. Short ones are marked at the start of a word only, as the store finds
/// them, unless their script has no spaces between words.
pub(super) fn marks(text: &str, marked: &[Mark]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let begins = !before.is_alphanumeric() || is_unspaced(before) || is_unspaced(c);
        let free = found.last().is_none_or(|last| last.end <= at);
        if free {
            let ends =
                marked.iter().filter(|mark| begins || !mark.whole && mark.text.chars().nth(MIN_INSIDE - 1).is_some());
            let longest = ends.filter_map(|mark| end_of(text, at, mark)).max();
            found.extend(longest.map(|end| at..end));
            if found.len() >= MAX_MARKS {
                break;
            }
        }
        before = c;
    }
    found
}

/// Where the marked text ends in `text`, if it is at `at` in any case.
fn end_of(text: &str, at: usize, mark: &Mark) -> Option<usize> {
    let mut rest = mark.text.chars().peekable();
    for (i, c) in text.get(at..)?.char_indices() {
        for lower in c.to_lowercase() {
            match rest.next() {
                Some(wanted) if wanted == lower => {}
                Some(_) => return None,
                None => break,
            }
        }
        if rest.peek().is_none() {
            let end = at + i + c.len_utf8();
            let next = text.get(end..)?.chars().next();
            let ends = next.is_none_or(|next| !next.is_alphanumeric() || is_unspaced(c) || is_unspaced(next));
            return (ends || !mark.whole).then_some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(text: &'a str, query: &str) -> Vec<&'a str> {
        marks(text, &marked(query)).into_iter().map(|mark| &text[mark]).collect()
    }

    #[test]
    fn words_are_marked_where_they_were_found() {
        assert_eq!(shown("The lab key, lablike; alab", "LAB key"), ["lab", "key", "lab", "lab"]);
        assert_eq!(shown("a connection, a section", "ction a"), ["a", "ction", "a", "ction"]);
        assert_eq!(shown("The lab key, lablike; alab", "\"lab key\" from:bob"), ["lab", "key"]);
        assert_eq!(shown("Émigrés", "émi"), ["Émi"]);
        assert_eq!(shown("钥匙在二楼的办公室", "办公 二楼"), ["二楼", "办公"]);
        assert_eq!(shown("see#2.04", "2.04"), ["2", "04"]);
        assert_eq!(shown("nothing", ""), [""; 0]);
        assert_eq!(shown("İstanbul", "i"), ["İ"]);
        assert_eq!(shown(&"a ".repeat(1_000), "a").len(), MAX_MARKS);
    }
}
