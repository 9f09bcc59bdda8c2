//! What a text is found by: folded words, and single characters, called signs, where a script puts no space between
//! words. The index has the words of each line; `vocabulary` has each word once, to find it by a part of it.

use std::collections::BTreeSet;

use rusqlite::Result;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{domain::model::Term, protocol::codec::event::Content};

/// Puts a line's words into the index.
pub(super) const INSERT: &str = "INSERT INTO words (rowid, text) VALUES (?, ?)";

/// How many signs and words of one term of a query count.
const MAX_PARTS: usize = 64;

/// The longest word, in characters: a key in hexadecimal digits. The rest of a longer one is another word.
const MAX_WORD: usize = 64;

/// How many different words of one line can be found by a part of them: the first ones. Nobody says more at once; a
/// stranger who fills the longest lines with new words, 8,000 each, made honest lines 3 s late.
const MAX_LISTED: usize = 512;

/// What a line is found by.
pub(super) struct Indexed {
    /// Its words, with a word for its place that nobody can type.
    pub(super) text: String,
    /// Those of them that can be found by a part of them.
    pub(super) words: BTreeSet<String>,
}

/// What a line is found by; `None` if there is nothing to find it by.
pub(super) fn of_line(place: i64, content: &Content) -> Option<Indexed> {
    let Content::Said { text, .. } = content else { return None };
    let parts = parts(text.as_str());
    let mut text = place_word(place);
    let mut words = BTreeSet::new();
    for Part { word, sign } in parts {
        text.push(' ');
        text.push_str(&word);
        if !sign && words.len() < MAX_LISTED && has_inside(&word) {
            words.insert(word);
        }
    }
    // The first word is the place.
    text.contains(' ').then_some(Indexed { text, words })
}

/// What a name is compared by.
pub(super) fn of_name(name: &str) -> String {
    let words: Vec<String> = parts(name).into_iter().map(|part| part.word).collect();
    if words.is_empty() { name.to_lowercase() } else { words.join(" ") }
}

/// The shortest part that is looked for inside words. Shorter ones are looked for at the beginning only, because they are
/// inside most words.
pub(super) const MIN_INSIDE: usize = 3;

/// Whether the word is long enough to be found by a part that is not its beginning.
fn has_inside(word: &str) -> bool {
    word.chars().nth(MIN_INSIDE).is_some()
}

/// The query in SQLite's language; `None` if nothing in it can be found. `inside` returns words of the vocabulary that
/// contain a text, or end with it if so asked. Every word is quoted and has neither quotes nor spaces, so that nothing
/// in it has a special meaning.
pub(super) fn query(
    places: &[i64],
    terms: &[Term],
    mut inside: impl FnMut(&str, bool) -> Result<Vec<String>>,
) -> Result<Option<String>> {
    let places: Vec<String> = places.iter().map(|place| format!("\"{}\"", place_word(*place))).collect();
    let mut all = vec![places.join(" OR ")];
    for Term { text, phrase } in terms {
        let parts = parts(text);
        let kept = parts.get(..parts.len().min(MAX_PARTS)).unwrap_or_default();
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else { continue };
        let words: Vec<&str> = kept.iter().map(|part| part.word.as_str()).collect();
        // A sign is complete; a word may be the beginning of a longer one, unless it is quoted.
        let star = if *phrase || last.sign || parts.len() > MAX_PARTS { "" } else { " *" };
        let mut any = vec![format!("\"{}\"{star}", words.join(" "))];
        if !phrase && !first.sign && first.word.chars().nth(MIN_INSIDE - 1).is_some() {
            let rest = words.get(1..).unwrap_or_default();
            for word in inside(&first.word, !rest.is_empty())? {
                any.push(format!(
                    "\"{}\"{}",
                    [&[word.as_str()], rest].concat().join(" "),
                    if rest.is_empty() { "" } else { star }
                ));
            }
        }
        all.push(any.join(" OR "));
    }
    Ok((all.len() > 1).then(|| format!("({})", all.join(") AND ("))))
}

/// An underscore separates words, so no word of a text begins with one.
fn place_word(place: i64) -> String {
    format!("_{place}")
}

struct Part {
    word: String,
    /// Whether it stands for itself, with no space around it.
    sign: bool,
}

fn parts(text: &str) -> Vec<Part> {
    if text.is_ascii() { ascii_parts(text) } else { folded_parts(text) }
}

/// The same for text of which only the case must be folded. That is nearly every line, and a busy room says thousands
/// per second.
fn ascii_parts(text: &str) -> Vec<Part> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let pieces = words.flat_map(|word| word.as_bytes().chunks(MAX_WORD));
    pieces.map(|piece| Part { word: String::from_utf8_lossy(piece).to_ascii_lowercase(), sign: false }).collect()
}

