//! What a text is found by: folded words, and single characters, called signs, where a script puts no space between
//! words.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::protocol::codec::event::Content;

/// Puts a line's words into the index.
pub(super) const INSERT: &str = "INSERT INTO words (rowid, text) VALUES (?, ?)";

/// How many words of a query count: more than a person types, and few enough for SQLite's limit on the depth of
/// expressions.
const MAX_QUERY_WORDS: usize = 32;

/// How many signs and parts of one word of a query count.
const MAX_PARTS: usize = 64;

/// The longest word, in characters: a key in hexadecimal digits. The rest of a longer one is another word.
const MAX_WORD: usize = 64;

/// What a line is found by, with a word for its place that nobody can type; `None` if there is nothing to find it by.
pub(super) fn of_line(place: i64, content: &Content) -> Option<String> {
    let Content::Said { text, .. } = content else { return None };
    let words = parts(text.as_str());
    let mut out = place_word(place);
    for Part { word, .. } in &words {
        out.push(' ');
        out.push_str(word);
    }
    (!words.is_empty()).then_some(out)
}

/// The query in SQLite's language; `None` if nothing in it can be found. Every word is quoted and has neither quotes
/// nor spaces, so that nothing in it has a special meaning.
pub(super) fn query(place: i64, typed: &str) -> Option<String> {
    let mut phrases = Vec::new();
    for word in typed.split_whitespace() {
        let parts = parts(word);
        let Some(last) = parts.last() else { continue };
        let words: Vec<&str> = parts.iter().take(MAX_PARTS).map(|part| part.word.as_str()).collect();
        // A sign is complete; a word may be the beginning of a longer one.
        let star = if last.sign || parts.len() > MAX_PARTS { "" } else { " *" };
        phrases.push(format!("\"{}\"{star}", words.join(" ")));
        if phrases.len() == MAX_QUERY_WORDS {
            break;
        }
    }
    (!phrases.is_empty()).then(|| format!("\"{}\" AND {}", place_word(place), phrases.join(" AND ")))
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

    #[test]
    fn a_query_means_its_words_and_nothing_else() {
        assert_eq!(query(3, "foo BAR").as_deref(), Some("\"_3\" AND \"foo\" * AND \"bar\" *"));
        assert_eq!(query(3, "我们 a-b").as_deref(), Some("\"_3\" AND \"我 们\" AND \"a b\" *"));
        assert_eq!(query(1, "NEAR(\"x\" OR *").as_deref(), Some("\"_1\" AND \"near x\" * AND \"or\" *"));
        assert_eq!(query(1, "\"\" ** ("), None);
    }
}
