//! Names that people take for one another.

use unicode_security::confusable_detection::skeleton as confusable;
use unicode_width::UnicodeWidthChar;

use super::Nick;

/// What is left of a name when all that looks the same is made the same. Names with equal skeletons are look-alikes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skeleton(Box<str>);

/// The skeleton of a name: Unicode's table of confusables (UTS 39, section 4) before and after lower-casing, so that
/// neither "аlice" in Cyrillic nor `AIice` passes for "alice".
pub fn skeleton(nick: &Nick) -> Skeleton {
    // Marks and selectors have no width; one alone hardly shows.
    let seen: String =
        nick.as_str().chars().filter(|c| c.width().unwrap_or(0) > 0).map(half_width).map(small_capital).collect();
    let once: String = confusable(&seen).collect();
    // A capital I becomes an l by the table, and an i by lower-casing before it: both are made an l here.
    let lower: String = once.chars().flat_map(char::to_lowercase).map(|c| if c == 'i' { 'l' } else { c }).collect();
    // A second word without a width leaves a space that nobody sees.
    Skeleton(confusable(&lower).collect::<String>().trim().into())
}

/// The ASCII character of a full-width one, and one kind of space.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// The Latin letter whose capital looks like the capital of `c`, if it is such and no Latin letter looks like `c` itself:
/// a small в is a small B to the eye.
fn small_capital(c: char) -> char {
    let ascii = |c: char| {
        let mut looks = confusable(c.encode_utf8(&mut [0; 4])).collect::<Vec<_>>().into_iter();
        looks.next().filter(|first| first.is_ascii_alphabetic() && looks.next().is_none())
    };
    if c.is_ascii() || ascii(c).is_some() {
        return c;
    }
    let mut capital = c.to_uppercase();
    let single = capital.next().filter(|&upper| upper != c && capital.next().is_none());
    single.and_then(ascii).map_or(c, |latin| latin.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_alike() {
        let alike = |one: &str, other: &str| skeleton(&Nick::new(one).unwrap()) == skeleton(&Nick::new(other).unwrap());
        for other in ["alice", "Alice", "ALICE", "аlice", "a1ice", "aIice", "alіce", "ａｌｉｃｅ", "alice\u{FE0F}"]
        {
            assert!(alike("alice", other), "{other}");
        }
        assert!(alike("bob", "bοb") && alike("bob", "b0b") && alike("Zoë 山田", "zoë 山田"));
        assert!(alike("bob", "bob \u{FE0F}") && alike("bob", "\u{FE0F} bob"));
        assert!(
            alike("rnary", "mary") && alike("BOB", "вов"),
            "several letters for one, and capitals of another script"
        );
        for other in ["alicia", "malice", "alice_", "bob"] {
            assert!(!alike("alice", other), "{other}");
        }
    }
}