fn folded_parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut open = false;
    // Folded as a whole, so that a letter that was decomposed into several characters becomes one again.
    let folded = text.nfkd().filter(|&c| !is_accent(c)).nfc().flat_map(char::to_lowercase);
    for c in folded.filter(|&c| !is_accent(c)) {
        if is_sign(c) {
            parts.push(Part { word: c.to_string(), sign: true });
            open = false;
        } else if c.is_alphanumeric() || (open && is_combining_mark(c)) {
            match parts.last_mut().filter(|_| open) {
                Some(part) if part.word.chars().nth(MAX_WORD - 1).is_none() => part.word.push(c),
                // The rest of a long word is a word of its own: a query for it is split in the same way.
                _ => parts.push(Part { word: c.to_string(), sign: false }),
            }
            open = true;
        } else {
            open = false;
        }
    }
    parts
}

/// Accents of Latin, Greek and Cyrillic letters, points of Hebrew, vowel signs of Arabic. People often leave them out
/// when they type. Marks of other scripts count as letters.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'..='\u{5C2}' | '\u{5C4}'..='\u{5C7}'
        | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{200C}'..='\u{200D}')
}

/// Pictures, and scripts written without spaces. Each of their characters counts as a word.
fn is_sign(c: char) -> bool {
    matches!(c,
        // Thai, Lao; Tibetan; Myanmar; Khmer.
        '\u{0E00}'..='\u{0EFF}' | '\u{0F00}'..='\u{0FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        // Hangul letters; kana, bopomofo and the like with their closing signs; Han; Hangul syllables.
        | '\u{1100}'..='\u{11FF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3041}'..='\u{318F}'
        | '\u{31A0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        // Arrows to dingbats, pictures.
        | '\u{2190}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Query;

    fn words(text: &str) -> Vec<String> {
        parts(text).into_iter().map(|part| part.word).collect()
    }

    #[test]
    fn plain_text_has_the_same_words_without_folding() {
        let long = "x".repeat(3 * MAX_WORD + 1);
        for text in ["", "Hello, World", "a_b-c 12:30", "  ~~ ", "don't", long.as_str()] {
            let folded: Vec<String> = folded_parts(text).into_iter().map(|part| part.word).collect();
            assert_eq!(words(text), folded, "{text}");
        }
    }

    #[test]
    fn words_are_folded_and_signs_stand_alone() {
        assert_eq!(words("Straße, ÉCLAIR! don't_stop"), ["straße", "eclair", "don", "t", "stop"]);
        assert_eq!(words("我在2楼 ok"), ["我", "在", "2", "楼", "ok"]);
        assert_eq!(words("がんばれ 한국 ที่"), ["が", "ん", "ば", "れ", "한", "국", "ท", "ี", "่"]);
        assert_eq!(words("ＡＢＣ ﾊﾟ"), ["abc", "パ"]);
        assert_eq!(words("İstanbul हिन्दी"), ["istanbul", "हिन्दी"]);
        assert_eq!(words("👍🏽 done"), ["👍", "🏽", "done"]);
        assert!(words(" \"*()^-_:{}").is_empty());
    }

    fn asked(places: &[i64], typed: &str) -> Option<String> {
        let inside = |part: &str, end| Ok(vec![if end { format!("x{part}") } else { format!("x{part}y") }]);
        query(places, &Query::new(typed).unwrap().terms, inside).unwrap()
    }

    #[test]
    fn a_query_means_its_words_and_nothing_else() {
        assert_eq!(asked(&[3, 5], "FO").unwrap(), "(\"_3\" OR \"_5\") AND (\"fo\" *)");
        assert_eq!(
            asked(&[3], "foo Éclair").unwrap(),
            "(\"_3\") AND (\"foo\" * OR \"xfooy\") AND (\"eclair\" * OR \"xeclairy\")"
        );
        assert_eq!(asked(&[3], "我们 a-b").unwrap(), "(\"_3\") AND (\"我 们\") AND (\"a b\" *)");
        assert_eq!(asked(&[3], "user.name").unwrap(), "(\"_3\") AND (\"user name\" * OR \"xuser name\" *)");
        assert_eq!(asked(&[3], "\"lab key\"").unwrap(), "(\"_3\") AND (\"lab key\")");
        assert_eq!(asked(&[1], "NE(\"x\" OR *").unwrap(), "(\"_1\") AND (\"ne x\" *) AND (\"or\" *)");
        assert_eq!(asked(&[1], "\"\" ** ("), None);
    }

    #[test]
    fn names_are_compared_without_case_and_accents() {
        assert_eq!(of_name("Zoë 山田"), of_name("zoe 山田"));
        assert_ne!(of_name("zoe"), of_name("zoey"));
        assert_ne!(of_name("*"), of_name("!"));
    }
}
